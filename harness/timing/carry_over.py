"""Carry-over: what taking turns with others does to a backend's time.

Backends take turns on one core, so each finds caches, branch predictors and heat as another left
them. The audit times a backend alone (turn after turn, nobody between) before and after it takes
turns with the others, all in the same process, so that nothing else differs.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from harness.timing.durations import Timed, turns
from harness.timing.statistics import CONFIDENCE, MARGIN, Interval, t_interval

__all__ = ["ALONE_BLOCKS", "carry_over", "is_carried_over"]

ALONE_BLOCKS = 2
"""The arm is alone before the turns and after them: what drifts evenly over the three cancels."""


def carry_over(alone: Iterable[Timed], in_turns: Iterable[Timed], arm: str) -> Interval:
    """Return the arm's time in turns over its time alone, with its interval over the rounds.

    Round r in turns is paired with the rounds r of the blocks alone, which count on from block to
    block; ``sets`` of the interval is the number of such pairs. They come from one process, so
    this speaks of that process. NaN limits with fewer than two pairs.
    """
    turns, alone_s = _seconds(in_turns, arm), _seconds(alone, arm)
    rounds = len(alone_s) // ALONE_BLOCKS
    logs = []
    for index, seconds in enumerate(turns[:rounds]):
        beside = [alone_s[index + block * rounds] for block in range(ALONE_BLOCKS)]
        logs.append(math.log(seconds) - float(np.mean(np.log(beside))))
    mean, low, high = t_interval(np.array(logs), 1 - CONFIDENCE)
    return Interval(math.exp(mean), math.exp(low), math.exp(high), len(logs))


def is_carried_over(found: Interval, margin: float = MARGIN) -> bool | None:
    """Whether turns change the time by more than ``margin``, beyond doubt; None: not measured.

    The ratio itself must be outside the margin, and its interval must exclude 1.
    """
    if math.isnan(found.low):
        return None
    outside = abs(math.log(found.value)) > math.log1p(margin)
    return outside and not found.low <= 1 <= found.high


def _seconds(samples: Iterable[Timed], arm: str) -> list[float]:
    """Seconds per call in the order of the rounds."""
    return [seconds for _, seconds in sorted(turns(samples, arm).items())]
