"""Exponentials, their integrals, and elementary functions that SciPy has under its own names.

exprel(x) = (exp(x) - 1) / x and its derivatives are the integrals of t^n exp(x t) over [0, 1],

    f_n(x) = sum_k x^k / (k! (k + n + 1)) = exp(x) sum_k (-x)^k / ((n + 1) (n + 2)_k)

of which the one is used whose terms have one sign; far out x f_n = exp(x) - n f_(n-1), which does
not cancel there.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from our_engine.linear_maps import LinearMap, Outputs, Scale
from our_engine.primitives import elementwise, refused, rule
from our_engine.stand_in import as_array, one_operation
from our_engine.types import Array

LN10 = math.log(10.0)
LN2 = math.log(2.0)


@one_operation
def _mean_exponential(x: Array, order: int = 0) -> Any:
    """The derivative of exprel of the given order, for real x."""
    x = np.asarray(x)
    wide = x.astype(float)
    bound = 20.0 + 2.0 * order
    far = np.abs(wide) > bound
    z = np.where(far, wide, 1.0)
    f = sp.exprel(z)
    for n in range(1, order + 1):
        f = (np.exp(z) - n * f) / z
    z = np.abs(np.where(far, 0.0, wide))
    terms = 60 + int(3.0 * bound)
    rising, falling = np.zeros_like(z), np.zeros_like(z)
    for k in range(terms, -1, -1):
        rising = rising * z / (k + 1) + 1.0 / (k + order + 1)
        falling = falling * z / (k + order + 2) + 1.0
    near = np.where(wide >= 0, rising, np.exp(-z) * falling / (order + 1))
    return np.where(far, f, near).astype(x.dtype)[()]


mean_exponential: Callable[..., Any] = rule(
    _mean_exponential, lambda x, _y, order=0: Scale(mean_exponential(x, order=order + 1))
)


@one_operation
def _spence_slope(z: Array, order: int = 0) -> Any:
    """The derivative of log(z) / (1 - z) of the given order, for real z.

    Near z = 1 the series of -log(1 + w) / w; elsewhere h = log(1 + w) / w has the derivatives
    w h^(n) + n h^(n-1) = d^n log(1 + w) / dw^n.
    """
    z = np.asarray(z)
    wide = z.astype(float)
    near = np.abs(wide - 1.0) < 0.5
    far = np.where(near, 2.0, wide)
    w = far - 1.0
    h = np.log(far) / w
    for n in range(1, order + 1):
        h = ((-1.0) ** (n - 1) * math.factorial(n - 1) / far**n - n * h) / w
    w = np.where(near, wide - 1.0, 0.0)
    series = np.zeros_like(w)
    for k in range(80 + order, order - 1, -1):
        series = series * w + (-1.0) ** k * math.perm(k, order) / (k + 1)
    return -np.where(near, series, h).astype(z.dtype)[()]


spence_slope: Callable[..., Any] = rule(
    _spence_slope, lambda z, _y, order=0: Scale(spence_slope(z, order=order + 1))
)


def _expn(n: Any, x: Array, _y: Any) -> Array:
    """-E_(n-1), of which SciPy has none below order 0."""
    n = as_array(n)
    slope = -sp.expn(np.maximum(n - 1, 1), x)
    if np.any(n <= 1):
        slope = np.where(n == 1, -np.exp(-x) / x, slope)
        slope = np.where(n == 0, -np.exp(-x) * (1.0 + 1.0 / x) / x, slope)
    return slope


def _sici(x: Array, _y: Any) -> LinearMap:
    return Outputs(Scale(np.sinc(x / math.pi)), Scale(np.cos(x) / x))


def _fresnel(x: Array, _y: Any) -> LinearMap:
    angle = 0.5 * math.pi * x * x
    return Outputs(Scale(np.sin(angle)), Scale(np.cos(angle)))


def _airy(x: Array, y: Any) -> LinearMap:
    """Ai'' = x Ai, and the same of Bi."""
    return Outputs(Scale(y[1]), Scale(x * y[0]), Scale(y[3]), Scale(x * y[2]))


elementwise(sp.exprel, lambda x, _y: mean_exponential(x, order=1))
elementwise(sp.exp1, lambda x, _y: -np.exp(-x) / x)
elementwise(sp.expi, lambda x, _y: np.exp(x) / x)
elementwise(sp.expn, refused, _expn)
elementwise(sp.spence, lambda z, _y: spence_slope(z))
rule(sp.sici, _sici)
rule(sp.fresnel, _fresnel)
rule(sp.airy, _airy)
elementwise(sp.cosm1, lambda x, _y: -np.sin(x))
elementwise(sp.expm1, lambda x, _y: np.exp(x))
elementwise(sp.exp2, lambda _x, y: y * LN2)
elementwise(sp.exp10, lambda _x, y: y * LN10)
elementwise(sp.log1p, lambda x, _y: 1.0 / (1.0 + x))
elementwise(sp.cbrt, lambda _x, y: 1.0 / (3.0 * y * y))
