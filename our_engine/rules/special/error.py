"""Error functions, their inverses, and the normal distribution, accurate in the tails.

Everything is written with erfcx(x) = exp(x^2) erfc(x), which neither under- nor overflows where the
others do, and with the derivatives of that, the scaled repeated integrals

    w_n(x) = exp(x^2) i^n erfc(x)        w_n' = -2 (n + 1) w_(n+1)        w_0 = erfcx

(Abramowitz and Stegun 7.2; DLMF 7.18.) In the lower tail of the normal distribution phi/Phi is so
nearly -x that its derivatives would cancel; there they are cumulants, k_n' = k_(n+1), since
Phi(x) sqrt(2 pi) exp(x^2/2) is the Laplace transform of exp(-s^2/2) at -x.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from our_engine.linear_maps import Scale
from our_engine.node import raw
from our_engine.primitives import elementwise, rule
from our_engine.stand_in import one_operation
from our_engine.types import Array

TWO_BY_ROOT_PI = 2.0 / math.sqrt(math.pi)
HALF_ROOT_PI = math.sqrt(math.pi) / 2.0
ROOT_2 = math.sqrt(2.0)
ROOT_HALF_PI = math.sqrt(math.pi / 2.0)
_TAIL = -4.0


@one_operation
def _repeated_integral(x: Array, order: int = 0) -> Any:
    """w_n(x) for real x: upward recurrence for x < 1, from there the continued fraction."""
    x = np.asarray(x)
    wide = x.astype(float)
    far = wide >= 1.0
    z = np.where(far, 1.0, wide)
    before, w = np.full(wide.shape, TWO_BY_ROOT_PI), sp.erfcx(z)
    for k in range(1, order + 1):
        before, w = w, (before - 2.0 * z * w) / (2.0 * k)
    z = np.where(far, wide, 1.0)
    last = order + 200
    ratio = 1.0 / (z + np.sqrt(z * z + 2.0 * last))
    tail = sp.erfcx(z)
    for k in range(last, 0, -1):
        ratio = 1.0 / (2.0 * z + 2.0 * (k + 1) * ratio)
        if k <= order:
            tail = tail * ratio
    return np.where(far, tail, w).astype(x.dtype)[()]


def _erfcx(x: Array, y: Array) -> Array:
    if np.iscomplexobj(raw(x)):
        return 2.0 * x * y - TWO_BY_ROOT_PI
    return -2.0 * repeated_integral(x, order=1)


def _erfinv_slope(x: Array) -> Any:
    """sqrt(pi)/2 exp(y^2) = sqrt(pi)/2 erfcx(y) / (1 - x): both factors of that are exact."""
    y, size = sp.erfinv(x), np.abs(x)
    tail: Array = _over(sp.erfcx(np.abs(y)), (1.0 - size).astype(x.dtype))
    slope: Array = np.where(size < 0.5, np.exp(y * y), tail)
    return (HALF_ROOT_PI * slope).astype(x.dtype)[()]


def _erfcinv_slope(x: Array) -> Any:
    y = sp.erfcinv(x)
    tail = _over(sp.erfcx(np.abs(y)), np.where(x < 1, x, 2.0 - x))
    center = np.abs(x - 1.0) < 0.5
    slope: Array = np.where(center, np.exp(y * y), tail)
    return (-HALF_ROOT_PI * slope).astype(x.dtype)[()]


def _ndtri_slope(p: Array) -> Any:
    y = sp.ndtri(p)
    tail = _over(sp.erfcx(np.abs(y) / ROOT_2), np.where(p < 0.5, p, 1.0 - p))
    center = np.abs(p - 0.5) < 0.25
    slope: Array = np.where(center, 2.0 * np.exp(0.5 * y * y), tail)
    return (ROOT_HALF_PI * slope).astype(p.dtype)[()]


def _log_ndtr(x: Array, _y: Array) -> Array:
    """phi(x) / Phi(x): in the lower tail -x + k_1(x), for x > 5 as it is written, else by erfcx."""
    far, high = raw(x) < _TAIL, raw(x) > 5.0
    low = 1.0 / (ROOT_HALF_PI * sp.erfcx(np.where(high | far, 0, x) / -ROOT_2))
    if np.any(far):
        t = np.where(far, x, _TAIL).astype(x.dtype)
        low = np.where(far, tail_cumulant(t, order=1) - t, low)
    if not np.any(high):
        return low
    x = np.where(high, x, 6)
    return np.where(high, 0.5 / ROOT_HALF_PI * np.exp(-0.5 * x * x) / sp.ndtr(x), low)


@one_operation
def _tail_cumulant(x: Array, order: int = 1) -> Any:
    """k_n(x) for x <= -4, the n-th cumulant of s >= 0 with the density exp(x s - s^2/2), scaled.

    With t = -x the law is nearly the exponential of mean 1/t. Gauss-Laguerre nodes give its moments
    to a rounding or two; the central ones do not cancel as the powers of phi/Phi do.
    """
    x = np.asarray(x)
    nodes, weights = _laguerre()
    s = nodes / -x.astype(float)[..., None]
    law = weights * np.exp(-0.5 * s * s)
    law = law / np.sum(law, axis=-1, keepdims=True)
    mean = np.sum(law * s, axis=-1, keepdims=True)
    if order == 1:
        return mean[..., 0].astype(x.dtype)[()]
    away = s - mean
    powers = [np.sum(law * away**n, axis=-1) for n in range(order + 1)]
    cumulants = [np.zeros_like(powers[0])] * 2
    for n in range(2, order + 1):
        # The recursion from central moments to cumulants, whose first one is 0.
        others = (math.comb(n - 1, m - 1) * cumulants[m] * powers[n - m] for m in range(2, n))
        cumulants.append(powers[n] - sum(others))
    return cumulants[order].astype(x.dtype)[()]


@functools.cache
def _laguerre() -> tuple[Array, Array]:
    nodes, weights = sp.roots_laguerre(40)
    return nodes, weights


def bell(x: Array) -> Array:
    """exp(-x^2), flat at infinity to every order."""
    endless = np.isinf(raw(x))
    if np.any(endless):
        x = np.where(endless, 1e200, x).astype(x.dtype)
    return np.exp(-x * x)


def _over(a: Array, b: Array) -> Array:
    """a / b, and infinite at the end of the domain, where b is 0."""
    end = raw(b) == 0
    return np.where(end, np.inf, a / np.where(end, 1, b)) if np.any(end) else a / b


# Each of these y has y'' = 2 y y'^2 (ndtri: y y'^2), which unlike a quotient does not cancel.
erfinv_slope: Callable[..., Any] = elementwise(
    _erfinv_slope, lambda x, y: 2.0 * sp.erfinv(x) * y * y
)
erfcinv_slope: Callable[..., Any] = elementwise(
    _erfcinv_slope, lambda x, y: 2.0 * sp.erfcinv(x) * y * y
)
ndtri_slope: Callable[..., Any] = elementwise(_ndtri_slope, lambda p, y: sp.ndtri(p) * y * y)

tail_cumulant: Callable[..., Any] = rule(
    _tail_cumulant, lambda x, _y, order=1: Scale(tail_cumulant(x, order=order + 1))
)

repeated_integral: Callable[..., Any] = rule(
    _repeated_integral,
    lambda x, _y, order=0: Scale(-2.0 * (order + 1) * repeated_integral(x, order=order + 1)),
)

elementwise(sp.erf, lambda x, _y: TWO_BY_ROOT_PI * bell(x))
elementwise(sp.erfc, lambda x, _y: -TWO_BY_ROOT_PI * bell(x))
elementwise(sp.erfi, lambda x, _y: TWO_BY_ROOT_PI * np.exp(x * x))
elementwise(sp.erfcx, _erfcx)
elementwise(sp.erfinv, lambda x, _y: erfinv_slope(x))
elementwise(sp.erfcinv, lambda x, _y: erfcinv_slope(x))
elementwise(sp.ndtr, lambda x, _y: 0.5 / ROOT_HALF_PI * bell(x / ROOT_2))
elementwise(sp.log_ndtr, _log_ndtr)
elementwise(sp.ndtri, lambda p, _y: ndtri_slope(p))
elementwise(sp.ndtri_exp, lambda _x, y: ROOT_HALF_PI * sp.erfcx(y / -ROOT_2))
