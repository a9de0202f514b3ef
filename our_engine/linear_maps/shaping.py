"""Maps that sum, repeat and rearrange: sums, broadcasts, reshapes, permutations."""

from __future__ import annotations

import math

import numpy as np

from our_engine.stand_in import StandIn
from our_engine.types import Array, Cotangent, Shape

from .base import LinearMap
from .masked import Masked

Axes = int | tuple[int, ...] | None
_SMALL = 4096


class Sum(LinearMap):
    """The sum over `axis` of arrays of shape `in_shape`."""

    __slots__ = ("axes", "in_shape", "keepdims")
    takes_masked = True

    def __init__(self, in_shape: Shape, axis: Axes = None, keepdims: bool = False) -> None:
        """Sum over all axes (None), one, or a tuple of them."""
        self.in_shape = in_shape
        self.axes = normalized_axes(axis, len(in_shape))
        self.keepdims = keepdims

    def apply(self, v: Array) -> Array:
        """The sums."""
        return np.sum(v, axis=self.axes, keepdims=self.keepdims)

    def pull(self, u: Cotangent) -> Cotangent:
        """U spread over the summed axes, as a read-only view."""
        if isinstance(u, (float, np.generic)):
            return spread(u, self.in_shape)
        if type(u) is Masked:
            return u.moved(self.pull)
        if not self.keepdims and self.axes:
            u = np.reshape(u, self._kept())
        return np.broadcast_to(u, self.in_shape)

    def stacked(self, count: int) -> LinearMap:
        """The sum over the same axes of each row."""
        axes = tuple(a + 1 for a in self.axes)
        return Sum((count, *self.in_shape), axes, self.keepdims)

    fresh = False

    def _kept(self) -> Shape:
        return tuple(1 if i in self.axes else n for i, n in enumerate(self.in_shape))

    def transpose(self) -> LinearMap:
        """The spreading."""
        kept = self._kept()
        spread = Broadcast(kept, self.in_shape)
        return spread if self.keepdims else spread @ Reshape(self.out_shape(), kept)

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The shape without the summed axes."""
        if self.keepdims:
            return self._kept()
        return tuple(n for i, n in enumerate(self.in_shape) if i not in self.axes)


class Broadcast(LinearMap):
    """NumPy's broadcasting of arrays of `in_shape` to `to_shape`; the transpose sums."""

    __slots__ = ("in_shape", "to_shape")
    fresh = False
    takes_masked = True

    def __init__(self, in_shape: Shape, to_shape: Shape) -> None:
        """Broadcast from one shape to another."""
        self.in_shape = in_shape
        self.to_shape = to_shape

    def apply(self, v: Array) -> Array:
        """V broadcast, as a read-only view."""
        return np.broadcast_to(v, self.to_shape)

    def pull(self, u: Cotangent) -> Cotangent:
        """The sum of u over the axes along which v was repeated."""
        if type(u) is Masked:
            mask = unbroadcast(u.mask, self.in_shape) > 0
            return Masked(unbroadcast(u.value, self.in_shape), mask)
        return unbroadcast(u, self.in_shape)

    def stacked(self, count: int) -> LinearMap:
        """The broadcast of the rows, with new axes put after that of the stack."""
        lead = (1,) * (len(self.to_shape) - len(self.in_shape))
        spread = Broadcast((count, *lead, *self.in_shape), (count, *self.to_shape))
        return spread @ Reshape((count, *self.in_shape), spread.in_shape) if lead else spread

    def transpose(self) -> LinearMap:
        """The sum over the repeated axes."""
        lead = len(self.to_shape) - len(self.in_shape)
        stretched = tuple(
            lead + i for i, n in enumerate(self.in_shape) if n == 1 and self.to_shape[lead + i] != 1
        )
        total = Sum(self.to_shape, tuple(range(lead)) + stretched, keepdims=True)
        return Reshape(total.out_shape(), self.in_shape) @ total

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The shape broadcast to."""
        return self.to_shape


class Reshape(LinearMap):
    """The same numbers in the same order, in another shape."""

    __slots__ = ("in_shape", "to_shape")
    fresh = False
    takes_masked = True

    def __init__(self, in_shape: Shape, to_shape: Shape) -> None:
        """Reshape from one shape to another, by rows."""
        self.in_shape = in_shape
        self.to_shape = to_shape

    def apply(self, v: Array) -> Array:
        """V in the other shape, as a view where NumPy can."""
        return np.reshape(v, self.to_shape)

    def pull(self, u: Cotangent) -> Cotangent:
        """U in the shape of the input."""
        if type(u) is Masked:
            return u.moved(lambda v: np.reshape(v, self.in_shape))
        return np.reshape(u, self.in_shape)

    def stacked(self, count: int) -> LinearMap:
        """The reshape of the rows."""
        return Reshape((count, *self.in_shape), (count, *self.to_shape))

    def transpose(self) -> LinearMap:
        """The reshape back."""
        return Reshape(self.to_shape, self.in_shape)

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The other shape."""
        return self.to_shape


class Permute(LinearMap):
    """The permutation of axes: axis i of the output is axis `axes[i]` of the input."""

    __slots__ = ("axes",)
    fresh = False
    takes_masked = True

    def __init__(self, axes: tuple[int, ...]) -> None:
        """Permute by non-negative axes."""
        self.axes = axes

    def apply(self, v: Array) -> Array:
        """V with its axes permuted, as a view."""
        return np.transpose(v, self.axes)

    def stacked(self, count: int) -> LinearMap:
        """The permutation of the rows' axes."""
        return Permute((0, *(a + 1 for a in self.axes)))

    def transpose(self) -> Permute:
        """The inverse permutation."""
        return Permute(tuple(sorted(range(len(self.axes)), key=self.axes.__getitem__)))

    def pull(self, u: Cotangent) -> Cotangent:
        """U with its axes permuted back."""
        if type(u) is Masked:
            return u.moved(self.pull)
        return np.transpose(u, self.transpose().axes)

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The permuted shape."""
        shape = self.domain(in_shape)
        return tuple(shape[i] for i in self.axes)


def unbroadcast(u: Array, shape: Shape) -> Array:
    """The sum of u over the axes along which an array of `shape` was broadcast to u's."""
    if getattr(u, "shape", ()) == shape:
        return u
    lead = u.ndim - len(shape)
    axes = tuple(range(lead)) + tuple(
        lead + i for i, n in enumerate(shape) if n == 1 and u.shape[lead + i] != 1
    )
    total = np.sum(u, axis=axes)
    return total if total.shape == shape else np.reshape(total, shape)


def spread(u: Array, shape: Shape) -> Array:
    """The number u in every place of `shape`, by strides of zero: np.broadcast_to, at a tenth.

    A small array is filled instead, so that a sweep may multiply into it.
    """
    if isinstance(u, StandIn):
        return np.broadcast_to(u, shape)
    size = math.prod(shape)
    if size <= _SMALL:
        full = np.empty(shape, type(u))
        full.fill(u)
        return full
    u = np.asarray(u)
    view = np.ndarray(shape, u.dtype, u, 0, (0,) * len(shape))
    view.flags.writeable = False
    return view


def normalized_axes(axis: Axes, ndim: int) -> tuple[int, ...]:
    """Non-negative axes, as a tuple; all of them for None."""
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, tuple):
        return tuple(int(a) % ndim for a in axis)
    return (int(axis) % ndim,) if ndim else ()
