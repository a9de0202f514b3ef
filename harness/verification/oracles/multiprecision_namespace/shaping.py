"""Shaping of the array API standard on arrays of numbers: what moves elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.verification.oracles.multiprecision_namespace.arrays import plain
from harness.verification.oracles.multiprecision_namespace.family import Family

__all__ = ["Shaping"]


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
        entered = self.enter_together(arrays)
        if axis is None:
            entered, axis = [a.reshape(-1) for a in entered], 0
        return self.leave(np.concatenate(entered, axis=axis))

    def stack(self, arrays: Sequence[Any], /, *, axis: int = 0) -> Any:
        """One after another along a new axis."""
        return self.leave(np.stack(self.enter_together(arrays), axis=axis))

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
        return self.leave(np.repeat(self.enter(x), np.asarray(plain(repeats)), axis))

    def tril(self, x: Any, /, *, k: int = 0) -> Any:
        """Zero above the ``k``-th diagonal."""
        return self._triangle(x, np.tri, k, below=True)

    def triu(self, x: Any, /, *, k: int = 0) -> Any:
        """Zero below the ``k``-th diagonal."""
        return self._triangle(x, np.tri, k - 1, below=False)

    def meshgrid(self, *arrays: Any, indexing: Any = "xy") -> tuple[Any, ...]:
        """Coordinate arrays."""
        grids = np.meshgrid(*map(self.enter, arrays), indexing=indexing)
        return tuple(self.leave(g) for g in grids)

    def diff(
        self,
        x: Any,
        /,
        *,
        axis: int = -1,
        n: int = 1,
        prepend: Any = None,
        append: Any = None,
    ) -> Any:
        """The ``n``-th differences of neighbours along ``axis``, with more at either end."""
        parts = self.enter_together([part for part in (prepend, x, append) if part is not None])
        return self.leave(np.diff(np.concatenate(parts, axis=axis), n, axis))

    def _triangle(self, x: Any, mask: Any, k: int, *, below: bool) -> Any:
        array = self.enter(x)
        kept = mask(*array.shape[-2:], k, dtype=bool)
        return self.leave(np.where(kept if below else ~kept, array, np.zeros_like(array)))
