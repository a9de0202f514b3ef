"""Maps made of maps: compositions, sums, and pairs of functions."""

from __future__ import annotations

from collections.abc import Callable

from our_engine.types import Array, Cotangent, Shape

from .base import ONE, ZERO, LinearMap
from .masked import plain, plus


class Compose(LinearMap):
    """J_1 J_2 ... J_n: the last is applied first."""

    __slots__ = ("fresh", "in_shape", "maps")
    takes_masked = True

    def __init__(self, *maps: LinearMap) -> None:
        """Compose the maps, written as in a formula: the outermost first."""
        self.maps = maps
        self.fresh = any(m.fresh for m in maps)
        self.in_shape = maps[-1].in_shape

    def apply(self, v: Array) -> Array:
        """J_1(J_2(... J_n v))."""
        for m in reversed(self.maps):
            v = m.apply(v)
            if v is None:
                return None
        return v

    def pull(self, u: Cotangent) -> Cotangent:
        """J_n^T(... (J_1^T u))."""
        for m in self.maps:
            u = m.pull(u if m.takes_masked else plain(u))
            if u is None:
                return None
        return u

    def stacked(self, count: int) -> LinearMap:
        """The composition of the stacked maps."""
        return Compose(*(m.stacked(count) for m in self.maps))

    def transpose(self) -> LinearMap:
        """J_n^T ... J_1^T."""
        return Compose(*(m.transpose() for m in reversed(self.maps)))

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The shape after all maps."""
        shape = self.domain(in_shape)
        for m in reversed(self.maps):
            shape = m.out_shape(shape)
        return shape

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """The boolean product: true where any path leads from input to output."""
        shape = self.domain(in_shape)
        total = None
        for m in reversed(self.maps):
            factor = m.pattern(shape)
            total = factor if total is None else factor @ total
            shape = m.out_shape(shape)
        return total

    def flops(self, in_shape: Shape | None = None) -> int:
        """The sum over the maps."""
        shape = self.domain(in_shape)
        count = 0
        for m in reversed(self.maps):
            count += m.flops(shape)
            shape = m.out_shape(shape)
        return count


class Add(LinearMap):
    """J_1 + J_2 + ..., all of one domain and one codomain."""

    __slots__ = ("in_shape", "maps")
    # Where one term alone is not zero, it may share the memory of the argument.
    fresh = False
    takes_masked = True

    def __init__(self, *maps: LinearMap) -> None:
        """Add the maps."""
        self.maps = maps
        self.in_shape = next((m.in_shape for m in maps if m.in_shape is not None), None)

    def apply(self, v: Array) -> Array:
        """The sum of J_i v."""
        return _total([m.apply(v) for m in self.maps])

    def pull(self, u: Cotangent) -> Cotangent:
        """The sum of J_i^T u."""
        return _total([m.pull(u if m.takes_masked else plain(u)) for m in self.maps])

    def stacked(self, count: int) -> LinearMap:
        """The sum of the stacked maps."""
        return Add(*(m.stacked(count) for m in self.maps))

    def transpose(self) -> LinearMap:
        """The sum of the transposes."""
        return Add(*(m.transpose() for m in self.maps))

    def out_shape(self, in_shape: Shape | None = None) -> Shape:
        """The common output shape."""
        return self.maps[0].out_shape(self.domain(in_shape))

    def pattern(self, in_shape: Shape | None = None) -> Array:
        """The union of the patterns."""
        shape = self.domain(in_shape)
        total = self.maps[0].pattern(shape)
        for m in self.maps[1:]:
            total = total | m.pattern(shape)
        return total

    def flops(self, in_shape: Shape | None = None) -> int:
        """The sum over the maps."""
        return sum(m.flops(in_shape) for m in self.maps)


class Operator(LinearMap):
    """A map by two functions that are each other's transpose; no memory is shared by contract.

    For a map of a family's own (a triangular solve, a transform): `Operator(push, pull)` where
    <u, push(v)> = <pull(u), v>. Both are written in NumPy, so that they can be traced themselves.
    """

    __slots__ = ("_pull", "in_shape", "multiplications", "push")

    def __init__(
        self,
        push: Callable[[Array], Array],
        pull: Callable[[Array], Array],
        in_shape: Shape | None = None,
        multiplications: int = 0,
    ) -> None:
        """Hold both directions, and the count of multiplications of one application."""
        self.push = push
        self._pull = pull
        self.in_shape = in_shape
        self.multiplications = multiplications

    def apply(self, v: Array) -> Array:
        """push(v)."""
        return self.push(v)

    def pull(self, u: Cotangent) -> Cotangent:
        """pull(u)."""
        return self._pull(u)

    def transpose(self) -> LinearMap:
        """The same two functions, exchanged."""
        return Operator(self._pull, self.push, None, self.multiplications)

    def flops(self, in_shape: Shape | None = None) -> int:
        """The count that was given."""
        return self.multiplications


def _total(terms: list[Cotangent]) -> Cotangent:
    total = None
    for term in terms:
        total = plus(total, term)
    return total


def composed(left: LinearMap, right: LinearMap) -> LinearMap:
    """`left` after `right`, without the identities and zeros among them."""
    if left is ONE or right is ZERO:
        return right
    if right is ONE or left is ZERO:
        return left
    outer = left.maps if isinstance(left, Compose) else (left,)
    inner = right.maps if isinstance(right, Compose) else (right,)
    return Compose(*outer, *inner)


def added(left: LinearMap, right: LinearMap) -> LinearMap:
    """The sum of two maps, without the zeros among them."""
    if left is ZERO:
        return right
    if right is ZERO:
        return left
    return Add(left, right)
