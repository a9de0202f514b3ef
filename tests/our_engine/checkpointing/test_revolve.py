"""Binomial schedules: no schedule is cheaper, and none holds more than it may."""

import functools
import math

import pytest

from our_engine.checkpointing import revolve


@functools.cache
def fewest_runs(steps, snapshots):
    """By trying every place of the next snapshot."""
    if steps == 1:
        return 0
    if snapshots == 1:
        return steps * (steps - 1) // 2
    return min(
        m + fewest_runs(steps - m, snapshots - 1) + fewest_runs(m, snapshots)
        for m in range(1, steps)
    )


class Loop:
    """A loop whose state before step k is k; it counts what is asked of it."""

    def __init__(self, held):
        self.held = held
        self.runs = [0] * 200
        self.undone = []
        self.most = 0

    def advance(self, state, begin, end):
        assert state == begin < end
        for k in range(begin, end):
            self.runs[k] += 1
        return end

    def undo(self, state, k):
        assert state == k
        self.undone.append(k)
        self.most = max(self.most, len(self.held))


@pytest.mark.parametrize("snapshots", range(1, 7))
@pytest.mark.parametrize("steps", [1, 2, 3, 4, 7, 10, 20, 35, 36, 56, 84, 120])
def test_no_schedule_runs_fewer_steps(steps, snapshots):
    loop = Loop({0: 0})
    revolve.undo_steps(steps, snapshots, loop.held, loop.advance, loop.undo)
    assert loop.undone == list(range(steps - 1, -1, -1))
    assert sum(loop.runs) == fewest_runs(steps, snapshots) == revolve.runs(steps, snapshots)
    assert max(loop.runs) <= revolve.repetitions(steps, snapshots)
    assert loop.most <= snapshots
    assert loop.held == {0: 0}


@pytest.mark.parametrize("snapshots", range(1, 7))
@pytest.mark.parametrize("steps", [1, 2, 3, 10, 35, 120])
def test_snapshots_of_the_first_run_are_those_of_the_schedule(steps, snapshots):
    """With them the sweep need not run the steps before the last of them again."""
    places = revolve.first_places(steps, snapshots)
    assert len(places) <= snapshots
    loop = Loop({k: k for k in places})
    revolve.undo_steps(steps, snapshots, loop.held, loop.advance, loop.undo)
    assert loop.undone == list(range(steps - 1, -1, -1))
    assert sum(loop.runs) == revolve.runs(steps, snapshots) - places[-1]
    assert loop.most <= snapshots


def test_beta_is_the_binomial_coefficient():
    # Griewank and Walther's example: 5 snapshots and 3 repetitions undo 56 steps.
    assert revolve.beta(5, 3) == math.comb(8, 3) == 56
    assert revolve.repetitions(56, 5) == 3
    assert revolve.repetitions(57, 5) == 4


@pytest.mark.parametrize("steps", [0, 1, 2, 10, 1000, 10**6])
def test_the_default_runs_no_step_more_than_twice(steps):
    snapshots = revolve.enough_snapshots(steps)
    assert revolve.repetitions(steps, snapshots) <= 2
    assert snapshots == 1 or revolve.beta(snapshots - 1, 2) < steps
    assert snapshots <= math.isqrt(2 * steps) + 1
