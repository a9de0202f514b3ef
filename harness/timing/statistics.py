"""From raw samples to answers: pure functions, no I/O, nothing imported but NumPy and SciPy.

The unit of inference is the SET (one fresh process for each arm): rounds inside a set share its
memory layout and hash seed, so they are reduced to their median first, and only the sets are
independent. Everything is done in logarithms, where ratios are symmetric: swapping arm and
baseline turns a ratio into its inverse and ``faster`` into ``slower``.

Now and then a process is slower by a half from its first to its last turn, because of where its
memory happens to lie. Over few sets that has to widen the interval; from eight sets on it is told
from the rest: an eighth of the sets is trimmed at each end (``location``).

α is shared over the planned looks as ``schedule.alpha_spending`` says, and the interval at a look
is the one at the level that this look spends: a repeated confidence interval (Jennison and
Turnbull, J. R. Statist. Soc. B 51, 1989). All of a cell's intervals cover the truth together with
probability 1 − α at least, so the reported one does, whenever and why ever the cell ended.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy import special

from harness.timing.durations import Timed, turns
from harness.timing.schedule import alpha_at

__all__ = [
    "CONFIDENCE",
    "MARGIN",
    "Answer",
    "Estimate",
    "Interval",
    "Location",
    "PerSet",
    "decided",
    "estimate",
    "holm",
    "location",
    "log_ratios",
    "seconds_per_call",
    "t_interval",
    "tost_p_value",
]

CONFIDENCE = 0.95
"""Of every interval in a report."""

MARGIN = 0.02
"""Ratios between 1/(1 + MARGIN) and 1 + MARGIN are equivalent in practice."""

_TRIMMED = 8
"""One in so many sets is trimmed at each end: of 16, the two largest and the two smallest."""

PerSet = Mapping[int, float]
"""One number for each set, by the set's index; a set that failed is absent."""


class Answer(StrEnum):
    """Of an arm against the baseline."""

    FASTER = "faster"
    SLOWER = "slower"
    EQUIVALENT = "equivalent"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with its confidence interval; NaN limits where fewer than two sets are there."""

    value: float
    low: float
    high: float
    sets: int


@dataclass(frozen=True, slots=True)
class Location:
    """Where values lie: a mean, its standard error and the degrees of freedom of Student's t."""

    value: float
    error: float
    freedom: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """The time of an arm over the baseline's, as ``estimate`` finds it.

    ``ratio`` is below 1 for an arm that is faster; ``low`` and ``high`` are its confidence limits
    and ``sets`` the number they rest on. ``p_value`` is that of "no difference", adjusted for the
    looks, ready for ``holm``; ``spread`` the standard deviation of the sets' log-ratios (0.01:
    one set scatters by 1 %). All three are NaN with fewer than two sets.
    """

    ratio: float
    low: float
    high: float
    answer: Answer
    sets: int
    samples: int
    p_value: float
    spread: float


def seconds_per_call(samples: Iterable[Timed], arm: str) -> dict[int, float]:
    """Return, for each set, the median over the rounds of the arm's seconds per call."""
    by_set: defaultdict[int, list[float]] = defaultdict(list)
    for (set_index, _), seconds in turns(samples, arm).items():
        by_set[set_index].append(seconds)
    return {index: float(np.median(values)) for index, values in sorted(by_set.items())}


def log_ratios(samples: Iterable[Timed], arm: str, baseline: str) -> dict[int, float]:
    """Return, for each set, the median over its rounds of log(arm's time / baseline's time).

    Turns are paired within their round. A turn that is missing or has no duration takes its
    partner with it; a set without a pair is absent.
    """
    kept = list(samples)
    above, below = turns(kept, arm), turns(kept, baseline)
    by_set: defaultdict[int, list[float]] = defaultdict(list)
    for turn in above.keys() & below.keys():
        by_set[turn[0]].append(math.log(above[turn] / below[turn]))
    return {index: float(np.median(values)) for index, values in sorted(by_set.items())}


