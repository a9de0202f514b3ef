"""Derivatives written out from the handbooks, evaluated by mpmath: a source beside differences.

DLMF is the NIST Digital Library of Mathematical Functions, A&S Abramowitz and Stegun. What needs no
chapter is the calculus of Euler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp

__all__ = ["OF_ONE", "OF_SEVERAL"]

Number = Any
Form = Callable[..., Number]


def _phi(x: Number) -> Number:
    """The density of the normal distribution."""
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def _erfinv_slope(f: Number) -> Number:
    return mp.sqrt(mp.pi) / 2 * mp.exp(f * f)


def _erfcinv(x: Number) -> Number:
    return mp.erfinv(1 - x)


def _ndtri(x: Number) -> Number:
    return mp.sqrt(2) * mp.erfinv(2 * x - 1)


def _hazard(x: Number) -> Number:
    """φ(x) / Φ(x), with Φ by erfc, which keeps its digits in the tail."""
    return _phi(x) / (mp.erfc(-x / mp.sqrt(2)) / 2)


def _expit(x: Number) -> Number:
    return 1 / (1 + mp.exp(-x))


def _i(order: int, x: Number) -> Number:
    return mp.besseli(order, x)


def _j(order: int, x: Number) -> Number:
    return mp.besselj(order, x)


def _y(order: int, x: Number) -> Number:
    return mp.bessely(order, x)


def _second(bessel: Form, order: int, x: Number) -> Number:
    """C'' = (C_{n-2} - 2 C_n + C_{n+2}) / 4 (DLMF 10.6.7)."""
    return (bessel(order - 2, x) - 2 * bessel(order, x) + bessel(order + 2, x)) / 4


def _sinc_first(x: Number) -> Number:
    p = mp.pi * x
    return (p * mp.cos(p) - mp.sin(p)) / (p * x)


def _sinc_second(x: Number) -> Number:
    p = mp.pi * x
    return -mp.pi * mp.sin(p) / x - 2 * mp.cos(p) / x**2 + 2 * mp.sin(p) / (p * x**2)


def _scaled(of: Form) -> tuple[Form, Form]:
    """Of exp(-|x|) f(x) by the product rule, where ``of`` gives f, f' and f''."""

    def first(x: Number) -> Number:
        f, slope, _ = of(x)
        return mp.exp(-abs(x)) * (slope - mp.sign(x) * f)

    def second(x: Number) -> Number:
        f, slope, curvature = of(x)
        return mp.exp(-abs(x)) * (curvature - 2 * mp.sign(x) * slope + f)

    return first, second


