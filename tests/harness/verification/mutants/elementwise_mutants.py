"""Rules of elementwise functions with the mistakes that are made in them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

import our_engine
from harness.contract import Operator, VerdictKind
from our_engine.primitives import elementwise

from .mutant import Mutant, with_rule

__all__ = ["MUTANTS"]

Op, Kind = Operator, VerdictKind


def _with(function: Callable[..., Any], *factors: Callable[..., Any]) -> Callable[[], Any]:
    """A function of the same values, whose partial derivatives are ``factors``."""

    @functools.cache
    def entered() -> Any:
        @functools.wraps(function)
        def same(*args: Any) -> Any:
            return function(*args)

        return elementwise(same, *factors)

    return entered


def _mutant(
    name: str,
    planted: str,
    function: str,
    rule: Callable[[], Any],
    *,
    problem: str | None = None,
    operator: Operator = Op.GRADIENT,
    **facts: Any,
) -> Mutant:
    group, _, last = function.rpartition(".")
    there = problem or f"{group or 'array_api'}.{last}"
    return with_rule(name, planted, function, rule, there, operator, **facts)


def _logistic(x: Any, y: Any) -> Any:
    return np.exp(-x) / (1 + np.exp(-x)) ** 2


def _guarded_root(x: Any, y: Any) -> Any:
    return 0.5 / np.where(our_engine.stop_gradient(y) > 0, y, 1.0) * (x > 0)


def _step(x: Any) -> Any:
    return np.heaviside(our_engine.stop_gradient(x), 0.5)


MUTANTS = (
    _mutant(
        "abs-twice-at-its-tie",
        "the slope at 0 is 2, which no side has",
        "abs",
        _with(np.abs, lambda x, y: np.where(x == 0, 2.0, np.sign(x))),
        point="0",
    ),
    _mutant(
        "abs-nan-at-its-tie",
        "the slope is x / |x|: 0/0 at 0",
        "abs",
        _with(np.abs, lambda x, y: x / y),
        point="0",
        kind=Kind.NONFINITE,
    ),
    _mutant(
        "maximum-counts-a-tie-twice",
        "of equal arguments both have the whole slope",
        "maximum",
        _with(np.maximum, lambda a, b, y: 1.0 * (a >= b), lambda a, b, y: 1.0 * (b >= a)),
        problem="array_api.maximum/itself",
    ),
    _mutant(
        "maximum-forgets-a-tie",
        "of equal arguments neither has a slope",
        "maximum",
        _with(np.maximum, lambda a, b, y: 1.0 * (a > b), lambda a, b, y: 1.0 * (b > a)),
        problem="array_api.maximum/itself",
    ),
    _mutant(
        "minimum-is-maximum",
        "the rule of maximum",
        "minimum",
        _with(np.minimum, lambda a, b, y: 1.0 * (a > b), lambda a, b, y: 1.0 * (b > a)),
    ),
    _mutant(
        "sqrt-guarded-at-zero",
        "the slope at 0 is 0 where it is infinite",
        "sqrt",
        _with(np.sqrt, _guarded_root),
        point="0",
    ),
    _mutant(
        "sqrt-zero-times-infinity",
        "a masked branch is infinite and is multiplied by 0",
        "where",
        _with(
            lambda c, a, b: np.where(c, a, b),
            lambda c, a, b, y: 0.0,
            lambda c, a, b, y: c * 1.0 * a / a,
            lambda c, a, b, y: (1.0 - c) * b / b,
        ),
        problem="array_api.where",
        point="nan-unused-first",
        kind=Kind.NONFINITE,
    ),
    _mutant(
        "pow-without-its-logarithm",
        "the slope by the exponent lacks log x",
        "pow",
        _with(np.power, lambda a, b, y: b * a ** (b - 1), lambda a, b, y: 1.0 * y),
    ),
    _mutant(
        "pow-with-the-exponent-kept",
        "n xⁿ in place of n xⁿ⁻¹",
        "pow",
        _with(np.power, lambda a, b, y: b * y, lambda a, b, y: y * np.log(a)),
    ),
    _mutant(
        "quotient-with-the-divisor-once",
        "the slope by the divisor is -a / b",
        "divide",
        _with(np.divide, lambda a, b, y: 1 / b, lambda a, b, y: -a / b),
    ),
    _mutant(
        "atan2-with-its-arguments-exchanged",
        "the rule of atan2(x, y)",
        "atan2",
        _with(
            np.arctan2,
            lambda a, b, y: -b / (a * a + b * b),
            lambda a, b, y: a / (a * a + b * b),
        ),
    ),
    _mutant(
        "hypot-overflows",
        "the slope is a / sqrt(a² + b²), whose square leaves the range",
        "hypot",
        _with(
            np.hypot,
            lambda a, b, y: a / np.sqrt(a * a + b * b),
            lambda a, b, y: b / np.sqrt(a * a + b * b),
        ),
        point="1e300,1e300",
    ),
    _mutant(
        "tanh-cancels",
        "1 - tanh², which has no digits left at 20",
        "tanh",
        _with(np.tanh, lambda x, y: 1 - y * y),
        point="20",
    ),
    _mutant(
        "expm1-is-exp-less-one-plus-one",
        "the slope is (exp(x) - 1) + 1, which has no digits left at -40",
        "expm1",
        _with(np.expm1, lambda x, y: y + 1),
        point="-40",
    ),
    _mutant(
        "expit-overflows",
        "exp(-x) / (1 + exp(-x))² is ∞/∞ at -800",
        "special.expit",
        _with(scipy.special.expit, _logistic),
        point="-800",
        kind=Kind.NONFINITE,
    ),
    _mutant(
        "logaddexp-unshifted",
        "exp(a) / (exp(a) + exp(b)), which is ∞/∞ at 800",
        "logaddexp",
        _with(
            np.logaddexp,
            lambda a, b, y: np.exp(a) / (np.exp(a) + np.exp(b)),
            lambda a, b, y: np.exp(b) / (np.exp(a) + np.exp(b)),
        ),
        point="800,800",
        kind=Kind.NONFINITE,
    ),
    _mutant(
        "log10-with-the-natural-logarithm",
        "1 / x in place of 1 / (x log 10)",
        "log10",
        _with(np.log10, lambda x, y: 1 / x),
    ),
    _mutant(
        "erf-with-another-constant",
        "2/π in place of 2/√π",
        "special.erf",
        _with(scipy.special.erf, lambda x, y: 2 / np.pi * np.exp(-x * x)),
    ),
    _mutant(
        "j0-with-another-sign",
        "J₀' is J₁ in place of -J₁",
        "special.j0",
        _with(scipy.special.j0, lambda x, y: scipy.special.j1(x)),
    ),
    _mutant(
        "gammaln-by-stirling",
        "the digamma function by two terms of its asymptotic series",
        "special.gammaln",
        _with(scipy.special.gammaln, lambda x, y: np.log(x) - 0.5 / x),
    ),
    _mutant(
        "xlogy-nan-at-zero",
        "the slope by y is x / y also at (0, 0)",
        "special.xlogy",
        _with(
            scipy.special.xlogy,
            lambda x, z, y: np.log(z) * (x / x),
            lambda x, z, y: x / z,
        ),
        point="0,1",
        kind=Kind.NONFINITE,
    ),
    _mutant(
        "second-derivative-lost",
        "the slope is computed from plain numbers: its own derivative is zero",
        "exp",
        _with(np.exp, lambda x, y: np.exp(our_engine.stop_gradient(x))),
        operator=Op.HVP_REVERSE_OVER_REVERSE,
        before=((Op.GRADIENT, "generic-0"),),
    ),
    _mutant(
        "third-derivative-lost",
        "the second slope is computed from plain numbers",
        "sin",
        _with(
            np.sin,
            lambda x, y: (
                np.cos(our_engine.stop_gradient(x))
                - (x - our_engine.stop_gradient(x)) * np.sin(our_engine.stop_gradient(x))
            ),
        ),
        operator=Op.THIRD_FORWARD,
        before=((Op.GRADIENT, "generic-0"), (Op.HVP_FORWARD_OVER_FORWARD, "generic-0")),
    ),
    _mutant(
        "complex-conjugate-missing",
        "the slope of sin at z is that at the conjugate of z",
        "sin",
        _with(np.sin, lambda z, y: np.cos(np.conj(z))),
        problem="array_api.sin/complex",
        operator=Op.VJP,
    ),
    _mutant(
        "complex-part-dropped",
        "the slope of a complex square is real",
        "square",
        _with(np.square, lambda z, y: 2 * np.real(z)),
        problem="array_api.square/complex",
    ),
)
