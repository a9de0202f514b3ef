"""Rules of arrays made from endpoints, from a diagonal, or from powers; triangles of matrices."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import Broadcast, Gather, LinearMap, Permute, Reshape, Scale, Select
from our_engine.primitives import Spec, composite, constant, rule
from our_engine.recording import Node, raw
from our_engine.types import Array

from .arguments import cast, refuse


def _steps(num: int, endpoint: bool) -> Array:
    """The places of the points between 0 and 1."""
    intervals = num - 1 if endpoint else num
    return np.arange(num) / max(intervals, 1)


def _points(x: Spec, y: Spec, factor: Array, axis: int) -> LinearMap:
    """The factor, shape (num, ...), of an endpoint that all points of its place share."""
    axis = int(axis) % y.ndim
    spread = (y.shape[axis], *y.shape[:axis], *y.shape[axis + 1 :])
    back = Permute((*range(1, axis + 1), 0, *range(axis + 1, y.ndim)))
    if np.shape(factor) != spread:
        factor = np.broadcast_to(np.reshape(factor, (-1,) + (1,) * (y.ndim - 1)), spread)
    return back @ Scale(factor) @ Broadcast(x.shape, spread) @ cast(x, y)


def _start(
    _a: Spec, _b: Spec, _y: Spec, num: int = 50, endpoint: bool = True, axis: int = 0
) -> LinearMap:
    weights = (1.0 - _steps(num, endpoint)).astype(_y.dtype)
    return _points(Spec(_a), _y, weights, axis)


def _stop(
    _a: Spec, _b: Spec, _y: Spec, num: int = 50, endpoint: bool = True, axis: int = 0
) -> LinearMap:
    return _points(Spec(_b), _y, _steps(num, endpoint).astype(_y.dtype), axis)


def _linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    refuse("linspace", dtype=dtype, device=None if device == "cpu" else device)
    points = _linear(start, stop, num=num, endpoint=endpoint, axis=axis)
    if not retstep:
        return points
    intervals = num - 1 if endpoint else num
    return points, np.subtract(stop, start) / (intervals if intervals > 0 else math.nan)


_linear: Callable[..., Any] = rule(
    lambda start, stop, num=50, endpoint=True, axis=0: np.linspace(
        start, stop, num, endpoint=endpoint, axis=axis
    ),
    _start,
    _stop,
    name="linspace",
)


def _geometric_start(
    a: Array, _b: Spec, y: Array, num: int = 50, endpoint: bool = True, axis: int = 0
) -> LinearMap:
    """y = a^(1 - t) b^t has the derivative (1 - t) y / a."""
    return _geometric(a, y, 1.0 - _steps(num, endpoint), axis)


def _geometric_stop(
    _a: Spec, b: Array, y: Array, num: int = 50, endpoint: bool = True, axis: int = 0
) -> LinearMap:
    return _geometric(b, y, _steps(num, endpoint), axis)


def _geometric(x: Array, y: Array, t: Array, axis: int) -> LinearMap:
    first = np.moveaxis(y, axis, 0)
    t = np.reshape(t, (-1,) + (1,) * (first.ndim - 1)).astype(raw(y).real.dtype)
    return _points(Spec(x), Spec(y), t * first / x, axis)


def _logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    refuse("logspace", dtype=dtype)
    if np.ndim(base):
        ndim = np.broadcast(raw(start), raw(stop), raw(base)).ndim
        start, stop, base = (
            np.reshape(x, (1,) * (ndim - np.ndim(x)) + np.shape(x)) for x in (start, stop, base)
        )
        base = np.expand_dims(base, axis)
    return np.power(base, np.linspace(start, stop, num, endpoint=endpoint, axis=axis))


def _diag(_x: Spec, _y: Spec, k: int = 0) -> LinearMap:
    if _x.ndim == 1:
        return _on_diagonal(_x, _y, k)
    return _diagonal_of(_x.shape[0], _x.shape[1], k)


def _diagonal_of(rows: int, columns: int, k: int) -> Gather:
    length = max(0, min(rows + min(k, 0), columns - max(k, 0)))
    along = np.arange(length)
    gather = Gather((rows, columns), (along - min(k, 0), along + max(k, 0)))
    gather.unique = True
    return gather


def _on_diagonal(_x: Spec, _y: Spec, k: int = 0) -> LinearMap:
    return _diagonal_of(_y.shape[0], _y.shape[1], k).T @ Reshape(_x.shape, (_x.size,))


def _triangle(_x: Spec, _y: Spec, lower: bool, k: int) -> LinearMap:
    mask = np.tri(_y.shape[-2], _y.shape[-1], k if lower else k - 1, dtype=bool)
    chosen = Select(np.broadcast_to(mask if lower else ~mask, _y.shape))
    return chosen if _x.shape == _y.shape else chosen @ Broadcast(_x.shape, _y.shape)


def _vander(x: Array, _y: Spec, N: int | None = None, increasing: bool = False) -> LinearMap:
    n = _y.shape[1]
    slope = np.vander(x, max(n - 1, 0), increasing=True) * np.arange(1.0, n).astype(x.dtype)
    slope = np.concatenate([np.zeros((x.size, min(n, 1)), x.dtype), slope], axis=1)
    columns = slope if increasing else slope[:, ::-1]
    return Scale(columns) @ Broadcast((x.size, 1), _y.shape) @ Reshape(x.shape, (x.size, 1))


def _full_like(
    a: Array,
    fill_value: Any,
    dtype: Any = None,
    order: Any = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    plain = raw(a)
    dtype = np.result_type(plain) if dtype is None else np.dtype(dtype)
    if not isinstance(fill_value, Node):
        return np.full_like(plain, fill_value, dtype, order, subok, shape, device=device)
    shape = np.shape(plain) if shape is None else tuple(int(n) for n in np.atleast_1d(shape))
    fill: Any = fill_value
    return np.broadcast_to(fill.astype(dtype), shape)


composite(np.linspace, _linspace)
rule(np.geomspace, _geometric_start, _geometric_stop)
composite(np.logspace, _logspace)
rule(np.diag, _diag)
rule(np.diagflat, _on_diagonal)
rule(np.tril, lambda _x, _y, k=0: _triangle(_x, _y, True, k))
rule(np.triu, lambda _x, _y, k=0: _triangle(_x, _y, False, k))
rule(np.vander, _vander)
composite(np.full_like, _full_like)
constant(np.zeros_like, np.ones_like, np.empty_like)
