"""Statistics against simulated truth, and against SciPy's own tests."""

import math

import numpy as np
import pytest
from scipy import stats

from harness.contract import Sample
from harness.running.records import SampleRecord
from harness.timing.schedule import one_more_look_is_paid
from harness.timing.statistics import (
    Answer,
    decided,
    estimate,
    holm,
    log_ratios,
    seconds_per_call,
    t_interval,
    tost_p_value,
)

LOOKS = (6, 10, 16)
DEEP_LOOKS = (6, 10, 16, 26, 40)
CELLS = 3000


def sample(set_index, round_index, arm, seconds, loops=100):
    return Sample(set_index, round_index, 0, arm, loops, seconds * loops, 0.0, 0, 0.0)


def per_set(values):
    return dict(enumerate(values))


def judge(values, looks, planned=None):
    """End a cell as a run does: at the first look that decides it; ``planned`` as it was told."""
    for index, sets in enumerate(looks):
        found = estimate(per_set(values[:sets]), sets, sets, planned or looks)
        if decided([found], index, looks):
            return found
    raise AssertionError("the last look decides")


def simulated(effect, noise, looks=LOOKS, cells=CELLS, seed=0):
    """The sets' log-ratios of many cells whose true ratio is 1 + ``effect``."""
    rng = np.random.default_rng(seed)
    return math.log1p(effect) + noise * rng.standard_normal((cells, looks[-1]))


def share(estimates, *answers):
    return sum(e.answer in answers for e in estimates) / len(estimates)


# Against SciPy


@pytest.mark.parametrize("count", [2, 3, 6, 7])
@pytest.mark.parametrize("alpha", [0.05, 0.0125])
def test_the_interval_of_few_sets_is_students(count, alpha):
    values = np.random.default_rng(count).normal(0.3, 2.0, count)
    mean, low, high = t_interval(values, alpha)
    expected = stats.ttest_1samp(values, 0.0).confidence_interval(1 - alpha)
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize("count", [8, 10, 15, 16, 40])
@pytest.mark.parametrize("alpha", [0.05, 0.0125])
def test_the_interval_of_many_sets_is_that_of_the_trimmed_mean(count, alpha):
    values = np.random.default_rng(count).standard_t(2, count)
    mean, low, high = t_interval(values, alpha)
    assert mean == pytest.approx(stats.trim_mean(values, 1 / 8))
    # Against a group whose error vanishes, Yuen's test is that of a single group.
    constant = mean + 1e-9 * np.array([-1.0, 1.0] * 8)
    for limit in (low, high):
        yuen = stats.ttest_ind(values, constant + limit - mean, equal_var=False, trim=1 / 8)
        assert yuen.pvalue == pytest.approx(alpha, rel=1e-6)


@pytest.mark.parametrize("shift", [-0.03, 0.0, 0.01, 0.05])
def test_equivalence_is_two_one_sided_t_tests(shift):
    values = np.random.default_rng(7).normal(shift, 0.01, 7)
    bound = math.log(1.02)
    expected = max(
        stats.ttest_1samp(values, -bound, alternative="greater").pvalue,
        stats.ttest_1samp(values, bound, alternative="less").pvalue,
    )
    assert tost_p_value(values, bound) == pytest.approx(expected)


def test_the_p_value_is_the_two_sided_t_tests_at_a_single_look():
    values = np.random.default_rng(8).normal(0.01, 0.02, 7)
    found = estimate(per_set(values), 7, 7, (7,))
    assert found.p_value == pytest.approx(stats.ttest_1samp(values, 0.0).pvalue)
    assert found.spread == pytest.approx(values.std(ddof=1))
    assert found.ratio == pytest.approx(stats.gmean(np.exp(values)))


def test_a_p_value_below_alpha_means_that_the_interval_excludes_one():
    """Interval, adjusted p-value and answer are one statement, at every look."""
    rng = np.random.default_rng(9)
    for sets in LOOKS:
        for values in rng.normal(0.015, 0.02, (200, sets)):
            found = estimate(per_set(values), sets, sets, LOOKS)
            assert (found.p_value < 0.05) == (found.low > 1 or found.high < 1)


# Against simulated truth


@pytest.mark.parametrize("count", [3, 6, 16])
def test_the_interval_covers_as_often_as_it_says(count):
    values = np.random.default_rng(count).normal(0.7, 0.1, (4000, count))
    covered = 0
    for row in values:
        _, low, high = t_interval(row, 0.05)
        covered += low <= 0.7 <= high
    # Binomial(4000, 0.95): four standard deviations are 1.4 %.
    assert covered / 4000 == pytest.approx(0.95, abs=0.014)


