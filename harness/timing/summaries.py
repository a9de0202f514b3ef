"""Figures over many sets and cells: seconds, exponents, means of ratios, the A/A sentinel.

As in ``statistics``, each figure is formed once in every set and the interval is Student's over
the sets: what a whole set has in common (its processes) is then in the interval, not lost in it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from harness.timing.statistics import CONFIDENCE, Answer, Estimate, Interval, PerSet, t_interval

__all__ = [
    "Sentinel",
    "break_even_calls",
    "clopper_pearson",
    "geometric_mean",
    "ratio_interval",
    "scaling_exponent",
    "seconds_interval",
    "sentinel",
]


def seconds_interval(seconds: PerSet, confidence: float = CONFIDENCE) -> Interval:
    """Return the seconds of one call: the geometric mean of the sets' medians, with its interval.

    ``seconds`` are ``statistics.seconds_per_call``.
    """
    return _exponential(_positive_logs(seconds), confidence)


def ratio_interval(above: PerSet, below: PerSet, confidence: float = CONFIDENCE) -> Interval:
    """Return the ratio of two times taken in the same sets, such as derivative over primal.

    The two are seconds per call; they are paired set by set. A set that lacks one is left out.
    """
    numerator, denominator = _positive_logs(above), _positive_logs(below)
    common = numerator.keys() & denominator.keys()
    return _exponential({s: numerator[s] - denominator[s] for s in common}, confidence)


def geometric_mean(cells: Sequence[PerSet], confidence: float = CONFIDENCE) -> Interval:
    """Return the geometric mean of ratios over cells, from each cell's ``log_ratios``.

    It speaks of these cells, not of a population they would be drawn from. Only sets that have
    every cell count, so that a cell that went on longer weighs no more than another; cells
    without any set are left out.
    """
    tables = [_finite(cell) for cell in cells]
    return _exponential(
        {s: float(np.mean(column)) for s, column in _complete(tables).items()}, confidence
    )


def scaling_exponent(
    seconds_by_scale: Mapping[int, PerSet], confidence: float = CONFIDENCE
) -> Interval:
    """Return p of "time grows as scale^p": the mean over sets of a least-squares log-log slope.

    ``seconds_by_scale[n]`` are the seconds per call at scale n. Two scales at least, else NaN;
    scales without any set are left out, and so are sets that lack a scale.
    """
    timed = {n: logs for n, s in seconds_by_scale.items() if n > 0 and (logs := _positive_logs(s))}
    if len(timed) < 2:
        return Interval(math.nan, math.nan, math.nan, 0)
    x = np.log(np.array(list(timed), dtype=float))
    weights = (x - x.mean()) / np.sum((x - x.mean()) ** 2)
    slopes = [float(weights @ y) for y in _complete(list(timed.values())).values()]
    mean, low, high = t_interval(np.array(slopes), 1 - confidence)
    return Interval(mean, low, high, len(slopes))


@dataclass(frozen=True, slots=True)
class Sentinel:
    """What the baseline's duplicate told: ``alarms`` of ``cells`` called identical code different.

    ``rate_low`` and ``rate_high`` are the Clopper-Pearson limits of the false-alarm rate;
    ``spread`` the median over cells of a set's scatter, in log-ratio; ``largest`` the largest
    deviation of a cell's A/A ratio from 1, in log-ratio. NaN without cells.
    """

    cells: int
    alarms: int
    rate_low: float
    rate_high: float
    spread: float
    largest: float


def sentinel(estimates: Sequence[Estimate], confidence: float = CONFIDENCE) -> Sentinel:
    """Sum up the A/A estimates of all cells that have an interval."""
    resolved = [e for e in estimates if math.isfinite(e.spread)]
    alarms = sum(e.answer in (Answer.FASTER, Answer.SLOWER) for e in resolved)
    low, high = clopper_pearson(alarms, len(resolved), confidence)
    return Sentinel(
        cells=len(resolved),
        alarms=alarms,
        rate_low=low,
        rate_high=high,
        spread=float(np.median([e.spread for e in resolved])) if resolved else math.nan,
        largest=max((abs(math.log(e.ratio)) for e in resolved), default=math.nan),
    )


def clopper_pearson(
    successes: int, trials: int, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Return the exact two-sided limits of a rate (Clopper and Pearson, Biometrika 26, 1934)."""
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} successes in {trials} trials cannot be")
    tail = (1 - confidence) / 2
    failures = trials - successes
    low = special.betaincinv(successes, failures + 1, tail) if successes else 0.0
    high = special.betaincinv(successes + 1, failures, 1 - tail) if failures else 1.0
    return float(low), float(high)


def break_even_calls(start_s: float, call_s: float, other_start_s: float, other_s: float) -> float:
    """Return the number of calls from which on the first way is no slower in total than the other.

    Each way costs its start (compilation, first call) once and its call every time, in
    seconds. 0: from the start; inf: never, or not for good.
    """
    dearer_start = start_s - other_start_s
    if call_s < other_s:
        return max(0.0, math.ceil(dearer_start / (other_s - call_s)))
    return 0.0 if call_s == other_s and dearer_start <= 0 else math.inf


def _exponential(logs: PerSet, confidence: float) -> Interval:
    mean, low, high = t_interval(np.array(list(logs.values())), 1 - confidence)
    return Interval(math.exp(mean), math.exp(low), math.exp(high), len(logs))


def _complete(tables: Sequence[PerSet]) -> dict[int, np.ndarray]:
    """The sets that every table has, tables without any set apart: a column over the tables."""
    filled = [table for table in tables if table]
    common = set.intersection(*(set(table) for table in filled)) if filled else set()
    return {s: np.array([table[s] for table in filled]) for s in sorted(common)}


def _finite(values: PerSet) -> dict[int, float]:
    return {s: x for s, x in values.items() if math.isfinite(x)}


def _positive_logs(seconds: PerSet) -> dict[int, float]:
    return {s: math.log(x) for s, x in seconds.items() if math.isfinite(x) and x > 0}
