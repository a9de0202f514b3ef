"""The array API's names over ``autograd.numpy``, with derivatives.

``autograd.numpy`` has nearly all of the names, since it wraps whatever NumPy has. But some of them
have no derivative there, and its ``concat`` returns numbers that no longer depend on their input,
without a word. So only the names of the contract are let through, and those that lack something
are written here, on what autograd differentiates. What it has a reverse rule for and no forward
rule (``inv``, ``det``, ``solve``, …) stays as it is: that is autograd, and is judged as such.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.extend import defjvp, defvjp, primitive
from autograd.numpy.numpy_vjps import unbroadcast_f

from backends.library_namespace import LibraryNamespace
from harness.contract import Array
from harness.contract.namespace import CONSTANT, DIFFERENTIABLE, DIFFERENTIABLE_LINALG

__all__ = ["XP"]

Axis = int | tuple[int, ...] | None


def _concat(arrays: Sequence[Array], /, *, axis: int | None = 0) -> Array:
    if axis is None:
        return anp.concatenate([anp.ravel(x) for x in arrays])
    return anp.concatenate(arrays, axis=axis)


def _matrix_transpose(x: Array, /) -> Array:
    return anp.swapaxes(x, -1, -2)


def _broadcast_to(x: Array, /, shape: tuple[int, ...]) -> Array:
    """By a product with ones: autograd's own refuses new leading axes in reverse mode."""
    return x * np.ones(shape, dtype=x.dtype)


def _flip(x: Array, /, *, axis: Axis = None) -> Array:
    axes = range(x.ndim) if axis is None else (axis,) if isinstance(axis, int) else axis
    flipped = {a % x.ndim for a in axes}
    return x[tuple(slice(None, None, -1 if a in flipped else None) for a in range(x.ndim))]


def _take(x: Array, indices: Array, /, *, axis: int | None = None) -> Array:
    position = 0 if axis is None else axis % x.ndim
    return x[(slice(None),) * position + (indices,)]


def _unstack(x: Array, /, *, axis: int = 0) -> tuple[Array, ...]:
    first = (slice(None),) * (axis % x.ndim)
    return tuple(x[(*first, i)] for i in range(x.shape[axis]))


def _cumulative_sum(x: Array, /, *, axis: int | None = None) -> Array:
    return anp.cumsum(x, axis=0 if axis is None else axis)


_hypot = primitive(np.hypot)
defvjp(
    _hypot,
    lambda ans, x, y: unbroadcast_f(x, lambda g: g * (x / ans)),
    lambda ans, x, y: unbroadcast_f(y, lambda g: g * (y / ans)),
)
defjvp(
    _hypot,
    lambda g, ans, x, y: g * (x / ans),
    lambda g, ans, x, y: g * (y / ans),
)


def _vecdot(x: Array, y: Array, /, *, axis: int = -1) -> Array:
    return anp.sum(x * y, axis=axis)


def _var(
    x: Array, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
) -> Array:
    return anp.var(x, axis=axis, ddof=correction, keepdims=keepdims)


def _std(
    x: Array, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
) -> Array:
    return anp.std(x, axis=axis, ddof=correction, keepdims=keepdims)


def _diagonal(x: Array, /, *, offset: int = 0) -> Array:
    rows, columns = x.shape[-2:]
    i = np.arange(max(0, -offset), min(rows, columns - offset))
    return x[..., i, i + offset]


def _trace(x: Array, /, *, offset: int = 0) -> Array:
    return anp.sum(_diagonal(x, offset=offset), axis=-1)


def _outer(x: Array, y: Array, /) -> Array:
    return x[:, None] * y[None, :]


def _vector_norm(x: Array, /, *, axis: Axis = None, keepdims: bool = False) -> Array:
    return anp.sqrt(anp.sum(x * x, axis=axis, keepdims=keepdims))


def _matrix_norm(x: Array, /, *, keepdims: bool = False) -> Array:
    return anp.sqrt(anp.sum(x * x, axis=(-2, -1), keepdims=keepdims))


_REPLACED: dict[str, Callable[..., Any]] = {
    "broadcast_to": _broadcast_to,
    "concat": _concat,
    "cumulative_sum": _cumulative_sum,
    "flip": _flip,
    "hypot": _hypot,
    "matrix_transpose": _matrix_transpose,
    "std": _std,
    "take": _take,
    "unstack": _unstack,
    "var": _var,
    "vecdot": _vecdot,
}

_REPLACED_LINALG: dict[str, Callable[..., Any]] = {
    "diagonal": _diagonal,
    "matmul": anp.matmul,
    "matrix_norm": _matrix_norm,
    "matrix_transpose": _matrix_transpose,
    "outer": _outer,
    "tensordot": anp.tensordot,
    "trace": _trace,
    "vecdot": _vecdot,
    "vector_norm": _vector_norm,
}


def _names(names: Sequence[str], module: Any, replaced: dict[str, Callable[..., Any]]) -> Any:
    return {name: replaced.get(name) or getattr(module, name) for name in names}


XP = LibraryNamespace(
    {
        **_names((*DIFFERENTIABLE, *CONSTANT), anp, _REPLACED),
        "linalg": SimpleNamespace(**_names(DIFFERENTIABLE_LINALG, anp.linalg, _REPLACED_LINALG)),
    },
    special="autograd.scipy.special",
)
"""The namespace of the autograd backend."""