OF_ONE: dict[str, tuple[Form, Form]] = {
    "array_api.negative": (lambda x: mp.mpf(-1), lambda x: mp.mpf(0)),
    "array_api.positive": (lambda x: mp.mpf(1), lambda x: mp.mpf(0)),
    "array_api.reciprocal": (lambda x: -(x**-2), lambda x: 2 * x**-3),
    "array_api.square": (lambda x: 2 * x, lambda x: mp.mpf(2)),
    "array_api.sqrt": (lambda x: 1 / (2 * mp.sqrt(x)), lambda x: -1 / (4 * x * mp.sqrt(x))),
    "array_api.abs": (mp.sign, lambda x: mp.mpf(0)),
    # DLMF 4.7, 4.20, 4.24, 4.34, 4.38: elementary functions and their inverses.
    "array_api.exp": (mp.exp, mp.exp),
    "array_api.expm1": (mp.exp, mp.exp),
    "array_api.log": (lambda x: 1 / x, lambda x: -1 / x**2),
    "array_api.log2": (lambda x: 1 / (x * mp.ln(2)), lambda x: -1 / (x**2 * mp.ln(2))),
    "array_api.log10": (lambda x: 1 / (x * mp.ln(10)), lambda x: -1 / (x**2 * mp.ln(10))),
    "array_api.log1p": (lambda x: 1 / (1 + x), lambda x: -1 / (1 + x) ** 2),
    "array_api.sin": (mp.cos, lambda x: -mp.sin(x)),
    "array_api.cos": (lambda x: -mp.sin(x), lambda x: -mp.cos(x)),
    "array_api.tan": (lambda x: mp.sec(x) ** 2, lambda x: 2 * mp.sec(x) ** 2 * mp.tan(x)),
    "array_api.sinh": (mp.cosh, mp.sinh),
    "array_api.cosh": (mp.sinh, mp.cosh),
    "array_api.tanh": (lambda x: mp.sech(x) ** 2, lambda x: -2 * mp.sech(x) ** 2 * mp.tanh(x)),
    "array_api.asin": (
        lambda x: 1 / mp.sqrt(1 - x * x),
        lambda x: x / (1 - x * x) ** mp.mpf("1.5"),
    ),
    "array_api.acos": (
        lambda x: -1 / mp.sqrt(1 - x * x),
        lambda x: -x / (1 - x * x) ** mp.mpf("1.5"),
    ),
    "array_api.atan": (lambda x: 1 / (1 + x * x), lambda x: -2 * x / (1 + x * x) ** 2),
    "array_api.asinh": (
        lambda x: 1 / mp.sqrt(1 + x * x),
        lambda x: -x / (1 + x * x) ** mp.mpf("1.5"),
    ),
    "array_api.acosh": (
        lambda x: 1 / mp.sqrt(x * x - 1),
        lambda x: -x / (x * x - 1) ** mp.mpf("1.5"),
    ),
    "array_api.atanh": (lambda x: 1 / (1 - x * x), lambda x: 2 * x / (1 - x * x) ** 2),
    # DLMF 7.2, 7.10, 7.17: error functions; the inverse by f' = 1 / g'(f), f'' = 2 f f'².
    "special.erf": (
        lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x),
        lambda x: -4 * x / mp.sqrt(mp.pi) * mp.exp(-x * x),
    ),
    "special.erfc": (
        lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x),
        lambda x: 4 * x / mp.sqrt(mp.pi) * mp.exp(-x * x),
    ),
    "special.erfcx": (
        lambda x: 2 * x * mp.exp(x * x) * mp.erfc(x) - 2 / mp.sqrt(mp.pi),
        lambda x: (2 + 4 * x * x) * mp.exp(x * x) * mp.erfc(x) - 4 * x / mp.sqrt(mp.pi),
    ),
    "special.erfinv": (
        lambda x: _erfinv_slope(mp.erfinv(x)),
        lambda x: 2 * mp.erfinv(x) * _erfinv_slope(mp.erfinv(x)) ** 2,
    ),
    "special.erfcinv": (
        lambda x: -_erfinv_slope(_erfcinv(x)),
        lambda x: 2 * _erfcinv(x) * _erfinv_slope(_erfcinv(x)) ** 2,
    ),
    # A&S 26.2: the normal distribution.
    "special.ndtr": (_phi, lambda x: -x * _phi(x)),
    "special.log_ndtr": (_hazard, lambda x: -_hazard(x) * (x + _hazard(x))),
    "special.ndtri": (
        lambda x: 1 / _phi(_ndtri(x)),
        lambda x: _ndtri(x) / _phi(_ndtri(x)) ** 2,
    ),
    # DLMF 5.2, 5.15: the gamma function and its logarithmic derivatives.
    "special.gamma": (
        lambda x: mp.gamma(x) * mp.psi(0, x),
        lambda x: mp.gamma(x) * (mp.psi(0, x) ** 2 + mp.psi(1, x)),
    ),
    "special.gammaln": (lambda x: mp.psi(0, x), lambda x: mp.psi(1, x)),
    "special.digamma": (lambda x: mp.psi(1, x), lambda x: mp.psi(2, x)),
    "special.polygamma/n=1": (lambda x: mp.psi(2, x), lambda x: mp.psi(3, x)),
    "special.polygamma/n=2": (lambda x: mp.psi(3, x), lambda x: mp.psi(4, x)),
    # DLMF 10.6, 10.29: Bessel functions.
    "special.i0": (lambda x: _i(1, x), lambda x: (_i(0, x) + _i(2, x)) / 2),
    "special.i1": (
        lambda x: (_i(0, x) + _i(2, x)) / 2,
        lambda x: (3 * _i(1, x) + _i(3, x)) / 4,
    ),
    "special.i0e": _scaled(
        lambda x: (_i(0, x), _i(1, x), (_i(0, x) + _i(2, x)) / 2),
    ),
    "special.i1e": _scaled(
        lambda x: (_i(1, x), (_i(0, x) + _i(2, x)) / 2, (3 * _i(1, x) + _i(3, x)) / 4),
    ),
    "special.j0": (lambda x: -_j(1, x), lambda x: _second(_j, 0, x)),
    "special.j1": (lambda x: (_j(0, x) - _j(2, x)) / 2, lambda x: _second(_j, 1, x)),
    "special.y0": (lambda x: -_y(1, x), lambda x: _second(_y, 0, x)),
    "special.y1": (lambda x: (_y(0, x) - _y(2, x)) / 2, lambda x: _second(_y, 1, x)),
    "special.jn/n=1": (lambda x: (_j(0, x) - _j(2, x)) / 2, lambda x: _second(_j, 1, x)),
    "special.jn/n=3": (lambda x: (_j(2, x) - _j(4, x)) / 2, lambda x: _second(_j, 3, x)),
    # s' = s (1 - s).
    "special.expit": (
        lambda x: _expit(x) * _expit(-x),
        lambda x: _expit(x) * _expit(-x) * (_expit(-x) - _expit(x)),
    ),
    "special.log_expit": (lambda x: _expit(-x), lambda x: -_expit(x) * _expit(-x)),
    "special.logit": (
        lambda x: 1 / (x * (1 - x)),
        lambda x: (2 * x - 1) / (x * (1 - x)) ** 2,
    ),
    "special.entr": (lambda x: -mp.ln(x) - 1, lambda x: -1 / x),
    "special.sinc": (_sinc_first, _sinc_second),
    # DLMF 6.2, 8.19.13: exponential integrals.
    "special.exp1": (
        lambda x: -mp.exp(-x) / x,
        lambda x: mp.exp(-x) * (x + 1) / x**2,
    ),
    "special.expi": (lambda x: mp.exp(x) / x, lambda x: mp.exp(x) * (x - 1) / x**2),
    "special.expn/n=2": (lambda x: -mp.expint(1, x), lambda x: mp.exp(-x) / x),
    "special.expn/n=3": (lambda x: -mp.expint(2, x), lambda x: mp.expint(1, x)),
    # DLMF 25.12.2, of Li₂(1 - x).
    "special.spence": (
        lambda x: mp.ln(x) / (1 - x),
        lambda x: 1 / (x * (1 - x)) + mp.ln(x) / (1 - x) ** 2,
    ),
}
"""Problem of one argument → f' and f''."""


