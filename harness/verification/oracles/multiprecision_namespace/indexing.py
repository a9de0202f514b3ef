"""Indexing and searching of the array API standard on arrays of numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import plain
from harness.verification.oracles.multiprecision_namespace.decisions import settle
from harness.verification.oracles.multiprecision_namespace.family import Axis, Family, axes_of

__all__ = ["Indexing"]


class Indexing(Family):
    """Elements by their places, and places by their elements."""

    def take(self, x: Any, indices: Any, /, *, axis: int | None = None) -> Any:
        """The elements at ``indices`` along ``axis``."""
        return self.leave(np.take(self.enter(x), np.asarray(plain(indices)), axis))

    def take_along_axis(self, x: Any, indices: Any, /, *, axis: int = -1) -> Any:
        """For each line along ``axis`` its own indices."""
        return self.leave(np.take_along_axis(self.enter(x), np.asarray(plain(indices)), axis))

    def nonzero(self, x: Any, /) -> tuple[np.ndarray, ...]:
        """The indices of what is not 0, for each axis."""
        return np.nonzero(self._not_zero(x))

    def count_nonzero(self, x: Any, /, *, axis: Axis = None, keepdims: bool = False) -> np.ndarray:
        """How many are not 0."""
        return np.asarray(np.count_nonzero(self._not_zero(x), axis=axis, keepdims=keepdims))

    def searchsorted(
        self, x1: Any, x2: Any, /, *, side: str = "left", sorter: Any = None
    ) -> np.ndarray:
        """Where in the ascending ``x1`` each of ``x2`` belongs; each comparison is a decision."""
        if side not in ("left", "right"):
            raise ValueError(f'side is "left" or "right", not {side!r}')
        haystack, needles = self.enter_numbers(x1), self.enter_numbers(x2)
        if sorter is not None:
            haystack = haystack[np.asarray(plain(sorter))]
        needles = needles[..., None]
        if side == "left":
            before = ~settle(haystack, needles, np.asarray(haystack >= needles, dtype=bool))
        else:
            before = ~settle(haystack, needles, np.asarray(haystack > needles, dtype=bool))
        return np.asarray(np.count_nonzero(before, axis=-1))

    def argmax(self, x: Any, /, *, axis: int | None = None, keepdims: bool = False) -> np.ndarray:
        """Where the largest is, the first of several; each comparison is a decision."""
        return self._extreme(x, axis, keepdims, larger=True)

    def argmin(self, x: Any, /, *, axis: int | None = None, keepdims: bool = False) -> np.ndarray:
        """Where the smallest is, likewise."""
        return self._extreme(x, axis, keepdims, larger=False)

    def _extreme(self, x: Any, axis: int | None, keepdims: bool, *, larger: bool) -> np.ndarray:
        """One after another, as ``max`` and ``min`` do; the first NaN wins."""
        array = self.enter_numbers(x)
        ndim = array.ndim
        moved = array.reshape(-1) if axis is None else np.moveaxis(array, axis, 0)
        if not moved.shape[0]:
            raise ValueError("an empty array has no largest or smallest element")
        best, places = moved[0], np.zeros(moved.shape[1:], dtype=np.int64)
        for i, item in enumerate(moved[1:], start=1):
            high, low = (best, item) if larger else (item, best)
            stays = settle(high, low, np.asarray(np.greater_equal(high, low), dtype=bool))
            unordered = np.asarray(item != item, dtype=bool)
            stays = np.asarray(best != best, dtype=bool) | (stays & ~unordered)
            best = np.asarray(np.where(stays, best, item))
            places = np.where(stays, places, i)
        if keepdims:
            kept = axes_of(ndim, axis)
            return np.expand_dims(places, kept)
        return np.asarray(places)

    def _not_zero(self, x: Any) -> np.ndarray:
        return np.asarray(self.enter(x) != 0, dtype=bool)
