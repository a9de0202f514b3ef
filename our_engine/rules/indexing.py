"""Rules of indexing by position, and of the sums that are its transpose."""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import Gather
from our_engine.linear_maps.gathering import is_unique_index, scatter
from our_engine.primitives import composite, rule
from our_engine.recording import Node, raw
from our_engine.stand_in import as_array
from our_engine.types import Array, DifferentiationError, Settings, Shape

from .arguments import refuse


def _getitem(x: Array, index: Any) -> Array:
    return as_array(x)[index] if type(x) is float else x[index]


def _scatter_add(u: Array, shape: Shape, index: Any) -> Array:
    return scatter(u, shape, index, is_unique_index(index))


def _bind(x: Array, **settings: Any) -> tuple[tuple[Array], Settings]:
    """Arrays in an index are plain; a list in it is made an array, as NumPy would."""
    index = raw(settings["index"])
    if type(index) is list:
        index = as_array(index)
    elif type(index) is tuple:
        index = tuple(as_array(i) if type(i) is list else i for i in index)
    return (x,), {**settings, "index": index}


getitem = rule(
    _getitem, lambda _x, _y, index=None: Gather(_x.shape, index), bind=_bind, name="indexing"
)
scatter_add = rule(
    _scatter_add,
    lambda _u, _y, shape=None, index=None: Gather(shape, index).T,
    bind=_bind,
    name="scatter_add",
)


def positions(indices: Any) -> Array:
    """Indices as whole numbers; a traced one is refused."""
    if isinstance(indices, Node):
        raise DifferentiationError(
            "our_engine: a traced value cannot be an index; write "
            "our_engine.stop_gradient(t).astype(int)"
        )
    return as_array(indices)


def _take(a: Array, indices: Any, axis: Any = None, out: Any = None, mode: Any = "raise") -> Any:
    refuse("take", out=out)
    if axis is None:
        a, axis = np.reshape(a, -1), 0
    axis = int(axis) % max(a.ndim, 1)
    # NumPy's own treatment of negative places, of those outside, and of the mode.
    places = np.take(np.arange(a.shape[axis] if a.shape else 1), positions(indices), mode=mode)
    if not a.shape:
        return np.broadcast_to(a, places.shape)
    return a[(slice(None),) * axis + (places,)]


def _take_along_axis(arr: Array, indices: Any, axis: int | None = -1) -> Any:
    indices = positions(indices)
    if axis is None:
        return np.reshape(arr, -1)[indices]
    return arr[_along(arr, indices, axis)]


def _along(arr: Array, indices: Array, axis: int) -> tuple[Array, ...]:
    """The index of `take_along_axis`, whose other axes broadcast."""
    if indices.dtype.kind not in "iu":
        raise IndexError("`indices` must be an integer array")
    if indices.ndim != arr.ndim:
        raise ValueError("`indices` and `arr` must have the same number of dimensions")
    axis %= arr.ndim
    grid = np.ogrid[tuple(slice(n) for n in arr.shape)]
    return (*grid[:axis], indices, *grid[axis + 1 :])


def _compress(condition: Any, a: Array, axis: Any = None, out: Any = None) -> Any:
    refuse("compress", out=out)
    return np.take(a, np.flatnonzero(raw(condition)), axis=axis)


def _extract(condition: Any, arr: Array) -> Any:
    return np.reshape(arr, -1)[np.flatnonzero(raw(condition))]


def _delete(arr: Array, obj: Any, axis: Any = None) -> Any:
    if axis is None:
        arr, axis = np.reshape(arr, -1), 0
    kept = np.delete(np.arange(arr.shape[axis]), raw(obj))
    return np.take(arr, kept, axis=axis)


def _trim_zeros(filt: Array, trim: str = "fb", axis: Any = None) -> Any:
    value = as_array(raw(filt))
    trim = trim.lower()
    if trim not in ("fb", "bf", "f", "b"):
        raise ValueError(f"unexpected character(s) in `trim`: {trim!r}")
    nonzero = np.argwhere(value)
    axes = range(value.ndim) if axis is None else np.atleast_1d(axis) % value.ndim
    index = [slice(None)] * value.ndim
    for i in axes:
        first, last = (nonzero[:, i].min(), nonzero[:, i].max()) if nonzero.size else (0, -1)
        ends = ("f" in trim, "b" in trim) if nonzero.size else (True, True)
        index[i] = slice(first if ends[0] else None, last + 1 if ends[1] else None)
    return filt[tuple(index)]


composite(np.take, _take)
composite(np.take_along_axis, _take_along_axis)
composite(np.compress, _compress)
composite(np.extract, _extract)
composite(np.delete, _delete)
composite(np.trim_zeros, _trim_zeros)
