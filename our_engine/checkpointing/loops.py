"""A loop of which some states are remembered, and the steps between them run again."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import LinearMap
from our_engine.program import Program, pushed
from our_engine.trees import leaves, rebuild, structure
from our_engine.types import Array, Cotangent, DifferentiationError, Tree

from . import revolve
from .nodes import (
    Leaves,
    Turned,
    again,
    copied,
    filled,
    is_floating,
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


def loop(
    step: Callable[..., Tree], steps: int, snapshots: int, numbered: bool
) -> Callable[..., Tree]:
    """checkpoint(step, steps, snapshots, numbered)."""

    def next_state(k: int, state: Tree, args: tuple[Any, ...]) -> Tree:
        after = step(k, state, *args) if numbered else step(state, *args)
        if structure(after) != structure(state):
            raise DifferentiationError(
                f"our_engine.checkpoint: a step turned a state of the structure {structure(state)} "
                f"into {structure(after)}; return a state of the structure that it takes"
            )
        return after

    @functools.wraps(step)
    def looped(state: Tree, *args: Any) -> Tree:
        given = leaves((state, args))
        tape = recording_tape(given)
        if tape is None or not steps:
            for k in range(steps):
                state = next_state(k, state, args)
            return state
        places, fixed = stripped(given, tape)
        width = len(leaves(state))
        _require_floating(given[:width])
        empty = skeleton((state, args))

        def one(k: int, xs: Leaves) -> Tree:
            """Step k of the leaves of the state and of the arguments."""
            before, arguments = rebuild(empty, xs)
            return next_state(k, before, arguments)

        J = Steps(one, steps, snapshots, fixed, width, places, [])
        outputs = plain_outputs(J.run(), tape)
        J.signature = signature_of(outputs)
        return rebuild(state, placed([given[i] for i in places], outputs, J))

    return looped


class Steps(LinearMap):
    """The Jacobian of a loop, from the tuple of its traced inputs to the tuple of the last state.

    `held` are snapshots of the state by the step that they come before. A sweep uses up all but
    the first; the next one takes them anew.
    """

    __slots__ = (
        "fixed",
        "held",
        "one",
        "places",
        "signature",
        "snapshots",
        "stack",
        "steps",
        "width",
    )
    fresh = False

    def __init__(
        self,
        one: Callable[[int, Leaves], Tree],
        steps: int,
        snapshots: int,
        fixed: Leaves,
        width: int,
        places: list[int],
        signature: Leaves,
        stack: int = 0,
    ) -> None:
        """`fixed` are all leaves, `width` of them the state's; those at `places` are traced."""
        self.one = one
        self.steps = steps
        self.snapshots = snapshots
        self.fixed = fixed
        self.width = width
        self.places = places
        self.stack = stack
        self.signature = signature
        self.held: dict[int, Leaves] = {0: fixed[:width]}

    def run(self) -> Tree:
        """The last state; snapshots are taken on the way."""
        state = copied(self.held[0])
        begin = 0
        for end in [*revolve.first_places(self.steps, self.snapshots)[1:], self.steps]:
            state = self._advanced(state, begin, end)
            if end < self.steps:
                self.held[end] = copied(state)
            begin = end
        return rebuild(tuple(state), state)

    def _advanced(self, state: Leaves, begin: int, end: int) -> Leaves:
        args = self.fixed[self.width :]
        for k in range(begin, end):
            state = leaves(self.one(k, [*state, *args]))
        return state

    def apply(self, v: Array) -> Array:
        """The tangents of the last state: one run in forward mode."""

        def call(xs: Leaves) -> Tree:
            full = filled(self.fixed, self.places, xs)
            state, args = copied(full[: self.width]), full[self.width :]
            for k in range(self.steps):
                state = leaves(self.one(k, [*state, *args]))
            return tuple(state)

        xs = [self.fixed[i] for i in self.places]
        if self.stack:
            return tuple(Program("checkpoint", call, xs, call).push_stack(list(v), self.stack))
        return tuple(pushed("checkpoint", call, xs, without_none(v, xs))[2])

    def pull(self, u: Cotangent) -> Cotangent:
        """The cotangents of the traced inputs, by a recording of each step, the last one first."""
        bars: Leaves = [*u, *([None] * (len(self.fixed) - self.width))]

        def advance(state: Leaves, begin: int, end: int) -> Leaves:
            return self._advanced(copied(state), begin, end)

        def undo(state: Leaves, k: int) -> None:
            xs = [*state, *self.fixed[self.width :]]
            floating = [i for i, x in enumerate(xs) if i < self.width or i in self.places]

            def call(ts: Leaves) -> Tree:
                return self.one(k, filled(xs, floating, ts))

            program = Program("checkpoint", call, again([xs[i] for i in floating]), call)
            if k == self.steps - 1:
                require_same(self.signature, program)
            found = pulled(program, tuple(bars[: self.width]), self.stack)
            for i, x_bar in zip(floating, found, strict=True):
                bars[i] = x_bar if i < self.width else _total(bars[i], x_bar)

        revolve.undo_steps(self.steps, self.snapshots, self.held, advance, undo)
        return tuple(bars[i] for i in self.places)

    def stacked(self, count: int) -> LinearMap:
        """The same for stacks; its snapshots are its own."""
        parts = self.one, self.steps, self.snapshots, self.fixed, self.width, self.places
        return Steps(*parts, self.signature, count)

    def transpose(self) -> LinearMap:
        """The pull."""
        return Turned(self)


def _total(total: Any, x_bar: Any) -> Any:
    """The sum of two cotangents, of which None is zero, into the first, which is the sweep's."""
    if total is None or x_bar is None:
        return x_bar if total is None else total
    if type(total) is np.ndarray and type(x_bar) is np.ndarray and total.flags.writeable:
        total += x_bar
        return total
    return total + x_bar


def _require_floating(state: Leaves) -> None:
    for x in state:
        if not is_floating(x):
            raise DifferentiationError(
                f"our_engine.checkpoint: the state of a loop must be floating-point, not {x!r}; "
                "for the number of the step use numbered=True, pass constants as arguments"
            )
