"""What taking turns does: simulated with known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.contract import Sample
from harness.timing.carry_over import carry_over, is_carried_over

ROUNDS = 6


def samples(seconds):
    return [Sample(0, r, 0, "arm", 10, 10 * s, 0.0, 0, 0.0) for r, s in enumerate(seconds)]


def audit(rng, effect, noise=0.005, drift=0.0):
    """Two blocks alone and one in turns between, with noise and a drift from first to last."""
    time = np.linspace(0.0, drift, 3 * ROUNDS)
    first, turns, last = np.split(np.exp(time + noise * rng.standard_normal(3 * ROUNDS)), 3)
    return carry_over(samples([*first, *last]), samples(turns * (1 + effect)), "arm")


def test_without_noise_the_ratio_is_exact():
    found = audit(np.random.default_rng(0), 0.05, noise=0.0)
    assert found.value == pytest.approx(1.05)
    assert found.sets == ROUNDS
    assert is_carried_over(found)


def test_a_drift_that_goes_on_evenly_is_no_carry_over():
    found = audit(np.random.default_rng(0), 0.0, noise=0.0, drift=0.3)
    assert found.value == pytest.approx(1.0)


@pytest.mark.parametrize("effect", [0.0, 0.05])
def test_its_interval_covers_as_often_as_it_says(effect):
    rng = np.random.default_rng(1)
    found = [audit(rng, effect) for _ in range(2000)]
    covered = np.mean([f.low <= 1 + effect <= f.high for f in found])
    assert covered == pytest.approx(0.95, abs=0.02)


def test_five_percent_are_flagged_and_noise_is_not():
    rng = np.random.default_rng(2)
    assert np.mean([is_carried_over(audit(rng, 0.05)) for _ in range(500)]) > 0.95
    assert np.mean([is_carried_over(audit(rng, 0.0, noise=0.03)) for _ in range(2000)]) <= 0.05


def test_less_than_the_margin_is_not_flagged_however_sure():
    assert is_carried_over(audit(np.random.default_rng(3), 0.015, noise=1e-6)) is False


@pytest.mark.parametrize("rounds", [0, 1])
def test_what_was_not_audited_is_unknown(rounds):
    found = carry_over(samples([1.0] * 2 * rounds), samples([1.0] * rounds), "arm")
    assert math.isnan(found.low)
    assert is_carried_over(found) is None
    assert math.isnan(carry_over(samples([1.0] * 4), samples([1.0] * 2), "other").value)
