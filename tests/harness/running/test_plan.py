"""A plan is the same after it was kept as JSON; what is none is told."""

from __future__ import annotations

import json

import pytest

from harness.running.plan import Plan
from harness.running.planning import make_plan
from harness.running.selection import Selection
from harness.timing.schedule import QUICK

LONE = Selection(problems=("lone",))


def test_a_plan_survives_json(registry):
    plan = make_plan(registry, LONE, depth=QUICK, threads=2, deadline_s=7.5, seed=11)
    again = Plan.from_json(json.loads(json.dumps(plan.to_json())))
    assert again == plan
    assert hash(again.depth.looks)  # tuples again, not lists


@pytest.mark.parametrize("key", ["backends", "cases", "timed", "looks", "seed", "baseline"])
def test_a_plan_with_a_part_missing_is_none(registry, key):
    raw = make_plan(registry, LONE).to_json()
    del raw[key]
    with pytest.raises(KeyError):
        Plan.from_json(raw)


def test_a_plan_of_schema_1_is_read(registry):
    plan = make_plan(registry, LONE)
    raw = plan.to_json() | {
        "cases": [case.id for case in plan.cases],
        "timed": [case.id for case in plan.timed],
    }
    del raw["unasked"]
    assert Plan.from_json(raw) == plan
