"""The error function's relatives and the normal distribution's."""

from __future__ import annotations

import math
from typing import Any

import scipy.special

from harness.verification.oracles.multiprecision_namespace.precision import Numbers
from harness.verification.oracles.multiprecision_namespace.special.edges import negligible

__all__ = ["erf", "erfc", "erfcinv", "erfcx", "erfinv", "log_ndtr", "ndtr", "ndtri"]

_GUARD = 32


def erf(numbers: Numbers, x: Any) -> Any:
    """(2/√π) ∫ exp(-t²) from 0 to x."""
    return numbers.scalars.erf(x)


def erfc(numbers: Numbers, x: Any) -> Any:
    """1 - erf x."""
    return numbers.scalars.erfc(x)


def erfcx(numbers: Numbers, x: Any) -> Any:
    """exp(x²) erfc x: by its asymptotic series where that reaches all digits."""
    f = numbers.scalars
    if x != x:
        return x
    with numbers.guarded(_GUARD):
        square = x * x
        if x < 0 or square < numbers.bits + _GUARD:
            return f.exp(square) * f.erfc(x)
        end = negligible(numbers, _GUARD)
        total = term = numbers.number(1)
        k = 0
        while abs(term) > end:
            k += 1
            term = -term * (2 * k - 1) / (2 * square)
            total = total + term
        return total / (x * f.sqrt(f.pi()))


def erfinv(numbers: Numbers, y: Any) -> Any:
    """x with erf x = y; ±inf at ±1, NaN beyond."""
    f = numbers.scalars
    size = abs(y)
    if y == 0 or y != y:
        return y
    if not size <= 0.5:
        x = erfcinv(numbers, 1 - size)
        return -x if y < 0 else x
    with numbers.guarded(_GUARD):
        half_root = f.sqrt(f.pi()) / 2
        start = float(scipy.special.erfinv(float(size)))
        x = numbers.number(start) if start > 1e-300 else size * half_root
        enough = _newton_end(numbers)
        for _ in range(_STEPS):
            # erf' = exp(-x²)·2/√π
            step = (size - f.erf(x)) * f.exp(x * x) * half_root
            x = x + step
            if abs(step) <= enough * x:
                break
        return -x if y < 0 else x


def erfcinv(numbers: Numbers, q: Any) -> Any:
    """x with erfc x = q; ±inf at 0 and 2, NaN beyond. Newton's iteration on log erfc."""
    f = numbers.scalars
    if not 0 <= q <= 2:
        return numbers.number(math.nan)
    if q == 0 or q == 2:
        return numbers.number(math.inf if q == 0 else -math.inf)
    if q > 0.5:
        return -erfcinv(numbers, 2 - q) if q > 1.5 else erfinv(numbers, 1 - q)
    with numbers.guarded(_GUARD):
        root = f.sqrt(f.pi())
        if q > 1e-300:
            x = numbers.number(float(scipy.special.erfcinv(float(q))))
        else:
            level = -f.log(q * root)
            x = f.sqrt(level - f.log(level) / 2)
        enough = _newton_end(numbers)
        for _ in range(_STEPS):
            scaled = erfcx(numbers, x)
            step = (f.log(scaled / q) - x * x) * scaled * root / 2
            x = x + step
            if abs(step) <= enough * x:
                break
        return x


def ndtr(numbers: Numbers, x: Any) -> Any:
    """The standard normal distribution function."""
    f = numbers.scalars
    with numbers.guarded(_GUARD):
        return f.erfc(-x / f.sqrt(numbers.number(2))) / 2


def log_ndtr(numbers: Numbers, x: Any) -> Any:
    """Its logarithm, far into the lower tail."""
    f = numbers.scalars
    with numbers.guarded(_GUARD):
        scaled = -x / f.sqrt(numbers.number(2))
        if x < -1:
            return f.log(erfcx(numbers, scaled) / 2) - x * x / 2
        return f.log1p(-f.erfc(-scaled) / 2)


def ndtri(numbers: Numbers, p: Any) -> Any:
    """Its inverse; ±inf at 0 and 1, NaN beyond."""
    with numbers.guarded(_GUARD):
        return -numbers.scalars.sqrt(numbers.number(2)) * erfcinv(numbers, 2 * p)


_STEPS = 20
"""From 15 digits, each of Newton's steps doubles them; from an asymptotic start there are more."""


def _newton_end(numbers: Numbers) -> Any:
    """A step this small, relatively, leaves an error of its square."""
    return numbers.number(2) ** -(numbers.bits // 2 + _GUARD // 2)
