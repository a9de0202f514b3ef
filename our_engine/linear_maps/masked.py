"""Cotangents that are zero by structure on part of their elements."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from our_engine.stand_in import StandIn, stand_in
from our_engine.types import Array, Cotangent, Shape

_PLAIN = (np.ndarray, np.generic, float, int, complex)


class Placed(NamedTuple):
    """Numbers u that belong at `index`; `unique` says that no element is there twice."""

    u: Array
    index: Any
    unique: bool


class Masked:
    """A cotangent that is zero by structure wherever `mask` is False.

    It comes from a branch that was not taken, or from elements that were not selected. Unlike a
    zero that was computed, it annihilates an infinite or undefined factor: where(x > 0, log(x), 0)
    and log(x)[x > 0] have derivative 0 at x = 0, not NaN.

    What an index selected waits as it came, and is put in its place when the whole array is asked
    for. So a loop over x[i] costs a number a step and not an array; never do more numbers wait
    than the array has elements.
    """

    __slots__ = ("_mask", "_value", "count", "settled", "shape", "waiting")

    def __init__(self, value: Array, mask: Array | None) -> None:
        """A value that is zero outside the boolean mask of the same shape; None is all True."""
        self.shape: Shape = getattr(value, "shape", ())
        self.settled: tuple[Array, Array | None] | None = (value, mask)
        self.waiting: Any = ()
        self.count = 0
        self._value: Array = value
        self._mask: Array = mask

    @classmethod
    def scattered(cls, u: Array, shape: Shape, index: Any, unique: bool) -> Masked:
        """An array of `shape` that is u at `index`, and zero by structure elsewhere."""
        return cls._pending(shape, None, Placed(u, index, unique), math.prod(np.shape(u)))

    @classmethod
    def _pending(cls, shape: Shape, settled: Any, waiting: Any, count: int) -> Masked:
        new: Masked = object.__new__(cls)
        new.shape = shape
        new.settled = settled
        new.waiting = waiting
        new.count = count
        new._value = new._mask = None
        if count > math.prod(shape):
            new.settled = (new.value, None if new.mask.all() else new.mask)
            new.waiting = ()
            new.count = 0
        return new

    @property
    def value(self) -> Array:
        """The array, zero where the mask is False."""
        if self._value is None:
            self._value = self._total()
        return self._value

    @property
    def mask(self) -> Array:
        """True where the value is not zero by structure."""
        if self._mask is None:
            if self.settled is not None and self.settled[1] is None:
                self._mask = np.ones(self.shape, bool)
            else:
                mask = np.zeros(self.shape, bool)
                if self.settled is not None:
                    mask |= self.settled[1]
                for placed in _each(self.waiting):
                    mask = mask | covered(self.shape, placed.index)
                self._mask = mask
        return self._mask

    def scaled(self, d: Array) -> Cotangent:
        """This times d, which may be anything where the mask is False."""
        if self.settled is None:
            if np.ndim(d) == 0:
                return self.mapped(lambda u: d * u)
            if np.shape(d) != self.shape:
                d = np.broadcast_to(d, self.shape)
            return self._each_mapped(lambda placed: d[placed.index] * placed.u)
        product = d * self.value
        if self.settled[1] is None:
            return product
        if type(product) is np.ndarray:
            np.copyto(product, 0, where=~self.mask)
        else:
            product = np.where(self.mask, product, 0)
        return Masked(product, self.mask)

    def mapped(self, f: Callable[[Array], Array]) -> Masked:
        """This with f applied, which is linear and acts element by element (a cast, a sign)."""
        if self.settled is None:
            return self._each_mapped(lambda placed: f(placed.u))
        return Masked(f(self.value), self.mask)

    def moved(self, f: Callable[[Array], Array]) -> Masked:
        """This with f applied, which moves and repeats elements (a reshape, a broadcast)."""
        return Masked(f(self.value), f(self.mask))

    def _each_mapped(self, f: Callable[[Placed], Array]) -> Masked:
        waiting = [Placed(f(placed), *placed[1:]) for placed in _each(self.waiting)]
        return Masked._pending(self.shape, None, waiting, self.count)

    def plus(self, other: Cotangent) -> Cotangent:
        """The sum; masked where both are."""
        if type(other) is not Masked:
            if not self.count or np.shape(other) != self.shape:
                return self.value + other
            other = Masked(other, None)
        a, b = self.settled, other.settled
        settled = a or b
        if a and b:
            settled = (a[0] + b[0], _either(a[1], b[1]))
        if settled and not self.count and not other.count:
            return Masked(*settled)
        waiting = [self.waiting, other.waiting]
        return Masked._pending(self.shape, settled, waiting, self.count + other.count)

    __add__ = plus  # of a scalar, whose cotangents the sweep adds without asking what they are

    def _total(self) -> Array:
        total = None if self.settled is None else self.settled[0]
        terms = list(_each(self.waiting))
        values = [placed.u for placed in terms] + ([] if total is None else [total])
        if not all(isinstance(u, _PLAIN) and not isinstance(u, StandIn) for u in values) or any(
            stand_in(placed.index) is not None for placed in terms
        ):
            # Of a traced cotangent: the sum is to be recorded.
            from .gathering import scatter

            for u, index, unique in terms:
                term = scatter(u, self.shape, index, unique)
                total = term if total is None else total + term
            return total
        dtype = np.result_type(*values)
        array = np.zeros(self.shape, dtype) if total is None else np.array(total, dtype)
        for u, index, unique in terms:
            if unique:
                array[index] += u
            else:
                np.add.at(array, index, u)
        return array


def covered(shape: Shape, index: Any, mask: Any = True) -> Array:
    """Booleans of `shape`: True at `index`, or where `mask` is True there."""
    stood = stand_in(index, mask)
    if stood is not None:
        return stood.through(covered, shape, index, mask)
    found = np.zeros(shape, bool)
    if mask is True:
        found[index] = True
    else:
        np.logical_or.at(found, index, mask)
    return found


def _each(waiting: Any) -> Iterator[Placed]:
    """What waits, from a nest of lists however deep."""
    stack = [waiting]
    while stack:
        item = stack.pop()
        if type(item) is Placed:
            yield item
        else:
            stack.extend(reversed(item))


def _either(a: Array | None, b: Array | None) -> Array | None:
    """The union of two masks, of which None is all True."""
    if a is None or b is None:
        return None
    return a if a is b else a | b


def plain(u: Cotangent) -> Cotangent:
    """The array of a cotangent, without the knowledge of its structural zeros."""
    return u.value if type(u) is Masked else u


def plus(a: Cotangent, b: Cotangent) -> Cotangent:
    """The sum of two cotangents, of which None is zero and either may be masked."""
    if a is None or b is None:
        return b if a is None else a
    if type(a) is Masked:
        return a.plus(b)
    return b.plus(a) if type(b) is Masked else a + b
