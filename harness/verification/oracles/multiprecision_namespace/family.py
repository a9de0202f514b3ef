"""What each family of functions needs: the numbers, and the way in and out of plain arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import NumberArray
from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["Axis", "Family", "axes_of", "is_bare"]

Axis = int | tuple[int, ...] | None


class Family:
    """Functions that compute with one kind of ``numbers``."""

    def __init__(self, numbers: Numbers) -> None:
        """The functions compute with ``numbers``."""
        self.numbers = numbers

    def enter(self, x: Any) -> np.ndarray:
        """``x`` as a plain array of the numbers (integers and booleans stay what they are)."""
        return x.view(np.ndarray) if isinstance(x, NumberArray) else self.numbers.array(x)

    def enter_numbers(self, x: Any) -> np.ndarray:
        """``x`` as a plain array of the numbers, integers and booleans too."""
        array = self.enter(x)
        if array.dtype.kind in "iub":
            return self.numbers.array(array.astype(np.float64))
        return array

    def enter_together(self, arrays: Sequence[Any]) -> list[np.ndarray]:
        """All as plain arrays that may lie in one: integers as numbers, unless all are integers."""
        entered = [self.enter(x) for x in arrays]
        if all(x.dtype.kind in "iub" for x in entered):
            return entered
        return [self.enter_numbers(x) for x in entered]

    def leave(self, x: Any) -> NumberArray:
        """A result as an array of numbers; integers and booleans are plain arrays, uncast."""
        if isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "iub":
            return cast(NumberArray, np.asarray(x))
        return NumberArray.of(x, self.numbers)

    def reduce(self, ufunc: Any, x: Any, axis: Axis, keepdims: bool) -> NumberArray:
        """``ufunc`` folded over ``axis`` (None: all of them)."""
        array = self.enter(x)
        result = ufunc.reduce(array, axis=axis, keepdims=keepdims)
        if array.size == 0 and array.dtype.kind == "O":
            # NumPy's identity is one of Python's integers, which division would trap.
            result = self.numbers.array(np.asarray(result, dtype=np.float64))
        return self.leave(result)

    def call(self, name: str, *operands: Any) -> NumberArray:
        """The numbers' own function ``name``, or NumPy's."""
        function = self.numbers.elementwise.get(name) or getattr(np, name)
        return NumberArray.of(function(*map(self.enter_numbers, operands)), self.numbers)


def axes_of(ndim: int, axis: Axis) -> tuple[int, ...]:
    """The axes that ``axis`` means, counted from the front."""
    if axis is None:
        return tuple(range(ndim))
    return tuple(a % ndim for a in (axis if isinstance(axis, tuple) else (axis,)))


def is_bare(x: Any) -> bool:
    """Whether it is a number of Python's, and no array."""
    return isinstance(x, int | float | complex) and not isinstance(x, bool)
