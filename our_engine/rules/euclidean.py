"""The Euclidean norm: its direction, and what multiples of that become at the origin."""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import (
    NEGATIVE,
    ONE,
    ZERO,
    Broadcast,
    Cast,
    LinearMap,
    Operator,
    Real,
    Scale,
    Sum,
)
from our_engine.linear_maps.diagonal import real_dtype
from our_engine.node import Node, raw
from our_engine.primitives import rule
from our_engine.types import Array
from our_engine.undetermined import meet

from .ties import at_zero, infinitesimal, response

Axes = tuple[int, ...]


def euclidean_rule(x: Array, y: Array, axis: Any = None, keepdims: bool = False) -> LinearMap:
    """dy = Re sum(conj(x) dx) / y; 0 at the origin.

    Forward, the 0 is a number too small to count times the length of dx: it remembers the
    direction, which the second derivative of y^2 asks for.
    """
    total = Sum(x.shape, axis, bool(keepdims))
    axes = total.axes
    zero = ~raw(x).astype(bool).any(axis=axes, keepdims=True)
    full = np.shape(zero)

    def push(v: Array) -> Array:
        along = np.sum(np.real(np.conj(direction(x, axes=axes)) * v), axis=axes, keepdims=keepdims)
        if not zero.any():
            return along
        if isinstance(x, Node):
            meet()
        length = np.sqrt(np.sum(np.abs(raw(v)) ** 2, axis=axes, keepdims=True))
        tiny = np.where(zero, length * infinitesimal(length.dtype), 0)
        return along + np.reshape(tiny, np.shape(along))

    def pull(u: Array) -> Array:
        u = np.reshape(u, full)
        if not isinstance(x, Node):
            return np.conj(direction(x, axes=axes)) * u
        return np.conj(radial(x, u, limit_at_zero(y, u, zero), axes=axes))

    return Operator(push, pull, x.shape, x.size)


def limit_at_zero(y: Array, u: Array, zero: Array) -> Array:
    """What u / y tends to where y is 0: the derivative of u by y."""
    if not zero.any():
        return np.zeros(zero.shape)
    moved = response(y, u, at_zero)
    if moved is None:
        return np.zeros(zero.shape)
    rise, run = (np.reshape(m, zero.shape).astype(float) for m in moved)
    return np.where(zero, np.divide(rise, run, out=np.zeros_like(rise), where=run != 0), 0)


def _scaled(x: Array, axes: Axes) -> tuple[Array, Array, Array]:
    """x = z most with the length of z between 1 and sqrt(n), or 0: (z, its length, most)."""
    most = np.max(np.abs(raw(x)), axis=axes, keepdims=True, initial=0)
    usable = (most > 0) & np.isfinite(most)
    most = np.where(usable, most, 1)
    z = x / most
    square = np.sum(np.real(np.conj(z) * z), axis=axes, keepdims=True)
    return z, np.sqrt(np.where(usable, square, 1)), most


def _direction(x: Array, axes: Axes = ()) -> Array:
    """X over its length, 0 at the origin; no power over- or underflows."""
    z, length, _ = _scaled(x, axes)
    return z / length


def _direction_rule(x: Array, y: Array, axes: Axes = ()) -> LinearMap:
    """dn = (dx - n Re <n, dx>) / |x|; not known at the origin."""
    _, length, most = _scaled(x, axes)
    zero = ~raw(x).astype(bool).any(axis=axes, keepdims=True)
    inverse = np.where(zero, np.nan, 1 / length / most)
    return Scale(np.broadcast_to(inverse, x.shape)) @ _across(x, y, axes)


def _radial(x: Array, u: Array, limit: Array, axes: Axes = ()) -> Array:
    """The direction of x times u; `limit` is read by its derivative."""
    return direction(x, axes=axes) * u


def _radial_by_vector(x: Array, u: Array, limit: Array, _y: Any, axes: Axes = ()) -> LinearMap:
    """u/|x| (dx - n Re <n, dx>), with the limit of u/|x| at the origin."""
    _, length, most = _scaled(x, axes)
    zero = ~raw(x).astype(bool).any(axis=axes, keepdims=True)
    limit = np.where(raw(u) == 0, limit, np.nan).astype(real_dtype(x.dtype))
    ratio = np.where(zero, limit, u / length / most)
    return Scale(np.broadcast_to(ratio, x.shape)) @ _across(x, direction(x, axes=axes), axes)


def _radial_by_size(x: Array, u: Array, limit: Array, _y: Any, axes: Axes = ()) -> LinearMap:
    spread: LinearMap = Broadcast(np.shape(u), x.shape)
    if x.dtype.kind == "c":
        spread = spread @ Cast(real_dtype(x.dtype), x.dtype)
    return Scale(direction(x, axes=axes)) @ spread


def _across(x: Array, n: Array, axes: Axes) -> LinearMap:
    """v -> v - n Re <n, v>: the part of v across the direction n."""
    total: LinearMap = Sum(x.shape, axes, keepdims=True)
    back: LinearMap = Broadcast(total.out_shape(), x.shape)
    if x.dtype.kind == "c":
        total = Real(x.dtype) @ total
        back = back @ Cast(real_dtype(x.dtype), x.dtype)
    return ONE + NEGATIVE @ Scale(n) @ back @ total @ Scale(np.conj(n))


direction = rule(_direction, _direction_rule, name="direction")
radial = rule(_radial, _radial_by_vector, _radial_by_size, ZERO, name="norm")
