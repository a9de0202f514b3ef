"""Sampling: what is inside the clock and how often calls are made."""

import math
import threading
import time

import pytest

from harness.timing import sampling
from harness.timing.sampling import calibrate, take, take_with_result
from tests.harness.timing.clock import Clock

DELAY_S = 0.02


def nothing(*_):
    return None


class Pending:
    """An asynchronous result: complete ``DELAY_S`` after it was asked for, in a thread."""

    def __init__(self):
        self.thread = threading.Thread(target=time.sleep, args=(DELAY_S,))
        self.thread.start()

    @staticmethod
    def wait(result):
        result.thread.join()


@pytest.mark.parametrize(
    ("call_ns", "minimum_ns"),
    [(50, 2_000_000), (20_000, 2_000_000), (1_999_999, 2_000_000), (7, 123_457), (1, 1_000_000)],
)
def test_a_calibrated_sample_lasts_the_minimum_and_hardly_more(call_ns, minimum_ns):
    clock = Clock()
    loops = calibrate(clock.work(call_ns), (), nothing, minimum_ns * 1e-9, clock)
    assert loops * call_ns >= minimum_ns
    assert (loops - 1) * call_ns <= 1.1 * minimum_ns + call_ns


@pytest.mark.parametrize("call_ns", [2_000_000, 5_000_000, 3 * 10**9])
def test_a_call_longer_than_the_minimum_is_made_once_in_a_sample(call_ns):
    clock = Clock()
    assert calibrate(clock.work(call_ns), (), nothing, 2e-3, clock) == 1
    assert clock.now == 2 * call_ns  # a trial and its confirmation, no more


def test_a_call_that_was_timed_before_is_the_first_trial():
    clock = Clock()
    assert calibrate(clock.work(3_000_000), (), nothing, 2e-3, clock, one_call_s=3e-3) == 1
    assert clock.now == 3_000_000  # its confirmation
    clock = Clock()
    loops = calibrate(clock.work(50_000), (), nothing, 2e-3, clock, one_call_s=50e-6)
    assert loops == 44
    assert clock.now == 2 * 44 * 50_000  # a trial with as many calls, and its confirmation


def test_a_stall_before_calibration_does_not_make_the_count_too_small():
    clock = Clock()
    assert calibrate(clock.work(1_000), (), nothing, 2e-3, clock, one_call_s=1.0) >= 2_000


def test_waiting_counts_as_duration():
    clock = Clock()
    assert calibrate(nothing, (), clock.work(1_000_000), 2e-3, clock) in (2, 3)


def test_one_stall_does_not_make_the_count_too_small():
    clock = Clock()
    stalled_first = clock.work(10**9, 1_000)  # a compilation, a preemption
    assert calibrate(stalled_first, (), nothing, 2e-3, clock) >= 2_000


def test_calibration_ends_when_the_clock_stands_still():
    made = 0

    def call():
        nonlocal made
        made += 1

    loops = calibrate(call, (), nothing, 2e-3, lambda: 0)
    assert loops == sampling._MOST_LOOPS
    assert made < 1.2 * sampling._MOST_LOOPS


def test_calls_and_waits_alternate_and_each_result_is_waited_for():
    events = []
    results = iter(range(10))

    def call(a, b):
        assert (a, b) == ("left", "right")
        events.append("call")
        return next(results)

    sample, last = take_with_result(call, ["left", "right"], events.append, 4)
    assert events == ["call", 0, "call", 1, "call", 2, "call", 3]
    assert sample.loops == 4
    assert last == 3


def test_an_asynchronous_result_cannot_be_timed_without_its_wait():
    # Waiting once for each loop would let the three delays overlap: 20 ms in all, not 60.
    sample = take(Pending, (), Pending.wait, 3)
    assert sample.wall_s >= 3 * DELAY_S


def test_a_sample_holds_only_plausible_numbers():
    sample = take(lambda n: sum(range(n)), (1000,), nothing, 50)
    assert sample.wall_s > 0
    assert sample.cpu_s > 0
    assert sample.involuntary_switches >= 0
    assert math.isnan(sample.steal_s) or sample.steal_s >= 0


@pytest.mark.parametrize("loops", [0, -1])
def test_a_sample_without_calls_is_refused(loops):
    with pytest.raises(ValueError, match="at least one call"):
        take(nothing, (), nothing, loops)
