"""Maps of stacks: what does for many tangents at once what a map does for one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from our_engine.types import Array, Cotangent

from .base import LinearMap
from .masked import Masked


class Rows(LinearMap):
    """A map applied to the rows of a stack, one after the other: right for every map."""

    __slots__ = ("count", "row")

    def __init__(self, row: LinearMap, count: int) -> None:
        """Apply `row` to each of `count` rows."""
        self.row = row
        self.count = count

    @property
    def in_shape(self) -> Any:
        """The shape of a stack, where the map knows that of a row."""
        shape = self.row.in_shape
        return None if shape is None else (self.count, *shape)

    def apply(self, v: Array) -> Array:
        """J v_1, J v_2, ..."""
        return stack([self.row.apply(v_i) for v_i in rows(v, self.count)])

    def pull(self, u: Cotangent) -> Cotangent:
        """J^T u_1, J^T u_2, ..."""
        return stack([self.row.pull(u_i) for u_i in rows(u, self.count)])

    def transpose(self) -> LinearMap:
        """The transpose on each row."""
        return Rows(self.row.transpose(), self.count)


def rows(v: Any, count: int) -> Iterator[Any]:
    """The rows of a stack; of a tuple of stacks, which may be None, tuples of rows."""
    for i in range(count):
        yield tuple(None if x is None else x[i] for x in v) if type(v) is tuple else v[i]


def stack(found: list[Any]) -> Any:
    """What rows gave as a stack; None, the zero, only if all of them are."""
    some = next((x for x in found if x is not None), None)
    if some is None:
        return None
    if type(some) is tuple:
        return tuple(stack([None if x is None else x[i] for x in found]) for i in range(len(some)))
    if any(type(x) is Masked for x in found):
        masked = [x if type(x) is Masked else Masked(_or_zeros(x, some), None) for x in found]
        return Masked(np.stack([x.value for x in masked]), np.stack([x.mask for x in masked]))
    return np.stack([_or_zeros(x, some) for x in found])


def _or_zeros(x: Any, like: Any) -> Any:
    if x is not None:
        return x
    like = like.value if type(like) is Masked else like
    return np.zeros(np.shape(like), getattr(like, "dtype", float))


def mapped_index(index: Any) -> Any:
    """The index of the rows' elements in a stack: [:, index]; None if NumPy orders axes anew.

    Index arrays that a slice separates put their axes first, before that of the stack.
    """
    parts = index if type(index) is tuple else (index,)
    if any(isinstance(p, (bool, np.bool_)) for p in parts):
        return None
    advanced = [i for i, p in enumerate(parts) if isinstance(p, (np.ndarray, list))]
    if advanced:
        # Beside an array, a number is an index array, too.
        places = [
            i for i, p in enumerate(parts) if i in advanced or isinstance(p, (int, np.integer))
        ]
        if places[-1] - places[0] + 1 != len(places):
            return None
    return (slice(None), *parts)
