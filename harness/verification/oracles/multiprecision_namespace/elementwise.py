"""Elementwise functions of the array API standard on arrays of numbers."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace import steps
from harness.verification.oracles.multiprecision_namespace.arrays import (
    NumberArray,
    absolute,
    larger_of,
    plain,
    smaller_of,
)
from harness.verification.oracles.multiprecision_namespace.family import Family, is_bare

__all__ = ["Elementwise"]


def _unary(name: str) -> Callable[[Any, Any], NumberArray]:
    def function(self: Family, x: Any, /) -> NumberArray:
        return self.call(name, x)

    return _named(function, name)


def _binary(name: str) -> Callable[[Any, Any, Any], NumberArray]:
    def function(self: Family, x1: Any, x2: Any, /) -> NumberArray:
        return self.call(name, x1, x2)

    return _named(function, name)


def _step(name: str, step: Callable[..., np.ndarray]) -> Callable[..., Any]:
    """A function of ``steps``; integers are left to NumPy."""

    def function(self: Family, *operands: Any) -> Any:
        entered = [self.enter(x) for x in operands]
        if all(x.dtype.kind in "iub" for x in entered):
            return np.asarray(getattr(np, name)(*entered))
        return self.leave(step(self.numbers, *map(self.enter_numbers, entered)))

    return _named(function, name)


def _on_integers(name: str) -> Callable[..., Any]:
    """NumPy's function of integers and booleans."""
    ufunc = getattr(np, name)

    def function(self: Family, *operands: Any) -> np.ndarray:
        return np.asarray(ufunc(*(np.asarray(plain(x)) for x in operands)))

    return _named(function, name)


def _logical(name: str) -> Callable[..., Any]:
    """NumPy's function of truth values; a number is true unless it is 0."""
    ufunc = getattr(np, name)

    def function(self: Family, *operands: Any) -> np.ndarray:
        return np.asarray(ufunc(*(np.asarray(plain(x)).astype(bool) for x in operands)))

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
    ceil = _step("ceil", steps.ceil)
    copysign = _step("copysign", steps.copysign)
    cos = _unary("cos")
    cosh = _unary("cosh")
    exp = _unary("exp")
    expm1 = _unary("expm1")
    floor = _step("floor", steps.floor)
    floor_divide = _step("floor_divide", steps.floor_divide)
    hypot = _binary("hypot")
    log = _unary("log")
    log10 = _unary("log10")
    log1p = _unary("log1p")
    log2 = _unary("log2")
    remainder = _step("remainder", steps.remainder)
    round = _step("round", steps.round_half_even)
    sign = _step("sign", steps.sign)
    signbit = _step("signbit", steps.signbit)
    sin = _unary("sin")
    sinh = _unary("sinh")
    sqrt = _unary("sqrt")
    tan = _unary("tan")
    tanh = _unary("tanh")
    trunc = _step("trunc", steps.trunc)

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

    bitwise_and = _on_integers("bitwise_and")
    bitwise_invert = _on_integers("bitwise_invert")
    bitwise_left_shift = _on_integers("bitwise_left_shift")
    bitwise_or = _on_integers("bitwise_or")
    bitwise_right_shift = _on_integers("bitwise_right_shift")
    bitwise_xor = _on_integers("bitwise_xor")
    logical_and = _logical("logical_and")
    logical_not = _logical("logical_not")
    logical_or = _logical("logical_or")
    logical_xor = _logical("logical_xor")

    def abs(self, x: Any, /) -> Any:
        """The standard's ``abs``; 0 is a decision, except in the complex plane."""
        array = self.enter(x)
        return np.abs(array) if array.dtype.kind in "iub" else absolute(self.numbers, array)

    def real(self, x: Any, /) -> Any:
        """The real part."""
        return NumberArray.of(self.enter_numbers(x), self.numbers).real

    def imag(self, x: Any, /) -> Any:
        """The imaginary part; 0 of a real number."""
        return NumberArray.of(self.enter_numbers(x), self.numbers).imag

    def conj(self, x: Any, /) -> NumberArray:
        """The conjugate."""
        return self.leave(np.conjugate(self.enter_numbers(x)))

    def nextafter(self, x1: Any, x2: Any, /) -> NumberArray:
        """The float64 next to ``x1`` towards ``x2``: ``x1`` moved by a constant, as engines see it.

        The constant is the distance between the floats nearest to ``x1``.
        """
        first, second = (self.enter_numbers(x) for x in (x1, x2))
        start = first.astype(np.float64)
        moved = np.nextafter(start, second.astype(np.float64))
        step = np.where(moved == start, 0.0, moved - start)
        # From an infinity there is no distance to the largest float.
        result = np.where(
            np.isinf(start), self.numbers.array(moved), first + self.numbers.array(step)
        )
        return self.leave(result)

    def square(self, x: Any, /) -> NumberArray:
        """x²."""
        entered = self.enter(x)
        return self.leave(entered * entered)

    def reciprocal(self, x: Any, /) -> NumberArray:
        """1 / x."""
        return self.leave(1 / self.leave(self.enter(x)))

    def maximum(self, x1: Any, x2: Any, /) -> NumberArray:
        """The larger of the two; a tie is a decision."""
        return self._chosen(larger_of, np.maximum, x1, x2)

    def minimum(self, x1: Any, x2: Any, /) -> NumberArray:
        """The smaller of the two; a tie is a decision."""
        return self._chosen(smaller_of, np.minimum, x1, x2)

    def clip(self, x: Any, /, min: Any = None, max: Any = None) -> NumberArray:  # noqa: A002
        """``x`` held between ``min`` and ``max``; each bound is a decision."""
        result = self.leave(self.enter(x))
        if min is not None:
            result = self.maximum(result, min)
        return result if max is None else self.minimum(result, max)

    def logaddexp(self, x1: Any, x2: Any, /) -> NumberArray:
        """log(exp x1 + exp x2), from the larger one on: it is smooth, so nothing is decided."""
        first, second = np.broadcast_arrays(self.enter_numbers(x1), self.enter_numbers(x2))
        larger = np.asarray(first >= second, dtype=bool)
        high, low = np.where(larger, first, second), np.where(larger, second, first)
        # Equal infinities have no difference, and are themselves the result.
        equal = np.asarray(first == second, dtype=bool)
        apart = np.where(equal, self.numbers.number(0), low - high)
        return self.leave(high + self.log1p(self.exp(apart)))

    def where(self, condition: Any, x1: Any, x2: Any, /) -> NumberArray:
        """``x1`` where the condition holds, else ``x2``; the condition is what was decided."""
        # As numbers, for 1 / where(…, 1, 0) is not a division of Python's integers.
        sides = (self.numbers.number(x) if is_bare(x) else self.enter(x) for x in (x1, x2))
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

    def _chosen(self, choose: Callable[..., Any], of_integers: np.ufunc, *pair: Any) -> NumberArray:
        """One of two; a bare number stays bare, for it is what does not move."""
        if all(isinstance(x, int) or np.asarray(x).dtype.kind in "iub" for x in pair):
            return self.leave(of_integers(*(np.asarray(plain(x)) for x in pair)))
        return self.leave(
            choose(self.numbers, *(x if is_bare(x) else self.enter_numbers(x) for x in pair))
        )
