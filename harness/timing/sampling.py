"""Samples, taken in the worker: a tight loop of calls, each result waited for inside the clock.

``wait`` is called on EVERY result, before the next call begins. Waiting once for each loop
would let an asynchronous library overlap the calls, and, since the calls are independent,
the last one may finish before the others: work would leave the timed region. So what is
measured is the latency of one call as a user sees it who needs its result, and a result that
is not waited for cannot be timed. The price is one Python call of ``wait`` for each call,
the same for every backend.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import math
import os
import resource
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from harness.contract import Backend

__all__ = [
    "FirstCalls",
    "RawSample",
    "calibrate",
    "first_calls",
    "quiet_collector",
    "take",
    "take_with_result",
]

Call = Callable[..., Any]
Wait = Callable[[Any], None]
Clock = Callable[[], int]

_MOST_LOOPS = 10**7
_quiet = False


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


@dataclass(frozen=True, slots=True)
class FirstCalls:
    """The costs of one (backend, case) before its steady state, in seconds, and what came of them.

    ``initialise_s`` is what the first conversion took beyond a second one (a library starts its
    device then); ``conversion_s`` all operands from NumPy to native and back; ``prepare_s`` the
    call of ``Backend.prepare``; ``compile_s`` the first call less the second, where the backend
    prepares, and 0 otherwise. ``call`` is the prepared call and ``operands`` the native operands.
    """

    initialise_s: float
    conversion_s: float
    prepare_s: float
    first_call_s: float
    second_call_s: float
    compile_s: float
    call: Call
    operands: tuple[Any, ...]


def first_calls(
    backend: Backend,
    call: Call,
    operands: Sequence[np.ndarray],
    clock: Clock = time.perf_counter_ns,
    prepare: Callable[..., Call] | None = None,
    twice: bool = True,
    longest_s: float = math.inf,
) -> FirstCalls:
    """Convert ``operands``, prepare ``call`` and call it twice; time each and wait for it.

    ``call(*operands)`` is what ``harness.contract.build`` returns, not yet prepared;
    ``prepare(call, *native)`` is ``backend.prepare`` unless told otherwise. If not ``twice``, it
    is called once; then ``second_call_s`` is NaN, and ``compile_s`` too where the backend prepares.
    Where it prepares nothing and the first call took more than ``longest_s``, that is taken for the
    second too: it is known to be long.
    """
    prepare = prepare or backend.prepare

    def timed(action: Callable[[], Any]) -> tuple[Any, float]:
        start = clock()
        result = action()
        return result, (clock() - start) * 1e-9

    def convert() -> tuple[Any, ...]:
        native = tuple(backend.asarray(x) for x in operands)
        for x in native:
            backend.to_numpy(x)
        return native

    def called() -> None:
        backend.wait(prepared(*native))

    _, cold_s = timed(convert)
    native, conversion_s = timed(convert)
    prepared, prepare_s = timed(lambda: prepare(call, *native))
    _, first_s = timed(called)
    prepares = type(backend).prepare is not Backend.prepare
    if not twice:
        second_s = math.nan
    elif not prepares and first_s > longest_s:
        second_s = first_s
    else:
        _, second_s = timed(called)
    return FirstCalls(
        initialise_s=max(0.0, cold_s - conversion_s),
        conversion_s=conversion_s,
        prepare_s=prepare_s,
        first_call_s=first_s,
        second_call_s=second_s,
        compile_s=_positive(first_s - second_s) if prepares else 0.0,
        call=prepared,
        operands=native,
    )


def _positive(seconds: float) -> float:
    """``seconds``, and 0 for less; NaN stays NaN."""
    return 0.0 if seconds < 0 else seconds


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


@contextlib.contextmanager
def quiet_collector() -> Iterator[None]:
    """Collect garbage, freeze what lives and switch the collector off; restore it on leaving.

    Nested use costs microseconds: inside the outermost one only what is new is collected and
    frozen, and nothing is thawed before the outermost ends. A worker therefore holds one open
    for its whole set (a full collection takes 0.1 s once torch and jax are imported).
    """
    global _quiet  # gc.get_freeze_count() would tell, by counting every frozen object
    enabled, outermost = gc.isenabled(), not _quiet
    _quiet = True
    gc.disable()
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        if outermost:
            _quiet = False
            gc.unfreeze()
        if enabled:
            gc.enable()


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
