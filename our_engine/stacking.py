"""A tape for many tangents or cotangents at once, stacked along a new first axis."""

from __future__ import annotations

from typing import Any

from .basis import OfStacks
from .deferred import Deferred
from .linear_maps import LinearMap, Scale
from .node import Node
from .tape import Tape

Entries = list[tuple[Any, ...]]


def stacked(tape: Tape, count: int) -> Entries:
    """The entries of the tape with maps of stacks of `count`; numbers and arrays scale as before.

    A map is stacked when the sweep comes to it. One that had to be built stays on the tape.
    """
    return [
        tuple(
            Stacked(tape, k, position, count)
            if position % 2 and isinstance(item, (LinearMap, Deferred, Node))
            else item
            for position, item in enumerate(entry)
        )
        for k, entry in enumerate(tape)
    ]


class Stacked(Deferred):
    """The stacked map of one place on a tape, made when it is needed."""

    __slots__ = ("count", "node", "position", "tape")

    def __init__(self, tape: Tape, node: int, position: int, count: int) -> None:
        """The map at `position` of the entry `node`, for stacks of `count`."""
        self.tape = tape
        self.node = node
        self.position = position
        self.count = count

    def force(self) -> Any:
        """The stacked map, or the factor, which is the same for each of the stack."""
        entry = self.tape[self.node]
        J = entry[self.position]
        if isinstance(J, Deferred):
            J = J.force()
            self.tape[self.node] = (*entry[: self.position], J, *entry[self.position + 1 :])
        if isinstance(J, Node):
            J = Scale(J)
        return OfStacks(J, self.count) if isinstance(J, LinearMap) else J
