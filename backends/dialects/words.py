"""Names that a library has as the array API standard has them."""

from __future__ import annotations

from harness.contract.namespace import (
    CONSTANT,
    CONSTANT_FFT,
    DIFFERENTIABLE,
    DIFFERENTIABLE_FFT,
    DIFFERENTIABLE_LINALG,
    EXTRA,
)

__all__ = ["under"]


def under(module: str) -> dict[str, str]:
    """All names of the standard, and those beyond it, as attributes of ``module``."""
    names = (*DIFFERENTIABLE, *CONSTANT, *EXTRA)
    linalg = (f"linalg.{name}" for name in DIFFERENTIABLE_LINALG)
    fft = (f"fft.{name}" for name in (*DIFFERENTIABLE_FFT, *CONSTANT_FFT))
    return {name: f"{module}.{name}" for name in (*names, *linalg, *fft)}
