"""Products and norms of the array API standard on arrays of numbers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import NumberArray, absolute
from harness.verification.oracles.multiprecision_namespace.elementwise import Family

__all__ = ["Products"]


class Products(Family):
    """Matrix products, contractions and norms; NumPy multiplies the numbers as they are."""

    def matmul(self, x1: Any, x2: Any, /) -> NumberArray:
        """The matrix product over the last two axes."""
        return self.leave(np.matmul(self.enter(x1), self.enter(x2)))

    def vecdot(self, x1: Any, x2: Any, /, *, axis: int = -1) -> NumberArray:
        """The inner products along ``axis``."""
        first, second = np.broadcast_arrays(self.enter(x1), self.enter(x2))
        return self.leave(np.add.reduce(first * second, axis=axis))

    def tensordot(self, x1: Any, x2: Any, /, *, axes: Any = 2) -> NumberArray:
        """The contraction over ``axes``."""
        return self.leave(np.tensordot(self.enter(x1), self.enter(x2), axes))

    def outer(self, x1: Any, x2: Any, /) -> NumberArray:
        """All products of two vectors."""
        return self.leave(self.enter(x1)[:, None] * self.enter(x2)[None, :])

    def diagonal(self, x: Any, /, *, offset: int = 0) -> NumberArray:
        """The diagonals of the last two axes."""
        return self.leave(np.diagonal(self.enter(x), offset, -2, -1))

    def trace(self, x: Any, /, *, offset: int = 0) -> NumberArray:
        """The sums of the diagonals."""
        return self.leave(np.add.reduce(np.diagonal(self.enter(x), offset, -2, -1), axis=-1))

    def vector_norm(
        self,
        x: Any,
        /,
        *,
        axis: Any = None,
        keepdims: bool = False,
        ord: float = 2,  # noqa: A002
    ) -> NumberArray:
        """The 1- or 2-norm over ``axis``."""
        array = self.enter(x)
        if ord == 1:
            return self.reduce(np.add, absolute(self.numbers, array), axis, keepdims)
        if ord != 2:
            raise NotImplementedError(f"the norm of order {ord} is not among the functions here")
        return self.call("sqrt", self.reduce(np.add, array * array, axis, keepdims))

    @property
    def linalg(self) -> SimpleNamespace:
        """The standard's ``linalg``, as far as it needs no factorisation."""
        return SimpleNamespace(
            matmul=self.matmul,
            vecdot=self.vecdot,
            tensordot=self.tensordot,
            outer=self.outer,
            diagonal=self.diagonal,
            trace=self.trace,
            vector_norm=self.vector_norm,
            matrix_transpose=lambda x: self.leave(self.enter(x).swapaxes(-1, -2)),
        )
