"""Sorting: each comparison of two elements is a decision, made once for each pair.

So equal elements can be taken in either order, and a sorted array has the derivatives of
both. Each pair is compared, in n(n - 1)/2 comparisons, because a comparison that is forced has
to be the same one whatever came before.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import NumberArray
from harness.verification.oracles.multiprecision_namespace.decisions import settle
from harness.verification.oracles.multiprecision_namespace.family import Family

__all__ = ["Ordering"]


class Ordering(Family):
    """``sort`` and ``argsort``, stable, NaN last."""

    def argsort(
        self, x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True
    ) -> np.ndarray:
        """The indices that sort ``x`` along ``axis``."""
        return self._order(self.enter_numbers(x), axis, descending)

    def sort(
        self, x: Any, /, *, axis: int = -1, descending: bool = False, stable: bool = True
    ) -> NumberArray:
        """``x`` sorted along ``axis``."""
        array = self.enter(x)
        order = self._order(self.enter_numbers(x), axis, descending)
        return self.leave(np.take_along_axis(array, order, axis))

    def _order(self, x: np.ndarray, axis: int, descending: bool) -> np.ndarray:
        lines = np.moveaxis(x, axis, 0)
        first, second = np.triu_indices(lines.shape[0], 1)
        one, other = lines[first], lines[second]
        high, low = (other, one) if descending else (one, other)
        # True: the second of the pair comes first.
        turned = settle(high, low, np.asarray(high > low, dtype=bool))
        one_nan, other_nan = (np.asarray(z != z, dtype=bool) for z in (one, other))
        turned = np.where(one_nan | other_nan, one_nan & ~other_nan, turned)
        # The rank of an element is how many come before it; a cycle of forced ties leaves equal
        # ranks, and is cut in the order of the places.
        ranks = np.zeros(lines.shape, dtype=np.int64)
        np.add.at(ranks, first, turned)
        np.add.at(ranks, second, ~turned)
        return np.moveaxis(np.argsort(ranks, axis=0, kind="stable"), 0, axis)
