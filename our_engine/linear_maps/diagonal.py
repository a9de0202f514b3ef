"""Maps that act element by element: scaling, selecting, and the parts of complex numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from our_engine.node import Node
from our_engine.stand_in import stand_in
from our_engine.types import Array, Cotangent, Shape

from .base import LinearMap
from .masked import Masked

_SMALL = 4096


class Scale(LinearMap):
    """v -> d * v, element by element; d has the shape of v, or is a number."""

    __slots__ = ("d",)
    takes_masked = True

    def __init__(self, d: Array) -> None:
        """Scale by d."""
        self.d = d

    @property
    def in_shape(self) -> Shape | None:
        """The shape of d, or None if it is a number."""
        return np.shape(self.d) or None

    def apply(self, v: Array) -> Array:
        """d * v."""
        return self.d * v

    def pull(self, u: Cotangent) -> Cotangent:
        """d * u, where a zero by structure wins over an infinite d."""
        if type(u) is Masked:
            return u.scaled(self.d)
        return self.d * u

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
        """The diagonal matrix of d."""
        return np.diag(np.broadcast_to(self.d, self.domain(in_shape)).reshape(-1))

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """The diagonal, also where d happens to be zero."""
        return np.eye(math.prod(self.domain(in_shape)), dtype=bool)

    def flops(self, in_shape: Shape | None = None) -> int:
        """One for each element."""
        return math.prod(self.domain(in_shape))


class Select(LinearMap):
    """v -> where(mask, v, 0): one branch of a choice."""

    __slots__ = ("mask",)
    takes_masked = True

    def __init__(self, mask: Array) -> None:
        """Let through where the boolean mask is True."""
        self.mask = mask

    @property
    def in_shape(self) -> Shape | None:
        """The shape of the mask."""
        return np.shape(self.mask)

    def apply(self, v: Array) -> Array:
        """The chosen part of v, zero elsewhere whatever v is there."""
        return chosen(self.mask, v)

    def pull(self, u: Cotangent) -> Cotangent:
        """The chosen part of u, with the knowledge that the rest is zero by structure."""
        mask = self.mask
        if type(u) is np.ndarray and u.shape == mask.shape:
            return Masked(chosen(mask, u), mask)
        value = u.value if type(u) is Masked else u
        mask = self.mask & u.mask if type(u) is Masked else self.mask
        if mask.shape != getattr(value, "shape", ()):
            mask = np.broadcast_to(mask, np.shape(value))
        return Masked(chosen(self.mask, value), mask)

    def stacked(self, count: int) -> LinearMap:
        """Itself."""
        return self

    def transpose(self) -> LinearMap:
        """Itself."""
        return self

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """The diagonal of the mask."""
        return np.diag(np.reshape(self.mask, -1))


class Cast(LinearMap):
    """The change of dtype between real types, and from real to complex."""

    __slots__ = ("in_dtype", "out_dtype")
    takes_masked = True

    def __init__(self, in_dtype: np.dtype[Any], out_dtype: np.dtype[Any]) -> None:
        """Cast from `in_dtype` to `out_dtype`."""
        self.in_dtype = in_dtype
        self.out_dtype = out_dtype

    def apply(self, v: Array) -> Array:
        """v in the dtype of the output."""
        return cast(v, self.out_dtype)

    def pull(self, u: Cotangent) -> Cotangent:
        """u in the dtype of the input; its real part if that is real."""
        if type(u) is Masked:
            return u.mapped(lambda v: cast(v, self.in_dtype))
        return cast(u, self.in_dtype)

    def stacked(self, count: int) -> LinearMap:
        """Itself."""
        return self

    def transpose(self) -> LinearMap:
        """The cast back."""
        return Cast(self.out_dtype, self.in_dtype)


class Conj(LinearMap):
    """v -> conj(v), linear over the reals; its own transpose under the pairing."""

    __slots__ = ()
    takes_masked = True

    def apply(self, v: Array) -> Array:
        """conj(v)."""
        return np.conj(v)

    def pull(self, u: Cotangent) -> Cotangent:
        """conj(u)."""
        return u.mapped(np.conj) if type(u) is Masked else np.conj(u)

    def stacked(self, count: int) -> LinearMap:
        """Itself."""
        return self

    def transpose(self) -> LinearMap:
        """Itself."""
        return self


class Real(LinearMap):
    """v -> Re(v), from complex to real."""

    __slots__ = ("dtype",)
    takes_masked = True

    def __init__(self, dtype: np.dtype[Any]) -> None:
        """For complex arguments of `dtype`."""
        self.dtype = dtype

    def apply(self, v: Array) -> Array:
        """A copy of the real part."""
        return +np.real(v)

    def pull(self, u: Cotangent) -> Cotangent:
        """U as a complex number."""
        return u.mapped(self.pull) if type(u) is Masked else cast(u, self.dtype)

    def stacked(self, count: int) -> LinearMap:
        """Itself."""
        return self

    def transpose(self) -> LinearMap:
        """The embedding of the reals."""
        return Cast(real_dtype(self.dtype), self.dtype)


def chosen(mask: Array, v: Array) -> Array:
    """v where the boolean mask is True, elsewhere 0, also where v is infinite or undefined there.

    Of large arrays the product takes a tenth of the time of np.where; it is right unless something
    is not finite, which then shows in the sum of its squares.
    """
    if type(v) is not np.ndarray or type(mask) is not np.ndarray:
        stood = stand_in(v, mask)
        if stood is not None and not isinstance(v, Node):
            return stood.through(chosen, mask, v)
    if type(v) is np.ndarray and v.size > _SMALL and v.dtype.kind == "f":
        product = v * mask
        if math.isfinite(np.vdot(product, product)):
            return product
    return np.where(mask, v, 0.0)


def cast(v: Array, dtype: np.dtype[Any]) -> Array:
    """v in `dtype`, in fresh memory; its real part if that is real."""
    if dtype.kind != "c" and np.iscomplexobj(v):
        v = np.real(v)
    if isinstance(v, (float, complex, int)) and not isinstance(v, np.generic):
        return dtype.type(v)
    return v.astype(dtype)


def real_dtype(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype of the real part: float64 for complex128."""
    return np.dtype(dtype.char.lower()) if dtype.kind == "c" else dtype
