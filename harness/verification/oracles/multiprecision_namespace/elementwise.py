"""Elementwise functions of the array API standard on arrays of numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import (
    NumberArray,
    absolute,
    larger_of,
    plain,
    smaller_of,
)
from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["Elementwise", "Family"]


class Family:
    """What each family of functions needs: the numbers, and the way in and out of plain arrays."""

    def __init__(self, numbers: Numbers) -> None:
        """The functions compute with ``numbers``."""
        self.numbers = numbers

    def enter(self, x: Any) -> np.ndarray:
        """``x`` as a plain array of the numbers (integers and booleans stay what they are)."""
        return x.view(np.ndarray) if isinstance(x, NumberArray) else self.numbers.array(x)

    def leave(self, x: Any) -> NumberArray:
        """A result as an array of numbers."""
        return NumberArray.of(x, self.numbers)

    def reduce(self, ufunc: Any, x: Any, axis: Any, keepdims: bool) -> NumberArray:
        """``ufunc`` folded over ``axis`` (None: all of them)."""
        return self.leave(ufunc.reduce(self.enter(x), axis=axis, keepdims=keepdims))

    def call(self, name: str, *operands: Any) -> NumberArray:
        """The numbers' own function ``name``, or NumPy's."""
        function = self.numbers.elementwise.get(name) or getattr(np, name)
        return self.leave(function(*(self.enter(x) for x in operands)))


def _unary(name: str) -> Callable[[Any, Any], NumberArray]:
    def function(self: Family, x: Any, /) -> NumberArray:
        return self.call(name, x)

    return _named(function, name)


def _binary(name: str) -> Callable[[Any, Any, Any], NumberArray]:
    def function(self: Family, x1: Any, x2: Any, /) -> NumberArray:
        return self.call(name, x1, x2)

    return _named(function, name)


def _by_operator(name: str, apply: Callable[..., Any]) -> Callable[..., Any]:
    """A function that is an operator: at least one operand is an array, which knows the rest."""

    def function(self: Family, *operands: Any) -> Any:
        first, *others = operands
        if not any(isinstance(x, np.ndarray) for x in operands):
            first = self.leave(self.enter(first))
        return apply(first, *others)

    return _named(function, name)


def _named(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The standard's ``{name}``."
    return function


class Elementwise(Family):
    """Arithmetic, transcendental functions, comparisons and choices."""

    acos = _unary("acos")
    acosh = _unary("acosh")
    asin = _unary("asin")
    asinh = _unary("asinh")
    atan = _unary("atan")
    atan2 = _binary("atan2")
    atanh = _unary("atanh")
    ceil = _unary("ceil")
    cos = _unary("cos")
    cosh = _unary("cosh")
    exp = _unary("exp")
    expm1 = _unary("expm1")
    floor = _unary("floor")
    hypot = _binary("hypot")
    log = _unary("log")
    log10 = _unary("log10")
    log1p = _unary("log1p")
    log2 = _unary("log2")
    sin = _unary("sin")
    sinh = _unary("sinh")
    sqrt = _unary("sqrt")
    tan = _unary("tan")
    tanh = _unary("tanh")

    add = _by_operator("add", operator.add)
    divide = _by_operator("divide", operator.truediv)
    equal = _by_operator("equal", operator.eq)
    greater = _by_operator("greater", operator.gt)
    greater_equal = _by_operator("greater_equal", operator.ge)
    less = _by_operator("less", operator.lt)
    less_equal = _by_operator("less_equal", operator.le)
    multiply = _by_operator("multiply", operator.mul)
    negative = _by_operator("negative", operator.neg)
    not_equal = _by_operator("not_equal", operator.ne)
    positive = _by_operator("positive", operator.pos)
    pow = _by_operator("pow", operator.pow)
    subtract = _by_operator("subtract", operator.sub)

    logical_and = staticmethod(np.logical_and)
    logical_not = staticmethod(np.logical_not)
    logical_or = staticmethod(np.logical_or)
    logical_xor = staticmethod(np.logical_xor)

    def abs(self, x: Any, /) -> NumberArray:
        """The standard's ``abs``; 0 is a decision."""
        return absolute(self.numbers, self.enter(x))

    def square(self, x: Any, /) -> NumberArray:
        """x²."""
        entered = self.enter(x)
        return self.leave(entered * entered)

    def reciprocal(self, x: Any, /) -> NumberArray:
        """1 / x."""
        return self.leave(1 / self.leave(self.enter(x)))

    def sign(self, x: Any, /) -> NumberArray:
        """-1, 0 or 1: a step function, so nothing is decided; NaN stays NaN."""
        entered = self.enter(x)
        step = np.where(entered > 0, 1, np.where(entered < 0, -1, entered * 0))
        return self.leave(step)

    def maximum(self, x1: Any, x2: Any, /) -> NumberArray:
        """The larger of the two; a tie is a decision."""
        return larger_of(self.numbers, *self._pair(x1, x2))

    def minimum(self, x1: Any, x2: Any, /) -> NumberArray:
        """The smaller of the two; a tie is a decision."""
        return smaller_of(self.numbers, *self._pair(x1, x2))

    def clip(self, x: Any, /, min: Any = None, max: Any = None) -> NumberArray:  # noqa: A002
        """``x`` held between ``min`` and ``max``; each bound is a decision."""
        result = self.leave(self.enter(x))
        if min is not None:
            result = self.maximum(result, min)
        return result if max is None else self.minimum(result, max)

    def logaddexp(self, x1: Any, x2: Any, /) -> NumberArray:
        """log(exp x1 + exp x2); with so many digits nothing need be shifted out."""
        return self.log(self.exp(x1) + self.exp(x2))

    def where(self, condition: Any, x1: Any, x2: Any, /) -> NumberArray:
        """``x1`` where the condition holds, else ``x2``; the condition is what was decided."""
        # As numbers, for 1 / where(…, 1, 0) is not a division of Python's integers.
        sides = (self.numbers.number(x) if _is_bare(x) else self.enter(x) for x in (x1, x2))
        return self.leave(np.where(plain(condition), *sides))

    def isnan(self, x: Any, /) -> np.ndarray:
        """Whether it is no number."""
        entered = self.enter(x)
        return np.asarray(entered != entered, dtype=bool)

    def isinf(self, x: Any, /) -> np.ndarray:
        """Whether it is infinite: the one number, besides NaN, that x - x does not make 0."""
        entered = self.enter(x)
        return np.asarray(~self.isnan(entered) & self.isnan(entered - entered), dtype=bool)

    def isfinite(self, x: Any, /) -> np.ndarray:
        """Whether it is neither."""
        entered = self.enter(x)
        return np.asarray(~self.isnan(entered - entered), dtype=bool)

    def _pair(self, x1: Any, x2: Any) -> tuple[Any, Any]:
        """Both plain; a bare number stays bare, for it is what does not move."""
        return tuple(  # type: ignore[return-value]
            x if _is_bare(x) else self.enter(x) for x in (x1, x2)
        )


def _is_bare(x: Any) -> bool:
    """Whether it is a number of Python's, and no array."""
    return isinstance(x, int | float) and not isinstance(x, bool)
