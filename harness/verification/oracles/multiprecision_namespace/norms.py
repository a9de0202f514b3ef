"""Norms of vectors and matrices, of every order in the standard."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import (
    NumberArray,
    absolute,
    plain,
)
from harness.verification.oracles.multiprecision_namespace.family import Axis
from harness.verification.oracles.multiprecision_namespace.reductions import Reductions

__all__ = ["Norms"]


class Norms(Reductions):
    """``vector_norm`` and ``matrix_norm``; the modulus of an element is a decision at 0."""

    def svdvals(self, x: Any, /) -> NumberArray:
        """The descending singular values."""
        raise NotImplementedError

    def vector_norm(
        self,
        x: Any,
        /,
        *,
        axis: Axis = None,
        keepdims: bool = False,
        ord: float = 2,  # noqa: A002
    ) -> NumberArray:
        """(Σ|x|^ord)^(1/ord) over ``axis``; ±inf: the extremes; 0: how many are not 0."""
        array = self.enter_numbers(x)
        if ord == 2:
            # Without moduli: what is smooth asks for no decision.
            return self.call("sqrt", self.reduce(np.add, self._squares(array), axis, keepdims))
        if ord == 0:
            counted = np.asarray(array != 0, dtype=bool).astype(np.float64)
            return self.reduce(np.add, self.numbers.array(counted), axis, keepdims)
        sizes = absolute(self.numbers, array)
        if math.isinf(ord):
            extreme = self.max if ord > 0 else self.min
            return extreme(sizes, axis=axis, keepdims=keepdims)
        if ord == 1:
            return self.reduce(np.add, sizes, axis, keepdims)
        total = self.reduce(np.add, sizes**ord, axis, keepdims)
        return self.call("pow", total, self.numbers.number(1) / self.numbers.number(ord))

    def matrix_norm(
        self,
        x: Any,
        /,
        *,
        keepdims: bool = False,
        ord: Any = "fro",  # noqa: A002
    ) -> NumberArray:
        """Of the last two axes: "fro", "nuc", ±1 (columns), ±2 (singular values), ±inf (rows)."""
        array = self.enter_numbers(x)
        if ord == "fro":
            return self.vector_norm(array, axis=(-2, -1), keepdims=keepdims)
        if ord in ("nuc", 2, -2):
            values = plain(self.svdvals(array))
            if ord == "nuc":
                result = np.add.reduce(values, axis=-1)
            else:
                result = values[..., 0 if ord == 2 else -1]
        elif ord in (1, -1, math.inf, -math.inf):
            across = -2 if abs(ord) == 1 else -1
            sums = self.reduce(np.add, absolute(self.numbers, array), across, False)
            result = plain((self.max if ord > 0 else self.min)(sums, axis=-1))
        else:
            raise ValueError(f"there is no matrix norm of order {ord!r}")
        return self.leave(np.asarray(result)[..., None, None] if keepdims else result)

    def _squares(self, x: np.ndarray) -> np.ndarray:
        """|x|² element by element."""
        if not self.numbers.is_complex(x):
            return np.asarray(x * x)
        z = NumberArray.of(x, self.numbers)
        real, imag = plain(z.real), plain(z.imag)
        return np.asarray(real * real + imag * imag)
