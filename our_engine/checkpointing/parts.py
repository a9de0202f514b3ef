"""A function that is run again in the reverse sweep."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from our_engine.linear_maps import LinearMap
from our_engine.program import Program, pushed
from our_engine.trees import leaves, rebuild
from our_engine.types import Array, Cotangent, Tree

from .nodes import (
    Leaves,
    Turned,
    again,
    copied,
    filled,
    placed,
    plain_outputs,
    pulled,
    recording_tape,
    require_same,
    signature_of,
    skeleton,
    stripped,
    without_none,
)


def part(fun: Callable[..., Tree]) -> Callable[..., Tree]:
    """checkpoint(fun)."""

    @functools.wraps(fun)
    def checkpointed(*args: Any, **kwargs: Any) -> Tree:
        arguments = (args, kwargs)
        given = leaves(arguments)
        tape = recording_tape(given)
        if tape is None:
            return fun(*args, **kwargs)
        places, fixed = stripped(given, tape)
        empty = skeleton(arguments)

        def call(xs: Leaves) -> Tree:
            positional, named = rebuild(empty, filled(fixed, places, xs))
            return fun(*positional, **named)

        xs = [fixed[i] for i in places]
        # Through the checkpoint again: `fixed` may be traced by an outer derivative.
        copies = copied([fixed[i] for i in places])
        positional, named = rebuild(arguments, filled(fixed, places, copies))
        tree = checkpointed(*positional, **named)
        outputs = plain_outputs(tree, tape)
        J = Again(call, xs, signature_of(outputs))
        return rebuild(tree, placed([given[i] for i in places], outputs, J))

    return checkpointed


class Again(LinearMap):
    """The Jacobian of a part of the program, from the tuple of its inputs to that of its outputs.

    `stack` is how many cotangents a sweep carries at once, 0 for one without a first axis.
    """

    __slots__ = ("call", "signature", "stack", "xs")
    fresh = False

    def __init__(
        self, call: Callable[[Leaves], Tree], xs: Leaves, signature: Leaves, stack: int = 0
    ) -> None:
        """The part is `call`, which takes the leaves that are differentiated, at `xs`."""
        self.call = call
        self.xs = xs
        self.signature = signature
        self.stack = stack

    def apply(self, v: Array) -> Array:
        """The tangents of the outputs: one run in forward mode."""
        if self.stack:
            return tuple(self._recorded().push_stack(list(v), self.stack))
        return tuple(pushed("checkpoint", self.call, self.xs, without_none(v, self.xs))[2])

    def pull(self, u: Cotangent) -> Cotangent:
        """The cotangents of the inputs: the part is recorded, swept and forgotten."""
        return tuple(pulled(self._recorded(), u, self.stack))

    def _recorded(self) -> Program:
        program = Program("checkpoint", self.call, again(self.xs), self.call)
        require_same(self.signature, program)
        return program

    def stacked(self, count: int) -> LinearMap:
        """The same for stacks."""
        return Again(self.call, self.xs, self.signature, count)

    def transpose(self) -> LinearMap:
        """The pull."""
        return Turned(self)