@pytest.mark.parametrize("noise", [0.003, 0.01, 0.05])
@pytest.mark.parametrize("looks", [(4,), LOOKS, DEEP_LOOKS])
def test_identical_code_is_called_different_in_at_most_one_cell_of_twenty(looks, noise):
    found = [judge(row, looks) for row in simulated(0.0, noise, looks, cells=2000)]
    # At a single look the level is used up exactly: three standard deviations of the binomial.
    assert share(found, Answer.FASTER, Answer.SLOWER) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 2000)


def test_sharing_alpha_is_what_keeps_the_looks_honest():
    cells = simulated(0.0, 0.05, DEEP_LOOKS)
    honest = [judge(row, DEEP_LOOKS) for row in cells]
    assert share(honest, Answer.FASTER, Answer.SLOWER) <= 0.05
    # The fault: every look takes all of α, as if it were the only one.
    different = (Answer.FASTER, Answer.SLOWER)
    peeking = [
        any(estimate(per_set(row[:n]), n, n, (n,)).answer in different for n in DEEP_LOOKS)
        for row in cells
    ]
    assert np.mean(peeking) > 0.10


def test_ending_for_lack_of_time_between_looks_does_not_inflate():
    """Look at 6, and again where the budget happened to end, before the look at 10."""
    found = [judge(row, (6, 8), planned=LOOKS) for row in simulated(0.0, 0.05)]
    assert share(found, Answer.FASTER, Answer.SLOWER) <= 0.05


@pytest.mark.parametrize("unplanned", [3, 5, 8])
def test_one_unplanned_look_where_it_is_paid_does_not_inflate(unplanned):
    """Time runs out: a cell is looked at beside its looks, goes on, and is judged once more."""
    assert one_more_look_is_paid(unplanned, LOOKS, 0.05)
    before = [n for n in LOOKS if n < unplanned]
    found = [
        judge(row, (*before, unplanned, unplanned + 1), planned=LOOKS)
        for row in simulated(0.0, 0.05)
    ]
    assert share(found, Answer.FASTER, Answer.SLOWER) <= 0.05


def test_an_unplanned_look_is_paid_while_later_looks_have_enough_to_give_up():
    # Spent at the looks: 0.01875, 0.0125, 0.01875.
    assert [one_more_look_is_paid(n, LOOKS, 0.05) for n in (2, 6, 10, 11, 16)] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert not one_more_look_is_paid(3, (4,), 0.05)


def test_an_interval_from_samples_covers_where_sets_have_effects_and_rounds_differ():
    """As a run makes them: a luck for each set, noise for each turn, more rounds in some sets."""
    rng, truth, cells, covered = np.random.default_rng(14), math.log(1.3), 600, 0
    for _ in range(cells):
        ratios = {
            s: truth + 0.01 * rng.standard_normal() + np.median(0.02 * rng.standard_normal(rounds))
            for s, rounds in enumerate((5, 12, 12, 3, 20, 7))
        }
        found = estimate(ratios, 59, 6, LOOKS)
        covered += found.low <= 1.3 <= found.high
    assert covered / cells >= 0.95


@pytest.mark.parametrize(("effect", "answer"), [(0.02, Answer.SLOWER), (-0.02, Answer.FASTER)])
def test_two_percent_are_found_where_a_set_scatters_by_one(effect, answer):
    found = [judge(row, LOOKS) for row in simulated(effect, 0.01)]
    assert share(found, answer) >= 0.80
    wrong_way = {Answer.SLOWER: Answer.FASTER, Answer.FASTER: Answer.SLOWER}[answer]
    assert share(found, wrong_way) == 0


def with_slow_processes(cells, often, seed=1):
    """Each of the two processes of a set is, now and then, slower by a half for all of it."""
    rng = np.random.default_rng(seed)
    arm, baseline = rng.random((2, *cells.shape)) < often
    return cells + math.log(1.5) * (arm.astype(float) - baseline)


@pytest.mark.parametrize(("effect", "answer"), [(0.02, Answer.SLOWER), (-0.02, Answer.FASTER)])
def test_two_percent_are_found_though_some_processes_are_slower_by_a_half(effect, answer):
    rows = with_slow_processes(simulated(effect, 0.01), often=0.03)
    assert share([judge(row, LOOKS) for row in rows], answer) >= 0.80


