"""Maps that multiply by a matrix."""

from __future__ import annotations

import math

import numpy as np

from our_engine.types import Array, Cotangent, Shape

from .base import LinearMap
from .shaping import Broadcast, Reshape, unbroadcast


class LeftMul(LinearMap):
    """V -> A @ V over the last two axes, leading axes broadcast; A held, its Kronecker form not."""

    __slots__ = ("A", "in_shape")

    def __init__(self, A: Array, in_shape: Shape) -> None:
        """Multiply arrays of shape (..., k, n) from the left by A of shape (..., m, k)."""
        self.A = A
        self.in_shape = in_shape

    def apply(self, v: Array) -> Array:
        """A @ v."""
        return times(self.A, v)

    def pull(self, u: Cotangent) -> Cotangent:
        """A^T @ u, summed over the axes along which V was broadcast."""
        A = self.A
        if type(A) is np.ndarray and A.ndim == 2 and type(u) is np.ndarray and u.ndim == 2:
            return np.dot(A.T, u)
        if np.ndim(A) > 2 and len(self.in_shape) == 2 and _plain(A, u):
            # One matrix was used by the whole batch: one product sums over it.
            return np.dot(_flat(self.A).T, _flat(u))
        return unbroadcast(times(_turned(self.A), u), self.in_shape)

    def stacked(self, count: int) -> LinearMap:
        """The product with each row; one A is multiplied by all of them at once."""
        return _stacked(LeftMul, self.A, self.in_shape, count)

    def transpose(self) -> LinearMap:
        """The multiplication by A^T, and the sum over broadcast axes."""
        return _transposed(LeftMul(_turned(self.A), self.out_shape()), self.in_shape)

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """(..., m, n)."""
        a = np.shape(self.A)
        batch = _batch(a[:-2], self.in_shape[:-2])
        return (*batch, a[-2], self.in_shape[-1])

    def matrix(self, in_shape: Shape | None = None) -> Array:
        """A kron I for plain matrices."""
        if len(self.in_shape) == 2 and np.ndim(self.A) == 2:
            return np.asarray(np.kron(self.A, np.eye(self.in_shape[1])))
        return super().matrix(in_shape)

    def flops(self, in_shape: Shape | None = None) -> int:
        """m k n for each matrix of the batch."""
        return math.prod(self.out_shape()) * int(np.shape(self.A)[-1])


class RightMul(LinearMap):
    """V -> V @ B over the last two axes, leading axes broadcast: the lecture's I kron x^T."""

    __slots__ = ("B", "in_shape")

    def __init__(self, B: Array, in_shape: Shape) -> None:
        """Multiply arrays of shape (..., m, k) from the right by B of shape (..., k, n)."""
        self.B = B
        self.in_shape = in_shape

    def apply(self, v: Array) -> Array:
        """v @ B."""
        return times(v, self.B)

    def pull(self, u: Cotangent) -> Cotangent:
        """U @ B^T, summed over the axes along which V was broadcast."""
        B = self.B
        if type(B) is np.ndarray and B.ndim == 2 and type(u) is np.ndarray and u.ndim == 2:
            return np.dot(u, B.T)
        return unbroadcast(times(u, _turned(B)), self.in_shape)

    def stacked(self, count: int) -> LinearMap:
        """The product with each row; one B is multiplied by all of them at once."""
        return _stacked(RightMul, self.B, self.in_shape, count)

    def transpose(self) -> LinearMap:
        """The multiplication by B^T, and the sum over broadcast axes."""
        return _transposed(RightMul(_turned(self.B), self.out_shape()), self.in_shape)

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """(..., m, n)."""
        b = np.shape(self.B)
        batch = _batch(b[:-2], self.in_shape[:-2])
        return (*batch, self.in_shape[-2], b[-1])

    def matrix(self, in_shape: Shape | None = None) -> Array:
        """I kron B^T for plain matrices."""
        if len(self.in_shape) == 2 and np.ndim(self.B) == 2:
            return np.asarray(np.kron(np.eye(self.in_shape[0]), self.B.T))
        return super().matrix(in_shape)

    def flops(self, in_shape: Shape | None = None) -> int:
        """m k n for each matrix of the batch."""
        return math.prod(self.out_shape()) * int(np.shape(self.B)[-2])


def times(a: Array, b: Array) -> Array:
    """a @ b over the last two axes; a stack of matrices times one matrix is one product.

    For two matrices by np.dot, since np.matmul leaves BLAS when one of them is a row or a column.
    """
    if not _plain(a, b) or not (a.size and b.size):
        return np.matmul(a, b)
    if a.ndim == b.ndim == 2:
        return np.dot(a, b)
    if b.ndim == 2:
        return np.dot(_flat(a), b).reshape(*a.shape[:-1], b.shape[1])
    if a.ndim > 2:
        return np.matmul(a, b)
    if b.shape[-1] == 1:
        return np.dot(_flat(b[..., 0]), a.T).reshape(*b.shape[:-2], a.shape[0], 1)
    product = np.dot(a, np.moveaxis(b, -2, 0).reshape(b.shape[-2], -1))
    return np.moveaxis(product.reshape(a.shape[0], *b.shape[:-2], b.shape[-1]), 0, -2)


def _plain(a: Array, b: Array) -> bool:
    return isinstance(a, np.ndarray) and isinstance(b, np.ndarray)


def _flat(a: Array) -> Array:
    """A stack of matrices as one, of all rows."""
    return a.reshape(math.prod(a.shape[:-1]), a.shape[-1])


def _stacked(
    kind: type[LeftMul] | type[RightMul], A: Array, in_shape: Shape, count: int
) -> LinearMap:
    # The axis of the stack goes before those along which one argument was broadcast.
    lead = (1,) * (np.ndim(A) - len(in_shape))
    product = kind(A, (count, *lead, *in_shape))
    return product @ Reshape((count, *in_shape), product.in_shape) if lead else product


def _turned(A: Array) -> Array:
    return A.T if A.ndim == 2 else A.mT


def _batch(a: Shape, b: Shape) -> Shape:
    return np.broadcast_shapes(a, b) if a and b else a or b


def _transposed(product: LinearMap, shape: Shape) -> LinearMap:
    if product.out_shape() == shape:
        return product
    return Broadcast(shape, product.out_shape()).transpose() @ product
