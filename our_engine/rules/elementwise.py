"""Rules of smooth functions that act element by element.

abs, fabs and hypot have derivative 0 at 0, a choice inside the interval of one-sided derivatives;
what even functions of them ask for in their second derivatives is in `moduli`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import (
    ONE,
    ZERO,
    Conj,
    LinearMap,
    Real,
    Scale,
)
from our_engine.primitives import elementwise
from our_engine.recording import Node, raw
from our_engine.types import Array

from .smooth import expit, one_less_square, sech2, sinc_derivative

LN2 = math.log(2.0)
LN10 = math.log(10.0)
DEGREE = math.pi / 180.0


def is_complex(x: Array) -> bool:
    """Whether x has a complex dtype, also if it is traced."""
    return np.iscomplexobj(raw(x))


def over(x: Array, r: Array) -> Array:
    """x / r, and 0 where r is 0 (and x with it)."""
    return x / np.where(raw(r) == 0, 1, r)


def absolute(x: Array, y: Array) -> Any:
    """The factor of |x|: sign(x), or the unit number conj(x)/|x|."""
    if is_complex(x):
        if not np.all(raw(x)):
            from .moduli import complex_modulus

            return complex_modulus(x, y)
        return Real(x.dtype) @ Scale(over(np.conj(x), y))
    if isinstance(x, Node) and not np.all(raw(x)):
        from .moduli import even_branch

        return even_branch(x)
    return np.sign(x)


def branch(x: Array, y: Array) -> Any:
    """The same for the value that an inner derivative works on: at a real zero, 1."""
    return absolute(x, y) if is_complex(x) else np.where(raw(x) < 0, -1, 1)[()].astype(x.dtype)


def _sign(x: Array, y: Array) -> Any:
    if not is_complex(x):
        return ZERO
    r = np.abs(x)
    radial = Scale(-y) @ Real(x.dtype).T @ Real(x.dtype) @ Scale(np.conj(y))
    return Scale(over(1.0, r)) @ (ONE + radial)


def _power_base(x: Array, p: Array, _y: Array) -> Any:
    if isinstance(p, (float, int)):
        if p == 0:
            return ZERO
        if p == 1:
            return ONE
        if p == 2:
            return 2 * x
        return p * x ** (p - 1)
    # x**0 is 1 also at x = 0, so that the slope 0 * x**-1 there is 0; away from 0 it is left as
    # it is, because its derivative by p is 1 / x.
    flat = (raw(p) == 0) & (raw(x) == 0)
    if not np.any(flat):
        return p * x ** (p - 1)
    return p * x ** np.where(flat, 1, p - 1)


def _power_exponent(x: Array, p: Array, y: Array) -> Any:
    # 0**p is 0 for all p > 0: its slope is 0, not log(0) * 0. At p = 0 it is that of the right.
    flat = (raw(x) == 0) & (raw(p) >= 0)
    if not np.any(flat):
        return np.log(x) * y
    return np.where(flat, 0, np.log(np.where(flat, 1, x)) * x**p)


def _conjugate(x: Array, _y: Array) -> Any:
    return Conj() if is_complex(x) else ONE


def _logaddexp(a: Array, b: Array) -> Array:
    same = (raw(a) == raw(b)) & np.isinf(raw(a))
    return expit(a - b if not np.any(same) else np.where(same, 0, a) - np.where(same, 0, b))


def hypot_first(a: Array, b: Array, y: Array) -> Any:
    """The factor of hypot(a, b) by a."""
    if not isinstance(y, Node):
        return over(a, y)
    return cosine(a, b) if np.all(raw(y)) else _hypot_side(a, b, y, 0)


def hypot_second(a: Array, b: Array, y: Array) -> Any:
    """The factor of hypot(a, b) by b."""
    if not isinstance(y, Node):
        return over(b, y)
    return cosine(b, a) if np.all(raw(y)) else _hypot_side(a, b, y, 1)


def _cosine(a: Array, b: Array) -> Any:
    return a / np.hypot(a, b)


def _cosine_by_side(a: Array, b: Array, y: Array) -> Array:
    """(b / h)^2 / h: unlike the derivative of a / h it does not cancel."""
    return cosine(b, a) ** 2 / np.hypot(a, b)


def _cosine_by_other(a: Array, b: Array, y: Array) -> Array:
    return -y * cosine(b, a) / np.hypot(a, b)


cosine: Callable[..., Any] = elementwise(_cosine, _cosine_by_side, _cosine_by_other)


def nested_hypot_first(a: Array, b: Array, y: Array) -> Any:
    """The same for the value that an inner derivative works on."""
    return cosine(a, b) if np.all(raw(y)) else _hypot_side(a, b, y, 0)


def nested_hypot_second(a: Array, b: Array, y: Array) -> Any:
    """The same by b."""
    return cosine(b, a) if np.all(raw(y)) else _hypot_side(a, b, y, 1)


def _hypot_side(a: Array, b: Array, y: Array, side: int) -> LinearMap:
    from .moduli import hypot_side

    return hypot_side(a, b, y, side)


def _within(x: Array, low: float, high: float = math.inf) -> Array:
    """X, and where it is outside of [low, high] NaN, at every order: so is the function."""
    if is_complex(x):
        return x
    plain = raw(x)
    outside = plain < low
    if high < math.inf:
        outside = outside | (plain > high)
    if not np.any(outside):
        return x
    return x * np.where(outside, np.nan, 1.0).astype(np.result_type(plain))


def _half_over(y: Array) -> Array:
    """0.5 / y, of -0.0 too inf."""
    r = y + 0.0
    return np.divide(0.5, r, out=r) if type(r) is np.ndarray else 0.5 / r


def _arctan(x: Array, _y: Array) -> Array:
    """1 / (1 + x^2), without overflow; flat at infinity, to every order."""
    if is_complex(x):
        return 1.0 / (1.0 + x * x)
    if isinstance(x, Node):
        endless = np.isinf(raw(x))
        if np.any(endless):
            inside: Array = np.where(endless, 0, x)  # type: ignore[call-overload]
            return np.where(endless, 0, _arctan(inside, None))
    else:
        slope = 1.0 / (1.0 + x * x)
        if np.all(slope):
            return slope
    h = np.hypot(1.0, x)
    return 1.0 / h / h


def _polar(side: Array, x: Array, y: Array) -> Array:
    r = np.hypot(x, y)
    return side / r / r


elementwise(np.add, lambda _a, _b, _y: ONE, lambda _a, _b, _y: ONE)
elementwise(np.subtract, lambda _a, _b, _y: ONE, lambda _a, _b, _y: -1.0)
elementwise(np.multiply, lambda _a, b, _y: b, lambda a, _b, _y: a)
elementwise(np.divide, lambda _a, b, _y: 1.0 / b, lambda _a, b, y: -y / b)
elementwise(np.negative, lambda _x, _y: -1.0)
elementwise(np.positive, lambda _x, _y: ONE)
elementwise(np.absolute, absolute, nested=(branch,))
elementwise(np.fabs, lambda x, _y: absolute(x, None), nested=(lambda x, _y: branch(x, None),))
elementwise(np.sign, _sign)
elementwise(np.conjugate, _conjugate)

elementwise(np.square, lambda x, _y: 2.0 * x)
elementwise(np.sqrt, lambda _x, y: _half_over(y))
elementwise(np.cbrt, lambda _x, y: 1.0 / (3.0 * y * y))
elementwise(np.reciprocal, lambda _x, y: -y * y)
elementwise(np.power, _power_base, _power_exponent)
elementwise(np.float_power, _power_base, _power_exponent)

elementwise(np.exp, lambda _x, y: y)
elementwise(np.exp2, lambda _x, y: y * LN2)
elementwise(np.expm1, lambda x, _y: np.exp(x))
elementwise(np.log, lambda x, _y: 1.0 / (_within(x, 0.0) + 0.0))
elementwise(np.log2, lambda x, _y: 1.0 / (_within(x, 0.0) * LN2 + 0.0))
elementwise(np.log10, lambda x, _y: 1.0 / (_within(x, 0.0) * LN10 + 0.0))
elementwise(np.log1p, lambda x, _y: 1.0 / (1.0 + _within(x, -1.0)))
elementwise(np.logaddexp, lambda a, b, _y: _logaddexp(a, b), lambda a, b, _y: _logaddexp(b, a))
elementwise(
    np.logaddexp2,
    lambda a, b, _y: _logaddexp(a * LN2, b * LN2),
    lambda a, b, _y: _logaddexp(b * LN2, a * LN2),
)

elementwise(np.sin, lambda x, _y: np.cos(x))
elementwise(np.cos, lambda x, _y: -np.sin(x))
elementwise(np.tan, lambda _x, y: 1.0 + y * y)
elementwise(np.arcsin, lambda x, _y: 1.0 / np.sqrt(one_less_square(x)))
elementwise(np.arccos, lambda x, _y: -1.0 / np.sqrt(one_less_square(x)))
elementwise(np.arctan, _arctan)
elementwise(np.sinh, lambda x, _y: np.cosh(x))
elementwise(np.cosh, lambda x, _y: np.sinh(x))
elementwise(np.tanh, lambda x, y: 1.0 - y * y if is_complex(x) else sech2(x))
elementwise(
    np.arcsinh,
    lambda x, _y: 1.0 / (np.sqrt(1.0 + x * x) if is_complex(x) else np.hypot(1.0, x)),
)
elementwise(np.arccosh, lambda x, _y: 1.0 / (np.sqrt(x - 1.0) * np.sqrt(x + 1.0)))
elementwise(np.arctanh, lambda x, _y: 1.0 / one_less_square(_within(x, -1.0, 1.0)))
elementwise(np.hypot, hypot_first, hypot_second, nested=(nested_hypot_first, nested_hypot_second))
elementwise(np.arctan2, lambda a, b, _y: _polar(b, a, b), lambda a, b, _y: -_polar(a, a, b))
elementwise(np.deg2rad, lambda _x, _y: DEGREE)
elementwise(np.radians, lambda _x, _y: DEGREE)
elementwise(np.rad2deg, lambda _x, _y: 1.0 / DEGREE)
elementwise(np.degrees, lambda _x, _y: 1.0 / DEGREE)
elementwise(np.sinc, lambda x, _y: sinc_derivative(x, order=1))
