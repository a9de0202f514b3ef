"""Reductions of the array API standard on arrays of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import (
    NumberArray,
    larger_of,
    plain,
    smaller_of,
)
from harness.verification.oracles.multiprecision_namespace.family import Axis, Family, axes_of

__all__ = ["Reductions"]


class Reductions(Family):
    """Sums, products, means, extrema and running sums."""

    def sum(
        self, x: Any, /, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False
    ) -> NumberArray:
        """The sum over ``axis``, in order: with so many digits the order does not matter."""
        return self.reduce(np.add, x, axis, keepdims)

    def prod(
        self, x: Any, /, *, axis: Axis = None, dtype: Any = None, keepdims: bool = False
    ) -> NumberArray:
        """The product over ``axis``."""
        return self.reduce(np.multiply, x, axis, keepdims)

    def mean(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> NumberArray:
        """The sum over the count."""
        total = self.sum(self.enter_numbers(x), axis=axis, keepdims=keepdims)
        return self._over(total, _count(np.shape(x), axis))

    def var(
        self, x: Any, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
    ) -> NumberArray:
        """The squared distances from the mean, over the count less ``correction``."""
        array = self.leave(self.enter_numbers(x))
        centred = array - self.mean(array, axis=axis, keepdims=True)
        if self.numbers.is_complex(centred):
            squares = centred.real * centred.real + centred.imag * centred.imag
        else:
            squares = centred * centred
        total = self.sum(squares, axis=axis, keepdims=keepdims)
        return self._over(total, _count(array.shape, axis) - correction)

    def std(
        self, x: Any, /, *, axis: Axis = None, correction: float = 0.0, keepdims: bool = False
    ) -> NumberArray:
        """The square root of ``var``."""
        return self.call("sqrt", self.var(x, axis=axis, correction=correction, keepdims=keepdims))

    def max(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> NumberArray:
        """The largest, one comparison after another, each of them a decision."""
        return self._fold(x, axis, keepdims, larger=True)

    def min(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> NumberArray:
        """The smallest, likewise."""
        return self._fold(x, axis, keepdims, larger=False)

    def cumulative_sum(
        self,
        x: Any,
        /,
        *,
        axis: int | None = None,
        dtype: Any = None,
        include_initial: bool = False,
    ) -> NumberArray:
        """The running sums along ``axis``."""
        return self._running(np.add, 0, x, axis, include_initial)

    def cumulative_prod(
        self,
        x: Any,
        /,
        *,
        axis: int | None = None,
        dtype: Any = None,
        include_initial: bool = False,
    ) -> NumberArray:
        """The running products along ``axis``."""
        return self._running(np.multiply, 1, x, axis, include_initial)

    def any(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> np.ndarray:
        """Whether any is true."""
        return np.asarray(np.any(plain(x), axis=axis, keepdims=keepdims), dtype=bool)

    def all(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> np.ndarray:
        """Whether all are true."""
        return np.asarray(np.all(plain(x), axis=axis, keepdims=keepdims), dtype=bool)

    def _over(self, total: Any, count: float) -> NumberArray:
        # By a number: division by Python's 0 would raise.
        return self.call("divide", total, self.numbers.number(count))

    def _fold(self, x: Any, axis: Axis, keepdims: bool, *, larger: bool) -> NumberArray:
        array = self.enter(x)
        axes = axes_of(array.ndim, axis)
        if array.dtype.kind in "iub":
            fold = np.max if larger else np.min
            return self.leave(fold(array, axis=axes, keepdims=keepdims))
        if any(array.shape[a] == 0 for a in axes):
            raise ValueError("an empty array has no largest or smallest element")
        kept = tuple(a for a in range(array.ndim) if a not in axes)
        slices = array.transpose(axes + kept).reshape(-1, *(array.shape[a] for a in kept))
        choose = larger_of if larger else smaller_of
        result = self.leave(slices[0])
        for item in slices[1:]:
            result = choose(self.numbers, np.asarray(plain(result)), np.asarray(item))
        shape = tuple(1 if a in axes else n for a, n in enumerate(array.shape))
        return self.leave(result.reshape(shape)) if keepdims else result

    def _running(
        self, ufunc: np.ufunc, initial: int, x: Any, axis: int | None, include_initial: bool
    ) -> NumberArray:
        array = self.enter(x)
        if axis is None:
            if array.ndim != 1:
                raise ValueError("an axis is needed for an array of more than one dimension")
            axis = 0
        if include_initial:
            shape = tuple(1 if a == axis % array.ndim else n for a, n in enumerate(array.shape))
            array = np.concatenate([np.full(shape, initial, array.dtype), array], axis=axis)
        return self.leave(ufunc.accumulate(array, axis=axis))


def _count(shape: tuple[int, ...], axis: Axis) -> int:
    """How many elements a reduction over ``axis`` takes together: an exact integer."""
    return int(np.prod([shape[a] for a in axes_of(len(shape), axis)], dtype=int))
