"""Samples, taken in the worker: a tight loop of calls, each result waited for inside the clock.

``wait`` is called on EVERY result, before the next call begins. Waiting once for each loop
would let an asynchronous library overlap the calls, and, since the calls are independent,
the last one may finish before the others: work would leave the timed region. So what is
measured is the latency of one call as a user sees it who needs its result, and a result that
is not waited for cannot be timed. The price is one Python call of ``wait`` for each call,
the same for every backend.
"""

from __future__ import annotations

import functools
import math
import os
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

from harness.timing.collector import quiet_collector

__all__ = ["Call", "Clock", "RawSample", "Wait", "calibrate", "take", "take_with_result"]

Call = Callable[..., Any]
Wait = Callable[[Any], None]
Clock = Callable[[], int]

_MOST_LOOPS = 10**7


@dataclass(frozen=True, slots=True)
class RawSample:
    """``loops`` calls in ``wall_s`` seconds of one process, and what disturbed them.

    ``cpu_s`` is the processor time of all threads of the process (above ``wall_s``: the library
    ran in parallel), ``involuntary_switches`` how often the system took the processor away,
    ``steal_s`` what the hypervisor took from the process's core (from all cores when it is not
    pinned to one), in steps of a clock tick (10 ms as a rule); NaN where the system does not say.
    """

    loops: int
    wall_s: float
    cpu_s: float
    involuntary_switches: int
    steal_s: float


def calibrate(
    call: Call,
    operands: Sequence[Any],
    wait: Wait,
    minimum_s: float = 2e-3,
    clock: Clock = time.perf_counter_ns,
    one_call_s: float = math.nan,
) -> int:
    """Return a loop count with which a sample lasts at least ``minimum_s`` seconds.

    A call longer than that gives 1. A trial that met the minimum is confirmed by a second: one
    stall, or a first call that still compiles, must not make the count too small. The count
    stops at ten million, and the number of trials is bounded, whatever the clock shows. A call
    that was timed before, in ``one_call_s`` seconds, is the first trial. The last trial has as
    many calls as are returned, so that it warms as a whole sample does.
    """
    minimum_ns = max(1, math.ceil(minimum_s * 1e9))
    operands = tuple(operands)
    loops = 1
    elapsed = None if math.isnan(one_call_s) else math.ceil(one_call_s * 1e9)
    with quiet_collector():
        while True:
            if elapsed is None:
                elapsed = _loop(call, operands, wait, loops, clock)[0]
            if elapsed >= minimum_ns:
                elapsed = min(elapsed, _loop(call, operands, wait, loops, clock)[0])
            if elapsed >= minimum_ns or loops >= _MOST_LOOPS:
                return loops
            # A tenth above the target, so that the next trial is the last but for noise; never
            # more than a hundredfold, for a first reading of nearly nothing is mostly error.
            wanted = math.ceil(1.1 * loops * minimum_ns / max(elapsed, 1))
            loops = min(max(wanted, loops + 1), 100 * loops, _MOST_LOOPS)
            elapsed = None


def take(call: Call, operands: Sequence[Any], wait: Wait, loops: int) -> RawSample:
    """Time ``loops`` calls, each waited for; the collector is off meanwhile."""
    return take_with_result(call, operands, wait, loops)[0]


def take_with_result(
    call: Call, operands: Sequence[Any], wait: Wait, loops: int
) -> tuple[RawSample, Any]:
    """As ``take``, with the last timed call's result, to be held against the judged one."""
    operands = tuple(operands)
    with quiet_collector():
        steal = _steal_s()
        switches = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
        cpu = time.process_time_ns()
        elapsed, result = _loop(call, operands, wait, loops, time.perf_counter_ns)
        cpu = time.process_time_ns() - cpu
        switches = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw - switches
        steal = _steal_s() - steal
    return RawSample(loops, elapsed * 1e-9, cpu * 1e-9, switches, steal), result


def _loop(
    call: Call, operands: tuple[Any, ...], wait: Wait, loops: int, clock: Clock
) -> tuple[int, Any]:
    """Nanoseconds of ``loops`` calls and the last one's result."""
    if loops < 1:
        raise ValueError(f"a sample needs at least one call, not {loops}")
    others = repeat(None, loops - 1)
    start = clock()
    for _ in others:
        # The result dies here, so that the next call may use its memory again.
        wait(call(*operands))
    result = call(*operands)
    wait(result)
    return clock() - start, result


def _steal_s() -> float:
    """Seconds stolen so far from the one core of this process, or from all; NaN: not known."""
    descriptor = _stat_descriptor()
    if descriptor is None:
        return math.nan
    affinity = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    label = b"cpu%d" % min(affinity) if len(affinity) == 1 else b"cpu"
    for line in os.pread(descriptor, 1 << 16, 0).splitlines():
        fields = line.split()
        if fields and fields[0] == label and len(fields) > 8:
            return int(fields[8]) / os.sysconf("SC_CLK_TCK")
    return math.nan


@functools.cache
def _stat_descriptor() -> int | None:
    """/proc/stat, kept open: reading it costs 9 µs, opening it as much again."""
    try:
        return os.open("/proc/stat", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