@pytest.mark.parametrize("often", [0.03, 0.2])
@pytest.mark.parametrize("looks", [LOOKS, DEEP_LOOKS])
def test_slow_processes_raise_no_false_alarms(looks, often):
    rows = with_slow_processes(simulated(0.0, 0.01, looks, cells=2000), often)
    found = [judge(row, looks) for row in rows]
    assert share(found, Answer.FASTER, Answer.SLOWER) <= 0.05
    assert sum(e.low <= 1 <= e.high for e in found) / len(found) >= 0.95


def test_equal_code_is_shown_to_be_equivalent():
    found = [judge(row, LOOKS) for row in simulated(0.0, 0.01)]
    assert share(found, Answer.EQUIVALENT) >= 0.80


@pytest.mark.parametrize("effect", [0.02, 1 / 1.02 - 1])
@pytest.mark.parametrize("noise", [0.003, 0.01, 0.03])
def test_a_difference_at_the_margin_is_rarely_called_equivalent(effect, noise):
    found = [judge(row, LOOKS) for row in simulated(effect, noise)]
    assert share(found, Answer.EQUIVALENT) <= 0.05


@pytest.mark.parametrize("effect", [-0.3, 0.0, 0.01, 0.02, 0.05])
def test_the_reported_interval_covers_the_truth_whenever_the_cell_ended(effect):
    found = [judge(row, LOOKS) for row in simulated(effect, 0.015)]
    covered = sum(e.low <= 1 + effect <= e.high for e in found) / len(found)
    assert covered >= 0.95
    assert {e.sets for e in found} <= set(LOOKS)


def test_the_set_is_the_unit_of_inference():
    """Rounds share their set's luck: as units they would make identical code look different."""
    rng = np.random.default_rng(11)
    sets, rounds, cells = 6, 20, 400
    alarms = fooled = 0
    for _ in range(cells):
        luck = 0.01 * rng.standard_normal(sets)
        turns = luck[:, None] + 0.003 * rng.standard_normal((sets, rounds))
        samples = [
            one
            for s in range(sets)
            for r in range(rounds)
            for one in (sample(s, r, "b", 1e-5), sample(s, r, "a", 1e-5 * math.exp(turns[s, r])))
        ]
        found = estimate(log_ratios(samples, "a", "b"), 120, sets, (sets,))
        alarms += found.low > 1 or found.high < 1
        flat = estimate(per_set(turns.ravel()), 120, sets, (sets,))
        fooled += flat.low > 1 or flat.high < 1
    assert alarms / cells <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / cells)
    assert fooled / cells > 0.3


# From samples to log-ratios


def test_a_ratio_is_paired_within_its_round_and_the_median_ignores_a_stall():
    samples = []
    for r, (drift, stall) in enumerate([(1, 1), (2, 1), (4, 30), (8, 1), (16, 1)]):
        samples.append(sample(0, r, "b", 1e-6 * drift))
        samples.append(sample(0, r, "a", 3e-6 * drift * stall, loops=37))
    assert log_ratios(samples, "a", "b") == {0: pytest.approx(math.log(3))}
    # Unpaired medians would give the drift's word in it: 12e-6 or 24e-6 over 4e-6.
    assert seconds_per_call(samples, "b") == {0: pytest.approx(4e-6)}


def test_turns_that_failed_take_their_partner_with_them():
    samples = [
        sample(0, 0, "b", 1e-6), sample(0, 0, "a", 2e-6),
        sample(0, 1, "b", 1e-6), sample(0, 1, "a", math.nan),
        sample(0, 2, "b", 0.0), sample(0, 2, "a", 9e-6),
        sample(0, 3, "b", 1e-6), sample(0, 3, "a", 2e-6, loops=0),
        sample(0, 4, "b", 1e-6),
        sample(1, 0, "a", 5e-6),
        sample(2, 0, "b", 1e-6), sample(2, 0, "a", 4e-6),
    ]  # fmt: skip
    assert log_ratios(samples, "a", "b") == {
        0: pytest.approx(math.log(2)),
        2: pytest.approx(math.log(4)),
    }
    assert log_ratios(samples, "absent", "b") == {}


def test_a_journals_records_are_samples_too():
    record = SampleRecord("x", "a", "case", 3, 0, 0, 10, 2e-5, 0.0, 0, 0.0)
    assert seconds_per_call(iter([record]), "a") == {3: pytest.approx(2e-6)}


