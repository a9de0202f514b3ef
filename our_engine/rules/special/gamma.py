"""The gamma function, its logarithm and their derivatives; the incomplete gamma functions.

By the parameter a of the incomplete functions there is no rule; that is refused.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from our_engine.linear_maps import LinearMap, Scale
from our_engine.node import raw
from our_engine.primitives import elementwise, refused, rule
from our_engine.stand_in import as_array, one_operation
from our_engine.types import Array, DifferentiationError, Settings

from .stirling import gamma_density, psi_difference

_LARGE = 150.0


def _real(x: Array, name: str) -> Array:
    if np.iscomplexobj(raw(x)):
        raise DifferentiationError(
            f"our_engine: {name} of a complex traced array has no derivative rule, because SciPy "
            "has no complex polygamma; give one with our_engine.rule"
        )
    return x


def _rgamma(x: Array, y: Array) -> Array:
    """-psi / Gamma; by the reflection formula where both have poles."""
    low = raw(x) < 0.5
    high = np.where(low, 1.0, x)
    right = -sp.psi(high) * sp.rgamma(high)
    if not np.any(low):
        return right
    z = np.where(low, x, 0.0)
    nearest = np.rint(raw(z).real)
    r = math.pi * (z - nearest)
    sign = np.where(nearest % 2 == 0, 1.0, -1.0).astype(x.dtype)
    left = sign * (np.cos(r) - sp.psi(1.0 - z) * np.sin(r) / math.pi)
    return np.where(low, sp.gamma(1.0 - z) * left, right)


def _poch_slope(z: Array, m: Array, y: Array) -> Array:
    """-y (psi(z) - psi(z + m)); about the poles of Gamma(z), of which y has none, by 1/Gamma(z)."""
    near = (raw(z) < 0.5) & (raw(z + m) > 0) & (raw(z + m) < _LARGE)
    away = -y * psi_difference(np.where(near, 1.0, z), m)
    if not np.any(near):
        return away
    z, end = np.where(near, z, 0.25), np.where(near, z + m, 1.0)
    inverse = sp.rgamma(z)
    slope = sp.gamma(end) * (sp.psi(end) * inverse + _rgamma(z, inverse))
    return np.where(near, slope, away)


@one_operation
def _polygamma(n: Any, x: Array) -> Any:
    return sp.polygamma(n, x)


@one_operation
def _multigammaln(a: Array, d: Any = 1) -> Any:
    return sp.multigammaln(a, d)


def _multigammaln_rule(a: Array, _y: Any, d: Any = 1) -> LinearMap:
    return Scale(sum(sp.psi(a - j / 2.0) for j in range(int(d))))


def _bind(a: Array, d: Any) -> tuple[tuple[Array], Settings]:
    return (a,), {"d": d}


polygamma: Callable[..., Any] = elementwise(
    _polygamma, refused, lambda n, x, _y: polygamma(as_array(n) + 1, x)
)
multigammaln: Callable[..., Any] = rule(
    _multigammaln, _multigammaln_rule, bind=_bind, name="multigammaln"
)

elementwise(
    sp.poch,
    lambda z, m, y: _poch_slope(z, m, y),
    lambda z, m, y: y * sp.psi(z + m),
)
elementwise(sp.gamma, lambda x, y: y * sp.psi(x))
elementwise(sp.gammaln, lambda x, _y: sp.psi(x))
elementwise(sp.loggamma, lambda x, _y: sp.psi(x))
elementwise(sp.psi, lambda x, _y: polygamma(1, _real(x, "psi")))
elementwise(sp.rgamma, _rgamma)
elementwise(sp.gammasgn, lambda x, _y: 0.0 * x)
elementwise(sp.gammainc, refused, lambda a, x, _y: gamma_density(a, x))
elementwise(sp.gammaincc, refused, lambda a, x, _y: -gamma_density(a, x))
elementwise(sp.gammaincinv, refused, lambda a, _p, y: 1.0 / gamma_density(a, y))
elementwise(sp.gammainccinv, refused, lambda a, _p, y: -1.0 / gamma_density(a, y))
