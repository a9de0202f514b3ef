"""All against all: every pair as ``statistics`` would pair it, and what failed stays in."""

from __future__ import annotations

import math

import pytest

from harness.reporting.cells import TimedCell
from harness.reporting.pairing import set_ratios
from harness.running.records import SampleRecord

BASELINE, A_A = "numpy_manual", "a/a"


def sample(arm, set_index, round_index, seconds, loops=4):
    return SampleRecord(
        arm, arm, "p:gradient:n:float64:g", set_index, round_index, 0, loops, seconds * loops,
        seconds, 0, 0.0,
    )  # fmt: skip


def test_each_pair_is_what_the_statistics_give_turn_by_turn(case):
    """A turn is missing, one has no duration, one set lacks an arm: pairs lose just these."""
    cell = TimedCell(case(), (6,))
    for index in range(4):
        for number in range(5):
            for arm, factor in (("a", 1.0), ("b", 2.0), ("c", 3.0)):
                if (arm, index) == ("c", 2) or (arm, index, number) == ("b", 1, 3):
                    continue
                wobble = 1 + 0.01 * ((7 * index + 3 * number + ord(arm)) % 5)
                seconds = 0.0 if (arm, index, number) == ("a", 0, 0) else factor * wobble
                cell.samples.append(sample(arm, index, number, seconds))
    cell.settle()
    found = set_ratios(cell, ["a", "b", "c", "absent"])
    assert found.arms == ("a", "b", "c")
    for one in "abc":
        for other in "abc":
            assert found.of(one, other) == pytest.approx(dict(cell.ratios(one, other)), abs=1e-15)
    assert set(found.of("a", "c")) == {0, 1, 3}
    assert found.of("a", "absent") == {}


def test_pairs_hold_the_geometric_mean_over_common_cells_and_its_inverse(synthetic, case):
    run = synthetic()
    for operator, factor in (("gradient", 2.0), ("jvp", 8.0)):
        asked = case(operator=operator)
        run.judge("fast", asked)
        times = {BASELINE: [1e-6] * 6, "fast": [1e-6 * factor] * 6}
        run.time(asked, times | ({"slow": [4e-6] * 6} if operator == "jvp" else {}))
    pairs = run.load().pairs.set_index(["backend", "other"])
    assert pairs.loc[("fast", BASELINE), "ratio"] == pytest.approx(4.0)  # √(2·8)
    assert pairs.loc[(BASELINE, "fast"), "ratio"] == pytest.approx(0.25)
    assert pairs.loc[("fast", BASELINE), "cells"] == 2
    assert pairs.loc[("fast", "slow"), "ratio"] == pytest.approx(2.0)  # 8/4 in the common cell
    assert pairs.loc[("fast", "slow"), "cells"] == 1
    assert pairs.loc[("fast", "slow"), "answer"] == "slower"
    assert pairs.loc[("slow", "fast"), "answer"] == "faster"


@pytest.mark.parametrize(
    ("seconds", "answer"),
    [
        ([1.0] * 6, "equivalent"),
        ([1.5, 0.7, 1.4, 0.6, 1.3, 0.9], "unresolved"),
        ([1.0], "unresolved"),
    ],
)
def test_a_pair_is_only_told_apart_by_its_interval(synthetic, case, seconds, answer):
    run = synthetic()
    run.judge("fast", case())
    run.time(case(), {"fast": seconds, "slow": [1.0] * len(seconds)})
    pairs = run.load().pairs.set_index(["backend", "other"])
    assert pairs.loc[("fast", "slow"), "answer"] == answer


def test_slowdowns_are_to_the_fastest_contender_and_a_failure_is_infinitely_slow(synthetic, case):
    run = synthetic(backends=(BASELINE, "fast", "slow", "failing"))
    for backend, kind in (("fast", "ok"), ("slow", "ok"), ("failing", "crashed")):
        run.judge(backend, case(), kind)
    run.time(case(), {BASELINE: [1e-6] * 6, "fast": [2e-6] * 6, "slow": [6e-6] * 6})
    found = run.load().slowdowns.set_index("backend")
    assert list(found.index) == ["fast", "slow", "failing"]  # the baseline is no contender
    assert set(found["fastest"]) == {"fast"}
    assert found.loc["fast", "slowdown"] == 1
    assert found.loc["slow", "slowdown"] == pytest.approx(3.0)
    assert math.isinf(found.loc["failing", "slowdown"])
