"""Figures over many sets and cells, against truth that was put in and against SciPy."""

import math

import numpy as np
import pytest
from scipy import stats

from harness.timing.statistics import Answer, Estimate
from harness.timing.summaries import (
    break_even_calls,
    clopper_pearson,
    geometric_mean,
    ratio_interval,
    scaling_exponent,
    seconds_interval,
    sentinel,
)


def per_set(values):
    return dict(enumerate(values))


def an_estimate(ratio=1.0, answer=Answer.EQUIVALENT, spread=0.01):
    return Estimate(ratio, 0.9 * ratio, 1.1 * ratio, answer, 6, 30, 0.5, spread)


@pytest.mark.parametrize(("successes", "trials"), [(0, 20), (3, 200), (7, 7), (50, 100)])
@pytest.mark.parametrize("confidence", [0.95, 0.9])
def test_clopper_pearson_is_scipys_exact_interval(successes, trials, confidence):
    expected = stats.binomtest(successes, trials).proportion_ci(confidence, method="exact")
    found = clopper_pearson(successes, trials, confidence)
    assert found == pytest.approx((expected.low, expected.high))


def test_no_trials_leave_every_rate_open_and_nonsense_is_refused():
    assert clopper_pearson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="cannot be"):
        clopper_pearson(3, 2)


def test_seconds_are_a_geometric_mean_with_its_interval():
    seconds = [1e-3, 1.1e-3, 0.9e-3, 1.05e-3]
    expected = stats.ttest_1samp(np.log(seconds), 0.0).confidence_interval(0.95)
    found = seconds_interval(per_set([*seconds, math.nan]))
    assert found.value == pytest.approx(stats.gmean(seconds))
    assert (found.low, found.high) == pytest.approx(tuple(np.exp(expected)))
    assert found.sets == 4


def test_a_ratio_is_paired_by_set():
    speed = np.array([1.0, 3.0, 0.5, 2.0])  # how slow each set's machine happened to be
    found = ratio_interval(
        {**per_set(4e-3 * speed * [1.0, 1.01, 0.99, 1.0]), 9: 1.0}, per_set(1e-3 * speed)
    )
    assert found.value == pytest.approx(4.0, rel=1e-3)
    assert found.high / found.low < 1.05  # unpaired, the speeds would make it a factor of 20
    assert found.sets == 4


def test_one_set_has_no_limits_and_none_no_value():
    one = seconds_interval({0: 2e-3})
    assert one.value == pytest.approx(2e-3)
    assert math.isnan(one.low)
    assert math.isnan(one.high)
    for nothing in (seconds_interval({}), ratio_interval({0: 1.0}, {1: 1.0}), geometric_mean([])):
        assert math.isnan(nothing.value)
        assert nothing.sets == 0


def test_an_exact_power_law_gives_its_exponent():
    found = scaling_exponent({n: per_set([1e-6 * n**2.5] * 3) for n in (1, 10, 100)})
    assert (found.value, found.low, found.high) == pytest.approx((2.5, 2.5, 2.5))
    assert found.sets == 3


def test_the_exponent_is_scipys_slope_and_its_interval_is_over_sets():
    rng = np.random.default_rng(1)
    scales = [4, 16, 64, 256]
    times = np.array(
        [[1e-6 * n**1.5 * math.exp(e) for e in rng.normal(0, 0.05, 5)] for n in scales]
    )
    slopes = [stats.linregress(np.log(scales), np.log(column)).slope for column in times.T]
    expected = stats.ttest_1samp(slopes, 0.0).confidence_interval(0.95)
    found = scaling_exponent({n: per_set(row) for n, row in zip(scales, times, strict=True)})
    assert found.value == pytest.approx(np.mean(slopes))
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_the_exponents_interval_covers_although_a_set_errs_as_a_whole():
    """Each set has its own exponent: points as units would be far too sure of the mean."""
    rng = np.random.default_rng(2)
    scales = np.array([1, 4, 16, 64, 256])
    covered = 0
    for _ in range(600):
        exponents = 1.2 + 0.05 * rng.standard_normal(6)
        found = scaling_exponent(
            {int(n): per_set([1e-6 * n**p for p in exponents]) for n in scales}
        )
        covered += found.low <= 1.2 <= found.high
    # Binomial(600, 0.95): three and a half standard deviations are 3.1 %.
    assert covered / 600 == pytest.approx(0.95, abs=0.031)


