"""The transpose of a map that says itself how it pulls."""

from __future__ import annotations

from our_engine.types import Array, Cotangent, Shape

from .base import LinearMap


class Transposed(LinearMap):
    """The transpose of a map whose `pull` needs no map of its own, and whose shapes are known."""

    __slots__ = ("in_shape", "original")

    def __init__(self, original: LinearMap) -> None:
        """Transpose `original`."""
        self.original = original
        self.in_shape = original.out_shape()

    def apply(self, v: Array) -> Array:
        """What the original pulls."""
        return self.original.pull(v)

    def pull(self, u: Cotangent) -> Cotangent:
        """What the original applies to u."""
        return self.original.apply(u)

    def stacked(self, count: int) -> LinearMap:
        """The transpose of the original's stack."""
        return self.original.stacked(count).transpose()

    def transpose(self) -> LinearMap:
        """The original."""
        return self.original

    def flops(self, in_shape: Shape | None = None) -> int:
        """As many as the original takes."""
        return int(self.original.flops())