def estimate(
    ratios: PerSet,
    samples: int,
    sets_run: int,
    looks: Sequence[int],
    alpha: float = 1 - CONFIDENCE,
    margin: float = MARGIN,
) -> Estimate:
    """Estimate one arm's ratio after ``sets_run`` sets of its cell and answer for it.

    ``ratios`` are ``log_ratios``, ``samples`` how many raw samples of the arm they come from.
    ``sets_run`` decides which look this is; it may exceed ``len(ratios)`` when sets failed. With
    a the level of that look, the answer is ``equivalent`` when two one-sided tests at a show
    the ratio inside the margin (Schuirmann, J. Pharmacokinet. Biopharm. 15, 1987), even if it
    also differs from 1: a difference shown to be negligible is none. Else it is ``faster`` or
    ``slower`` when the 1 − a interval excludes 1, and otherwise ``unresolved``.
    """
    level = alpha_at(sets_run, looks, alpha)
    values = _finite(ratios)
    mean, low, high = t_interval(values, level)
    p_value = float(np.minimum(1.0, _p_of_no_difference(values) * alpha / level))
    if tost_p_value(values, math.log1p(margin)) < level:
        answer = Answer.EQUIVALENT
    elif high < 0:
        answer = Answer.FASTER
    elif low > 0:
        answer = Answer.SLOWER
    else:
        answer = Answer.UNRESOLVED
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
    ratio, low, high = (math.exp(x) for x in (mean, low, high))
    return Estimate(ratio, low, high, answer, len(values), samples, p_value, spread)


def decided(estimates: Iterable[Estimate], look_index: int, looks: Sequence[int]) -> bool:
    """Whether a cell needs no more sets: every arm has its answer, or this was the last look.

    Give the arms that a reader asks about; the baseline's duplicate need not be decided.
    """
    if look_index >= len(looks) - 1:
        return True
    return all(e.answer is not Answer.UNRESOLVED for e in estimates)


def holm(p_values: Sequence[float], alpha: float = 1 - CONFIDENCE) -> list[bool]:
    """Return which hypotheses Holm's step-down procedure rejects, in their order.

    The chance of any false rejection in the family is at most ``alpha`` (Holm, Scand. J. Statist.
    6, 1979). A NaN is a test that could not be done: it counts in the family, and is kept.
    """
    p = [1.0 if math.isnan(value) else value for value in p_values]
    rejected = [False] * len(p)
    for rank, index in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        if p[index] > alpha / (len(p) - rank):
            break
        rejected[index] = True
    return rejected


def location(values: np.ndarray) -> Location:
    """Return the trimmed mean of ``values`` with its error, which is NaN for fewer than two.

    An eighth of the values, rounded down, is trimmed at each end: none of up to seven. The error
    comes from the winsorised values, the degrees of freedom from those that are kept (Tukey and
    McLaughlin, Sankhya A 25, 1963, in the form of Yuen, Biometrika 61, 1974); where none are
    trimmed, this is the mean with Student's error.
    """
    count = len(values)
    if count < 2:
        return Location(float(values[0]) if count else math.nan, math.nan, 0)
    cut = count // _TRIMMED
    ordered = np.sort(values)
    kept = ordered[cut : count - cut]
    winsorised = np.clip(ordered, kept[0], kept[-1])
    squares = float(np.sum((winsorised - np.mean(winsorised)) ** 2))
    freedom = len(kept) - 1
    return Location(float(np.mean(kept)), math.sqrt(squares / (len(kept) * freedom)), freedom)


def t_interval(values: np.ndarray, alpha: float) -> tuple[float, float, float]:
    """Return the ``location`` of ``values`` with its two-sided 1 − ``alpha`` interval.

    With one value the limits are NaN, with none the mean is too.
    """
    found = location(values)
    half = float(special.stdtrit(found.freedom, 1 - alpha / 2)) * found.error
    return found.value, found.value - half, found.value + half


def tost_p_value(values: np.ndarray, bound: float) -> float:
    """Return the p-value of "the mean is not within ± ``bound``", by two one-sided t-tests."""
    found = location(values)
    return max(_upper_tail(bound - found.value, found), _upper_tail(bound + found.value, found))


def _p_of_no_difference(values: np.ndarray) -> float:
    found = location(values)
    return float(np.minimum(1.0, 2 * _upper_tail(abs(found.value), found)))


def _upper_tail(distance: float, found: Location) -> float:
    """P(T > distance/error) with Student's T; NaN where there is no error."""
    if found.error == 0:
        return 0.0 if distance > 0 else 1.0
    return float(special.stdtr(found.freedom, -distance / found.error))


def _finite(values: PerSet) -> np.ndarray:
    return np.array([x for x in values.values() if math.isfinite(x)])
