"""The linear map as data: what every local Jacobian is.

The convention, for real and complex numbers alike. Tangents and cotangents are paired by

    <u, v> = Re(sum(u * v))            without conjugation,

every map is linear over the reals, and `transpose` is with respect to that pairing. Scaling by d
is therefore its own transpose, also for complex d. For a real f of a complex z = x + iy the
gradient is df/dx - i df/dy, as in JAX and autograd: step along its conjugate to go uphill.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.types import Array, Cotangent, Shape

from .masked import plain


class LinearMap:
    """A linear map between arrays; subclasses hold what it takes to apply it, never its matrix.

    `in_shape` and `out_shape` are None where the map fits any shape (`ONE`, `Scale` by a number);
    then `matrix`, `pattern` and `flops` take the shape of the argument. `fresh` says that `apply`
    and `pull` return memory that nobody else holds, so that a sweep may accumulate into it;
    `takes_masked`, that `pull` knows what to do with a `Masked` cotangent: others get its array.
    """

    __slots__ = ()
    fresh = True
    takes_masked = False
    in_shape: Any = None

    def apply(self, v: Array) -> Array:
        """J v: the tangent of the output for the tangent v of the input."""
        raise NotImplementedError

    def transpose(self) -> LinearMap:
        """The map u -> J^T u."""
        raise NotImplementedError

    def pull(self, u: Cotangent) -> Cotangent:
        """J^T u: the cotangent of the input for the cotangent u of the output."""
        return self.transpose().apply(u)

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The shape of `apply(v)` for a v of shape `in_shape`."""
        shape = self.domain(in_shape)
        return tuple(np.shape(self.apply(np.zeros(shape))))

    def domain(self, in_shape: Shape | None = None) -> Shape:
        """The shape of the argument: the map's own, else `in_shape`."""
        shape: Shape | None = in_shape if self.in_shape is None else self.in_shape
        if shape is None:
            raise ValueError(
                f"{type(self).__name__} fits arrays of any shape; say which: matrix(in_shape)"
            )
        return shape

    def matrix(self, in_shape: Shape | None = None) -> Array:
        """The Jacobian as a matrix, shape (size of output, size of input), flattened by rows."""
        shape = self.domain(in_shape)
        size = math.prod(shape)
        columns = []
        for j in range(size):
            e_j = np.zeros(size)
            e_j[j] = 1.0
            columns.append(np.reshape(self.apply(e_j.reshape(shape)), -1))
        if not columns:
            return np.zeros((math.prod(self.out_shape(shape)), 0))
        return np.stack(columns, axis=1)

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """Booleans of `matrix`'s shape: False where the entry is zero by structure."""
        return self.matrix(in_shape) != 0

    def flops(self, in_shape: Shape | None = None) -> int:
        """Scalar multiplications that one `apply` takes; moving and adding numbers is free."""
        self.domain(in_shape)
        return 0

    @property
    def T(self) -> LinearMap:
        """The transpose."""
        return self.transpose()

    def __matmul__(self, other: LinearMap) -> LinearMap:
        """The composition: `self` after `other`."""
        if self is ONE or other is ZERO:
            return other
        if other is ONE or self is ZERO:
            return self
        left = self.maps if isinstance(self, Compose) else (self,)
        right = other.maps if isinstance(other, Compose) else (other,)
        return Compose(*left, *right)

    def __add__(self, other: LinearMap) -> LinearMap:
        """The sum of two maps of equal domain and codomain."""
        if self is ZERO:
            return other
        if other is ZERO:
            return self
        return Add(self, other)

    def __neg__(self) -> LinearMap:
        """The map v -> -(J v)."""
        return NEGATIVE @ self


class Zero(LinearMap):
    """The zero map. It applies to None, the zero that costs nothing: 0 * inf is not met."""

    __slots__ = ()

    def apply(self, v: Array) -> Array:
        """None, which both sweeps read as zero."""
        return None

    def transpose(self) -> LinearMap:
        """Itself."""
        return self


