"""Rules of the parts of complex numbers: real, imag and angle."""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import ONE, ZERO, LinearMap, Real, Scale
from our_engine.primitives import rule
from our_engine.types import Array

from .elementwise import DEGREE, is_complex


def _real(z: Array, _y: Array) -> LinearMap:
    return Real(z.dtype) if is_complex(z) else ONE


def _imag(z: Array, _y: Array) -> LinearMap:
    return Real(z.dtype) @ Scale(-1j) if is_complex(z) else ZERO


def _angle(z: Array, _y: Array, deg: bool = False) -> Any:
    unit = 1.0 / DEGREE if deg else 1.0
    if not is_complex(z):
        return ZERO
    # d arg(z) = Im(dz / z) = Re(-i dz / z)
    return Real(z.dtype) @ Scale(-1j * unit / z)


rule(np.real, _real)
rule(np.imag, _imag)
rule(np.angle, _angle)
