"""Bessel functions of integer order, and the modified ones of any order that is not negative."""

from __future__ import annotations

import math
from typing import Any

import mpmath

from harness.verification.oracles.multiprecision_namespace.precision import Numbers
from harness.verification.oracles.multiprecision_namespace.special.edges import (
    is_finite,
    is_integer,
    negligible,
)

__all__ = ["iv", "ive", "jv", "yv"]

_GUARD = 32


def jv(numbers: Numbers, order: Any, x: Any) -> Any:
    """J of an integer order; of others for x > 0, through mpmath. 0 at ±inf."""
    if x == x and not is_finite(x):
        return numbers.number(0)
    if is_integer(numbers, order):
        return numbers.scalars.jn(int(order), x)
    return _by_mpmath(numbers, mpmath.besselj, order, x)


def yv(numbers: Numbers, order: Any, x: Any) -> Any:
    """Y: -inf at 0, NaN below, 0 at inf."""
    if x == 0 and order >= 0:
        return numbers.number(-math.inf)
    if x > 0 and not is_finite(x):
        return numbers.number(0)
    if is_integer(numbers, order):
        return numbers.scalars.yn(int(order), x)
    return _by_mpmath(numbers, mpmath.bessely, order, x)


def iv(numbers: Numbers, order: Any, x: Any) -> Any:
    """I: for x < 0 only where the order is an integer."""
    return _modified(numbers, order, x, scaled=False)


def ive(numbers: Numbers, order: Any, x: Any) -> Any:
    """exp(-|x|) I."""
    return _modified(numbers, order, x, scaled=True)


def _modified(numbers: Numbers, order: Any, x: Any, *, scaled: bool) -> Any:
    f = numbers.scalars
    if order != order or x != x:
        return numbers.number(math.nan)
    whole = is_integer(numbers, order)
    if whole:
        order = abs(int(order))
    elif order < 0 or x < 0:
        return numbers.number(math.nan)
    size = abs(x)
    if not is_finite(size):
        value = numbers.number(0 if scaled else math.inf)
    else:
        with numbers.guarded(_GUARD):
            if size > numbers.bits + order * order:
                value = _asymptotic(numbers, order, size)
                value = value if scaled else value * f.exp(size)
            else:
                value = _power_series(numbers, order, size)
                value = value * f.exp(-size) if scaled else value
    return -value if x < 0 and order % 2 == 1 else value


def _power_series(numbers: Numbers, order: Any, x: Any) -> Any:
    """(x/2)^ν / Γ(ν + 1) Σ (x²/4)^k / (k! (ν + 1)_k): positive terms."""
    f = numbers.scalars
    quarter = x * x / 4
    total = term = numbers.number(1)
    end = negligible(numbers, _GUARD)
    k = 0
    while term > end * total:
        k += 1
        term = term * quarter / (k * (order + k))
        total = total + term
    return total * (x / 2) ** order / f.gamma(numbers.number(order) + 1)


def _asymptotic(numbers: Numbers, order: Any, x: Any) -> Any:
    """exp(-x) I for large x; what it leaves out is exp(-2x)."""
    f = numbers.scalars
    square = 4 * order * order
    total = term = numbers.number(1)
    end = negligible(numbers, _GUARD)
    k = 0
    while abs(term) > end:
        k += 1
        term = -term * (square - (2 * k - 1) ** 2) / (8 * k * x)
        total = total + term
    return total / f.sqrt(2 * f.pi() * x)


def _by_mpmath(numbers: Numbers, function: Any, order: Any, x: Any) -> Any:
    if not x > 0:
        return numbers.number(math.nan)
    scalars = numbers.scalars
    with mpmath.workprec(numbers.bits + _GUARD):
        return scalars.from_mpmath(function(scalars.to_mpmath(order), scalars.to_mpmath(x)))