class One(LinearMap):
    """The identity on arrays of any shape."""

    __slots__ = ()
    fresh = False
    takes_masked = True

    def apply(self, v: Array) -> Array:
        """The very v."""
        return v

    def pull(self, u: Cotangent) -> Cotangent:
        """The very u."""
        return u

    def transpose(self) -> LinearMap:
        """Itself."""
        return self

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The shape of the argument."""
        return self.domain(in_shape)

    def matrix(self, in_shape: Shape | None = None) -> Array:
        """The identity matrix."""
        return np.eye(math.prod(self.domain(in_shape)))


class Negative(LinearMap):
    """v -> -v."""

    __slots__ = ()

    def apply(self, v: Array) -> Array:
        """-v."""
        return -v

    def pull(self, u: Cotangent) -> Cotangent:
        """-u."""
        return -u

    def transpose(self) -> LinearMap:
        """Itself."""
        return self


class Compose(LinearMap):
    """J_1 J_2 ... J_n: the last is applied first."""

    __slots__ = ("fresh", "in_shape", "maps")
    takes_masked = True

    def __init__(self, *maps: LinearMap) -> None:
        """Compose the maps, written as in a formula: the outermost first."""
        self.maps = maps
        self.fresh = any(m.fresh for m in maps)
        self.in_shape = maps[-1].in_shape

    def apply(self, v: Array) -> Array:
        """J_1(J_2(... J_n v))."""
        for m in reversed(self.maps):
            v = m.apply(v)
            if v is None:
                return None
        return v

    def pull(self, u: Cotangent) -> Cotangent:
        """J_n^T(... (J_1^T u))."""
        for m in self.maps:
            u = m.pull(u if m.takes_masked else plain(u))
            if u is None:
                return None
        return u

    def transpose(self) -> LinearMap:
        """J_n^T ... J_1^T."""
        return Compose(*(m.transpose() for m in reversed(self.maps)))

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The shape after all maps."""
        shape = self.domain(in_shape)
        for m in reversed(self.maps):
            shape = m.out_shape(shape)
        return shape

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """The boolean product: true where any path leads from input to output."""
        shape = self.domain(in_shape)
        total = None
        for m in reversed(self.maps):
            factor = m.pattern(shape)
            total = factor if total is None else factor @ total
            shape = m.out_shape(shape)
        return total

    def flops(self, in_shape: Shape | None = None) -> int:
        """The sum over the maps."""
        shape = self.domain(in_shape)
        count = 0
        for m in reversed(self.maps):
            count += m.flops(shape)
            shape = m.out_shape(shape)
        return count


class Add(LinearMap):
    """J_1 + J_2 + ..., all of one domain and one codomain."""

    __slots__ = ("in_shape", "maps")

    def __init__(self, *maps: LinearMap) -> None:
        """Add the maps."""
        self.maps = maps
        self.in_shape = next((m.in_shape for m in maps if m.in_shape is not None), None)

    def apply(self, v: Array) -> Array:
        """The sum of J_i v."""
        return _total([m.apply(v) for m in self.maps])

    def pull(self, u: Cotangent) -> Cotangent:
        """The sum of J_i^T u."""
        return _total([m.pull(u) for m in self.maps])

    def transpose(self) -> LinearMap:
        """The sum of the transposes."""
        return Add(*(m.transpose() for m in self.maps))

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The common output shape."""
        return self.maps[0].out_shape(self.domain(in_shape))

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """The union of the patterns."""
        shape = self.domain(in_shape)
        total = self.maps[0].pattern(shape)
        for m in self.maps[1:]:
            total = total | m.pattern(shape)
        return total

    def flops(self, in_shape: Shape | None = None) -> int:
        """The sum over the maps."""
        return sum(m.flops(in_shape) for m in self.maps)


class Operator(LinearMap):
    """A map by two functions that are each other's transpose; no memory is shared by contract.

    For a map of a family's own (a triangular solve, a transform): `Operator(push, pull)` where
    <u, push(v)> = <pull(u), v>. Both are written in NumPy, so that they can be traced themselves.
    """

    __slots__ = ("_pull", "in_shape", "multiplications", "push")

    def __init__(
        self,
        push: Callable[[Array], Array],
        pull: Callable[[Array], Array],
        in_shape: Shape | None = None,
        multiplications: int = 0,
    ) -> None:
        """Hold both directions, and the count of multiplications of one application."""
        self.push = push
        self._pull = pull
        self.in_shape = in_shape
        self.multiplications = multiplications

    def apply(self, v: Array) -> Array:
        """push(v)."""
        return self.push(v)

    def pull(self, u: Cotangent) -> Cotangent:
        """pull(u)."""
        return self._pull(u)

    def transpose(self) -> LinearMap:
        """The same two functions, exchanged."""
        return Operator(self._pull, self.push, None, self.multiplications)

    def flops(self, in_shape: Shape | None = None) -> int:
        """The count that was given."""
        return self.multiplications


def _total(terms: list[Array]) -> Array:
    total = None
    for term in terms:
        if term is not None:
            total = term if total is None else total + term
    # One surviving term may be a view of the argument, and `Add` promises fresh memory.
    return +total if len(terms) > 1 and total is not None else total


ZERO = Zero()
ONE = One()
NEGATIVE = Negative()
