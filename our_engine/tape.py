"""The tape: a recorded program as a straight line of linear maps."""

from __future__ import annotations

import itertools
import weakref
from typing import Any

import numpy as np

from .types import Array

_levels = itertools.count(1)
_SMALL = 64


class Tape(list[tuple[Any, ...]]):
    """Entry k says how node k depends on earlier ones: (l, J_kl, m, J_km, ...).

    An input has the empty entry. A local Jacobian is a float or an array (the diagonal of a
    scaling, bare because most are), a `Deferred`, or a `LinearMap`. `level` is a counter that only
    grows: of two tapes the newer has the greater one, and nothing needs to be unwound after an
    exception.

    With `unboxed` False scalars stay NumPy's, and every operation goes through `recording.record`.
    A tape that writes down names and values too is a subclass with that, `noting` and `note`.
    """

    __slots__ = ("kept", "level", "notes", "unboxed", "viewed")

    def __init__(self, unboxed: bool = True) -> None:
        """An empty tape, newer than all others."""
        self.level = next(_levels)
        self.unboxed = unboxed
        # In a slot, where it is found at once: it is asked for at each node.
        self.notes = self.noting
        self.kept: dict[int, tuple[Array, Array]] = {}
        self.viewed: dict[int, weakref.ref[Array]] = {}

    noting = False

    def note(self, what: tuple[Any, Any, Any], y: Any) -> None:
        """Called with (primitive, operands, settings) and the new node, where `noting` is True."""

    def place(self, entry: tuple[Any, ...]) -> Any:
        """Write an entry; what its node is named by: the index."""
        index = len(self)
        self.append(entry)
        return index

    def keep(self, x: Array) -> Array:
        """A constant that a map will read later, safe from changes in place.

        The program may overwrite an array after it was an operand. A copy, one for each array
        and tape, is the price of never being silently wrong; its reuse is checked bit by bit.
        """
        if type(x) is not np.ndarray:
            return x.copy() if isinstance(x, np.ndarray) else x
        if x.size <= _SMALL:
            return x.copy()
        known = self.kept.get(id(x))
        if known is not None and known[0] is x and same_bits(x, known[1]):
            return known[1]
        flags = x.flags
        if not flags.writeable and x.base is None:
            return x
        copy = x.copy()
        if flags.c_contiguous and not x.dtype.hasobject:
            self.kept[id(x)] = (x, copy)
        return copy

    def see_view(self, y: Array, x: Array) -> None:
        """Remember that y may share the memory of x: then neither can be changed in place."""
        owner = x if y is x else y.base
        if isinstance(owner, np.ndarray):
            self.viewed[id(owner)] = weakref.ref(owner)

    def has_view(self, x: Array) -> bool:
        """Whether x is a view of an array, or some view of it was taken."""
        seen = self.viewed.get(id(x))
        return x.base is not None or (seen is not None and seen() is x)


def frozen(setting: Any) -> Any:
    """A setting that later changes of the caller's arrays or lists do not reach."""
    if isinstance(setting, np.ndarray):
        return setting.copy()
    if type(setting) is list:
        return [frozen(s) for s in setting]
    if type(setting) is tuple:
        return tuple(frozen(s) for s in setting)
    return setting


def same_bits(x: Array, y: Array) -> bool:
    """Whether two contiguous arrays of one dtype are the same, NaN and signs of zero included."""
    if x.shape != y.shape:
        return False
    word = np.uint64 if x.nbytes % 8 == 0 else np.uint8
    return bool((x.reshape(-1).view(word) == y.reshape(-1).view(word)).all())
