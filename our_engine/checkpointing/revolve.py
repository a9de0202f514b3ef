"""Binomial schedules: how to run a loop backwards with few of its states in memory.

To undo step k of a loop its state before that step is needed. With s snapshots (that of the
start among them) and every step run again r times at most, the longest loop that can be undone has

    beta(s, r) = (s + r)! / (s! r!)

steps; a loop of l steps, beta(s, r - 1) < l <= beta(s, r), takes r l - beta(s + 1, r - 1) runs of
a step, and no schedule takes fewer. Griewank and Walther, "Algorithm 799: revolve", ACM TOMS 26
(2000).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

State = TypeVar("State")


def beta(snapshots: int, repetitions: int) -> int:
    """The longest loop for so many snapshots and repetitions; 0 for fewer than none."""
    if repetitions < 0:
        return 0
    return math.comb(snapshots + repetitions, snapshots)


def repetitions(steps: int, snapshots: int) -> int:
    """The least r with beta(snapshots, r) >= steps."""
    r = 0
    while beta(snapshots, r) < steps:
        r += 1
    return r


def runs(steps: int, snapshots: int) -> int:
    """How often a step is run to undo the whole loop from its first state alone."""
    r = repetitions(steps, snapshots)
    return r * steps - beta(snapshots + 1, r - 1)


def enough_snapshots(steps: int) -> int:
    """The fewest snapshots with which no step is run again more than twice: about sqrt(2 steps)."""
    snapshots = 1
    while beta(snapshots, 2) < steps:
        snapshots += 1
    return snapshots


def distance(steps: int, snapshots: int) -> int:
    """How many steps to go from a snapshot to the next, with so many left, this one included."""
    r = repetitions(steps, snapshots)
    return max(1, beta(snapshots, r - 2), steps - beta(snapshots - 1, r))


def first_places(steps: int, snapshots: int) -> list[int]:
    """The steps before which a snapshot is taken when the loop is run for the first time."""
    places = [0]
    while len(places) < snapshots and steps - places[-1] > 1:
        left = snapshots - len(places) + 1
        places.append(places[-1] + distance(steps - places[-1], left))
    return places


def undo_steps(
    steps: int,
    snapshots: int,
    held: dict[int, State],
    advance: Callable[[State, int, int], State],
    undo: Callable[[State, int], None],
) -> None:
    """Call undo(state before step k, k) for k = steps - 1 down to 0.

    `held` are states by the step they come before, 0 among them; others are taken out of it as
    they have served, and put into it, so that there are never more than `snapshots`.
    advance(state, k, m) runs steps k ... m - 1.
    """
    end = steps
    while end:
        begin = max(held)
        if end - begin == 1:
            undo(held[begin] if not begin else held.pop(begin), begin)
            end -= 1
        elif len(held) < snapshots:
            left = snapshots - len(held) + 1
            middle = begin + distance(end - begin, left)
            held[middle] = advance(held[begin], begin, middle)
        else:
            undo(advance(held[begin], begin, end - 1), end - 1)
            end -= 1