def test_swapping_arm_and_baseline_mirrors_everything():
    values = np.random.default_rng(12).normal(0.05, 0.01, 6)
    one, other = (estimate(per_set(v), 6, 6, LOOKS) for v in (values, -values))
    assert other.ratio == pytest.approx(1 / one.ratio)
    assert (other.low, other.high) == pytest.approx((1 / one.high, 1 / one.low))
    assert (one.answer, other.answer) == (Answer.SLOWER, Answer.FASTER)
    assert one.p_value == pytest.approx(other.p_value)


# Few sets


def test_one_set_gives_a_ratio_and_no_more():
    found = estimate({4: math.log(2)}, 5, 1, LOOKS)
    assert found.ratio == pytest.approx(2)
    assert all(math.isnan(x) for x in (found.low, found.high, found.p_value, found.spread))
    assert (found.answer, found.sets, found.samples) == (Answer.UNRESOLVED, 1, 5)


@pytest.mark.parametrize("nothing", [{}, {0: math.nan}, {0: math.inf}])
def test_no_set_gives_nothing(nothing):
    found = estimate(nothing, 0, 6, LOOKS)
    assert all(math.isnan(x) for x in (found.ratio, found.low, found.high, found.p_value))
    assert (found.answer, found.sets) == (Answer.UNRESOLVED, 0)


def test_failed_sets_lower_the_count_but_not_the_level():
    values = {0: 0.1, 1: 0.11, 4: 0.12}
    found = estimate(values, 15, 6, LOOKS)
    expected = stats.ttest_1samp(list(values.values()), 0.0).confidence_interval(1 - 0.01875)
    assert (found.low, found.high) == pytest.approx(tuple(np.exp(expected)))
    assert found.sets == 3


@pytest.mark.parametrize(
    ("value", "answer"),
    [(0.0, Answer.EQUIVALENT), (0.01, Answer.EQUIVALENT), (0.5, Answer.SLOWER),
     (-0.5, Answer.FASTER)],
)  # fmt: skip
def test_sets_that_agree_to_the_bit_are_no_division_by_zero(value, answer):
    found = estimate(per_set([value] * 4), 4, 4, (4,))
    assert found.answer is answer
    assert found.p_value == (1.0 if value == 0 else 0.0)


def test_a_shown_difference_that_is_negligible_is_equivalent():
    values = 0.01 + 0.0005 * np.array([-1, 1, -1, 1, 0.5, -0.5])
    found = estimate(per_set(values), 6, 6, (6,))
    assert found.low > 1
    assert found.answer is Answer.EQUIVALENT


# Ending a cell


def test_a_cell_ends_when_every_arm_is_answered_or_at_the_last_look():
    slower = estimate(per_set([0.5, 0.51, 0.52, 0.5, 0.5, 0.49]), 6, 6, LOOKS)
    open_ = estimate(per_set([0.5, -0.5, 0.3, 0.1, -0.2, 0.0]), 6, 6, LOOKS)
    assert (slower.answer, open_.answer) == (Answer.SLOWER, Answer.UNRESOLVED)
    assert decided([slower, slower], 0, LOOKS)
    assert not decided([slower, open_], 0, LOOKS)
    assert not decided([slower, open_], 1, LOOKS)
    assert decided([slower, open_], 2, LOOKS)


# Holm


def test_holm_steps_down_and_stops_at_the_first_that_fails():
    # 0.01 ≤ .05/4, 0.015 ≤ .05/3, 0.03 > .05/2: the last two stay, though 0.04 ≤ .05/1.
    assert holm([0.03, 0.01, 0.04, 0.015]) == [False, True, False, True]
    assert holm([]) == []


def test_holm_counts_a_test_that_could_not_be_done():
    assert holm([0.02, 0.9]) == [True, False]
    assert holm([0.02, 0.9, math.nan]) == [False, False, False]
    assert holm([math.nan, 0.001, 0.9]) == [False, True, False]


def test_holm_keeps_the_familys_error_where_single_tests_lose_it():
    rng = np.random.default_rng(13)
    families = stats.ttest_1samp(rng.standard_normal((1000, 20, 6)), 0.0, axis=2).pvalue
    assert np.mean([any(holm(list(p))) for p in families]) <= 0.05 + 3 * math.sqrt(
        0.05 * 0.95 / 1000
    )
    assert np.mean((families < 0.05).any(axis=1)) > 0.5