def test_sets_that_lack_a_scale_do_not_bend_the_exponent():
    # Beyond n = 10 the cost jumps; a slope over two scales alone would be another question.
    full = {1: per_set([1.0, 1.0, 1.0]), 10: per_set([10.0, 10.0, 10.0]), 100: per_set([400.0] * 2)}
    found = scaling_exponent(full)
    assert found.sets == 2
    assert found.value == pytest.approx(stats.linregress([0, 1, 2], np.log10([1, 10, 400])).slope)


@pytest.mark.parametrize("timed", [{}, {10: {0: 1.0, 1: 1.0}}, {1: {0: 1.0}, 10: {}}])
def test_fewer_than_two_scales_have_no_exponent(timed):
    found = scaling_exponent(timed)
    assert all(math.isnan(x) for x in (found.value, found.low, found.high))


def test_the_geometric_mean_weighs_cells_alike_whatever_their_number_of_sets():
    long = per_set([math.log(4)] * 16)
    short = per_set([math.log(1)] * 6)
    found = geometric_mean([long, short, {}])
    assert (found.value, found.low, found.high) == pytest.approx((2.0, 2.0, 2.0))
    assert found.sets == 6


def test_what_a_set_has_in_common_stays_in_the_geometric_means_interval():
    rng = np.random.default_rng(3)
    luck = 0.05 * rng.standard_normal(6)
    cells = [per_set(luck + 0.001 * rng.standard_normal(6)) for _ in range(50)]
    alone, together = geometric_mean(cells[:1]), geometric_mean(cells)
    # Fifty cells with the same luck know no more than one.
    assert math.log(together.high / together.low) > 0.9 * math.log(alone.high / alone.low)


def test_the_sentinel_counts_alarms_among_cells_with_an_interval():
    found = sentinel(
        [
            an_estimate(spread=0.01),
            an_estimate(1.05, Answer.SLOWER, 0.02),
            an_estimate(0.9, Answer.FASTER, 0.03),
            an_estimate(1.01, Answer.UNRESOLVED, 0.04),
            an_estimate(7.0, Answer.UNRESOLVED, math.nan),  # a single set
        ]
    )
    assert (found.cells, found.alarms) == (4, 2)
    assert found.spread == pytest.approx(0.025)
    assert found.largest == pytest.approx(-math.log(0.9))
    assert (found.rate_low, found.rate_high) == clopper_pearson(2, 4)


def test_a_sentinel_without_cells_promises_nothing():
    found = sentinel([])
    assert (found.cells, found.alarms, found.rate_low, found.rate_high) == (0, 0, 0.0, 1.0)
    assert math.isnan(found.spread)
    assert math.isnan(found.largest)


@pytest.mark.parametrize(
    ("start", "call", "other_start", "other", "calls"),
    [
        (1.0, 0.001, 0.0, 0.003, 500),
        (1.0, 0.001, 0.5, 0.002, 500),
        (0.1, 0.001, 0.5, 0.002, 0),
        (0.0, 0.001, 0.0, 0.001, 0),
        (1.0, 0.001, 0.0, 0.001, math.inf),
        (0.0, 0.002, 1.0, 0.001, math.inf),
    ],
)
def test_break_even_is_where_the_totals_cross(start, call, other_start, other, calls):
    found = break_even_calls(start, call, other_start, other)
    assert found == calls
    if 0 < found < math.inf:
        assert start + found * call <= other_start + found * other
        assert start + (found - 1) * call > other_start + (found - 1) * other
