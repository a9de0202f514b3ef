"""Γ and what is built from it: beta, polygamma, the zeta functions, Pochhammer's symbol."""

from __future__ import annotations

import functools
import math
from typing import Any

import mpmath

from harness.verification.oracles.multiprecision_namespace.precision import Numbers
from harness.verification.oracles.multiprecision_namespace.special.edges import (
    exponent,
    is_finite,
    is_integer,
    is_pole,
    negligible,
)

__all__ = [
    "beta",
    "betaln",
    "digamma",
    "gamma",
    "gammaln",
    "gammasgn",
    "multigammaln",
    "poch",
    "polygamma",
    "rgamma",
    "zeta",
]

_GUARD = 32
_BY_LOGARITHMS = 1e5
"""Γ of more than this is taken through its logarithm."""

_MOST_SHIFTS = 100_000


def gamma(numbers: Numbers, x: Any) -> Any:
    """Γ(x): ±inf at ±0, NaN at the other poles."""
    if x == 0:
        return numbers.number(-math.inf if numbers.scalars.is_signed(x) else math.inf)
    return numbers.scalars.gamma(x)


def gammaln(numbers: Numbers, x: Any) -> Any:
    """log|Γ(x)|, infinite at the poles."""
    return numbers.scalars.lgamma(x)


def gammasgn(numbers: Numbers, x: Any) -> Any:
    """The sign of Γ: NaN at its poles but ±0."""
    if x == 0:
        return numbers.number(-1 if numbers.scalars.is_signed(x) else 1)
    if x != x or is_pole(numbers, x) or (x < 0 and not is_finite(x)):
        return numbers.number(math.nan)
    odd = x < 0 and int(numbers.scalars.floor(x)) % 2 != 0
    return numbers.number(-1 if odd else 1)


def rgamma(numbers: Numbers, x: Any) -> Any:
    """1/Γ(x): 0 at the poles."""
    if is_pole(numbers, x):
        return numbers.number(0)
    return 1 / gamma(numbers, x)


def digamma(numbers: Numbers, x: Any) -> Any:
    """Γ'/Γ: ∓inf at ±0, NaN at the other poles."""
    if x == 0:
        return numbers.number(math.inf if numbers.scalars.is_signed(x) else -math.inf)
    return numbers.scalars.digamma(x)


def polygamma(numbers: Numbers, n: Any, x: Any) -> Any:
    """The n-th derivative of digamma: (-1)^(n+1) n! ζ(n + 1, x)."""
    order = int(n)
    if order < 0 or order != n:
        return numbers.number(math.nan)
    if order == 0:
        return digamma(numbers, x)
    value = zeta(numbers, numbers.number(order + 1), x) * math.factorial(order)
    return value if order % 2 else -value


def zeta(numbers: Numbers, s: Any, q: Any = None) -> Any:
    """Σ_k (q + k)^-s (Hurwitz), for q None Riemann's. Inf at s = 1 and at poles, NaN below 1."""
    if q is None:
        return _riemann(numbers, s)
    nan, inf = numbers.number(math.nan), numbers.number(math.inf)
    if s != s or q != q or s < 1:
        return nan
    if s == 1 or is_pole(numbers, q):
        return inf
    if not is_finite(q):
        return numbers.number(0) if q > 0 else inf
    if not is_finite(s):
        return inf if 0 < q < 1 else numbers.number(1 if q == 1 else 0) if q > 0 else nan
    whole = is_integer(numbers, s)
    if q < 0 and not whole:
        return nan
    return _euler_maclaurin(numbers, int(s) if whole else s, q)


def beta(numbers: Numbers, a: Any, b: Any) -> Any:
    """Γ(a)Γ(b)/Γ(a + b)."""
    if a != a or b != b:
        return numbers.number(math.nan)
    if is_pole(numbers, a) or is_pole(numbers, b):
        return numbers.number(math.inf)
    if not (is_finite(a) and is_finite(b)):
        return numbers.number(0 if a > 0 and b > 0 else math.nan)
    if max(abs(a), abs(b)) > _BY_LOGARITHMS:
        sign = gammasgn(numbers, a) * gammasgn(numbers, b) * gammasgn(numbers, a + b)
        with numbers.guarded(_GUARD + 2 * exponent(a, b)):
            return sign * numbers.scalars.exp(betaln(numbers, a, b))
    with numbers.guarded(_GUARD):
        return gamma(numbers, a) * gamma(numbers, b) * rgamma(numbers, a + b)


