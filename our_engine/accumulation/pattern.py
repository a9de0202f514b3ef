"""Sparsity patterns: which outputs depend on which inputs, without a number.

A pattern is held by rows (compressed sparse rows, without values). It is carried through a
recorded program from the inputs up: the pattern of a node is the union over its parents of the
pattern of the local Jacobian times that of the parent.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from our_engine.types import Array


class Pattern:
    """Which entries of a matrix may differ from zero, row by row.

    Row i has the columns `columns[starts[i]:starts[i + 1]]`, sorted, each once.
    """

    __slots__ = ("columns", "starts", "width")

    def __init__(self, starts: Array, columns: Array, width: int) -> None:
        """Hold a pattern of len(starts) - 1 rows and `width` columns."""
        self.starts = starts
        self.columns = columns
        self.width = width

    def __eq__(self, other: object) -> bool:
        """Whether the entries are the same."""
        return isinstance(other, Pattern) and self._content() == other._content()

    def __hash__(self) -> int:
        """By the entries, so that what is found for a pattern can be remembered."""
        return hash(self._content())

    def _content(self) -> tuple[int, bytes, bytes]:
        return self.width, self.starts.tobytes(), self.columns.tobytes()

    @classmethod
    def of(cls, rows: Array, columns: Array, shape: tuple[int, int]) -> Pattern:
        """The pattern with the given entries, in any order and any number of times."""
        keys = np.unique(rows.astype(np.int64) * shape[1] + columns)
        row, column = np.divmod(keys, max(shape[1], 1))
        starts = np.searchsorted(row, np.arange(shape[0] + 1))
        return cls(starts, column, shape[1])

    @classmethod
    def identity(cls, n: int, start: int = 0, width: int | None = None) -> Pattern:
        """The n rows of an identity of `width` columns from `start` on."""
        return cls(np.arange(n + 1), start + np.arange(n), n if width is None else width)

    @classmethod
    def empty(cls, rows: int, width: int) -> Pattern:
        """No entries."""
        return cls(np.zeros(rows + 1, np.int64), np.zeros(0, np.int64), width)

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(self.starts) - 1

    @property
    def counts(self) -> Array:
        """The number of entries in each row."""
        return np.diff(self.starts)

    @property
    def rows(self) -> Array:
        """The row of each entry, beside `columns`."""
        return np.repeat(np.arange(self.height), self.counts)

    @property
    def nonzeros(self) -> int:
        """The number of entries."""
        return len(self.columns)

    @property
    def T(self) -> Pattern:
        """The transpose."""
        return Pattern.of(self.columns, self.rows, (self.width, self.height))

    def dense(self) -> Array:
        """The pattern as an array of booleans."""
        full = np.zeros((self.height, self.width), bool)
        full[self.rows, self.columns] = True
        return full

    def take(self, rows: Array) -> Pattern:
        """The rows `rows`, in that order, as often as they occur."""
        counts = self.counts[rows]
        starts = np.concatenate([[0], np.cumsum(counts)])
        return Pattern(starts, self.columns[_ranges(self.starts[rows], counts)], self.width)

    def combined(self, into: Array, height: int) -> Pattern:
        """Row i goes into row `into[i]` of the result, which is the union of what it gets."""
        return Pattern.of(np.repeat(into, self.counts), self.columns, (height, self.width))

    def after(self, rows: Array, middle: Array, height: int) -> Pattern:
        """A pattern with the entries (rows, middle) times this one."""
        return self.take(middle).combined(rows, height)

    def kept(self, mask: Array) -> Pattern:
        """The rows where the mask is True, the others empty."""
        rows = np.flatnonzero(mask)
        return self.take(rows).combined(rows, self.height)

    def spread(self, height: int) -> Pattern:
        """Each of `height` rows has the columns of all rows: what a dense matrix does to it."""
        columns = np.unique(self.columns)
        starts = len(columns) * np.arange(height + 1)
        return Pattern(starts, np.tile(columns, height), self.width)

    def union(self, other: Pattern) -> Pattern:
        """The entries of both."""
        rows = np.concatenate([self.rows, other.rows])
        columns = np.concatenate([self.columns, other.columns])
        return Pattern.of(rows, columns, (self.height, self.width))


def stacked(patterns: list[Pattern], width: int) -> Pattern:
    """The rows of all patterns, one after the other."""
    starts, columns = [np.zeros(1, np.int64)], [np.zeros(0, np.int64)]
    for pattern in patterns:
        starts.append(starts[-1][-1] + pattern.starts[1:])
        columns.append(pattern.columns)
    return Pattern(np.concatenate(starts), np.concatenate(columns), width)


def symmetrised(pattern: Pattern) -> Pattern:
    """The union of a square pattern and its transpose."""
    return pattern.union(pattern.T)


def _ranges(starts: Array, counts: Array) -> Array:
    """starts[0], starts[0] + 1, ... of counts[0] numbers, then the same of the next."""
    total = int(counts.sum())
    ends = np.cumsum(counts)
    return np.arange(total) + np.repeat(starts - ends + counts, counts)


def flat_positions(shape: Any) -> Array:
    """The place of each element of an array of `shape`, flattened by rows."""
    return np.arange(math.prod(shape)).reshape(shape)
