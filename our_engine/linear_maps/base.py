"""The linear map as data: what every local Jacobian is.

The convention, for real and complex numbers alike. Tangents and cotangents are paired by

    <u, v> = Re(sum(u * v))            without conjugation,

every map is linear over the reals, and `transpose` is with respect to that pairing. Scaling by d
is therefore its own transpose, also for complex d. For a real f of a complex z = x + iy the
gradient is df/dx - i df/dy, as in JAX and autograd: step along its conjugate to go uphill.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from our_engine.types import Array, Cotangent, Shape

from .masked import Masked


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
        if not size:
            return np.zeros((math.prod(self.out_shape(shape)), 0))
        columns = self.stacked(size).apply(np.eye(size).reshape(size, *shape))
        return np.reshape(columns, (size, -1)).T

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """Booleans of `matrix`'s shape: False where the entry is zero by structure."""
        return self.matrix(in_shape) != 0

    def flops(self, in_shape: Shape | None = None) -> int:
        """Scalar multiplications that one `apply` takes; moving and adding numbers is free."""
        self.domain(in_shape)
        return 0

    def stacked(self, count: int) -> LinearMap:
        """The map of `count` arguments at once, stacked along a new first axis.

        This one goes through the rows of the stack; a map that can do better says how.
        """
        return stacks.Rows(self, count)

    @property
    def T(self) -> LinearMap:
        """The transpose."""
        return self.transpose()

    def __matmul__(self, other: LinearMap) -> LinearMap:
        """The composition: `self` after `other`."""
        return combined.composed(self, other)

    def __add__(self, other: LinearMap) -> LinearMap:
        """The sum of two maps of equal domain and codomain."""
        return combined.added(self, other)

    def __neg__(self) -> LinearMap:
        """The map v -> -(J v)."""
        return NEGATIVE @ self


class Zero(LinearMap):
    """The zero map. It applies to None, the zero that costs nothing: 0 * inf is not met."""

    __slots__ = ()

    def apply(self, v: Array) -> Array:
        """None, which both sweeps read as zero."""
        return None

    def stacked(self, count: int) -> LinearMap:
        """Itself."""
        return self

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

    def stacked(self, count: int) -> LinearMap:
        """Itself."""
        return self

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
    takes_masked = True

    def apply(self, v: Array) -> Array:
        """-v."""
        return -v

    def pull(self, u: Cotangent) -> Cotangent:
        """-u."""
        return u.mapped(np.negative) if type(u) is Masked else -u

    def stacked(self, count: int) -> LinearMap:
        """Itself."""
        return self

    def transpose(self) -> LinearMap:
        """Itself."""
        return self


ZERO = Zero()
ONE = One()
NEGATIVE = Negative()

from . import combined, stacks  # noqa: E402 - they need the classes above
