"""``xp.linalg`` over autograd: its own functions, under the standard's names and arguments.

The derivatives are autograd's. Where it has one of a function under another name (``norm``,
``cross``, ``diagonal``, ``trace``, ``outer``), that is what is called; where it has none (``qr``,
``eigvalsh``, ``svdvals``, …), its function is there and says so when it is differentiated.
"""

from __future__ import annotations

import math
from typing import Any

import autograd.numpy as anp
import autograd.scipy.linalg

from harness.contract import Array
from harness.contract.library_namespace import LibraryNamespace
from harness.contract.namespace import CONSTANT_LINALG, DIFFERENTIABLE_LINALG, EXTRA_LINALG

__all__ = ["LINALG", "matrix_transpose"]

Axis = int | tuple[int, ...] | None


def matrix_transpose(x: Array, /) -> Array:
    """The last two axes exchanged."""
    return anp.swapaxes(x, -1, -2)


def _cross(x: Array, y: Array, /, *, axis: int = -1) -> Array:
    return anp.cross(x, y, axis=axis)


def _diagonal(x: Array, /, *, offset: int = 0) -> Array:
    """The diagonal of the transpose: autograd differentiates it by these axes alone."""
    return anp.diagonal(x, -offset, -1, -2)


def _trace(x: Array, /, *, offset: int = 0, **dtype: Any) -> Array:
    """Autograd differentiates it by the first two axes alone, and with no ``dtype``."""
    return anp.trace(x if x.ndim == 2 else anp.moveaxis(x, (-2, -1), (0, 1)), offset, **dtype)


def _vector_norm(
    x: Array,
    /,
    *,
    axis: Axis = None,
    keepdims: bool = False,
    ord: float = 2,  # noqa: A002
) -> Array:
    """``norm`` along one axis; several are made one, for which ``norm`` has no argument."""
    if isinstance(axis, int):
        return anp.linalg.norm(x, ord, axis, keepdims=keepdims)
    axes = tuple(range(x.ndim)) if axis is None else tuple(a % x.ndim for a in axis)
    others = tuple(a for a in range(x.ndim) if a not in axes)
    shape = (*(x.shape[a] for a in others), math.prod(x.shape[a] for a in axes))
    norms = anp.linalg.norm(anp.reshape(anp.transpose(x, (*others, *axes)), shape), ord, -1)
    kept = tuple(1 if a in axes else n for a, n in enumerate(x.shape))
    return anp.reshape(norms, kept) if keepdims else norms


def _matrix_norm(
    x: Array,
    /,
    *,
    keepdims: bool = False,
    ord: float | str = "fro",  # noqa: A002
) -> Array:
    return anp.linalg.norm(x, ord, (x.ndim - 2, x.ndim - 1), keepdims=keepdims)


def _solve_triangular(a: Array, b: Array, *, lower: bool = False) -> Array:
    return autograd.scipy.linalg.solve_triangular(a, b, lower=lower)


# Autograd's own takes a list, and does not see that the list holds what it traces.
_ABSENT = frozenset({"expm", "multi_dot"})
_UNDER_OTHER_NAMES: dict[str, Any] = {
    "cross": _cross,
    "diagonal": _diagonal,
    "matmul": anp.matmul,
    "matrix_norm": _matrix_norm,
    "matrix_transpose": matrix_transpose,
    "outer": anp.outer,
    "solve_triangular": _solve_triangular,
    "tensordot": anp.tensordot,
    "trace": _trace,
    "vecdot": anp.vecdot,
    "vector_norm": _vector_norm,
}

LINALG = LibraryNamespace(
    {
        name: _UNDER_OTHER_NAMES.get(name) or getattr(anp.linalg, name)
        for name in (*DIFFERENTIABLE_LINALG, *CONSTANT_LINALG, *EXTRA_LINALG)
        if name not in _ABSENT
    },
    path="linalg",
)
"""The names of the contract that autograd has."""
