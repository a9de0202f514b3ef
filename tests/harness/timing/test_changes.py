"""Welch's test against scipy, the looks' share of α by simulation, Holm over cells."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from harness.timing.changes import answers, change, exceeding, spent_share
from harness.timing.statistics import Answer

LOOKS = (6, 10, 16)


def sets(values):
    return dict(enumerate(map(float, values)))


@pytest.fixture
def rng():
    return np.random.default_rng(11)


@pytest.mark.parametrize(("n", "m", "spread"), [(6, 7, 3.0), (5, 5, 1.0), (2, 2, 0.2)])
def test_interval_and_p_value_are_those_of_scipy(n, m, spread, rng):
    a, b = rng.normal(0.1, 0.01, n), rng.normal(0.13, 0.01 * spread, m)
    found = change(sets(a), sets(b))
    welch = stats.ttest_ind(b, a, equal_var=False)
    limits = welch.confidence_interval(0.95)
    assert found.p_different() == pytest.approx(welch.pvalue, rel=1e-9)
    assert math.log(found.low) == pytest.approx(limits.low, rel=1e-9)
    assert math.log(found.high) == pytest.approx(limits.high, rel=1e-9)
    assert found.freedom == pytest.approx(welch.df, rel=1e-9)
    assert math.log(found.ratio) == pytest.approx(b.mean() - a.mean(), rel=1e-9)
    assert (found.sets_before, found.sets_after) == (n, m)


@pytest.mark.parametrize(("n", "m"), [(6, 16), (10, 10), (16, 40)])
def test_of_many_sets_it_is_yuens_test_of_trimmed_means(n, m, rng):
    a, b = 0.01 * rng.standard_t(2, n), 0.03 + 0.02 * rng.standard_t(2, m)
    found = change(sets(a), sets(b))
    yuen = stats.ttest_ind(b, a, equal_var=False, trim=1 / 8)
    difference = stats.trim_mean(b, 1 / 8) - stats.trim_mean(a, 1 / 8)
    assert math.log(found.ratio) == pytest.approx(difference, rel=1e-9)
    assert found.p_different() == pytest.approx(yuen.pvalue, rel=1e-9)
    assert found.freedom == pytest.approx(yuen.df, rel=1e-9)
    half = stats.t.ppf(0.975, yuen.df) * difference / yuen.statistic
    assert math.log(found.low) == pytest.approx(difference - half, rel=1e-9)
    assert math.log(found.high) == pytest.approx(difference + half, rel=1e-9)


def test_negligible_is_two_one_sided_tests_of_scipy(rng):
    a, b = rng.normal(0, 0.005, 6), rng.normal(0.002, 0.005, 7)
    margin = math.log1p(0.02)
    above = stats.ttest_ind(b - margin, a, equal_var=False, alternative="less").pvalue
    below = stats.ttest_ind(b + margin, a, equal_var=False, alternative="greater").pvalue
    found = change(sets(a), sets(b))
    assert found.p_negligible() == pytest.approx(max(above, below), rel=1e-9)


def test_exceeding_agrees_with_the_lower_end_of_the_interval(rng):
    for shift in np.linspace(0.04, 0.09, 12):
        a, b = rng.normal(0, 0.01, 8), rng.normal(shift, 0.01, 8)
        found = change(sets(a), sets(b), share=0.3)
        assert (found.p_exceeds(1.05) < 0.05) == (found.low > 1.05)


def test_swapped_runs_give_the_inverse(rng):
    a, b = sets(rng.normal(0, 0.01, 6)), sets(rng.normal(0.1, 0.02, 9))
    forth, back = change(a, b), change(b, a)
    assert forth.ratio == pytest.approx(1 / back.ratio)
    assert forth.low == pytest.approx(1 / back.high)
    assert (answers([forth]), answers([back])) == ([Answer.SLOWER], [Answer.FASTER])


def test_the_shares_of_all_pairs_of_looks_sum_to_one():
    spent = [spent_share(n, LOOKS) for n in LOOKS]
    assert sum(spent) == pytest.approx(1)
    assert spent_share(4, (4,)) == pytest.approx(1)
    # Between looks, where a budget ended the cell, it is the next look's.
    assert spent_share(7, LOOKS) == spent_share(10, LOOKS)


def test_looking_does_not_raise_false_alarms(rng):
    """Whoever picks the worst pair of looks is still wrong in 5 % of cases at most."""
    logs = rng.normal(0, 0.01, (1000, 2, LOOKS[-1]))
    honest = naive = 0
    for a, b in logs:
        found = [
            (
                change(sets(a[:n]), sets(b[:m]), spent_share(n, LOOKS) * spent_share(m, LOOKS)),
                change(sets(a[:n]), sets(b[:m])),
            )
            for n in LOOKS
            for m in LOOKS
        ]
        honest += any(f.p_different() < 0.05 for f, _ in found)
        naive += any(f.p_different() < 0.05 for _, f in found)
    assert honest <= 50
    assert naive > 50  # which is why


def test_holm_makes_it_harder_to_answer_in_many_cells(rng):
    # p of about 0.01: enough for one cell, and not for a hundred.
    odd = next(
        c
        for c in (
            change(sets(rng.normal(0, 0.01, 6)), sets(rng.normal(0.03, 0.02, 6))) for _ in range(99)
        )
        if 0.005 < c.p_different() < 0.04
    )
    quiet = [change(sets([0.0, 0.01, 0.02]), sets([0.0, 0.01, 0.02])) for _ in range(99)]
    assert answers([odd])[0] is Answer.SLOWER
    assert answers([odd, *quiet])[0] is Answer.UNRESOLVED
    assert exceeding([odd], 1.0) == [True]
    assert exceeding([odd, *quiet], 1.0)[0] is False


def test_answers_are_faster_slower_equivalent_unresolved():
    spread = np.array([-1, 0, 1, -1, 1, 0]) * 1e-3
    still = sets(spread)
    found = [
        change(still, sets(spread + shift)) for shift in (-0.1, 0.1, 0.004, math.log1p(0.0201))
    ]
    found.append(change(still, sets(spread * 100)))
    assert answers(found) == [
        Answer.FASTER,
        Answer.SLOWER,
        Answer.EQUIVALENT,
        Answer.SLOWER,
        Answer.UNRESOLVED,
    ]


def test_fewer_than_two_sets_have_no_interval_and_no_answer():
    for before, after in (([0.1], [0.2, 0.3]), ([0.1, 0.2], []), ([], [])):
        found = change(sets(before), sets(after))
        assert math.isnan(found.low)
        assert math.isnan(found.p_different())
        assert answers([found]) == [Answer.UNRESOLVED]
        assert exceeding([found], 1.05) == [False]


def test_sets_without_any_scatter_are_no_division_by_zero():
    found = change(sets([0.0, 0.0]), sets([0.2, 0.2]))
    assert (found.low, found.high) == (found.ratio, found.ratio)
    assert answers([found]) == [Answer.SLOWER]
    assert answers([change(sets([0.1, 0.1]), sets([0.1, 0.1]))]) == [Answer.EQUIVALENT]
