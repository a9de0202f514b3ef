"""Functions of logarithms and exponentials: entropies, the logistic function, sinc."""

from __future__ import annotations

import math
from typing import Any

from harness.verification.oracles.multiprecision_namespace.precision import Numbers
from harness.verification.oracles.multiprecision_namespace.special.edges import is_finite

__all__ = [
    "cbrt",
    "entr",
    "exp2",
    "exp10",
    "expit",
    "expm1",
    "kl_div",
    "log1p",
    "log_expit",
    "logit",
    "rel_entr",
    "sinc",
    "spence",
    "xlog1py",
    "xlogy",
]

_GUARD = 32


def expit(numbers: Numbers, x: Any) -> Any:
    """1/(1 + exp(-x))."""
    return 1 / (1 + numbers.scalars.exp(-x))


def log_expit(numbers: Numbers, x: Any) -> Any:
    """Its logarithm."""
    f = numbers.scalars
    return x - f.log1p(f.exp(x)) if x < 0 else -f.log1p(f.exp(-x))


def logit(numbers: Numbers, p: Any) -> Any:
    """log(p/(1 - p)): ±inf at 1 and 0, NaN beyond."""
    f = numbers.scalars
    if not 0 <= p <= 1:
        return numbers.number(math.nan)
    if 0.25 < p < 0.75:
        # About 1/2 the two logarithms would cancel.
        return f.log1p((2 * p - 1) / (1 - p))
    return f.log(p) - f.log1p(-p)


def xlogy(numbers: Numbers, x: Any, y: Any) -> Any:
    """x log y, and 0 where x is 0."""
    if x == 0 and y == y:
        return numbers.number(0)
    return x * numbers.scalars.log(y)


def xlog1py(numbers: Numbers, x: Any, y: Any) -> Any:
    """x log(1 + y), and 0 where x is 0."""
    if x == 0 and y == y:
        return numbers.number(0)
    return x * numbers.scalars.log1p(y)


def entr(numbers: Numbers, x: Any) -> Any:
    """-x log x; 0 at 0, -inf below."""
    if x != x:
        return x
    if not x > 0:
        return numbers.number(0 if x == 0 else -math.inf)
    return -x * numbers.scalars.log(x)


def rel_entr(numbers: Numbers, x: Any, y: Any) -> Any:
    """x log(x/y); 0 where x is 0 and y ≥ 0, inf outside x, y > 0."""
    if x != x or y != y:
        return numbers.number(math.nan)
    if x > 0 and y > 0:
        return x * numbers.scalars.log(x / y)
    return numbers.number(0 if x == 0 and y >= 0 else math.inf)


def kl_div(numbers: Numbers, x: Any, y: Any) -> Any:
    """x log(x/y) - x + y; y where x is 0 and y ≥ 0, inf outside x, y > 0."""
    if x != x or y != y:
        return numbers.number(math.nan)
    if x > 0 and y > 0:
        return x * numbers.scalars.log(x / y) - x + y
    return y + numbers.number(0) if x == 0 and y >= 0 else numbers.number(math.inf)


def sinc(numbers: Numbers, x: Any) -> Any:
    """sin(πx)/(πx), 1 at 0, exactly 0 at the other integers."""
    f = numbers.scalars
    if x == 0:
        return numbers.number(1)
    if not is_finite(x):
        return numbers.number(0 if x == x else math.nan)
    with numbers.guarded(_GUARD):
        beyond = x - 2 * f.nearest(x / 2)
        if abs(beyond) == 1 or beyond == 0:
            return numbers.number(0)
        return f.sin(f.pi() * beyond) / (f.pi() * x)


def spence(numbers: Numbers, z: Any) -> Any:
    """The dilogarithm of 1 - z for z ≥ 0."""
    if not z >= 0:
        return numbers.number(math.nan)
    return numbers.scalars.li2(1 - z) if is_finite(z) else numbers.number(-math.inf)


def exp2(numbers: Numbers, x: Any) -> Any:
    """2^x."""
    return numbers.scalars.power(numbers.number(2), x)


def exp10(numbers: Numbers, x: Any) -> Any:
    """10^x."""
    return numbers.scalars.power(numbers.number(10), x)


def expm1(numbers: Numbers, x: Any) -> Any:
    """exp(x) - 1."""
    return numbers.scalars.expm1(x)


def log1p(numbers: Numbers, x: Any) -> Any:
    """log(1 + x)."""
    return numbers.scalars.log1p(x)


def cbrt(numbers: Numbers, x: Any) -> Any:
    """The real cube root."""
    if x == 0 or not is_finite(x):
        return x
    with numbers.guarded(_GUARD):
        root = numbers.scalars.exp(numbers.scalars.log(abs(x)) / 3)
        # One of Newton's steps, for exactness at cubes.
        root = root - (root - abs(x) / (root * root)) / 3
    return -root if x < 0 else root
