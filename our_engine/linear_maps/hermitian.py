"""Maps between a matrix, its triangles and its conjugate transpose."""

from __future__ import annotations

import numpy as np

from our_engine.node import raw
from our_engine.types import Array, Cotangent, Shape

from .base import LinearMap
from .diagonal import real_dtype


class Hermitian(LinearMap):
    """A square matrix -> the Hermitian matrix that its lower (or upper) triangle describes.

    LAPACK reads one triangle, and of the diagonal the real part; so does this map.
    """

    __slots__ = ("in_shape", "lower")

    def __init__(self, in_shape: Shape, lower: bool = True) -> None:
        """For stacks of matrices of shape (..., n, n)."""
        self.in_shape = in_shape
        self.lower = lower

    def apply(self, v: Array) -> Array:
        """The triangle, its mirror image and the real part of the diagonal."""
        strict = v * self._strict(v)
        return strict + adjoint(strict) + np.real(v) * _eye(v)

    def pull(self, u: Cotangent) -> Cotangent:
        """The triangle of u and its mirror image, and the real part of the diagonal."""
        return (u + adjoint(u)) * self._strict(u) + np.real(u) * _eye(u)

    def stacked(self, count: int) -> LinearMap:
        """The same on each matrix of all stacks."""
        return Hermitian((count, *self.in_shape), self.lower)

    def transpose(self) -> LinearMap:
        """The folding of one triangle onto the other."""
        return _Folded(self)

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The same shape."""
        return self.domain()

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """Two True for each element of the triangle."""
        return self.matrix() != 0

    def _strict(self, like: Array) -> Array:
        n = self.in_shape[-1]
        mask = np.tri(n, k=-1) if self.lower else np.tri(n, k=-1).T
        return mask.astype(real_dtype(like.dtype))


class _Folded(LinearMap):
    """The transpose of `Hermitian`."""

    __slots__ = ("in_shape", "original")

    def __init__(self, original: Hermitian) -> None:
        self.original = original
        self.in_shape = original.in_shape

    def apply(self, v: Array) -> Array:
        return self.original.pull(v)

    def pull(self, u: Cotangent) -> Cotangent:
        return self.original.apply(u)

    def stacked(self, count: int) -> LinearMap:
        return _Folded(Hermitian((count, *self.in_shape), self.original.lower))

    def transpose(self) -> LinearMap:
        return self.original


class Adjoint(LinearMap):
    """V -> V^H over the last two axes; its transpose is the same for the transposed shape."""

    __slots__ = ("in_shape",)

    def __init__(self, in_shape: Shape) -> None:
        """For stacks of matrices of shape (..., m, n)."""
        self.in_shape = in_shape

    def apply(self, v: Array) -> Array:
        """The conjugate transpose, in memory of its own."""
        return +adjoint(v)

    def pull(self, u: Cotangent) -> Cotangent:
        """The same of u."""
        return +adjoint(u)

    def stacked(self, count: int) -> LinearMap:
        """The same on each matrix of all stacks."""
        return Adjoint((count, *self.in_shape))

    def transpose(self) -> LinearMap:
        """The map back."""
        return Adjoint(self.out_shape())

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """(..., n, m)."""
        return (*self.in_shape[:-2], self.in_shape[-1], self.in_shape[-2])


def adjoint(A: Array) -> Array:
    """The conjugate transpose over the last two axes."""
    turned = np.swapaxes(A, -1, -2)
    return np.conj(turned) if np.iscomplexobj(raw(A)) else turned


def _eye(like: Array) -> Array:
    return np.eye(np.shape(like)[-1], dtype=real_dtype(like.dtype))
