"""Rules of numpy.fft: every transform is a chain of maps along one axis each.

All keywords but `out` are honoured: n, s (with -1 for "as it is"), axis, axes, norm. What a length
cuts off has derivative zero. The inverse real transforms read a half spectrum as that of a real
signal: the imaginary parts at frequency 0 and, for even lengths, n/2 do not count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from our_engine.linear_maps import ONE, Conj, LinearMap, Operator
from our_engine.linear_maps.fourier import Fourier, InverseRealFourier, Norm, RealFourier
from our_engine.primitives import Spec, rule
from our_engine.types import Shape

from .arguments import cast

Axes = int | tuple[int, ...] | None
_SWAPPED: dict[Norm, Norm] = {
    None: "forward",
    "backward": "forward",
    "ortho": "ortho",
    "forward": "backward",
}


def _complex(transform: Callable[..., Any]) -> Callable[..., LinearMap]:
    def rule_of_one(
        _x: Spec, _y: Spec, n: int | None = None, axis: int = -1, norm: Norm = None
    ) -> LinearMap:
        return Fourier(transform, _x.shape, _y.shape[axis], axis, norm) @ cast(_x, _y)

    return rule_of_one


def _rfft(_x: Spec, _y: Spec, n: int | None = None, axis: int = -1, norm: Norm = None) -> LinearMap:
    return RealFourier(_x.shape, _x.shape[axis] if n is None else int(n), axis, norm)


def _irfft(
    _x: Spec, _y: Spec, n: int | None = None, axis: int = -1, norm: Norm = None
) -> LinearMap:
    return InverseRealFourier(_x.shape, _y.shape[axis], axis, norm) @ _to_complex(_x)


def _hfft(_x: Spec, _y: Spec, n: int | None = None, axis: int = -1, norm: Norm = None) -> LinearMap:
    inverse = InverseRealFourier(_x.shape, _y.shape[axis], axis, _SWAPPED[norm])
    return inverse @ Conj() @ _to_complex(_x)


def _ihfft(
    _x: Spec, _y: Spec, n: int | None = None, axis: int = -1, norm: Norm = None
) -> LinearMap:
    length = _x.shape[axis] if n is None else int(n)
    return Conj() @ RealFourier(_x.shape, length, axis, _SWAPPED[norm])


def _several(transform: Callable[..., Any], default: Axes = None) -> Callable[..., LinearMap]:
    def rule_of_many(
        _x: Spec, _y: Spec, s: Any = None, axes: Any = default, norm: Norm = None
    ) -> LinearMap:
        sizes, places = _lengths(_x.shape, s, axes)
        return _chain(transform, _x.shape, sizes, places, norm) @ cast(_x, _y)

    return rule_of_many


def _several_real(default: Axes = None) -> Callable[..., LinearMap]:
    def rule_of_many(
        _x: Spec, _y: Spec, s: Any = None, axes: Any = default, norm: Norm = None
    ) -> LinearMap:
        sizes, places = _lengths(_x.shape, s, axes)
        if not places:
            return cast(_x, _y)
        first = RealFourier(_x.shape, sizes[-1], places[-1], norm)
        return _chain(np.fft.fft, first.out_shape(), sizes[:-1], places[:-1], norm) @ first

    return rule_of_many


def _several_inverse_real(default: Axes = None) -> Callable[..., LinearMap]:
    def rule_of_many(
        _x: Spec, _y: Spec, s: Any = None, axes: Any = default, norm: Norm = None
    ) -> LinearMap:
        sizes, places = _lengths(_x.shape, s, axes)
        if s is None:
            sizes[-1] = 2 * (_x.shape[places[-1]] - 1)
        # NumPy takes the axes before the last in their order here, not backwards.
        before = _chain(np.fft.ifft, _x.shape, sizes[-2::-1], places[-2::-1], norm)
        shape = before.out_shape(_x.shape)
        last = InverseRealFourier(shape, sizes[-1], places[-1], norm)
        return last @ before @ _to_complex(_x)

    return rule_of_many


def _lengths(shape: Shape, s: Any, axes: Any) -> tuple[list[int], list[int]]:
    """The length and the axis of each transform, as NumPy reads `s` and `axes`."""
    if axes is None:
        places = list(range(len(shape)) if s is None else range(-len(s), 0))
    else:
        places = [int(a) for a in np.atleast_1d(axes)]
    sizes = [None] * len(places) if s is None else list(s)
    lengths = [
        shape[a] if n is None or int(n) == -1 else int(n)
        for n, a in zip(sizes, places, strict=True)
    ]
    return lengths, places


def _chain(
    transform: Callable[..., Any],
    shape: Shape,
    sizes: Sequence[int],
    places: Sequence[int],
    norm: Norm,
) -> LinearMap:
    """One transform for each axis, the last axis first."""
    chain: LinearMap = ONE
    for n, axis in zip(reversed(sizes), reversed(places), strict=True):
        step = Fourier(transform, shape, n, axis, norm)
        shape = step.out_shape()
        chain = step @ chain
    return chain


def _to_complex(x: Spec) -> LinearMap:
    complex_dtype = np.result_type(x.dtype, np.complex64)
    like = Spec(np.broadcast_to(np.zeros((), complex_dtype), x.shape))
    return cast(x, like)


def _rolled(forth: Callable[..., Any], back: Callable[..., Any]) -> Callable[..., LinearMap]:
    def rule_of_shift(_x: Spec, _y: Spec, axes: Any = None) -> LinearMap:
        return Operator(lambda v: forth(v, axes), lambda u: back(u, axes), _x.shape)

    return rule_of_shift


rule(np.fft.fft, _complex(np.fft.fft))
rule(np.fft.ifft, _complex(np.fft.ifft))
rule(np.fft.rfft, _rfft)
rule(np.fft.irfft, _irfft)
rule(np.fft.hfft, _hfft)
rule(np.fft.ihfft, _ihfft)
rule(np.fft.fftn, _several(np.fft.fft))
rule(np.fft.ifftn, _several(np.fft.ifft))
rule(np.fft.fft2, _several(np.fft.fft, (-2, -1)))
rule(np.fft.ifft2, _several(np.fft.ifft, (-2, -1)))
rule(np.fft.rfftn, _several_real())
rule(np.fft.rfft2, _several_real((-2, -1)))
rule(np.fft.irfftn, _several_inverse_real())
rule(np.fft.irfft2, _several_inverse_real((-2, -1)))
rule(np.fft.fftshift, _rolled(np.fft.fftshift, np.fft.ifftshift))
rule(np.fft.ifftshift, _rolled(np.fft.ifftshift, np.fft.fftshift))
