"""The array API's names over ``autograd.numpy``, with autograd's own derivatives.

``autograd.numpy`` has nearly all of the names, since it wraps whatever NumPy has. Of some of them
it has no derivative, and says so when it is asked for one: that is autograd, and is judged as such.
But what takes a list of arrays (``concat``, ``block``, ``vstack``) returns numbers that no longer
depend on their input, without a word. So only the names of the contract are let through, and
renamed or reshaped where autograd has the function in another form.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, Literal

import autograd.numpy as anp
import numpy as np

from backends.autograd_linalg import LINALG, matrix_transpose
from harness.contract import Array
from harness.contract.library_namespace import LibraryNamespace
from harness.contract.namespace import (
    CONSTANT,
    CONSTANT_FFT,
    DIFFERENTIABLE,
    DIFFERENTIABLE_FFT,
    EXTRA,
    SPECIAL,
)

__all__ = ["XP"]

Axis = int | tuple[int, ...] | None
Bound = Array | float | None


def _clip(x: Array, /, min: Bound = None, max: Bound = None) -> Array:  # noqa: A002
    """By position: autograd's derivatives of ``clip`` take no keywords and both bounds."""
    return anp.clip(x, min, max)


def _concat(arrays: Sequence[Array], /, *, axis: int | None = 0) -> Array:
    if axis is None:
        return anp.concatenate([anp.ravel(x) for x in arrays])
    return anp.concatenate(arrays, axis=axis)


def _broadcast_arrays(*arrays: Array) -> tuple[Array, ...]:
    """Each with leading axes first, because autograd's ``broadcast_to`` takes no new ones."""
    shape = np.broadcast_shapes(*(x.shape for x in arrays))
    raised = (anp.reshape(x, (1,) * (len(shape) - x.ndim) + x.shape) for x in arrays)
    return tuple(anp.broadcast_to(x, shape) for x in raised)


def _meshgrid(*arrays: Array, indexing: Literal["xy", "ij"] = "xy") -> tuple[Array, ...]:
    """Each array along its own axis; ``xy`` exchanges the first two."""
    order = list(range(len(arrays)))
    if indexing == "xy" and len(arrays) > 1:
        order[:2] = [1, 0]
    shapes = [tuple(-1 if a == axis else 1 for a in range(len(arrays))) for axis in order]
    spread = (anp.reshape(x, shape) for x, shape in zip(arrays, shapes, strict=True))
    return _broadcast_arrays(*spread)


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


def _cumulative_sum(
    x: Array,
    /,
    *,
    axis: int | None = None,
    include_initial: bool = False,
    **dtype: Any,
) -> Array:
    """``cumsum``, whose derivative takes no ``dtype``: that is passed on where it is given."""
    along = 0 if axis is None else axis
    sums = anp.cumsum(x, axis=along, **dtype)
    if not include_initial:
        return sums
    shape = tuple(1 if a == along % x.ndim else n for a, n in enumerate(x.shape))
    return anp.concatenate([np.zeros(shape, dtype=sums.dtype), sums], axis=along)


def _sort(x: Array, /, *, axis: int = -1, descending: bool = False, stable: bool = True) -> Array:
    """Among equal values there is no order to keep."""
    ordered = anp.sort(x, axis)
    return _flip(ordered, axis=axis) if descending else ordered


def _argsort(
    x: Array, /, *, axis: int = -1, descending: bool = False, stable: bool = True
) -> Array:
    kind = "stable" if stable else None
    if not descending:
        return anp.argsort(x, axis=axis, kind=kind)
    return x.shape[axis] - 1 - np.flip(anp.argsort(_flip(x, axis=axis), axis=axis, kind=kind), axis)


def _var(
    x: Array, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
) -> Array:
    return anp.var(x, axis=axis, ddof=correction, keepdims=keepdims)


def _std(
    x: Array, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
) -> Array:
    return anp.std(x, axis=axis, ddof=correction, keepdims=keepdims)


_UNDER_OTHER_NAMES: dict[str, Callable[..., Any]] = {
    "argsort": _argsort,
    "broadcast_arrays": _broadcast_arrays,
    "clip": _clip,
    "concat": _concat,
    "cumulative_sum": _cumulative_sum,
    "flip": _flip,
    "matrix_transpose": matrix_transpose,
    "meshgrid": _meshgrid,
    "sort": _sort,
    "std": _std,
    "take": _take,
    "unstack": _unstack,
    "var": _var,
}


def _special() -> LibraryNamespace:
    """``autograd.scipy.special``, which imports SciPy; ``jv`` is SciPy's other name of ``jn``."""
    import autograd.scipy.special as own

    def logsumexp(
        a: Array, axis: Axis = None, b: Array | float = 1.0, *, keepdims: bool = False
    ) -> Array:
        """By position: autograd does not see what it traces in a keyword."""
        return own.logsumexp(a, axis, b, keepdims)

    names = {name: getattr(own, name) for name in SPECIAL if hasattr(own, name)}
    return LibraryNamespace(
        {**names, "jv": own.jn, "logsumexp": logsumexp, "sinc": anp.sinc}, path="special"
    )


XP = LibraryNamespace(
    {
        **{
            name: _UNDER_OTHER_NAMES.get(name) or getattr(anp, name)
            for name in (*DIFFERENTIABLE, *CONSTANT, *EXTRA)
        },
        "fft": SimpleNamespace(
            **{name: getattr(anp.fft, name) for name in (*DIFFERENTIABLE_FFT, *CONSTANT_FFT)}
        ),
        "linalg": LINALG,
    },
    later={"special": _special},
)
"""The namespace of the autograd backend."""
