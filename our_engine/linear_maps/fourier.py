"""Maps of the discrete Fourier transform along one axis, by the fast transform both ways.

The matrix of the transform is symmetric, so that under the pairing without conjugation the
transform of length n is its own transpose; padding and truncation are each other's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from our_engine.types import Array, Cotangent, Shape

from .base import LinearMap
from .diagonal import real_dtype
from .transposed import Transposed

Norm = Literal["backward", "ortho", "forward"] | None


class _AlongAxis(LinearMap):
    """A transform along `axis`, of arrays of `in_shape`, cut or padded with zeros before."""

    __slots__ = ("axis", "in_shape", "n", "norm")

    def __init__(self, in_shape: Shape, n: int, axis: int, norm: Norm) -> None:
        """Transform with length n, `norm` as NumPy has it: "backward", "ortho", "forward"."""
        self.in_shape = in_shape
        self.n = n
        self.axis = axis % len(in_shape)
        self.norm = norm

    def stacked(self, count: int) -> LinearMap:
        """The same along the axis that follows."""
        return self._of((count, *self.in_shape), self.axis + 1)

    def _of(self, in_shape: Shape, axis: int) -> LinearMap:
        return type(self)(in_shape, self.n, axis, self.norm)

    def transpose(self) -> LinearMap:
        """The map that `pull` is."""
        return Transposed(self)

    def flops(self, in_shape: Shape | None = None) -> int:
        """2 n log2 n for each transform, as the radix-2 transform takes."""
        lines = math.prod(_with(self.in_shape, self.axis, 1))
        return lines * 2 * self.n * math.ceil(math.log2(max(self.n, 2)))

    def _fitted(self, u: Array) -> Array:
        """U cut or padded to the length of the argument."""
        return resized(u, self.in_shape[self.axis], self.axis)


class Fourier(_AlongAxis):
    """np.fft.fft or np.fft.ifft, between complex arrays."""

    __slots__ = ("transform",)

    def __init__(
        self,
        transform: Callable[..., Any],
        in_shape: Shape,
        n: int,
        axis: int,
        norm: Norm,
    ) -> None:
        """See `_AlongAxis`; `transform` is np.fft.fft or np.fft.ifft."""
        super().__init__(in_shape, n, axis, norm)
        self.transform = transform

    def _of(self, in_shape: Shape, axis: int) -> LinearMap:
        return Fourier(self.transform, in_shape, self.n, axis, self.norm)

    def apply(self, v: Array) -> Array:
        """The transform of v."""
        return self.transform(v, self.n, self.axis, self.norm)

    def pull(self, u: Cotangent) -> Cotangent:
        """The same transform of u, fitted to the length of the argument."""
        return self._fitted(self.transform(u, self.n, self.axis, self.norm))

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The shape with n along the axis."""
        return _with(self.in_shape, self.axis, self.n)


class RealFourier(_AlongAxis):
    """np.fft.rfft, from real arrays to the half of the spectrum that determines it."""

    __slots__ = ()

    def apply(self, v: Array) -> Array:
        """The transform of v."""
        return np.fft.rfft(v, self.n, self.axis, self.norm)

    def pull(self, u: Cotangent) -> Cotangent:
        """The real part of the transform of the half spectrum u, fitted to the argument."""
        return self._fitted(np.fft.hfft(u * self._weights(0.5, u), self.n, self.axis, self.norm))

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The shape with n // 2 + 1 along the axis."""
        return _with(self.in_shape, self.axis, self.n // 2 + 1)

    def _weights(self, inner: float, like: Array) -> Array:
        return _half_weights(self.n, inner, self.axis, len(self.in_shape), like)


class InverseRealFourier(_AlongAxis):
    """np.fft.irfft, from the half of a Hermitian spectrum to real arrays."""

    __slots__ = ()

    def apply(self, v: Array) -> Array:
        """The transform of v, whose imaginary parts at 0 and n/2 do not count."""
        return np.fft.irfft(v, self.n, self.axis, self.norm)

    def pull(self, u: Cotangent) -> Cotangent:
        """The inverse half spectrum of u, its inner part twice, fitted to the argument."""
        half = np.fft.ihfft(u, self.n, self.axis, self.norm)
        return self._fitted(half * _half_weights(self.n, 2.0, self.axis, len(self.in_shape), u))

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The shape with n along the axis."""
        return _with(self.in_shape, self.axis, self.n)


def resized(u: Array, n: int, axis: int) -> Array:
    """U cut to length n along the axis, or padded with zeros at its end."""
    have = np.shape(u)[axis]
    if have == n:
        return u
    if have > n:
        return u[(slice(None),) * axis + (slice(n),)]
    pad = np.zeros(_with(np.shape(u), axis, n - have), u.dtype)
    return np.concatenate((u, pad), axis=axis)


def _half_weights(n: int, inner: float, axis: int, ndim: int, like: Array) -> Array:
    """`inner` for the frequencies that stand for two, 1 for 0 and, if n is even, n/2."""
    weights = np.full(n // 2 + 1, inner, real_dtype(like.dtype))
    weights[0] = 1.0
    if n % 2 == 0:
        weights[-1] = 1.0
    return weights.reshape((-1,) + (1,) * (ndim - 1 - axis))


def _with(shape: Shape, axis: int, n: int) -> Shape:
    return (*shape[:axis], n, *shape[axis + 1 :])
