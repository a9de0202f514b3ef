"""Maps that multiply by a matrix, and general tensor contractions."""

from __future__ import annotations

import math

import numpy as np

from our_engine.types import Array, Cotangent, Shape

from .base import LinearMap
from .shaping import Broadcast, Reshape, unbroadcast

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


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


class Einsum(LinearMap):
    """v -> einsum(others with v at one place): any contraction that is linear in one operand.

    `inputs` are the subscripts of all operands with `place` the one of v, `output` those of the
    result, all without ellipsis and without an index repeated inside one operand.
    """

    __slots__ = ("fresh", "in_shape", "inputs", "others", "output", "place")

    def __init__(
        self,
        inputs: tuple[str, ...],
        output: str,
        place: int,
        others: tuple[Array, ...],
        in_shape: Shape,
    ) -> None:
        """Hold the other operands, in order, without the one at `place`."""
        self.inputs = inputs
        self.output = output
        self.place = place
        self.others = others
        self.in_shape = in_shape
        # Without a factor NumPy may return a view.
        self.fresh = bool(others)

    def apply(self, v: Array) -> Array:
        """The contraction with v at its place."""
        operands = (*self.others[: self.place], v, *self.others[self.place :])
        return np.einsum(",".join(self.inputs) + "->" + self.output, *operands, optimize=True)

    def pull(self, u: Cotangent) -> Cotangent:
        """The contraction of u with the other operands."""
        mine = self.inputs[self.place]
        rest = self.inputs[: self.place] + self.inputs[self.place + 1 :]
        seen = set(self.output).union(*rest)
        found = "".join(s for s in mine if s in seen)
        left = ",".join((self.output, *rest))
        total = np.einsum(f"{left}->{found}", u, *self.others, optimize=True)
        # An index of v alone was summed over: its cotangent is constant along that axis.
        if found != mine:
            shape = tuple(n if s in seen else 1 for s, n in zip(mine, self.in_shape, strict=True))
            total = np.broadcast_to(np.reshape(total, shape), self.in_shape) + np.zeros(())
        elif np.shape(total) != self.in_shape:
            total = np.broadcast_to(total, self.in_shape) + np.zeros(())
        return total

    def stacked(self, count: int) -> LinearMap:
        """The contraction of each row, with an index for the rows."""
        used = set(self.output).union(*self.inputs)
        row = next((c for c in _LETTERS if c not in used), None)
        if row is None:
            return super().stacked(count)
        inputs = list(self.inputs)
        inputs[self.place] = row + inputs[self.place]
        shape = (count, *self.in_shape)
        return Einsum(tuple(inputs), row + self.output, self.place, self.others, shape)

    def transpose(self) -> LinearMap:
        """The contraction by the output."""
        return _Transposed(self)

    def flops(self, in_shape: Shape | None = None) -> int:
        """One multiplication for each tuple of index values and each further operand."""
        sizes = dict(zip(self.inputs[self.place], self.in_shape, strict=True))
        rest = self.inputs[: self.place] + self.inputs[self.place + 1 :]
        for subscripts, operand in zip(rest, self.others, strict=True):
            sizes.update(zip(subscripts, np.shape(operand), strict=True))
        return int(math.prod(sizes.values())) * len(self.others)


class _Transposed(LinearMap):
    """The transpose of a map that knows `pull`."""

    __slots__ = ("in_shape", "original")

    def __init__(self, original: LinearMap) -> None:
        self.original = original
        self.in_shape = original.out_shape()

    def apply(self, v: Array) -> Array:
        return self.original.pull(v)

    def pull(self, u: Cotangent) -> Cotangent:
        return self.original.apply(u)

    def stacked(self, count: int) -> LinearMap:
        return self.original.stacked(count).transpose()

    def transpose(self) -> LinearMap:
        return self.original

    def flops(self, in_shape: Shape | None = None) -> int:
        return int(self.original.flops())


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
    return type(a) is np.ndarray and type(b) is np.ndarray


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
