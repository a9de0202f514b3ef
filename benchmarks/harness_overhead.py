"""What the harness adds to a sample, shown with an empty backend: run it, and read the last column.

    python -m benchmarks.harness_overhead

A sample is a loop of calls, each waited for, between two readings of the clock. A backend whose
call and ``wait`` do nothing leaves only the harness: its loop, the call of ``wait``, and the clock.
What a bare loop of the same empty call takes is the call's own and is taken off. Both are medians
over samples that take turns. The target: less than 0.5 % of a 2 ms sample.
"""

from __future__ import annotations

import statistics
import sys
import time
from itertools import repeat
from typing import Any

import numpy as np

from harness.contract import Array, Backend
from harness.timing.sampling import take

SAMPLE_S = 2e-3
TARGET = 0.005
SAMPLES = 101
CALLS_S = (20e-6, 100e-6, 500e-6, 2e-3)


class Empty(Backend):
    """A backend that computes nothing."""

    xp = np

    def asarray(self, x: np.ndarray) -> Array:
        """The array itself."""
        return x

    def to_numpy(self, x: Array) -> np.ndarray:
        """The array itself."""
        return np.asarray(x)

    def versions(self) -> dict[str, str]:
        """None."""
        return {}


def empty(*_operands: Any) -> None:
    """The call."""


def bare_s(loops: int, operands: tuple[Any, ...]) -> float:
    """Seconds of ``loops`` empty calls in a loop, with nothing else in it."""
    start = time.perf_counter_ns()
    for _ in repeat(None, loops):
        empty(*operands)
    return (time.perf_counter_ns() - start) * 1e-9


def added_s(loops: int) -> float:
    """Seconds that the harness adds to a sample of ``loops`` calls: the median of many."""
    backend, operands = Empty(), (np.zeros(3), np.zeros(3))
    differences = []
    for _ in range(SAMPLES):
        sample = take(empty, operands, backend.wait, loops)
        differences.append(sample.wall_s - bare_s(loops, operands))
    return statistics.median(differences)


def main() -> None:
    """Print, for calls of several durations, what is added to a sample of 2 ms."""
    sys.stdout.write(f"{'call':>10}  {'calls':>6}  {'added':>10}  {'of a sample':>11}\n")
    for call_s in CALLS_S:
        loops = max(1, round(SAMPLE_S / call_s))
        added = added_s(loops)
        share = added / SAMPLE_S
        told = "" if share < TARGET else f"  above {TARGET:.1%}"
        row = f"{call_s * 1e6:7.0f} µs  {loops:6}  {added * 1e6:7.2f} µs  {share:11.3%}{told}"
        sys.stdout.write(f"{row}\n")


if __name__ == "__main__":
    main()
