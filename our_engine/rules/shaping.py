"""Rules of functions that rearrange, repeat and join arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import Broadcast, Cast, Gather, LinearMap, Permute, Reshape
from our_engine.linear_maps.shaping import normalized_axes
from our_engine.primitives import Spec, composite, constant, each, rule
from our_engine.types import Array


def _reshape(_x: Spec, _y: Spec, shape: Any = None, order: str = "C") -> LinearMap:
    if order == "F":
        # By columns: reverse the axes, reshape by rows, reverse again.
        turn_in = Permute(tuple(range(_x.ndim))[::-1])
        turn_out = Permute(tuple(range(_y.ndim))[::-1])
        return turn_out @ Reshape(_x.shape[::-1], _y.shape[::-1]) @ turn_in
    return Reshape(_x.shape, _y.shape)


def _as(_x: Spec, _y: Spec, axis: Any = None) -> LinearMap:
    return Reshape(_x.shape, _y.shape)


def _transpose(_x: Spec, _y: Spec, axes: Any = None) -> LinearMap:
    if axes is None:
        return Permute(tuple(range(_x.ndim))[::-1])
    return Permute(tuple(int(a) % _x.ndim for a in axes))


def _swapaxes(_x: Spec, _y: Spec, axis1: int = 0, axis2: int = 0) -> LinearMap:
    axes = list(range(_x.ndim))
    i, j = axis1 % _x.ndim, axis2 % _x.ndim
    axes[i], axes[j] = axes[j], axes[i]
    return Permute(tuple(axes))


def _moveaxis(_x: Spec, _y: Spec, source: Any = 0, destination: Any = 0) -> LinearMap:
    froms = normalized_axes(tuple(np.atleast_1d(source)), _x.ndim)
    tos = normalized_axes(tuple(np.atleast_1d(destination)), _x.ndim)
    axes = [a for a in range(_x.ndim) if a not in froms]
    for to, source_axis in sorted(zip(tos, froms, strict=True)):
        axes.insert(to, source_axis)
    return Permute(tuple(axes))


def _concatenate(k: int, _xs: Any, _y: Spec, axis: Any = 0) -> LinearMap:
    if axis is None:
        start = sum(x.size for x in _xs[:k])
        place = Gather(_y.shape, slice(start, start + _xs[k].size)).T
        return place @ Reshape(_xs[k].shape, (_xs[k].size,))
    axis %= _y.ndim
    start = sum(x.shape[axis] for x in _xs[:k])
    index = (slice(None),) * axis + (slice(start, start + _xs[k].shape[axis]),)
    return _cast(_xs[k], _y, Gather(_y.shape, index).T)


def _stack(k: int, _xs: Any, _y: Spec, axis: int = 0) -> LinearMap:
    axis %= _y.ndim
    return _cast(_xs[k], _y, Gather(_y.shape, (slice(None),) * axis + (k,)).T)


def _cast(x: Spec, y: Spec, place: LinearMap) -> LinearMap:
    return place if x.dtype == y.dtype else place @ Cast(x.dtype, y.dtype)


def _astype(x: Array, dtype: Any = None) -> Any:
    return np.asarray(x).astype(dtype) if not hasattr(x, "astype") else x.astype(dtype)


def _full_like(a: Array, fill_value: Any, dtype: Any = None, **_: Any) -> Any:
    return np.ones(np.shape(a), dtype or a.dtype) * fill_value


rule(np.reshape, _reshape)
rule(np.ravel, lambda _x, _y, order="C": _reshape(_x, _y, order=order))
rule(np.expand_dims, _as)
rule(np.squeeze, _as)
rule(np.transpose, _transpose)
rule(np.permute_dims, _transpose)
rule(np.matrix_transpose, lambda _x, _y: _swapaxes(_x, _y, -1, -2))
rule(np.swapaxes, _swapaxes)
rule(np.moveaxis, _moveaxis)
rule(np.broadcast_to, lambda _x, _y, shape=None: Broadcast(_x.shape, _y.shape))
rule(np.concatenate, each(_concatenate), sequence=True)
rule(np.stack, each(_stack), sequence=True)
astype = rule(_astype, lambda _x, _y, dtype=None: Cast(_x.dtype, _y.dtype))
rule(
    np.astype,
    lambda _x, _y, dtype=None: Cast(_x.dtype, _y.dtype),
    bind=lambda x, dtype, **_: ((x,), {"dtype": np.dtype(dtype)}),
    evaluate=_astype,
)
rule(np.copy, lambda _x, _y: Reshape(_x.shape, _y.shape))

composite(np.full_like, _full_like)
constant(np.shape, np.ndim, np.size, np.zeros_like, np.ones_like, np.empty_like)
