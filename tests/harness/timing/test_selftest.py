"""Self-test rates against scipy, simulated cells with known answers, and a bias that is planted."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from harness.timing.selftest import Trial, evaluate, shortcomings, smallest_effect
from harness.timing.statistics import Answer, Estimate, estimate

LOOKS = (6, 10, 16)


def trial(effect, answer, low=0.99, high=1.01, truth=None, spread=0.01):
    found = Estimate(1.0, low, high, Answer(answer), 16, 80, 0.5, spread)
    return Trial(effect, 1 + effect if truth is None else truth, 1e-3, found)


def simulated(rng, effect, cells, spread=0.01, bias=0.0):
    """Cells whose sets scatter normally, estimated at the looks as a bench does."""
    for _ in range(cells):
        logs = rng.normal(math.log1p(effect) + bias, spread, LOOKS[-1])
        for sets in LOOKS:
            found = estimate(dict(enumerate(logs[:sets])), 5 * sets, sets, LOOKS)
            if found.answer is not Answer.UNRESOLVED:
                break
        yield Trial(effect, 1 + effect, 1e-3, found)


def test_rates_have_the_limits_of_scipy():
    answers = ["slower"] * 3 + ["faster"] * 2 + ["equivalent"] * 150 + ["unresolved"] * 45
    alarms = evaluate([trial(0.0, answer) for answer in answers], LOOKS).false_alarms
    exact = stats.binomtest(5, 200).proportion_ci(method="exact")
    assert (alarms.hits, alarms.trials, alarms.value) == (5, 200, 0.025)
    assert (alarms.low, alarms.high) == pytest.approx((exact.low, exact.high), rel=1e-9)


def test_power_counts_the_right_direction_alone():
    found = evaluate(
        [trial(0.0, "equivalent")]
        + [trial(0.02, "slower")] * 7
        + [trial(0.02, "faster")] * 2
        + [trial(0.02, "unresolved")],
        LOOKS,
    )
    assert found.power(0.02).value == 0.7
    assert found.of(0.02).different.value == 0.9


def test_an_interval_covers_the_ratio_that_was_injected_and_not_one():
    found = evaluate(
        [
            trial(0.0, "equivalent", 0.99, 1.01),
            trial(0.02, "slower", 1.015, 1.025),
            trial(0.02, "slower", 1.005, 1.015),
            trial(0.02, "unresolved", math.nan, math.nan),
        ],
        LOOKS,
    )
    assert (found.of(0.0).covered.hits, found.of(0.02).covered.hits) == (1, 1)
    assert (found.covered.hits, found.covered.trials) == (2, 4)


def test_a_planted_bias_of_identical_arms_is_seen():
    rng = np.random.default_rng(1)
    fair = evaluate(list(simulated(rng, 0.0, 200)), LOOKS)
    biased = evaluate(list(simulated(rng, 0.0, 200, bias=0.03)), LOOKS)
    assert fair.false_alarms.value <= 0.05
    assert biased.false_alarms.low > 0.05
    assert fair.covered.low > 0.9 > biased.covered.high


def test_a_quiet_machine_is_trusted_and_each_criterion_can_fail():
    rng = np.random.default_rng(2)
    identical, slower = list(simulated(rng, 0.0, 200)), list(simulated(rng, 0.02, 200))
    assert shortcomings(evaluate(identical + slower, LOOKS)) == []

    def told(trials):
        return " ".join(shortcomings(evaluate(trials, LOOKS)))

    biased = list(simulated(rng, 0.0, 200, bias=0.03))
    assert "false alarms" in told(biased + slower)
    assert "may be as many" in told(identical[:20] + slower)
    noisy = list(simulated(rng, 0.02, 200, spread=0.2))
    assert "+2% found" in told(identical + noisy)
    missed = [Trial(t.effect, 1.05, t.seconds, t.estimate) for t in slower]
    assert "hold the truth" in told(identical + missed)


def test_no_interval_is_no_alarm_but_is_not_found_either():
    nothing = trial(0.02, "unresolved", math.nan, math.nan, spread=math.nan)
    found = evaluate([trial(0.0, "unresolved", spread=math.nan), nothing], LOOKS)
    assert found.false_alarms.hits == 0
    assert found.power(0.02).hits == 0
    assert math.isnan(found.smallest)


def test_the_smallest_effect_has_the_power_that_is_said():
    spread, power = 0.01, 0.8
    effect = math.log1p(smallest_effect(spread, LOOKS, power=power))
    rng = np.random.default_rng(3)
    logs = rng.normal(effect, spread, (20_000, LOOKS[-1]))
    t = logs.mean(axis=1) / (logs.std(axis=1, ddof=1) / math.sqrt(LOOKS[-1]))
    critical = stats.t.ppf(1 - 0.05 * (16 - 10) / 16 / 2, LOOKS[-1] - 1)
    # Three standard errors of 20,000 draws are 0.0085.
    assert np.mean(t > critical) == pytest.approx(power, abs=0.0085)


def test_the_correction_for_the_overhead_of_a_call_is_told():
    found = evaluate([trial(0.0, "equivalent"), trial(0.05, "slower", truth=1.049)], LOOKS)
    assert found.correction == pytest.approx(0.001)


def test_without_identical_arms_nothing_can_be_said():
    with pytest.raises(ValueError, match="identical"):
        evaluate([trial(0.02, "slower")], LOOKS)
