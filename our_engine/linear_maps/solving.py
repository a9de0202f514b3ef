"""Maps that solve linear systems: a matrix held, its inverse never formed to be applied."""

from __future__ import annotations

import math

import numpy as np

from our_engine.node import raw
from our_engine.types import Array, Cotangent, Shape

from .base import LinearMap
from .shaping import Broadcast, unbroadcast


class LeftSolve(LinearMap):
    """V -> A^-1 V over the last two axes, leading axes broadcast."""

    __slots__ = ("A", "in_shape")

    def __init__(self, A: Array, in_shape: Shape) -> None:
        """Solve for arrays of shape (..., n, k) with A of shape (..., n, n)."""
        self.A = A
        self.in_shape = in_shape

    def apply(self, v: Array) -> Array:
        """The X with A X = v."""
        return solution(self.A, v)

    def pull(self, u: Cotangent) -> Cotangent:
        """A^-T u, summed over the axes along which V was broadcast."""
        return unbroadcast(solution(turned(self.A), u), self.in_shape)

    def stacked(self, count: int) -> LinearMap:
        """The solution for each row; all rows at once where A is one for all."""
        if len(np.shape(self.A)) > len(self.in_shape):
            return super().stacked(count)
        return LeftSolve(self.A, (count, *self.in_shape))

    def transpose(self) -> LinearMap:
        """The solution with A^T, and the sum over broadcast axes."""
        back = LeftSolve(turned(self.A), self.out_shape())
        return _summed(back, self.in_shape)

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """(..., n, k)."""
        return _stacked(self.A, self.in_shape)

    def matrix(self, in_shape: Shape | None = None) -> Array:
        """A^-1 kron I for plain matrices."""
        if len(self.in_shape) == 2 and np.ndim(self.A) == 2:
            return np.asarray(np.kron(inverse(self.A), np.eye(self.in_shape[1])))
        return super().matrix(in_shape)

    def flops(self, in_shape: Shape | None = None) -> int:
        """An elimination, n^3 / 3, and n^2 for each column."""
        return _flops(self.A, self.out_shape()[-1], self.out_shape())


class RightSolve(LinearMap):
    """V -> V A^-1 over the last two axes, leading axes broadcast."""

    __slots__ = ("A", "in_shape")

    def __init__(self, A: Array, in_shape: Shape) -> None:
        """Solve for arrays of shape (..., k, n) with A of shape (..., n, n)."""
        self.A = A
        self.in_shape = in_shape

    def apply(self, v: Array) -> Array:
        """The X with X A = v."""
        return turned(solution(turned(self.A), turned(v)))

    def pull(self, u: Cotangent) -> Cotangent:
        """U A^-T, summed over the axes along which V was broadcast."""
        return unbroadcast(turned(solution(self.A, turned(u))), self.in_shape)

    def stacked(self, count: int) -> LinearMap:
        """The solution for each row; all rows at once where A is one for all."""
        if len(np.shape(self.A)) > len(self.in_shape):
            return super().stacked(count)
        return RightSolve(self.A, (count, *self.in_shape))

    def transpose(self) -> LinearMap:
        """The solution with A^T, and the sum over broadcast axes."""
        back = RightSolve(turned(self.A), self.out_shape())
        return _summed(back, self.in_shape)

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """(..., k, n)."""
        return _stacked(self.A, self.in_shape)

    def matrix(self, in_shape: Shape | None = None) -> Array:
        """I kron A^-T for plain matrices."""
        if len(self.in_shape) == 2 and np.ndim(self.A) == 2:
            return np.asarray(np.kron(np.eye(self.in_shape[0]), inverse(self.A).T))
        return super().matrix(in_shape)

    def flops(self, in_shape: Shape | None = None) -> int:
        """An elimination, n^3 / 3, and n^2 for each row."""
        return _flops(self.A, self.out_shape()[-2], self.out_shape())


def turned(A: Array) -> Array:
    """The last two axes exchanged."""
    return np.swapaxes(A, -1, -2)


def solution(A: Array, B: Array) -> Array:
    """The X with A X = B for stacks of matrices; NaN where A is singular, without an exception."""
    try:
        return np.linalg.solve(A, B)
    except np.linalg.LinAlgError:
        singular, safe = _without_singular(A)
        return np.where(singular, np.nan, np.linalg.solve(safe, B))


def inverse(A: Array) -> Array:
    """The inverse of each matrix of a stack; NaN where it is singular, without an exception."""
    try:
        return np.linalg.inv(A)
    except np.linalg.LinAlgError:
        singular, safe = _without_singular(A)
        return np.where(singular, np.nan, np.linalg.inv(safe))


def _without_singular(A: Array) -> tuple[Array, Array]:
    """Which matrices have no inverse, and the stack with the identity in their place."""
    plain = raw(A)
    singular = np.asarray(np.linalg.slogdet(plain)[0] == 0)[..., None, None]
    return singular, np.where(singular, np.eye(plain.shape[-1], dtype=plain.dtype), A)


def _stacked(A: Array, shape: Shape) -> Shape:
    return (*np.broadcast_shapes(np.shape(A)[:-2], shape[:-2]), *shape[-2:])


def _summed(back: LinearMap, shape: Shape) -> LinearMap:
    """The transpose of the broadcast of V, after a map back to the broadcast shape."""
    full = back.out_shape()
    return back if full == shape else Broadcast(shape, full).transpose() @ back


def _flops(A: Array, systems: int, out_shape: Shape) -> int:
    n = int(np.shape(A)[-1])
    return math.prod(np.shape(A)[:-2]) * n**3 // 3 + math.prod(out_shape[:-2]) * n * n * systems
