"""Creation and data types of the array API standard on arrays of numbers.

There is one floating data type, the numbers themselves, and its complex companion: whatever
floating ``dtype`` is asked for, that is what comes. ``device`` is accepted and has no meaning.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import plain
from harness.verification.oracles.multiprecision_namespace.family import Family

__all__ = ["Creation"]

Shape = int | tuple[int, ...]


class Creation(Family):
    """Arrays from nothing, and what the standard calls constants and data types."""

    # The floats of these constants, which are what every engine computes with.
    pi, e, inf, nan, newaxis = math.pi, math.e, math.inf, math.nan, None

    def asarray(self, x: Any, /, *, dtype: Any = None, device: Any = None, copy: Any = None) -> Any:
        """``x`` as an array; a floating ``dtype`` means the numbers themselves."""
        if isinstance(x, list | tuple):
            x = self._stacked(x) if len(x) else np.empty(0)
        entered = self.leave(self.enter(x))
        if dtype is not None:
            return self.astype(entered, dtype, copy=bool(copy))
        return entered.copy() if copy else entered

    def astype(self, x: Any, dtype: Any, /, *, copy: Any = True, device: Any = None) -> Any:
        """``x`` as integers or booleans where ``dtype`` says so, else as numbers."""
        kind = np.dtype(dtype).kind
        if kind in "iub":
            given = np.asarray(plain(x))
            if kind != "b" and given.dtype.kind == "O":
                # Towards 0, as a float goes; an MPFR number by itself would round.
                given = self.numbers.each("trunc", given)
            return given.astype(dtype)
        entered = self.enter_numbers(x)
        if kind == "c":
            return self.leave(entered + self.numbers.array(np.zeros((), np.complex128)))
        return self.leave(entered.copy() if copy else entered)

    def zeros(self, shape: Shape, *, dtype: Any = None, device: Any = None) -> Any:
        """All 0."""
        return self.full(shape, 0.0, dtype=dtype)

    def ones(self, shape: Shape, *, dtype: Any = None, device: Any = None) -> Any:
        """All 1."""
        return self.full(shape, 1.0, dtype=dtype)

    def empty(self, shape: Shape, *, dtype: Any = None, device: Any = None) -> Any:
        """All 0 as well: any values will do."""
        return self.full(shape, 0.0, dtype=dtype)

    def full(self, shape: Shape, fill_value: Any, *, dtype: Any = None, device: Any = None) -> Any:
        """All ``fill_value``; without a ``dtype`` an integer stays one."""
        number = self.enter(fill_value)
        filled = self.leave(np.full(shape, number[()], number.dtype))
        return filled if dtype is None else self.astype(filled, dtype, copy=False)

    def zeros_like(self, x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
        """All 0, in the shape of ``x``."""
        return self.full_like(x, 0.0, dtype=dtype)

    def ones_like(self, x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
        """All 1, in the shape of ``x``."""
        return self.full_like(x, 1.0, dtype=dtype)

    def empty_like(self, x: Any, /, *, dtype: Any = None, device: Any = None) -> Any:
        """All 0, in the shape of ``x``."""
        return self.full_like(x, 0.0, dtype=dtype)

    def full_like(
        self, x: Any, /, fill_value: Any, *, dtype: Any = None, device: Any = None
    ) -> Any:
        """All ``fill_value``, in the shape of ``x``, and of its kind of numbers."""
        entered = self.enter(x)
        if dtype is None:
            dtype = entered.dtype if entered.dtype.kind in "iub" else np.float64
            if self.numbers.is_complex(entered):
                dtype = np.complex128
        return self.full(entered.shape, fill_value, dtype=dtype)

    def eye(
        self,
        n_rows: int,
        n_cols: int | None = None,
        /,
        *,
        k: int = 0,
        dtype: Any = None,
        device: Any = None,
    ) -> Any:
        """Ones on the ``k``-th diagonal."""
        return self.asarray(np.eye(n_rows, n_cols, k), dtype=dtype)

    def arange(
        self,
        start: Any,
        /,
        stop: Any = None,
        step: Any = 1,
        *,
        dtype: Any = None,
        device: Any = None,
    ) -> Any:
        """The numbers from ``start`` below ``stop``; integers for integer operands."""
        low, high = (0, start) if stop is None else (start, stop)
        return self.asarray(np.arange(low, high, step), dtype=dtype)

    def linspace(
        self,
        start: Any,
        stop: Any,
        /,
        num: int,
        *,
        dtype: Any = None,
        device: Any = None,
        endpoint: Any = True,
    ) -> Any:
        """``num`` equidistant numbers, exactly so."""
        first, last = self.numbers.number(1) * start, self.numbers.number(1) * stop
        intervals = max(1, num - 1 if endpoint else num)
        return self.leave(first + (last - first) * np.arange(num) / intervals)

    def _stacked(self, x: Any) -> np.ndarray:
        """Nested sequences of arrays and bare numbers as one array."""
        if isinstance(x, list | tuple):
            return np.stack(self.enter_together([self._stacked(item) for item in x]))
        return self.enter(x)
