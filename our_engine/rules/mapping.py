"""Functions applied along axes, and the outer ufuncs: recorded as what they call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.primitives import composite
from our_engine.types import Array

from .arguments import array


def _apply_along_axis(
    func1d: Callable[..., Any], axis: int, arr: Array, *args: Any, **kwargs: Any
) -> Any:
    axis = int(axis) % arr.ndim
    rows = np.moveaxis(arr, axis, -1)
    lead = rows.shape[:-1]
    results = [func1d(rows[place], *args, **kwargs) for place in np.ndindex(*lead)]
    if not results:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    shape = np.shape(results[0])
    stacked = np.reshape(np.stack(results), lead + shape)
    own = tuple(range(len(lead), len(lead) + len(shape)))
    return np.moveaxis(stacked, own, tuple(range(axis, axis + len(shape))))


def _apply_over_axes(func: Callable[..., Any], a: Array, axes: Any) -> Any:
    result = a
    for axis in np.atleast_1d(axes):
        axis = int(axis) % a.ndim
        reduced = func(result, axis)
        if np.ndim(reduced) != np.ndim(result):
            reduced = np.expand_dims(reduced, axis)
        if np.ndim(reduced) != np.ndim(result):
            raise ValueError("function is not returning an array of the correct shape")
        result = reduced
    return result


def _outer(ufunc: np.ufunc) -> Callable[..., Any]:
    def outer(a: Any, b: Any, **settings: Any) -> Any:
        a, b = array(a), array(b)
        return ufunc(np.reshape(a, a.shape + (1,) * b.ndim), b, **settings)

    return outer


composite(np.apply_along_axis, _apply_along_axis)
composite(np.apply_over_axes, _apply_over_axes)
for _ufunc in vars(np).values():
    if isinstance(_ufunc, np.ufunc) and _ufunc.nin == 2 and _ufunc.signature is None:
        composite((_ufunc, "outer"), _outer(_ufunc))
