"""The basis of a space as a stack of tangents, scaled but not formed.

A block of a Jacobian starts from all of the basis. Until a map mixes its elements there is one
number in each row, and the product with the identity need not be computed: for a chain of dense
maps that is one product of matrices less. What is not on the diagonal is zero by structure, so
that no infinite factor meets it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .linear_maps import Compose, LeftMul, LinearMap, Reshape, Scale
from .types import Array, Shape


class Diagonal:
    """The stack whose row i is d_i times the i-th basis vector, of arrays of `shape`."""

    # NumPy's operators leave the work to this class.
    __array_ufunc__ = None
    __slots__ = ("d", "shape")

    def __init__(self, d: Array, shape: Shape) -> None:
        """Scale by d, one number for each element, in a row."""
        self.d = d
        self.shape = shape

    def __len__(self) -> int:
        """The number of rows."""
        return math.prod(self.shape)

    def __mul__(self, factor: Any) -> Diagonal:
        """Each row times a factor that broadcasts to the shape of one."""
        if np.ndim(factor):
            factor = np.reshape(np.broadcast_to(factor, self.shape), -1)
        return Diagonal(self.d * factor, self.shape)

    __rmul__ = __mul__

    def __add__(self, other: Any) -> Array:
        """The sum, formed."""
        return self.formed() + (other.formed() if isinstance(other, Diagonal) else other)

    __radd__ = __add__

    def formed(self) -> Array:
        """The stack as an array, shape (size, *shape)."""
        return np.reshape(np.diag(self.d), (len(self), *self.shape))


class OfStacks(LinearMap):
    """The map of each row of a stack, which may be `Diagonal`."""

    __slots__ = ("fresh", "row", "stacked_row", "takes_masked")

    def __init__(self, row: LinearMap, count: int) -> None:
        """The map `row`, for stacks of `count`."""
        self.row = row
        self.stacked_row = row.stacked(count)
        self.fresh = self.stacked_row.fresh
        self.takes_masked = self.stacked_row.takes_masked

    def apply(self, v: Any) -> Any:
        """J v_1, J v_2, ..."""
        return _pushed(self.row, v) if type(v) is Diagonal else self.stacked_row.apply(v)

    def pull(self, u: Any) -> Any:
        """J^T u_1, J^T u_2, ..."""
        return _pulled(self.row, u) if type(u) is Diagonal else self.stacked_row.pull(u)


def _pushed(J: LinearMap, v: Diagonal) -> Any:
    if type(J) is Compose:
        *outer, innermost = J.maps
        pushed = _pushed(innermost, v)
        rest = Compose(*outer) if len(outer) > 1 else outer[0]
        if type(pushed) is Diagonal:
            return _pushed(rest, pushed)
        return None if pushed is None else rest.stacked(len(v)).apply(pushed)
    if type(J) is Scale:
        return v * J.d
    if type(J) is Reshape:
        return Diagonal(v.d, J.to_shape)
    if _is_of_columns(J):
        return np.matrix_transpose(J.A * v.d)[..., None]  # type: ignore[attr-defined]
    return J.stacked(len(v)).apply(v.formed())


def _pulled(J: LinearMap, u: Diagonal) -> Any:
    if type(J) is Compose:
        outermost, *inner = J.maps
        pulled = _pulled(outermost, u)
        rest = Compose(*inner) if len(inner) > 1 else inner[0]
        if type(pulled) is Diagonal:
            return _pulled(rest, pulled)
        if pulled is None:
            return None
        # As a composition, for it knows what its first map takes.
        return Compose(rest.stacked(len(u))).pull(pulled)
    if type(J) is Scale:
        return u * J.d
    if type(J) is Reshape:
        return Diagonal(u.d, J.in_shape)
    if _is_of_columns(J):
        return (u.d[:, None] * J.A)[..., None]  # type: ignore[attr-defined]
    return J.stacked(len(u)).pull(u.formed())


def _is_of_columns(J: LinearMap) -> bool:
    """Whether J multiplies a column by a matrix."""
    return type(J) is LeftMul and np.ndim(J.A) == 2 and len(J.in_shape) == 2 and J.in_shape[1] == 1
