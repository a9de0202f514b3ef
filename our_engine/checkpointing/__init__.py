"""Checkpoints: run a part of the program again in the reverse sweep, in place of remembering it.

The recorded program gets one node for the whole part, whose local Jacobian is a map that knows how
to run the part again: `pull` records it, sweeps back over that recording and drops it. A loop
keeps some of its states and runs the steps between them again, by the schedule of `revolve`.
Forward mode remembers nothing, and passes through as if there were no checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from our_engine.types import Tree


def checkpoint(
    fun: Callable[..., Tree],
    steps: int | None = None,
    snapshots: int | None = None,
    numbered: bool = False,
) -> Callable[..., Tree]:
    """`fun`, or a loop over it, of which a reverse sweep remembers little and runs the rest again.

    checkpoint(fun) is fun; nothing between its arguments and its result is remembered, and it is
    run once more in each reverse sweep. It can stand as a decorator.

    checkpoint(step, steps) is the loop that calls state = step(state, *args) so many times, or
    step(k, state, *args) for k = 0 ... steps - 1 if `numbered`. A state is a tree of floating
    arrays, and keeps its structure. At most `snapshots` states are remembered at a time, the first
    among them; the default is the fewest with which no step is run more than twice, its recording
    apart: about sqrt(2 steps). The schedule is the binomial one, than which none runs fewer steps.

    `fun` must give the same result when it is run again, and has what it is differentiated by as
    arguments. Raises DifferentiationError where either is seen not to hold.
    """
    # The sweeps over it are loaded by those who ask for them.
    from . import loops, parts, revolve

    if steps is None:
        return parts.part(fun)
    if steps < 0 or (snapshots is not None and snapshots < 1):
        raise ValueError(
            f"our_engine.checkpoint: {steps} steps with {snapshots} snapshots cannot be; give "
            "steps >= 0 and snapshots >= 1"
        )
    return loops.loop(fun, steps, snapshots or revolve.enough_snapshots(steps), numbered)


__all__ = ["checkpoint"]
