"""Products of the array API standard on arrays of numbers; NumPy multiplies them as they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import NumberArray
from harness.verification.oracles.multiprecision_namespace.family import Family

__all__ = ["Products"]


class Products(Family):
    """Matrix products, contractions, and what is read off a matrix."""

    def matmul(self, x1: Any, x2: Any, /) -> NumberArray:
        """The matrix product over the last two axes."""
        first, second = self.enter(x1), self.enter(x2)
        product = np.matmul(first, second)
        if first.size == 0 or second.size == 0:
            # NumPy's empty sum is one of Python's integers.
            product = product + self.numbers.number(0)
        return self.leave(product)

    def vecdot(self, x1: Any, x2: Any, /, *, axis: int = -1) -> NumberArray:
        """The inner products along ``axis``, the first operand conjugated."""
        first, second = np.broadcast_arrays(self.enter(x1), self.enter(x2))
        return self.reduce(np.add, np.conjugate(first) * second, axis, False)

    def tensordot(self, x1: Any, x2: Any, /, *, axes: Any = 2) -> NumberArray:
        """The contraction over ``axes``: how many, or which of either."""
        return self.leave(np.tensordot(self.enter(x1), self.enter(x2), axes))

    def einsum(self, subscripts: str, /, *operands: Any) -> NumberArray:
        """Einstein's sum, as NumPy writes it."""
        return self.leave(np.einsum(subscripts, *map(self.enter_numbers, operands)))

    def outer(self, x1: Any, x2: Any, /) -> NumberArray:
        """All products of two vectors."""
        return self.leave(self.enter(x1)[:, None] * self.enter(x2)[None, :])

    def cross(self, x1: Any, x2: Any, /, *, axis: int = -1) -> NumberArray:
        """The vector product of vectors of three elements along ``axis``."""
        first, second = np.broadcast_arrays(self.enter(x1), self.enter(x2))
        if first.shape[axis] != 3:
            raise ValueError("the vector product is one of three elements")
        a, b = np.moveaxis(first, axis, 0), np.moveaxis(second, axis, 0)
        product = [a[i - 2] * b[i - 1] - a[i - 1] * b[i - 2] for i in range(3)]
        return self.leave(np.stack(product, axis=axis))

    def diagonal(self, x: Any, /, *, offset: int = 0) -> NumberArray:
        """The diagonals of the last two axes."""
        return self.leave(np.diagonal(self.enter(x), offset, -2, -1))

    def diag(self, v: Any, /, k: int = 0) -> NumberArray:
        """NumPy's: a matrix with a vector on its ``k``-th diagonal, or a matrix's diagonal."""
        array = self.enter_numbers(v)
        if array.ndim == 2:
            return self.diagonal(array, offset=k)
        size = array.size + abs(k)
        matrix = self.numbers.array(np.zeros((size, size)))
        places = np.arange(array.size)
        matrix[places - min(k, 0), places + max(k, 0)] = array
        return self.leave(matrix)

    def trace(self, x: Any, /, *, offset: int = 0, dtype: Any = None) -> NumberArray:
        """The sums of the diagonals."""
        return self.reduce(np.add, self.diagonal(x, offset=offset), -1, False)

    def matrix_transpose(self, x: Any, /) -> NumberArray:
        """The last two axes swapped."""
        return self.leave(self.enter(x).swapaxes(-1, -2))
