"""Specimens of numpy.fft: the transforms, their lengths, norms and axes."""

from __future__ import annotations

import numpy as np

from .specimen import Specimen, of

A = np.random.default_rng(21).normal(size=(3, 4))
Z = A + 1j * np.random.default_rng(22).normal(size=(3, 4))


def specimens() -> list[Specimen]:
    """All of this family."""
    fft = np.fft
    found = []
    for function in (fft.fft, fft.ifft, fft.rfft, fft.irfft, fft.hfft, fft.ihfft):
        real = function in (fft.rfft, fft.ihfft)
        x = A if real else Z
        found += [
            of(function, x),
            of(function, x[0], n=6, norm="ortho"),
            of(function, x, n=3, axis=0, norm="forward"),
            of(function, x.T[::-1], n=5, axis=-2, norm="backward"),
        ]
        if not real:
            found.append(of(function, A))
    many = (fft.fftn, fft.ifftn, fft.rfftn, fft.irfftn)
    for function in (*many, fft.fft2, fft.ifft2, fft.rfft2, fft.irfft2):
        x = A if function in (fft.rfftn, fft.rfft2) else Z
        found += [
            of(function, x),
            of(function, x, s=(4, 3), axes=(1, 0), norm="ortho"),
            of(function, np.stack([x, 2.0 - x]), axes=(0, 2), norm="forward"),
        ]
    for function in (fft.fftshift, fft.ifftshift):
        found += [of(function, A), of(function, Z, axes=1), of(function, np.zeros((0, 3)), axes=-1)]
    return found
