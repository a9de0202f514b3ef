"""The standard's ``fft`` on arrays of numbers: the transforms by their definition.

``dft`` transforms along one axis; here is what the standard makes of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import NumberArray
from harness.verification.oracles.multiprecision_namespace.dft import roots_of_unity, transformed
from harness.verification.oracles.multiprecision_namespace.family import Family
from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["Fourier"]

_SCALES = {"backward": (0.0, 1.0), "ortho": (0.5, 0.5), "forward": (1.0, 0.0)}
"""By norm: the power of 1/n that the transform and its inverse are multiplied by."""

_SWAPPED = {"backward": "forward", "forward": "backward"}


class Fourier(Family):
    """Discrete Fourier transforms; ``norm`` is "backward", "ortho" or "forward"."""

    def fft(
        self, x: Any, /, *, n: int | None = None, axis: int = -1, norm: str = "backward"
    ) -> NumberArray:
        """Along ``axis``, cut or padded with 0 to length ``n``."""
        return self.leave(self._along(self.enter_numbers(x), n, axis, norm, inverse=False))

    def ifft(
        self, x: Any, /, *, n: int | None = None, axis: int = -1, norm: str = "backward"
    ) -> NumberArray:
        """The inverse of ``fft``."""
        return self.leave(self._along(self.enter_numbers(x), n, axis, norm, inverse=True))

    def fftn(
        self,
        x: Any,
        /,
        *,
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = None,
        norm: str = "backward",
    ) -> NumberArray:
        """Along several axes: all, or as many of the last as ``s`` has lengths."""
        return self._along_all(x, s, axes, norm, inverse=False)

    def ifftn(
        self,
        x: Any,
        /,
        *,
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = None,
        norm: str = "backward",
    ) -> NumberArray:
        """The inverse of ``fftn``."""
        return self._along_all(x, s, axes, norm, inverse=True)

    def rfft(
        self, x: Any, /, *, n: int | None = None, axis: int = -1, norm: str = "backward"
    ) -> NumberArray:
        """The first n//2 + 1 terms of the transform of real numbers, which tell the rest."""
        return self.leave(self._real_forward(self.enter_numbers(x), n, axis, norm))

    def irfft(
        self, x: Any, /, *, n: int | None = None, axis: int = -1, norm: str = "backward"
    ) -> NumberArray:
        """The inverse of ``rfft``: real, of length ``n``, by default the even 2(m - 1)."""
        return self.leave(self._real_backward(self.enter_numbers(x), n, axis, norm))

    def rfftn(
        self,
        x: Any,
        /,
        *,
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = None,
        norm: str = "backward",
    ) -> NumberArray:
        """``rfft`` along the last of the axes, then ``fft`` along the others."""
        array = self.enter_numbers(x)
        lengths, places = _lengths_and_axes(array.ndim, s, axes)
        array = self._real_forward(array, lengths[-1], places[-1], norm)
        for n, axis in zip(lengths[:-1], places[:-1], strict=True):
            array = self._along(array, n, axis, norm, inverse=False)
        return self.leave(array)

    def irfftn(
        self,
        x: Any,
        /,
        *,
        s: Sequence[int] | None = None,
        axes: Sequence[int] | None = None,
        norm: str = "backward",
    ) -> NumberArray:
        """The inverse of ``rfftn``."""
        array = self.enter_numbers(x)
        lengths, places = _lengths_and_axes(array.ndim, s, axes)
        for n, axis in zip(lengths[:-1], places[:-1], strict=True):
            array = self._along(array, n, axis, norm, inverse=True)
        return self.leave(self._real_backward(array, lengths[-1], places[-1], norm))

    def hfft(
        self, x: Any, /, *, n: int | None = None, axis: int = -1, norm: str = "backward"
    ) -> NumberArray:
        """The real transform of a Hermitian signal, of which the first half is given."""
        conjugate = np.conjugate(self.enter_numbers(x))
        return self.leave(self._real_backward(conjugate, n, axis, _SWAPPED.get(norm, norm)))

    def ihfft(
        self, x: Any, /, *, n: int | None = None, axis: int = -1, norm: str = "backward"
    ) -> NumberArray:
        """The inverse of ``hfft``."""
        half = self._real_forward(self.enter_numbers(x), n, axis, _SWAPPED.get(norm, norm))
        return self.leave(np.conjugate(half))

    def fftfreq(self, n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Any:
        """The frequencies of ``fft``'s terms: 0, 1, …, -1 over n·d."""
        places = np.concatenate([np.arange((n + 1) // 2), np.arange(-(n // 2), 0)])
        return self._over(places, n, d)

    def rfftfreq(self, n: int, /, *, d: float = 1.0, dtype: Any = None, device: Any = None) -> Any:
        """The frequencies of ``rfft``'s terms."""
        return self._over(np.arange(n // 2 + 1), n, d)

    def fftshift(self, x: Any, /, *, axes: int | Sequence[int] | None = None) -> NumberArray:
        """Frequency 0 moved to the middle."""
        return self.leave(np.fft.fftshift(self.enter(x), axes))

    def ifftshift(self, x: Any, /, *, axes: int | Sequence[int] | None = None) -> NumberArray:
        """The inverse of ``fftshift``."""
        return self.leave(np.fft.ifftshift(self.enter(x), axes))

    def _over(self, places: np.ndarray, n: int, d: float) -> Any:
        return self.leave(
            self.numbers.array(places.astype(np.float64)) / (self.numbers.number(d) * n)
        )

    def _along_all(
        self,
        x: Any,
        s: Sequence[int] | None,
        axes: Sequence[int] | None,
        norm: str,
        *,
        inverse: bool,
    ) -> NumberArray:
        array = self.enter_numbers(x)
        for n, axis in zip(*_lengths_and_axes(array.ndim, s, axes), strict=True):
            array = self._along(array, n, axis, norm, inverse=inverse)
        return self.leave(array)

    def _real_forward(self, x: np.ndarray, n: int | None, axis: int, norm: str) -> np.ndarray:
        if self.numbers.is_complex(x):
            raise TypeError("this transform is one of real numbers")
        full = self._along(x, n, axis, norm, inverse=False)
        return np.take(full, np.arange(full.shape[axis] // 2 + 1), axis)

    def _real_backward(self, x: np.ndarray, n: int | None, axis: int, norm: str) -> np.ndarray:
        """From half of a Hermitian spectrum.

        Imaginary parts of the terms that are real by nature make imaginary signals: they are cut.
        """
        n = 2 * (x.shape[axis] - 1) if n is None else n
        half = _resized(x, n // 2 + 1, axis, self.numbers)
        rest = np.conjugate(np.take(half, np.arange((n - 1) // 2, 0, -1), axis))
        spectrum = np.concatenate([half, rest], axis=axis)
        signal = self._along(spectrum, None, axis, norm, inverse=True)
        return np.asarray(NumberArray.of(signal, self.numbers).real)

    def _along(
        self, x: np.ndarray, n: int | None, axis: int, norm: str, *, inverse: bool
    ) -> np.ndarray:
        if norm not in _SCALES:
            raise ValueError(f'norm is "backward", "ortho" or "forward", not {norm!r}')
        if n is not None:
            if n < 1:
                raise ValueError(f"a transform of length {n} is none")
            x = _resized(x, n, axis, self.numbers)
        length = x.shape[axis]
        roots = roots_of_unity(self.numbers, length, inverse=inverse)
        result = transformed(np.moveaxis(x, axis, -1), roots)
        power = _SCALES[norm][inverse]
        if power:
            size = self.numbers.number(length)
            result = result / (size if power == 1.0 else self.numbers.scalars.sqrt(size))
        return np.moveaxis(result, -1, axis)


def _lengths_and_axes(
    ndim: int, s: Sequence[int] | None, axes: Sequence[int] | None
) -> tuple[Sequence[int | None], Sequence[int]]:
    if axes is None:
        axes = range(ndim) if s is None else range(ndim - len(s), ndim)
    if s is not None and len(s) != len(axes):
        raise ValueError("there must be a length for each axis")
    return [None] * len(axes) if s is None else list(s), list(axes)


def _resized(x: np.ndarray, n: int, axis: int, numbers: Numbers) -> np.ndarray:
    """Cut, or padded with zeros, to ``n`` along ``axis``."""
    moved = np.moveaxis(x, axis, -1)[..., :n]
    if moved.shape[-1] < n:
        shape = (*moved.shape[:-1], n - moved.shape[-1])
        moved = np.concatenate([moved, numbers.array(np.zeros(shape))], axis=-1)
    return np.moveaxis(moved, -1, axis)