def _poch(a: Number, m: Number) -> Number:
    return mp.gamma(a + m) / mp.gamma(a)


OF_SEVERAL: dict[str, tuple[Form | None, ...]] = {
    "array_api.add": (lambda a, b: mp.mpf(1), lambda a, b: mp.mpf(1)),
    "array_api.subtract": (lambda a, b: mp.mpf(1), lambda a, b: mp.mpf(-1)),
    "array_api.multiply": (lambda a, b: b, lambda a, b: a),
    "array_api.divide": (lambda a, b: 1 / b, lambda a, b: -a / b**2),
    "array_api.pow": (lambda a, b: b * a ** (b - 1), lambda a, b: a**b * mp.ln(a)),
    "array_api.remainder": (lambda a, b: mp.mpf(1), lambda a, b: -mp.floor(a / b)),
    "array_api.atan2": (
        lambda a, b: b / (a * a + b * b),
        lambda a, b: -a / (a * a + b * b),
    ),
    "array_api.hypot": (
        lambda a, b: a / mp.sqrt(a * a + b * b),
        lambda a, b: b / mp.sqrt(a * a + b * b),
    ),
    "array_api.logaddexp": (lambda a, b: _expit(a - b), lambda a, b: _expit(b - a)),
    "array_api.maximum": (lambda a, b: mp.mpf(a > b), lambda a, b: mp.mpf(b > a)),
    "array_api.minimum": (lambda a, b: mp.mpf(a < b), lambda a, b: mp.mpf(b < a)),
    "special.xlogy": (lambda x, y: mp.ln(y), lambda x, y: x / y),
    "special.xlog1py": (lambda x, y: mp.ln(1 + y), lambda x, y: x / (1 + y)),
    "special.rel_entr": (lambda x, y: mp.ln(x / y) + 1, lambda x, y: -x / y),
    "special.kl_div": (lambda x, y: mp.ln(x / y), lambda x, y: 1 - x / y),
    # DLMF 5.12: the beta function.
    "special.beta": (
        lambda a, b: mp.beta(a, b) * (mp.psi(0, a) - mp.psi(0, a + b)),
        lambda a, b: mp.beta(a, b) * (mp.psi(0, b) - mp.psi(0, a + b)),
    ),
    "special.betaln": (
        lambda a, b: mp.psi(0, a) - mp.psi(0, a + b),
        lambda a, b: mp.psi(0, b) - mp.psi(0, a + b),
    ),
    "special.poch": (
        lambda a, m: _poch(a, m) * (mp.psi(0, a + m) - mp.psi(0, a)),
        lambda a, m: _poch(a, m) * mp.psi(0, a + m),
    ),
    # DLMF 8.8.13, 8.17.20 (the integrand), 25.11.17: by the last argument.
    "special.gammainc": (None, lambda a, x: x ** (a - 1) * mp.exp(-x) / mp.gamma(a)),
    "special.gammaincc": (None, lambda a, x: -(x ** (a - 1)) * mp.exp(-x) / mp.gamma(a)),
    "special.betainc": (
        None,
        None,
        lambda a, b, x: x ** (a - 1) * (1 - x) ** (b - 1) / mp.beta(a, b),
    ),
    "special.zeta": (None, lambda s, q: -s * mp.zeta(s + 1, q)),
}
"""Problem of several arguments → the partial derivatives; None by what is not differentiated."""
