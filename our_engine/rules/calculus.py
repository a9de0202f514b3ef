"""Rules of finite differences and integrals of samples."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.lib.array_utils import normalize_axis_tuple

from our_engine.linear_maps import ONE, LinearMap
from our_engine.primitives import Spec, composite, rule
from our_engine.recording import Node, raw
from our_engine.types import Array

from .arguments import array, with_value


def _along(axis: int, part: slice) -> tuple[slice, ...]:
    return (*(slice(None),) * axis, part)


def _diff(
    a: Array, n: int = 1, axis: int = -1, prepend: Any = np._NoValue, append: Any = np._NoValue
) -> Any:
    if n == 0:
        return a
    if n < 0:
        raise ValueError(f"order must be non-negative but got {n!r}")
    a = array(a)
    if not a.ndim:
        raise ValueError("diff requires input that is at least one dimensional")
    axis = int(axis) % a.ndim
    ends = [
        _end(end, a.shape, axis) if end is not np._NoValue else None for end in (prepend, append)
    ]
    if any(end is not None for end in ends):
        parts = (ends[0], a, ends[1])
        a = np.concatenate([part for part in parts if part is not None], axis)
    for _ in range(n):
        a = a[_along(axis, slice(1, None))] - a[_along(axis, slice(None, -1))]
    return a


def _end(end: Any, shape: tuple[int, ...], axis: int) -> Array:
    """What is put before or after; a number is repeated across."""
    end = array(end)
    return end if end.ndim else np.broadcast_to(end, (*shape[:axis], 1, *shape[axis + 1 :]))


def _ediff1d(ary: Array, to_end: Any = None, to_begin: Any = None) -> Any:
    flat = np.reshape(ary, -1)
    parts = [flat[1:] - flat[:-1]]
    if to_begin is not None:
        parts.insert(0, np.ravel(array(to_begin)))
    if to_end is not None:
        parts.append(np.ravel(array(to_end)))
    dtype = np.result_type(raw(flat))
    parts = [part if part.dtype == dtype else part.astype(dtype) for part in parts]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _trapezoid(y: Array, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    y = array(y)
    axis = int(axis) % y.ndim
    if x is None:
        width = dx
    else:
        x = array(x)
        width = np.diff(x, axis=axis if x.ndim > 1 else -1)
        if x.ndim == 1:
            width = np.reshape(width, (-1,) + (1,) * (y.ndim - axis - 1))
    later, earlier = y[_along(axis, slice(1, None))], y[_along(axis, slice(None, -1))]
    return np.sum(width * (later + earlier) / 2.0, axis=axis)


def _gradient(f: Array, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    f = array(f)
    axes = tuple(range(f.ndim)) if axis is None else normalize_axis_tuple(axis, f.ndim)
    if edge_order > 2:
        raise ValueError("'edge_order' greater than 2 not supported")
    spacings = _spacings(f, axes, varargs)
    exact = None
    if any(isinstance(v, Node) for v in varargs):
        # NumPy's formula where the points happen to be equidistant does not see them move.
        settings: Any = {"axis": axes, "edge_order": edge_order}
        exact = np.gradient(raw(f), *raw(varargs), **settings)
        exact = exact if isinstance(exact, tuple) else (exact,)
    slopes: list[Array] = []
    for i, h in zip(axes, spacings, strict=True):
        if f.shape[i] < edge_order + 1:
            raise ValueError(
                "Shape of array too small to calculate a numerical gradient, at least "
                "(edge_order + 1) elements are required."
            )
        slope = _slope(np.moveaxis(f, i, 0), h, edge_order)
        slope = np.moveaxis(slope if slope.dtype == f.dtype else slope.astype(f.dtype), 0, i)
        slopes.append(slope if exact is None else with_value(slope, exact[len(slopes)]))
    return slopes[0] if len(slopes) == 1 else tuple(slopes)


def _spacings(f: Array, axes: tuple[int, ...], given: tuple[Any, ...]) -> list[Any]:
    """For each axis one distance, or the array of them."""
    if not given:
        return [1.0] * len(axes)
    if len(given) == 1 and np.ndim(given[0]) == 0:
        return [given[0]] * len(axes)
    if len(given) != len(axes):
        raise TypeError("invalid number of arguments")
    spacings = []
    for i, x in zip(axes, given, strict=True):
        if np.ndim(x) == 0:
            spacings.append(x)
            continue
        x = array(x)
        if x.ndim != 1:
            raise ValueError("distances must be either scalars or 1d")
        if len(x) != f.shape[i]:
            raise ValueError(
                "when 1d, distances must match the length of the corresponding dimension"
            )
        steps = np.diff(x if x.dtype.kind in "fc" else x.astype(float))
        equidistant = not isinstance(x, Node) and bool((steps == steps[0]).all())
        spacings.append(steps[0] if equidistant else steps)
    return spacings


def _slope(f: Array, h: Any, edge_order: int) -> Array:
    """The differences along the first axis: central inside, one-sided at the edges."""
    if np.ndim(h) == 0:
        inside = (f[2:] - f[:-2]) / (2.0 * h)
        if edge_order == 1:
            first, last = (f[1] - f[0]) / h, (f[-1] - f[-2]) / h
        else:
            first = -1.5 / h * f[0] + 2.0 / h * f[1] + -0.5 / h * f[2]
            last = 0.5 / h * f[-3] + -2.0 / h * f[-2] + 1.5 / h * f[-1]
        return np.concatenate([first[None], inside, last[None]])
    h1, h2 = (np.reshape(part, (-1,) + (1,) * (f.ndim - 1)) for part in (h[:-1], h[1:]))
    a, b, c = -h2 / (h1 * (h1 + h2)), (h2 - h1) / (h1 * h2), h1 / (h2 * (h1 + h2))
    inside = a * f[:-2] + b * f[1:-1] + c * f[2:]
    if edge_order == 1:
        first, last = (f[1] - f[0]) / h[0], (f[-1] - f[-2]) / h[-1]
        return np.concatenate([first[None], inside, last[None]])
    h1, h2 = h[0], h[1]
    a = -(2.0 * h1 + h2) / (h1 * (h1 + h2))
    b, c = (h1 + h2) / (h1 * h2), -h1 / (h2 * (h1 + h2))
    first = a * f[0] + b * f[1] + c * f[2]
    h1, h2 = h[-2], h[-1]
    a, b = h2 / (h1 * (h1 + h2)), -(h2 + h1) / (h1 * h2)
    c = (2.0 * h2 + h1) / (h2 * (h1 + h2))
    last = a * f[-3] + b * f[-2] + c * f[-1]
    return np.concatenate([first[None], inside, last[None]])


def _unwrap(
    _x: Spec, _y: Spec, discont: Any = None, axis: int = -1, period: float = 2 * math.pi
) -> LinearMap:
    """Multiples of the period are added, which are constant."""
    return ONE


composite(np.diff, _diff)
composite(np.ediff1d, _ediff1d)
composite(np.trapezoid, _trapezoid)
composite(np.gradient, _gradient)
rule(np.unwrap, _unwrap)
