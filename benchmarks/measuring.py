"""Times in interleaved rounds, and peaks of memory: what a quick comparison needs."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

SAMPLE_S = 4e-3
"""The least that one sample takes: calls are repeated until it does."""

Call = Callable[[], Any]


@contextlib.contextmanager
def quiet_collector() -> Iterator[None]:
    """The garbage collector off, as it would hit one engine for what another left behind."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def sample(call: Call, loops: int) -> float:
    """Seconds for one call, the mean of `loops`."""
    start = time.perf_counter()
    for _ in range(loops):
        call()
    return (time.perf_counter() - start) / loops


def interleaved(calls: Mapping[str, Call], rounds: int) -> dict[str, list[float]]:
    """Seconds for one call in each round; every round has all of them, in a random order."""
    loops = {}
    for name, call in calls.items():
        call()
        loops[name] = max(1, round(SAMPLE_S / max(sample(call, 1), 1e-7)))
    times: dict[str, list[float]] = {name: [] for name in calls}
    order = random.Random(0)
    with quiet_collector():
        for _ in range(rounds):
            names = list(calls)
            order.shuffle(names)
            for name in names:
                times[name].append(sample(calls[name], loops[name]))
            gc.collect()
    return times


def ratio(times: Mapping[str, list[float]], name: str, base: str) -> tuple[float, float, float]:
    """The median over the rounds of time over base time, and the quartiles around it."""
    found = sorted(a / b for a, b in zip(times[name], times[base], strict=True))
    low, middle, high = statistics.quantiles(found, n=4) if len(found) > 1 else found * 3
    return middle, low, high


def allocated_peak(call: Call) -> int:
    """The peak of what Python and NumPy have allocated during a second call, in bytes."""
    call()
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        call()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


def resident_peak(make: Callable[[str], Call], name: str) -> int | None:
    """The growth of resident memory during a second call, in a process of its own, in bytes.

    It counts what any library allocates. None where the system does not reset its high-water mark.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_resident_growth, (make, name))


def _resident_growth(make: Callable[[str], Call], name: str) -> int | None:
    call = make(name)
    call()
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        before = _status("VmRSS")
        call()
        return max(0, _status("VmHWM") - before)
    except OSError:
        return None


def _status(field: str) -> int:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) * 1024
    raise OSError(field)


def import_times(modules: tuple[str, ...], rounds: int) -> dict[str, list[float]]:
    """Seconds to import each module in fresh processes, one after the other in every round.

    All modules are compiled before, as those of an installed package are.
    """
    code = (
        "import sys, time; t = time.perf_counter(); __import__(sys.argv[1]); "
        "print(time.perf_counter() - t)"
    )
    times: dict[str, list[float]] = {module: [] for module in modules}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": folder}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        for turn in range(rounds + 1):
            for module in modules:
                found = subprocess.run(
                    [sys.executable, "-c", code, module],
                    capture_output=True,
                    text=True,
                    check=True,
                    env=environment,
                )
                if turn:
                    times[module].append(float(found.stdout))
    return times
