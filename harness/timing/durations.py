"""How long a sample took: by the clock, or by the processor where others had that meanwhile.

A sample in which the system took the processor away is longer by what others did with it, and that
says nothing about the programme. Where the undisturbed samples of an arm show that it computes on
its one thread and waits for nothing (its processor time is its wall time), a disturbed one counts
by its processor time. On a machine with as many busy processes as cores, identical arms then
scattered from set to set by 1.8 % where they scattered by 7.2 % before; on an idle one nothing
changes. An arm with several threads, or one that waits, always counts by the clock.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

__all__ = ["Timed", "durations", "turns"]

_FEWEST = 3
"""So many undisturbed samples show whether an arm computes alone."""

_ALONE = 0.05
"""Processor time and wall time then differ by no more than this part."""


class Timed(Protocol):
    """What is needed of a raw sample: ``harness.contract.Sample`` or a journal's record."""

    @property
    def set_index(self) -> int: ...  # noqa: D102

    @property
    def round_index(self) -> int: ...  # noqa: D102

    @property
    def arm(self) -> str: ...  # noqa: D102

    @property
    def loops(self) -> int: ...  # noqa: D102

    @property
    def wall_s(self) -> float: ...  # noqa: D102

    @property
    def cpu_s(self) -> float: ...  # noqa: D102

    @property
    def involuntary_switches(self) -> int: ...  # noqa: D102


def turns(samples: Iterable[Timed], arm: str) -> dict[tuple[int, int], float]:
    """Return the arm's seconds per call by (set, round), without turns that have no duration."""
    its = [sample for sample in samples if sample.arm == arm]
    seconds = zip(its, durations(its), strict=True)
    return {(s.set_index, s.round_index): took for s, took in seconds if not math.isnan(took)}


def durations(samples: Sequence[Timed]) -> list[float]:
    """Return the seconds per call of each of one arm's samples of one cell; NaN for one of none."""
    alone = _computes_alone(samples)
    return [_seconds(sample, alone) for sample in samples]


def _seconds(sample: Timed, alone: bool) -> float:
    if sample.loops < 1 or not 0 < sample.wall_s < math.inf:
        return math.nan
    own_s = sample.wall_s
    if alone and sample.involuntary_switches and 0 < sample.cpu_s < own_s:
        own_s = sample.cpu_s
    return own_s / sample.loops


def _computes_alone(samples: Sequence[Timed]) -> bool:
    undisturbed = [
        s.cpu_s / s.wall_s for s in samples if not s.involuntary_switches and s.wall_s > 0
    ]
    return len(undisturbed) >= _FEWEST and abs(float(np.median(undisturbed)) - 1) <= _ALONE
