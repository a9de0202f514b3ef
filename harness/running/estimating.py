"""How long a run's timing will take: a line for a person, before anything is started."""

from __future__ import annotations

from harness.running.plan import Plan
from harness.running.progress import as_clock
from harness.timing.schedule import estimated_seconds

__all__ = ["estimate_line"]

_COMING_UP_S = 2.0
"""A worker's start and its library's import, on a core of its own: ours take 0.5 to 4 s."""

_FIRST_CALLS_S = 0.05
"""Making one case ready in one worker, compiled code at hand: ours take 1 to 200 ms."""


def estimate_line(plan: Plan, at_once: int) -> str | None:
    """The least and the most that timing will take; None for a plan that times nothing.

    It is made of typical figures, since nothing has run: calls are taken to be no longer than a
    sample. ``at_once`` workers come up at a time. With a budget the most is the budget.
    """
    if not plan.timed:
        return None
    timed = frozenset(plan.timed)
    # The baseline's hidden duplicate takes as many turns as the baseline.
    turns = sum(
        len(timed.intersection(plan.cases_of(name))) * (1 + (name == plan.baseline))
        for name in plan.backends
    )
    set_s = ((len(plan.backends) + 1) * _COMING_UP_S + turns * _FIRST_CALLS_S) / at_once
    least, most = estimated_seconds(plan.depth, set_s, [plan.depth.sample_s] * turns)
    told = f"timing {len(plan.timed)} cells with {len(plan.backends)} backends takes "
    if as_clock(least) == as_clock(most):
        told += f"about {as_clock(most)}"
    else:
        told += f"about {as_clock(least)} to {as_clock(most)}"
    if plan.depth.budget_s is not None:
        told += f", judging included; the budget is {as_clock(plan.depth.budget_s)}"
    return told
