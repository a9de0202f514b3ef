"""Powers over gamma and beta functions without cancellation, written so that they can be traced.

x^a e^-x / Gamma(a) and its like for the beta function are, for large a, small differences of large
logarithms. They are computed with Stirling's formula by the parts that do not cancel, as in
Algorithm 708 (Didonato and Morris, ACM TOMS 18, 1992).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from our_engine.node import raw
from our_engine.primitives import elementwise, refused
from our_engine.types import Array

_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
_LARGE = 10.0
_SHIFT = 10


def gamma_density(a: Array, x: Array) -> Array:
    """x^(a-1) e^-x / Gamma(a), the derivative of gammainc(a, x) by x."""
    large = (raw(a) >= _LARGE) & (raw(x) > 0) & np.isfinite(raw(x))
    a_small, x_small = np.where(large, 1.0, a), np.where(large, 1.0, x)
    direct = np.exp(sp.xlogy(a_small - 1.0, x_small) - x_small - sp.gammaln(a_small))
    if not np.any(large):
        return direct
    a, x = np.where(large, a, _LARGE), np.where(large, x, _LARGE)
    exponent = a * excess((x - a) / a) + correction(a)
    return np.where(large, np.sqrt(a / (2.0 * math.pi)) * np.exp(-exponent) / x, direct)


def beta_density(a: Array, b: Array, x: Array) -> Array:
    """x^(a-1) (1-x)^(b-1) / B(a, b), the derivative of betainc(a, b, x) by x."""
    inside = (raw(x) > 0) & (raw(x) < 1)
    large = (raw(a) >= _LARGE) & (raw(b) >= _LARGE) & inside
    a_small, b_small = np.where(large, 1.0, a), np.where(large, 1.0, b)
    x_small = np.where(large, 0.5, x)
    powers = sp.xlogy(a_small - 1.0, x_small) + sp.xlog1py(b_small - 1.0, -x_small)
    direct = np.exp(powers - _log_beta(a_small, b_small))
    if not np.any(large):
        return direct
    a, b = np.where(large, a, _LARGE), np.where(large, b, _LARGE)
    x = np.where(large, x, 0.5)
    away = b * x - a * (1.0 - x)
    exponent = a * excess(away / a) + b * excess(-away / b)
    exponent = exponent + correction(a) + correction(b) - correction(a + b)
    root = np.sqrt(a / (2.0 * math.pi) * (b / (a + b)))
    return np.where(large, root * np.exp(-exponent) / (x * (1.0 - x)), direct)


def _log_beta(a: Array, b: Array) -> Array:
    """log B(a, b), also where one of the two is large and the other is not."""
    swap = raw(a) > raw(b)
    a, b = np.where(swap, b, a), np.where(swap, a, b)
    mixed = (raw(a) > 0) & (raw(b) >= _LARGE) & np.isfinite(raw(b))
    direct = sp.betaln(np.where(mixed, 1.0, a), np.where(mixed, 1.0, b))
    if not np.any(mixed):
        return direct
    a, b = np.where(mixed, a, 1.0), np.where(mixed, b, _LARGE)
    ratio = -(b - 0.5) * np.log1p(a / b) - a * (np.log(a + b) - 1.0)
    ratio = ratio + correction(b) - correction(a + b)
    return np.where(mixed, sp.gammaln(a) + ratio, direct)


def excess(u: Array) -> Array:
    """u - log(1 + u), without cancellation near 0."""
    near = np.abs(raw(u)) < 0.5
    far = np.where(near, 1.0, u)
    far = far - np.log1p(far)
    u = np.where(near, u, 0.0)
    r = u / (2.0 + u)
    square = r * r
    total = 1.0 / 43.0
    for k in range(41, 1, -2):
        total = total * square + 1.0 / k
    # log(1 + u) = 2 artanh(r) and u - 2 r = u r.
    return np.where(near, u * r - 2.0 * r * square * total, far)


def correction(a: Array) -> Array:
    """log Gamma(a) - (a - 1/2) log a + a - log(2 pi)/2 for a >= 10."""
    square = 1.0 / (a * a)
    total = 0.0
    for k in range(len(_BERNOULLI), 0, -1):
        total = total * square + _BERNOULLI[k - 1] / (2 * k * (2 * k - 1))
    return total / a


def _gap(n: Any, a: Array, b: Array) -> Any:
    if n == 1:
        return b / a / (a + b)
    return a ** -float(n) * -np.expm1(-float(n) * np.log1p(b / a))


gap: Callable[..., Any] = elementwise(
    _gap,
    refused,
    lambda n, a, b, _y: -n * gap(n + 1, a, b),
    lambda n, a, b, _y: n * (a + b) ** -(n + 1.0),
)
"""a^-n - (a + b)^-n for positive a and b, whose derivatives do not cancel."""


def _log_step(a: Array, b: Array) -> Any:
    return np.log1p(b / a)


log_step: Callable[..., Any] = elementwise(
    _log_step, lambda a, b, _y: -gap(1, a, b), lambda a, b, _y: 1.0 / (a + b)
)
"""log((a + b) / a)."""


def psi_difference(a: Array, b: Array) -> Array:
    """psi(a) - psi(a + b), also for b much smaller than a, and for its derivatives by either."""
    usual = (raw(a) > 0) & (raw(b) > 0) & np.isfinite(raw(a)) & np.isfinite(raw(b))
    a_other, b_other = np.where(usual, 1.0, a), np.where(usual, 1.0, b)
    other = sp.psi(a_other) - sp.psi(a_other + b_other)
    if not np.any(usual):
        return other
    a, b = np.where(usual, a, 1.0), np.where(usual, b, 1.0)
    total = 0.0
    for k in range(_SHIFT):
        total = total - gap(1, a + float(k), b)
    A = a + _SHIFT
    total = total - log_step(A, b) - 0.5 * gap(1, A, b)
    for k, bernoulli in enumerate(_BERNOULLI, start=1):
        total = total - bernoulli / (2 * k) * gap(2 * k, A, b)
    return np.where(usual, total, other)
