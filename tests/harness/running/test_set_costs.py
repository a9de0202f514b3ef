"""Forecasts of what a set costs: expected figures are worked out by hand."""

from __future__ import annotations

import pytest

from harness.contract import Case
from harness.running.set_costs import CellCost, SetCosts, rounds_within

ONE, TWO = (Case.parse(f"p:gradient:n={n}:float64:generic-0") for n in (1, 2))
CELLS = {ONE: ("a", "b"), TWO: ("a",)}


@pytest.fixture
def costs():
    costs = SetCosts(at_once=2, sample_s=0.01)
    costs.started(3.0)
    for arm, case, seconds in (("a", ONE, 1.0), ("b", ONE, 0.5), ("a", TWO, 2.0)):
        costs.readied(arm, case, seconds)
    costs.ran(ONE, CellCost(round_s=0.5, samples_s=0.4, rest_s=0.1))
    costs.ran(TWO, CellCost(round_s=0.3, samples_s=0.3, rest_s=0.2))
    return costs


def test_a_set_is_start_up_and_what_is_done_once_and_its_rounds(costs):
    # Arm a is made ready in 3 s, b beside it in 0.5 s; then 0.3 s, and 0.8 s a round.
    assert costs.once_s(CELLS) == pytest.approx(3.3)
    assert costs.forecast_s(CELLS, 5) == pytest.approx(1.05 * (3.0 + 3.3 + 4.0))
    assert costs.forecast_s({ONE: ("a", "b")}, 1) == pytest.approx(1.05 * (3.0 + 1.1 + 0.5))


def test_arms_made_ready_one_after_the_other_add_up(costs):
    costs.at_once = 1
    assert costs.once_s(CELLS) == pytest.approx(3.8)


def test_what_no_set_has_shown_is_taken_to_be_cheap():
    cheap = SetCosts(at_once=2, sample_s=0.01)
    assert cheap.forecast_s(CELLS, 5) == pytest.approx(1.05 * 5 * 3 * 0.01)


def test_rounds_are_as_many_as_the_share_of_samples_takes(costs):
    # Without start-up and first calls: 0.7 r ≥ 0.85 (0.8 r + 0.3) from r = 12.75 on.
    assert costs.rounds_for(CELLS, share=0.85, most=50) == 13
    assert costs.rounds_for(CELLS, share=0.85, most=10) == 10
    # No number of rounds makes 9 of 10 seconds of samples out of turns that are 1/8 overhead.
    assert costs.rounds_for(CELLS, share=0.9, most=50) == 50


def test_rounds_are_as_many_as_fit(costs):
    # 6.3 s and 0.8 s a round, times 1.05: four rounds take 9.975 s.
    assert costs.rounds_in(CELLS, 10.0, most=20) == 4
    assert costs.rounds_in(CELLS, 10.0, most=3) == 3
    assert costs.rounds_in(CELLS, 1.0, most=20) == 1


def test_a_slow_cell_takes_fewer_rounds_and_one_at_least(costs):
    assert [rounds_within(2.0, s, 5) for s in (0.1, 0.4, 0.5, 1.5, 30.0)] == [5, 5, 4, 1, 1]
    costs.cell_s = 1.0
    # Two rounds of the first and three of the second.
    assert costs.forecast_s(CELLS, 5) == pytest.approx(1.05 * (3.0 + 3.3 + 1.0 + 0.9))
