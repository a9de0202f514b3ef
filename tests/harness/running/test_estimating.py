"""The estimate before the start: one line, from the plan alone."""

from __future__ import annotations

import dataclasses

import pytest

from harness.contract import Case
from harness.running.estimating import estimate_line
from harness.running.plan import Plan
from harness.timing.schedule import Depth

CELLS = tuple(Case.parse(f"p:gradient:n={n}:float64:generic-0") for n in range(10))
FREE = Depth("free", (2, 4), rounds=5, sample_s=0.1, budget_s=None, most_sizes=None)
PLAN = Plan(("base", "other"), CELLS, CELLS, baseline="base", depth=FREE)


def test_it_counts_start_up_first_calls_and_turns():
    # 30 turns a round: a set is (3 · 2 s + 30 · 50 ms) / 2 + 5 · 30 · 0.1 s = 18.75 s; 2 or 4 sets.
    told = estimate_line(PLAN, at_once=2)
    assert told == "timing 10 cells with 2 backends takes about 0:38 to 1:15"


def test_the_budget_is_the_most():
    plan = dataclasses.replace(PLAN, depth=FREE.with_budget(60.0))
    assert "0:38 to 1:00, judging included; the budget is 1:00" in estimate_line(plan, at_once=2)
    plan = dataclasses.replace(PLAN, depth=FREE.with_budget(30.0))
    assert "about 0:30, judging" in estimate_line(plan, at_once=2)


def test_a_backend_that_is_not_asked_takes_no_time():
    plan = dataclasses.replace(
        PLAN, unasked={"other": frozenset({("p", CELLS[0].operator)})}, depth=FREE
    )
    # 20 turns a round: 3.5 s and 10 s.
    assert estimate_line(plan, at_once=2).endswith("about 0:27 to 0:54")


@pytest.mark.parametrize("at_once", [1, 2])
def test_a_plan_that_times_nothing_takes_no_time(at_once):
    assert estimate_line(dataclasses.replace(PLAN, timed=()), at_once) is None
