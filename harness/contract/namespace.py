"""The names of ``xp`` that a problem may use: a part of the array API standard, 2024.12.

``DIFFERENTIABLE`` names have a derivative in each mode that a backend offers,
``DIFFERENTIABLE_LINALG`` in reverse mode at least; a test differentiates each name on each of the
built-in AD backends. ``CONSTANT`` names make arrays, or answer questions whose answer does not
vary with their input. Beside the names there are the operators of an array, its ``shape``,
``ndim``, ``dtype`` and ``T``, indexing by integers, slices, ``None`` and arrays, and
``xp.special``, the special functions of the backend's library under that library's names.
"""

from __future__ import annotations

__all__ = ["CONSTANT", "DIFFERENTIABLE", "DIFFERENTIABLE_LINALG"]

_ONE_ARGUMENT = """
    abs acos acosh asin asinh atan atanh ceil cos cosh exp expm1 floor log log10 log1p log2 negative
    reciprocal round sign sin sinh sqrt square tan tanh trunc
"""
_MORE_ARGUMENTS = """
    add atan2 clip divide hypot logaddexp maximum minimum multiply pow subtract where
"""
_REDUCTIONS = "cumulative_sum max mean min prod std sum var"
_SHAPE = """
    broadcast_to concat diff expand_dims flip matrix_transpose moveaxis permute_dims repeat reshape
    roll squeeze stack take tile tril triu unstack
"""
_PRODUCTS = "matmul tensordot vecdot"
_LINALG = """
    cholesky det diagonal inv matmul matrix_norm matrix_transpose outer slogdet solve tensordot
    trace vecdot vector_norm
"""
_CREATION = "arange asarray empty_like eye full full_like linspace ones ones_like zeros zeros_like"
_QUESTIONS = """
    all any equal greater greater_equal isfinite isinf isnan less less_equal logical_and logical_not
    logical_or not_equal argmax argmin argsort
"""
_CONSTANTS = "bool e float32 float64 inf int64 nan newaxis pi"

DIFFERENTIABLE: tuple[str, ...] = tuple(
    " ".join((_ONE_ARGUMENT, _MORE_ARGUMENTS, _REDUCTIONS, _SHAPE, _PRODUCTS)).split()
)

DIFFERENTIABLE_LINALG: tuple[str, ...] = tuple(_LINALG.split())
"""Names under ``xp.linalg``; ``vector_norm`` and ``matrix_norm`` with their default ``ord``."""

CONSTANT: tuple[str, ...] = tuple(" ".join((_CREATION, _QUESTIONS, _CONSTANTS)).split())
