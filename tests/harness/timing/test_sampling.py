"""Sampling: what is inside the clock, how often calls are made, and what is put back afterwards."""

import gc
import math
import threading
import time
import weakref

import numpy as np
import pytest

from harness.contract import Backend
from harness.timing import sampling
from harness.timing.sampling import (
    calibrate,
    first_calls,
    quiet_collector,
    take,
    take_with_result,
)

DELAY_S = 0.02


def nothing(*_):
    return None


class Clock:
    """A clock that only the work under test moves; nanoseconds."""

    def __init__(self):
        self.now = 0

    def __call__(self):
        return self.now

    def work(self, *nanoseconds):
        """Return a call that takes these times, one after the other, and then the last for ever."""
        durations = list(nanoseconds)

        def call(*_):
            self.now += durations.pop(0) if len(durations) > 1 else durations[0]

        return call


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


def test_the_collector_is_off_and_the_heap_frozen_during_a_sample_and_restored_after():
    seen = []

    def call():
        seen.append((gc.isenabled(), gc.get_freeze_count() > 0))

    assert gc.isenabled()
    take(call, (), nothing, 1)
    assert seen == [(False, True)]
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_the_collector_is_restored_after_a_call_that_raises():
    def call():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take(call, (), nothing, 1)
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        take(nothing, (), nothing, 1)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_inner_quiet_collector_thaws_nothing_but_collects_new_garbage():
    class Node:
        def __init__(self):
            self.itself = self

    dead = []
    with quiet_collector():
        frozen = gc.get_freeze_count()
        node = Node()
        weak = weakref.ref(node, dead.append)
        del node
        take(nothing, (), nothing, 1)
        assert dead == [weak]
        assert gc.get_freeze_count() >= frozen
        assert not gc.isenabled()
    assert gc.isenabled()


class Compiling(Backend):
    """Takes known times to start, to convert, to prepare, to compile and to run."""

    def __init__(self, clock):
        self.clock = clock
        self.started = False
        self.log = []

    xp = np

    def asarray(self, x):
        self.clock.now += 10 if self.started else 1_000
        self.started = True
        return x.copy()

    def to_numpy(self, x):
        self.clock.now += 5
        return x

    def prepare(self, call, *example):
        self.clock.now += 300
        compiled = False

        def run(*operands):
            nonlocal compiled
            self.clock.now += 0 if compiled else 7_000
            compiled = True
            return call(*operands)

        return run

    def wait(self, result):
        self.log.append(result)
        self.clock.now += 40

    def versions(self):
        return {}


class Plain(Compiling):
    prepare = Backend.prepare


def ran(clock):
    def call(x, y):
        clock.now += 100
        return float(x + y)

    return call


def test_first_calls_are_told_apart():
    clock = Clock()
    backend = Compiling(clock)
    first = first_calls(backend, ran(clock), (np.array(1.0), np.array(2.0)), clock)
    assert first.initialise_s == pytest.approx(990e-9)
    assert first.conversion_s == pytest.approx(2 * (10 + 5) * 1e-9)
    assert first.prepare_s == pytest.approx(300e-9)
    assert first.first_call_s == pytest.approx((7_000 + 100 + 40) * 1e-9)
    assert first.second_call_s == pytest.approx((100 + 40) * 1e-9)
    assert first.compile_s == pytest.approx(7_000e-9)
    assert backend.log == [3.0, 3.0]
    assert first.call(*first.operands) == 3.0


def test_a_backend_that_prepares_nothing_compiles_nothing():
    clock = Clock()
    slow_first = clock.work(5_000, 100)
    first = first_calls(Plain(clock), slow_first, (np.array(1.0),), clock)
    assert first.first_call_s > first.second_call_s
    assert first.compile_s == 0


def test_a_single_call_leaves_the_second_unknown():
    clock = Clock()
    first = first_calls(
        Compiling(clock), ran(clock), (np.array(1.0), np.array(2.0)), clock, None, False
    )
    assert first.first_call_s == pytest.approx((7_000 + 100 + 40) * 1e-9)
    assert math.isnan(first.second_call_s)
    assert math.isnan(first.compile_s)


@pytest.mark.parametrize(("kind", "calls"), [(Plain, 1), (Compiling, 2)])
def test_a_long_first_call_in_which_nothing_was_compiled_is_not_repeated(kind, calls):
    clock = Clock()
    backend = kind(clock)
    operands = (np.array(1.0), np.array(2.0))
    first = first_calls(backend, ran(clock), operands, clock, longest_s=50e-9)
    assert len(backend.log) == calls
    assert first.second_call_s == pytest.approx(140e-9)
