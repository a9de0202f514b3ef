"""The incomplete gamma and beta functions and the exponential integrals."""

from __future__ import annotations

import math
from typing import Any

from harness.verification.oracles.multiprecision_namespace.precision import Numbers
from harness.verification.oracles.multiprecision_namespace.special.edges import (
    exponent,
    is_finite,
    negligible,
)

__all__ = ["betainc", "exp1", "expi", "expn", "gammainc", "gammaincc"]

_GUARD = 64
_TOO_LARGE = 1e7
"""Parameters of this size take the series as many terms as have to be summed one by one."""


def gammainc(numbers: Numbers, a: Any, x: Any) -> Any:
    """P(a, x) = γ(a, x)/Γ(a)."""
    known = _gamma_edge(numbers, a, x)
    if known is not None:
        return known
    with numbers.guarded(_GUARD + 2 * exponent(a, x)):
        if _is_far(numbers, a, x):
            return 1 - _upper_far(numbers, a, x)
        return _lower(numbers, a, x, 0)


def gammaincc(numbers: Numbers, a: Any, x: Any) -> Any:
    """Q(a, x) = 1 - P(a, x), to its own last digit."""
    known = _gamma_edge(numbers, a, x)
    if known is not None:
        return 1 - known
    with numbers.guarded(_GUARD + 2 * exponent(a, x)):
        if _is_far(numbers, a, x):
            return _upper_far(numbers, a, x)
        if x <= a:
            return 1 - _lower(numbers, a, x, 0)
        # Above a, Q is about exp(-x) x^a / Γ(a): so many bits of 1 - P are lost.
        lost = exponent(1 / _gamma_weight(numbers, a, x)) + exponent(x)
        with numbers.guarded(lost):
            return 1 - _lower(numbers, a, x, lost)


def betainc(numbers: Numbers, a: Any, b: Any, x: Any) -> Any:
    """I_x(a, b), regularised: from the side on which its series has not passed the mean."""
    nan, zero, one = (numbers.number(v) for v in (math.nan, 0, 1))
    if not (a >= 0 and b >= 0 and 0 <= x <= 1):
        return nan
    if x == 0 or x == 1:
        return nan if a == b == 0 else x + zero
    for first, second, result in ((a, b, one), (b, a, zero)):
        if first == 0:
            return nan if second == 0 else result
        if not is_finite(second):
            return nan if not is_finite(first) else result
    if max(a, b) > _TOO_LARGE:
        raise NotImplementedError(f"betainc with parameters above {_TOO_LARGE:g}")
    with numbers.guarded(_GUARD + 2 * exponent(a, b, 1 / x)):
        if x * (a + b + 2) <= a + 1:
            return _beta_series(numbers, a, b, x)
        return 1 - _beta_series(numbers, b, a, 1 - x)


def expi(numbers: Numbers, x: Any) -> Any:
    """Ei(x), the principal value."""
    return numbers.scalars.ei(x)


def exp1(numbers: Numbers, x: Any) -> Any:
    """E₁(x) for x ≥ 0."""
    if not x > 0:
        return numbers.number(math.inf if x == 0 else math.nan)
    return -numbers.scalars.ei(-x)


def expn(numbers: Numbers, n: Any, x: Any) -> Any:
    """Eₙ(x) for integers n ≥ 0 and x ≥ 0, by recurrence from E₁."""
    order = int(n)
    if order != n or order < 0 or not x >= 0:
        return numbers.number(math.nan)
    if x == 0:
        return numbers.number(1) / (order - 1) if order > 1 else numbers.number(math.inf)
    if not is_finite(x):
        return numbers.number(0)
    with numbers.guarded(_GUARD + order * (1 + exponent(x))):
        decay = numbers.scalars.exp(-x)
        if order == 0:
            return decay / x
        value = exp1(numbers, x)
        for k in range(1, order):
            value = (decay - x * value) / k
        return value


def _gamma_edge(numbers: Numbers, a: Any, x: Any) -> Any:
    """P where it needs no computing, else None."""
    if not (a >= 0 and x >= 0):
        return numbers.number(math.nan)
    if a == 0:
        return numbers.number(1 if x > 0 else math.nan)
    if not is_finite(a):
        return numbers.number(0 if is_finite(x) else math.nan)
    if x == 0 or not is_finite(x):
        return numbers.number(0 if x == 0 else 1)
    if a > _TOO_LARGE and a / 2 < x and not _is_far(numbers, a, x):
        raise NotImplementedError(f"gammainc with a above {_TOO_LARGE:g} and x near it")
    return None


def _is_far(numbers: Numbers, a: Any, x: Any) -> bool:
    """Whether the asymptotic series in 1/x reaches all digits."""
    return bool(x > 3 * a + 5 * (numbers.bits + _GUARD))


def _gamma_weight(numbers: Numbers, a: Any, x: Any) -> Any:
    """x^a exp(-x) / Γ(a + 1)."""
    f = numbers.scalars
    return f.exp(a * f.log(x) - x - f.lgamma(a + 1))


def _lower(numbers: Numbers, a: Any, x: Any, guard: int) -> Any:
    """P by its series of positive terms, to ``guard`` bits more than the numbers have."""
    end = negligible(numbers, _GUARD + guard)
    total = term = numbers.number(1)
    denominator = a
    while True:
        denominator = denominator + 1
        term = term * x / denominator
        total = total + term
        # Later terms fall faster than by this ratio, so that they add up to this at most.
        if denominator > x and term * x <= end * total * (denominator - x):
            return total * _gamma_weight(numbers, a, x)


def _upper_far(numbers: Numbers, a: Any, x: Any) -> Any:
    end = negligible(numbers, _GUARD)
    total = term = numbers.number(1)
    k = 0
    while abs(term) > end:
        k += 1
        term = term * (a - k) / x
        total = total + term
    return total * _gamma_weight(numbers, a, x) * a / x


def _beta_series(numbers: Numbers, a: Any, b: Any, x: Any) -> Any:
    """x^a (1 - x)^b / (a B(a, b)) Σ (a + b)_n/(a + 1)_n xⁿ."""
    f = numbers.scalars
    log_beta = f.lgamma(a) + f.lgamma(b) - f.lgamma(a + b)
    weight = f.exp(a * f.log(x) + b * f.log1p(-x) - log_beta) / a
    end = negligible(numbers, _GUARD)
    total = term = numbers.number(1)
    above, below = a + b, a + 1
    while True:
        ratio = x * above / below
        term = term * ratio
        total = total + term
        largest = ratio if above > below else x
        if largest < 1 and term * largest <= end * total * (1 - largest):
            return total * weight
        above, below = above + 1, below + 1
