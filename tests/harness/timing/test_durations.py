"""What counts of a sample in which others had the processor for a while."""

import math

import pytest

from harness.contract import Sample
from harness.timing.durations import durations, turns

LOOPS = 10


def sample(wall_s, cpu_s, switches=0, arm="a", round_index=0, loops=LOOPS):
    return Sample(0, round_index, 0, arm, loops, wall_s, cpu_s, switches, 0.0)


COMPUTES = [sample(1.0, 0.999), sample(1.1, 1.1), sample(1.0, 1.001)]


def test_what_others_took_is_no_time_of_a_programme_that_computes():
    disturbed = sample(1.8, 1.05, switches=2)
    assert durations([*COMPUTES, disturbed]) == pytest.approx([0.1, 0.11, 0.1, 0.105])


def test_an_undisturbed_sample_counts_by_the_clock():
    assert durations([*COMPUTES, sample(1.3, 1.0)])[-1] == pytest.approx(0.13)


@pytest.mark.parametrize("cpu_share", [0.2, 0.9, 1.1, 2.0])
def test_who_waits_or_has_several_threads_counts_by_the_clock(cpu_share):
    its = [sample(1.0, cpu_share) for _ in range(5)]
    assert durations([*its, sample(1.8, 1.05, switches=2)])[-1] == pytest.approx(0.18)


def test_too_few_undisturbed_samples_show_nothing():
    disturbed = sample(1.8, 1.05, switches=1)
    assert durations([*COMPUTES[:2], disturbed])[-1] == pytest.approx(0.18)
    assert durations([disturbed] * 9) == pytest.approx([0.18] * 9)


@pytest.mark.parametrize("cpu_s", [0.0, math.nan, 2.5])
def test_a_processor_time_that_cannot_be_does_not_count(cpu_s):
    assert durations([*COMPUTES, sample(1.8, cpu_s, switches=1)])[-1] == pytest.approx(0.18)


@pytest.mark.parametrize(
    "bad", [sample(0.0, 0.0), sample(math.nan, 1.0), sample(1.0, 1.0, loops=0)]
)
def test_a_sample_without_a_duration_has_none(bad):
    assert math.isnan(durations([*COMPUTES, bad])[-1])


def test_arms_are_looked_at_by_themselves():
    """Another arm that waits does not make this one wait."""
    mine = [sample(1.0, 1.0, round_index=r) for r in range(3)]
    mine.append(sample(1.5, 1.0, switches=1, round_index=3))
    others = [sample(1.0, 0.1, arm="b", round_index=r) for r in range(9)]
    assert turns([*mine, *others], "a") == pytest.approx(
        dict.fromkeys([(0, r) for r in range(4)], 0.1)
    )