def betaln(numbers: Numbers, a: Any, b: Any) -> Any:
    """log|B(a, b)|; with as many bits more as cancel."""
    if not (is_finite(a) and is_finite(b)):
        return numbers.number(-math.inf if (a > 0 and b > 0) else math.nan)
    if is_pole(numbers, a) or is_pole(numbers, b):
        return numbers.number(math.inf)
    if is_pole(numbers, a + b):
        return numbers.number(-math.inf)
    with numbers.guarded(_GUARD + 2 * exponent(a, b)):
        log_gamma = numbers.scalars.lgamma
        return log_gamma(a) + log_gamma(b) - log_gamma(a + b)


def poch(numbers: Numbers, z: Any, m: Any) -> Any:
    """Γ(z + m)/Γ(z); a product where m is a small integer."""
    if m == 0:
        return numbers.number(1)
    if z != z or m != m or not (is_finite(z) and is_finite(m)):
        return numbers.number(math.nan)
    with numbers.guarded(_GUARD + 2 * exponent(z, m)):
        if is_integer(numbers, m) and abs(m) <= 64:
            product = numbers.number(1)
            start = z if m > 0 else z + m
            for k in range(abs(int(m))):
                product = product * (start + k)
            if m > 0:
                return product
            return numbers.number(math.inf) if product == 0 else 1 / product
        if is_pole(numbers, z + m):
            return numbers.number(0 if is_pole(numbers, z) else math.inf)
        if max(abs(z), abs(m)) > _BY_LOGARITHMS:
            log_gamma = numbers.scalars.lgamma
            size = numbers.scalars.exp(log_gamma(z + m) - log_gamma(z))
            return size * gammasgn(numbers, z + m) * gammasgn(numbers, z)
        return gamma(numbers, z + m) * rgamma(numbers, z)


def multigammaln(numbers: Numbers, a: Any, d: int) -> Any:
    """The logarithm of the multivariate Γ of dimension ``d``; NaN unless a > (d - 1)/2."""
    if not 2 * a > d - 1:
        return numbers.number(math.nan)
    f = numbers.scalars
    with numbers.guarded(_GUARD):
        total = f.log(f.pi()) * (d * (d - 1)) / 4
        for j in range(d):
            total = total + f.lgamma(a - numbers.number(j) / 2)
        return total


def _riemann(numbers: Numbers, s: Any) -> Any:
    if s == 1:
        return numbers.number(math.inf)
    if s > 1:
        return zeta(numbers, s, numbers.number(1))
    if not is_finite(s):
        return numbers.number(math.nan)
    with mpmath.workprec(numbers.bits + _GUARD):
        return numbers.scalars.from_mpmath(mpmath.zeta(numbers.scalars.to_mpmath(s)))


def _euler_maclaurin(numbers: Numbers, s: Any, q: Any) -> Any:
    """The first terms one by one, and from where q is large their sum's expansion.

    Its terms fall until the 2πq-th, to exp(-2πq): q is moved up until that is far enough.
    """
    with numbers.guarded(_GUARD):
        enough = 0.2 * (numbers.bits + _GUARD) + float(s)
        total = numbers.number(0)
        if q < -_MOST_SHIFTS:
            raise NotImplementedError(f"zeta and polygamma below {-_MOST_SHIFTS}")
        end = negligible(numbers, _GUARD)
        while q < enough:
            term = q**-s
            total = total + term
            # For large s the rest may be nothing beside what there is: a sum below its integral.
            if q > 0 and term * (1 + q / (s - 1)) <= end * abs(total):
                return total
            q = q + 1
        power = q**-s
        total = total + power * q / (s - 1) + power / 2
        end = abs(total) * end
        factor, square = power * s / (2 * q), q * q
        for j in range(1, 10_000):
            numerator, denominator = _bernoulli(2 * j)
            term = factor * numerator / denominator
            total = total + term
            if abs(term) <= end:
                break
            factor = factor * ((s + 2 * j - 1) * (s + 2 * j)) / ((2 * j + 1) * (2 * j + 2)) / square
        return total


@functools.cache
def _bernoulli(n: int) -> tuple[int, int]:
    numerator, denominator = mpmath.bernfrac(n)
    return int(numerator), int(denominator)
