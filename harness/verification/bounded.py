"""A memory of bounded size: what was not used for longest is forgotten first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Bounded"]

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Bounded(Generic[Key, Value]):
    """Values by key, of at most ``limit`` bytes together; the last one put is always kept."""

    def __init__(self, limit: int) -> None:
        """``limit`` in bytes, as the callers of ``put`` count them."""
        self._limit = limit
        self._held: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: Key) -> Value | None:
        """The value, which counts as used now; None when it is not (or no longer) held."""
        if key not in self._held:
            return None
        self._held.move_to_end(key)
        return self._held[key][0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """Hold ``value``, of ``size`` bytes, instead of an earlier one of that key."""
        if key in self._held:
            self._bytes -= self._held.pop(key)[1]
        self._held[key] = value, size
        self._bytes += size
        while self._bytes > self._limit and len(self._held) > 1:
            _, (_, freed) = self._held.popitem(last=False)
            self._bytes -= freed
