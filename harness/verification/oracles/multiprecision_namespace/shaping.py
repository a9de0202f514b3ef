"""Creation, shaping and indexing of the array API standard on arrays of numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import NumberArray, plain
from harness.verification.oracles.multiprecision_namespace.family import Family

__all__ = ["Creation", "Shaping"]

Shape = int | tuple[int, ...]


class Creation(Family):
    """Arrays from nothing, and what the standard calls constants and data types."""

    # The floats of these constants, which are what every engine computes with.
    pi, e, inf, nan, newaxis = math.pi, math.e, math.inf, math.nan, None
    float32, float64, int32, int64 = np.float32, np.float64, np.int32, np.int64
    bool = np.bool_

    def asarray(self, x: Any, /, *, dtype: Any = None, copy: Any = None) -> Any:
        """``x`` as an array; a floating ``dtype`` means the numbers themselves."""
        if isinstance(x, list | tuple):
            x = self._stacked(x) if len(x) else np.empty(0)
        return self.astype(self.leave(self.enter(x)), dtype) if dtype else self.leave(self.enter(x))

    def astype(self, x: Any, dtype: Any, /, *, copy: Any = None) -> Any:
        """``x`` as integers or booleans where ``dtype`` says so, else as numbers."""
        kind = np.dtype(dtype).kind
        if kind in "iub":
            return np.asarray(plain(x)).astype(dtype)
        entered = self.enter(x)
        return self.leave(entered if entered.dtype.kind not in "iub" else entered + self._zero())

    def zeros(self, shape: Shape, *, dtype: Any = None) -> Any:
        """All 0."""
        return self.full(shape, 0.0, dtype=dtype)

    def ones(self, shape: Shape, *, dtype: Any = None) -> Any:
        """All 1."""
        return self.full(shape, 1.0, dtype=dtype)

    def full(self, shape: Shape, fill_value: Any, *, dtype: Any = None) -> Any:
        """All ``fill_value``."""
        if dtype is not None and np.dtype(dtype).kind in "iub":
            return np.full(shape, fill_value, dtype)
        number = self.enter(fill_value)
        return self.leave(np.full(shape, number[()], number.dtype))

    def zeros_like(self, x: Any, /, *, dtype: Any = None) -> Any:
        """All 0, in the shape of ``x``."""
        return self.zeros(np.shape(x), dtype=dtype)

    def ones_like(self, x: Any, /, *, dtype: Any = None) -> Any:
        """All 1, in the shape of ``x``."""
        return self.ones(np.shape(x), dtype=dtype)

    def full_like(self, x: Any, /, fill_value: Any, *, dtype: Any = None) -> Any:
        """All ``fill_value``, in the shape of ``x``."""
        return self.full(np.shape(x), fill_value, dtype=dtype)

    def eye(
        self, n_rows: int, n_cols: int | None = None, /, *, k: int = 0, dtype: Any = None
    ) -> Any:
        """Ones on the ``k``-th diagonal."""
        return self.asarray(np.eye(n_rows, n_cols, k, dtype=dtype or np.float64))

    def arange(self, start: Any, /, stop: Any = None, step: Any = 1, *, dtype: Any = None) -> Any:
        """The numbers from ``start`` below ``stop``; integers for integer operands."""
        low, high = (0, start) if stop is None else (start, stop)
        return self.asarray(np.arange(low, high, step), dtype=dtype)

    def linspace(self, start: float, stop: float, /, num: int, *, endpoint: Any = True) -> Any:
        """``num`` equidistant numbers, exactly so."""
        first, last = self._zero() + start, self._zero() + stop
        intervals = num - 1 if endpoint else num
        return self.leave(first + (last - first) * np.arange(num) / intervals)

    def _zero(self) -> NumberArray:
        return self.leave(self.enter(0.0))

    def _stacked(self, x: Any) -> Any:
        """Nested sequences of arrays and bare numbers as one array."""
        if isinstance(x, list | tuple):
            return np.stack([np.asarray(self._stacked(item)) for item in x])
        return self.enter(x)


class Shaping(Family):
    """What moves elements without changing them."""

    def reshape(self, x: Any, /, shape: tuple[int, ...], *, copy: Any = None) -> Any:
        """In row-major order."""
        return self.leave(self.enter(x).reshape(shape))

    def permute_dims(self, x: Any, /, axes: tuple[int, ...]) -> Any:
        """The axes in another order."""
        return self.leave(self.enter(x).transpose(axes))

    def moveaxis(self, x: Any, source: Any, destination: Any, /) -> Any:
        """The axes moved."""
        return self.leave(np.moveaxis(self.enter(x), source, destination))

    def expand_dims(self, x: Any, /, *, axis: Any = 0) -> Any:
        """An axis of length one put in."""
        return self.leave(np.expand_dims(self.enter(x), axis))

    def squeeze(self, x: Any, /, axis: Any) -> Any:
        """Axes of length one taken out."""
        return self.leave(self.enter(x).squeeze(axis))

    def broadcast_to(self, x: Any, /, shape: tuple[int, ...]) -> Any:
        """Stretched to ``shape``."""
        return self.leave(np.broadcast_to(self.enter(x), shape))

    def broadcast_arrays(self, *arrays: Any) -> tuple[Any, ...]:
        """All stretched to their common shape."""
        return tuple(self.leave(a) for a in np.broadcast_arrays(*map(self.enter, arrays)))

    def concat(self, arrays: Sequence[Any], /, *, axis: int | None = 0) -> Any:
        """One after another along ``axis``."""
        return self.leave(np.concatenate([self.enter(a) for a in arrays], axis=axis))

    def stack(self, arrays: Sequence[Any], /, *, axis: int = 0) -> Any:
        """One after another along a new axis."""
        return self.leave(np.stack([self.enter(a) for a in arrays], axis=axis))

    def unstack(self, x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
        """The slices along ``axis``."""
        return tuple(self.leave(part) for part in np.moveaxis(self.enter(x), axis, 0))

    def flip(self, x: Any, /, *, axis: Any = None) -> Any:
        """Reversed along ``axis``."""
        return self.leave(np.flip(self.enter(x), axis))

    def roll(self, x: Any, /, shift: Any, *, axis: Any = None) -> Any:
        """Shifted around along ``axis``."""
        return self.leave(np.roll(self.enter(x), shift, axis))

    def tile(self, x: Any, repetitions: tuple[int, ...], /) -> Any:
        """The whole, repeated."""
        return self.leave(np.tile(self.enter(x), repetitions))

    def repeat(self, x: Any, repeats: Any, /, *, axis: int | None = None) -> Any:
        """Each element, repeated."""
        return self.leave(np.repeat(self.enter(x), repeats, axis))

    def tril(self, x: Any, /, *, k: int = 0) -> Any:
        """Zero above the ``k``-th diagonal."""
        return self._triangle(x, np.tri, k, below=True)

    def triu(self, x: Any, /, *, k: int = 0) -> Any:
        """Zero below the ``k``-th diagonal."""
        return self._triangle(x, np.tri, k - 1, below=False)

    def take(self, x: Any, indices: Any, /, *, axis: int | None = None) -> Any:
        """The elements at ``indices`` along ``axis``."""
        return self.leave(np.take(self.enter(x), np.asarray(indices), axis))

    def take_along_axis(self, x: Any, indices: Any, /, *, axis: int = -1) -> Any:
        """For each line along ``axis`` its own indices."""
        return self.leave(np.take_along_axis(self.enter(x), np.asarray(indices), axis))

    def meshgrid(self, *arrays: Any, indexing: Any = "xy") -> tuple[Any, ...]:
        """Coordinate arrays."""
        grids = np.meshgrid(*map(self.enter, arrays), indexing=indexing)
        return tuple(self.leave(g) for g in grids)

    def diff(self, x: Any, /, *, axis: int = -1, n: int = 1) -> Any:
        """The ``n``-th differences of neighbours along ``axis``."""
        return self.leave(np.diff(self.enter(x), n, axis))

    def _triangle(self, x: Any, mask: Any, k: int, *, below: bool) -> Any:
        array = self.enter(x)
        kept = mask(*array.shape[-2:], k, dtype=bool)
        return self.leave(np.where(kept if below else ~kept, array, self.enter(0.0)))
