"""Sums of exponentials, from their largest term on."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import NumberArray, plain
from harness.verification.oracles.multiprecision_namespace.family import Axis, Family

__all__ = ["ExponentialSums"]


class ExponentialSums(Family):
    """``logsumexp`` and its kin. They are smooth, so the largest term is no decision."""

    def logsumexp(
        self, a: Any, axis: Axis = None, b: Any = None, keepdims: bool = False
    ) -> NumberArray:
        """log Σ b exp a over ``axis``; NaN where the sum is negative."""
        array = self.enter_numbers(a)
        weights = self.numbers.array(np.ones(())) if b is None else self.enter_numbers(b)
        array, weights = np.broadcast_arrays(array, weights)
        top = self._largest(array, axis)
        total = np.add.reduce(
            weights * plain(self.call("exp", array - top)), axis=axis, keepdims=True
        )
        result = plain(self.call("log", total)) + top
        if not keepdims:
            result = result.reshape(np.add.reduce(np.ones(array.shape), axis=axis).shape)
        return self.leave(result)

    def softmax(self, x: Any, axis: Axis = None) -> NumberArray:
        """exp x / Σ exp x over ``axis``."""
        array = self.enter_numbers(x)
        terms = plain(self.call("exp", array - self._largest(array, axis)))
        return self.leave(terms / np.add.reduce(terms, axis=axis, keepdims=True))

    def log_softmax(self, x: Any, axis: Axis = None) -> NumberArray:
        """Its logarithm."""
        array = self.enter_numbers(x)
        shifted = array - self._largest(array, axis)
        total = np.add.reduce(plain(self.call("exp", shifted)), axis=axis, keepdims=True)
        return self.leave(shifted - plain(self.call("log", total)))

    def _largest(self, x: np.ndarray, axis: Axis) -> np.ndarray:
        """The largest along ``axis``, kept as an axis; 0 where that is not finite."""
        least = self.numbers.number(-np.inf)
        top = np.maximum.reduce(x, axis=axis, keepdims=True, initial=least)
        return np.asarray(
            np.where(np.asarray(top - top == 0, dtype=bool), top, 0 * self.numbers.number(1))
        )
