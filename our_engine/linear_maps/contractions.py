"""General tensor contractions."""

from __future__ import annotations

import math

import numpy as np

from our_engine.types import Array, Cotangent, Shape

from .base import LinearMap
from .transposed import Transposed

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Einsum(LinearMap):
    """v -> einsum(others with v at one place): any contraction that is linear in one operand.

    `inputs` are the subscripts of all operands with `place` the one of v, `output` those of the
    result, all without ellipsis and without an index repeated inside one operand.
    """

    __slots__ = ("fresh", "in_shape", "inputs", "others", "output", "place")

    def __init__(
        self,
        inputs: tuple[str, ...],
        output: str,
        place: int,
        others: tuple[Array, ...],
        in_shape: Shape,
    ) -> None:
        """Hold the other operands, in order, without the one at `place`."""
        self.inputs = inputs
        self.output = output
        self.place = place
        self.others = others
        self.in_shape = in_shape
        # Without a factor NumPy may return a view.
        self.fresh = bool(others)

    def apply(self, v: Array) -> Array:
        """The contraction with v at its place."""
        operands = (*self.others[: self.place], v, *self.others[self.place :])
        return np.einsum(",".join(self.inputs) + "->" + self.output, *operands, optimize=True)

    def pull(self, u: Cotangent) -> Cotangent:
        """The contraction of u with the other operands."""
        mine = self.inputs[self.place]
        rest = self.inputs[: self.place] + self.inputs[self.place + 1 :]
        seen = set(self.output).union(*rest)
        found = "".join(s for s in mine if s in seen)
        left = ",".join((self.output, *rest))
        total = np.einsum(f"{left}->{found}", u, *self.others, optimize=True)
        # An index of v alone was summed over: its cotangent is constant along that axis.
        if found != mine:
            shape = tuple(n if s in seen else 1 for s, n in zip(mine, self.in_shape, strict=True))
            total = np.broadcast_to(np.reshape(total, shape), self.in_shape) + np.zeros(())
        elif np.shape(total) != self.in_shape:
            total = np.broadcast_to(total, self.in_shape) + np.zeros(())
        return total

    def stacked(self, count: int) -> LinearMap:
        """The contraction of each row, with an index for the rows."""
        used = set(self.output).union(*self.inputs)
        row = next((c for c in _LETTERS if c not in used), None)
        if row is None:
            return super().stacked(count)
        inputs = list(self.inputs)
        inputs[self.place] = row + inputs[self.place]
        shape = (count, *self.in_shape)
        return Einsum(tuple(inputs), row + self.output, self.place, self.others, shape)

    def transpose(self) -> LinearMap:
        """The contraction by the output."""
        return Transposed(self)

    def flops(self, in_shape: Shape | None = None) -> int:
        """One multiplication for each tuple of index values and each further operand."""
        sizes = dict(zip(self.inputs[self.place], self.in_shape, strict=True))
        rest = self.inputs[: self.place] + self.inputs[self.place + 1 :]
        for subscripts, operand in zip(rest, self.others, strict=True):
            sizes.update(zip(subscripts, np.shape(operand), strict=True))
        return int(math.prod(sizes.values())) * len(self.others)
