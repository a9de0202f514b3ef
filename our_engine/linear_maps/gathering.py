"""Maps that take elements by an index, and the sums that are their transposes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from our_engine.node import Node
from our_engine.stand_in import stand_in
from our_engine.types import Array, Cotangent, Shape

from .base import LinearMap
from .masked import Masked, covered, plain
from .stacks import mapped_index


class Gather(LinearMap):
    """v -> v[index], for any NumPy index; elements that are taken twice add in the transpose."""

    __slots__ = ("in_shape", "index", "unique")
    # What is pulled back holds the cotangent until it is put in its place.
    fresh = False
    takes_masked = True

    def __init__(self, in_shape: Shape, index: Any) -> None:
        """Take `index` from arrays of shape `in_shape`."""
        self.in_shape = in_shape
        self.index = index
        self.unique = is_unique_index(index)

    def apply(self, v: Array) -> Array:
        """A copy of v[index]."""
        taken = (np.asarray(v) if type(v) is float else v)[self.index]
        return +taken if self.unique else taken

    def pull(self, u: Cotangent) -> Cotangent:
        """U added at the index, and zero by structure elsewhere."""
        if type(u) is Masked:
            mask = covered(self.in_shape, self.index, u.mask)
            return Masked(scatter(u.value, self.in_shape, self.index, self.unique), mask)
        if not self.in_shape:
            return scatter(u, self.in_shape, self.index, self.unique)
        return Masked.scattered(u, self.in_shape, self.index, self.unique)

    def stacked(self, count: int) -> LinearMap:
        """The same index in each row."""
        index = mapped_index(self.index)
        if index is None:
            return super().stacked(count)
        return Gather((count, *self.in_shape), index)

    def transpose(self) -> LinearMap:
        """The scattering sum."""
        return Scatter(self)

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """One True in each row."""
        size = math.prod(self.in_shape)
        places = np.arange(size).reshape(self.in_shape)[self.index].reshape(-1)
        pattern = np.zeros((places.size, size), bool)
        pattern[np.arange(places.size), places] = True
        return pattern

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The shape of v[index]."""
        return tuple(np.broadcast_to(0, self.in_shape)[self.index].shape)


class Scatter(LinearMap):
    """The transpose of a gather: u -> zeros with u added at the index."""

    __slots__ = ("gather", "in_shape")
    takes_masked = True

    def __init__(self, gather: Gather) -> None:
        """The transpose of `gather`."""
        self.gather = gather
        self.in_shape = gather.out_shape()

    def apply(self, v: Array) -> Array:
        """Zeros with v added at the index."""
        return plain(self.gather.pull(v))

    def pull(self, u: Cotangent) -> Cotangent:
        """u[index]."""
        if type(u) is Masked:
            return Masked(self.gather.apply(u.value), u.mask[self.gather.index])
        return self.gather.apply(u)

    def stacked(self, count: int) -> LinearMap:
        """The transpose of the stacked gather."""
        return self.gather.stacked(count).transpose()

    def transpose(self) -> LinearMap:
        """The gather."""
        return self.gather

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """One True in each column."""
        return self.gather.pattern().T

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The shape gathered from."""
        return tuple(self.gather.in_shape)


def scatter(u: Array, shape: Shape, index: Any, unique: bool) -> Array:
    """Zeros of `shape` with u added at `index`; traced if u is."""
    stood = stand_in(u, index)
    if stood is not None and not isinstance(u, Node):
        return stood.through(scatter, u, shape, index, unique)
    if not isinstance(u, (np.ndarray, np.generic, float, int, complex)):
        return traced_scatter(u, shape, index)
    total = np.zeros(shape, np.result_type(u))
    if unique:
        total[index] = u
    else:
        np.add.at(total, index, u)
    return total


def traced_scatter(u: Array, shape: Shape, index: Any) -> Array:
    """The scattering sum of a traced u: the engine's own primitive, bound by `rules.indexing`."""
    from our_engine.rules.indexing import scatter_add

    return scatter_add(u, shape=shape, index=index)


def is_unique_index(index: Any) -> bool:
    """Whether no element can be taken twice: slices, integers, and boolean masks."""
    parts = index if type(index) is tuple else (index,)
    return all(
        p is None
        or p is Ellipsis
        or isinstance(p, (int, slice, np.integer, np.bool_))
        or (isinstance(p, np.ndarray) and p.dtype == bool)
        for p in parts
    )
