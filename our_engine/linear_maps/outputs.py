"""Maps into and out of nodes with many outputs, whose tangents are tuples with None for zero."""

from __future__ import annotations

from our_engine.types import Array, Cotangent

from .base import LinearMap
from .masked import plain, plus


class Outputs(LinearMap):
    """x -> (J_1 x, ..., J_n x): one map for each output of a primitive, of one input."""

    __slots__ = ("maps",)

    def __init__(self, *maps: LinearMap) -> None:
        """Hold one map for each output."""
        self.maps = maps

    def apply(self, v: Array) -> Array:
        """The tuple of the outputs' tangents."""
        return tuple(m.apply(v) for m in self.maps)

    def pull(self, u: Cotangent) -> Cotangent:
        """The sum of J_i^T u_i over the outputs whose cotangent is not zero."""
        total = None
        for m, u_i in zip(self.maps, u, strict=True):
            if u_i is not None:
                total = plus(total, m.pull(u_i if m.takes_masked else plain(u_i)))
        return total

    fresh = False

    def stacked(self, count: int) -> LinearMap:
        """The stacked maps."""
        return Outputs(*(m.stacked(count) for m in self.maps))

    def transpose(self) -> LinearMap:
        """The map from tuples of cotangents."""
        return _Gathered(self)


class _Gathered(LinearMap):
    """The transpose of `Outputs`."""

    __slots__ = ("outputs",)

    def __init__(self, outputs: Outputs) -> None:
        self.outputs = outputs

    def apply(self, v: Array) -> Array:
        return self.outputs.pull(v)

    def stacked(self, count: int) -> LinearMap:
        return _Gathered(Outputs(*(m.stacked(count) for m in self.outputs.maps)))

    def transpose(self) -> LinearMap:
        return self.outputs


class Pick(LinearMap):
    """(x_1, ..., x_n) -> x_i: one output of a node that has many."""

    __slots__ = ("count", "i")
    fresh = False
    takes_masked = True

    def __init__(self, i: int, count: int) -> None:
        """The i-th of `count` outputs."""
        self.i = i
        self.count = count

    def apply(self, v: Array) -> Array:
        """v[i]; None is zero."""
        return v[self.i]

    def pull(self, u: Cotangent) -> Cotangent:
        """A tuple that is zero but for u at i."""
        return (None,) * self.i + (u,) + (None,) * (self.count - self.i - 1)

    def stacked(self, count: int) -> LinearMap:
        """Itself."""
        return self

    def transpose(self) -> LinearMap:
        """The map into tuples."""
        return _Place(self)


class _Place(LinearMap):
    """The transpose of `Pick`."""

    __slots__ = ("pick",)
    fresh = False

    def __init__(self, pick: Pick) -> None:
        self.pick = pick

    def apply(self, v: Array) -> Array:
        return self.pick.pull(v)

    def stacked(self, count: int) -> LinearMap:
        return self

    def transpose(self) -> LinearMap:
        return self.pick
