"""Partial derivatives as formulas, for the functions that act element by element.

The rule table knows derivatives as code. Here is how a person writes them, for the common
functions; one that is not listed is shown as ∂x_k/∂x_l, with its number. That each formula agrees
with its rule is tested by evaluating both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .algebra import ONE, added, product, quotient
from .expressions import Call, Expr, Indicator, Negative, Number, Power, Relation, Root, Sum

Factor = Callable[..., Expr]
TWO, THREE = Number(2), Number(3)


def _power(x: Expr, n: int) -> Expr:
    return Power(x, Number(n))


def _one_minus(x: Expr) -> Expr:
    return Sum((ONE, Negative(x)))


def _one_plus(x: Expr) -> Expr:
    return Sum((ONE, x))


def _lowered(p: Expr) -> Expr:
    return Number(p.value - 1) if isinstance(p, Number) else Sum((p, Number(-1)))


def _power_base(x: Expr, p: Expr, _y: Expr) -> Expr:
    if isinstance(p, Number) and p.value in (1, 2):
        return product(p, x) if p.value == 2 else ONE
    return product(p, Power(x, _lowered(p)))


def _log(x: Expr) -> Expr:
    return Call("log", (x,))


def _arctan2(side: Expr, a: Expr, b: Expr) -> Expr:
    return quotient(side, Sum((_power(a, 2), _power(b, 2))))


def _exponential_share(x: Expr, y: Expr) -> Expr:
    return Call("exp", (Sum((x, Negative(y))),))


ZERO = Number(0)

FACTORS: dict[Any, tuple[Factor, ...]] = {
    np.add: (lambda a, b, y: ONE, lambda a, b, y: ONE),
    np.subtract: (lambda a, b, y: ONE, lambda a, b, y: Number(-1)),
    np.multiply: (lambda a, b, y: b, lambda a, b, y: a),
    np.divide: (
        lambda a, b, y: quotient(ONE, b),
        lambda a, b, y: Negative(quotient(a, _power(b, 2))),
    ),
    np.negative: (lambda x, y: Number(-1),),
    np.positive: (lambda x, y: ONE,),
    np.absolute: (lambda x, y: Call("sign", (x,)),),
    np.fabs: (lambda x, y: Call("sign", (x,)),),
    np.sign: (lambda x, y: ZERO,),
    np.square: (lambda x, y: product(TWO, x),),
    np.sqrt: (lambda x, y: quotient(ONE, product(TWO, Root(x))),),
    np.cbrt: (lambda x, y: quotient(ONE, product(THREE, _power(y, 2))),),
    np.reciprocal: (lambda x, y: Negative(quotient(ONE, _power(x, 2))),),
    np.power: (_power_base, lambda x, p, y: product(Power(x, p), _log(x))),
    np.float_power: (_power_base, lambda x, p, y: product(Power(x, p), _log(x))),
    np.exp: (lambda x, y: Call("exp", (x,)),),
    np.exp2: (lambda x, y: product(y, _log(TWO)),),
    np.expm1: (lambda x, y: Call("exp", (x,)),),
    np.log: (lambda x, y: quotient(ONE, x),),
    np.log2: (lambda x, y: quotient(ONE, product(x, _log(TWO))),),
    np.log10: (lambda x, y: quotient(ONE, product(x, _log(Number(10)))),),
    np.log1p: (lambda x, y: quotient(ONE, _one_plus(x)),),
    np.logaddexp: (
        lambda a, b, y: _exponential_share(a, y),
        lambda a, b, y: _exponential_share(b, y),
    ),
    np.sin: (lambda x, y: Call("cos", (x,)),),
    np.cos: (lambda x, y: Negative(Call("sin", (x,))),),
    np.tan: (lambda x, y: _one_plus(_power(y, 2)),),
    np.arcsin: (lambda x, y: quotient(ONE, Root(_one_minus(_power(x, 2)))),),
    np.arccos: (lambda x, y: Negative(quotient(ONE, Root(_one_minus(_power(x, 2))))),),
    np.arctan: (lambda x, y: quotient(ONE, _one_plus(_power(x, 2))),),
    np.sinh: (lambda x, y: Call("cosh", (x,)),),
    np.cosh: (lambda x, y: Call("sinh", (x,)),),
    np.tanh: (lambda x, y: _one_minus(_power(y, 2)),),
    np.arcsinh: (lambda x, y: quotient(ONE, Root(_one_plus(_power(x, 2)))),),
    np.arccosh: (lambda x, y: quotient(ONE, Root(Sum((_power(x, 2), Number(-1))))),),
    np.arctanh: (lambda x, y: quotient(ONE, _one_minus(_power(x, 2))),),
    np.hypot: (lambda a, b, y: quotient(a, y), lambda a, b, y: quotient(b, y)),
    np.arctan2: (lambda a, b, y: _arctan2(b, a, b), lambda a, b, y: Negative(_arctan2(a, a, b))),
    np.remainder: (
        lambda a, b, y: ONE,
        lambda a, b, y: Negative(Call("floor", (quotient(a, b),))),
    ),
    np.fmod: (
        lambda a, b, y: ONE,
        lambda a, b, y: Negative(Call("trunc", (quotient(a, b),))),
    ),
    np.where: (
        lambda c, a, b, y: ZERO,
        lambda c, a, b, y: Indicator(c),
        lambda c, a, b, y: Indicator(opposite(c)),
    ),
}

_OPPOSITES = {">": "≤", "≥": "<", "<": "≥", "≤": ">", "=": "≠", "≠": "="}
_EXTREMES = {np.maximum: ">", np.fmax: ">", np.minimum: "<", np.fmin: "<"}
_REAL_ONLY = {np.absolute, np.sign, np.arctan2, np.hypot, np.remainder, np.fmod}


def opposite(condition: Expr) -> Expr:
    """The condition's negation."""
    if isinstance(condition, Relation):
        return Relation(_OPPOSITES[condition.sign], condition.left, condition.right)
    if isinstance(condition, Number):
        return Number(not condition.value)
    return Call("not", (condition,))


def factor(
    function: Any, i: int, operands: tuple[Expr, ...], values: tuple[Any, ...], y: Expr
) -> Expr | None:
    """The partial derivative by operand i, of the output's shape; None if it is not listed."""
    if any(np.iscomplexobj(v) for v in values) and function in _REAL_ONLY:
        return None
    sign = _EXTREMES.get(function)
    if sign is not None:
        return _extreme(sign, operands[i], operands[1 - i], values)
    known = FACTORS.get(function)
    return None if known is None else known[i](*operands, y)


def _extreme(sign: str, mine: Expr, other: Expr, values: tuple[Any, ...]) -> Expr:
    """1 where this argument wins, and one half of it at a tie, if there is one."""
    wins = Indicator(Relation(sign, mine, other))
    if not np.any(np.equal(*values)):
        return wins
    return added([wins, product(Number(0.5), Indicator(Relation("=", mine, other)))])
