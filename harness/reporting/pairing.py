"""Backends all against all: ratios of every pair, and each backend's slowdown to the fastest.

Everything is paired turn by turn and reduced set by set, as ``harness.timing.statistics`` does it
against the baseline; here all arms of a cell are laid out once, so that every pair is one
subtraction.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from harness.reporting.cells import TimedCell
from harness.reporting.run_info import RunInfo
from harness.reporting.schema import Column, Table
from harness.reporting.vocabulary import ANSWER_WORDS
from harness.timing.durations import turns
from harness.timing.statistics import MARGIN, Answer, Interval, PerSet
from harness.timing.summaries import geometric_mean

__all__ = ["PAIRS", "SLOWDOWNS", "SetRatios", "pair_rows", "set_ratios", "slowdown_rows"]

PAIRS = Table(
    "pairs",
    (
        Column("backend", "word", "the backend's name"),
        Column("other", "word", "the one that it is held against"),
        Column("cells", "count", "timed cases that both have"),
        Column("ratio", "number", "geometric mean over these of time ÷ the other's time"),
        Column("ratio_low", "number", "lower end of its 95 % interval"),
        Column("ratio_high", "number", "upper end"),
        Column(
            "answer",
            "word",
            "what the interval says of the two",
            tuple(answer.value for answer in ANSWER_WORDS),
        ),
    ),
)

SLOWDOWNS = Table(
    "slowdowns",
    (
        Column("backend", "word", "the backend's name, baseline apart"),
        Column("case", "word", "problem:operator:size:dtype:point"),
        Column("fastest", "word", "the fastest backend of the case, baseline apart"),
        Column("slowdown", "number", "time ÷ the fastest's time; inf where it has no time"),
        Column("slowdown_low", "number", "lower end of its 95 % interval"),
        Column("slowdown_high", "number", "upper end"),
    ),
)

_OPEN = (-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class SetRatios:
    """Of one cell: ``logs[set][i, j]`` is the median over rounds of log(time i ÷ time j).

    NaN where the two share no round of that set. ``arms`` are the backends i and j.
    """

    arms: tuple[str, ...]
    logs: Mapping[int, np.ndarray]

    def of(self, backend: str, other: str) -> PerSet:
        """The log-ratios of two backends by set, as ``statistics.log_ratios`` gives them."""
        if backend not in self.arms or other not in self.arms:
            return {}
        i, j = self.arms.index(backend), self.arms.index(other)
        return {s: float(x[i, j]) for s, x in self.logs.items() if not math.isnan(x[i, j])}


def set_ratios(cell: TimedCell, backends: Sequence[str]) -> SetRatios:
    """Lay out the turns of ``backends`` in a cell and pair them all."""
    arms = tuple(name for name in backends if cell.seconds.get(name))
    by_set: dict[int, dict[int, dict[int, float]]] = {}
    for place, arm in enumerate(arms):
        for (set_index, round_index), seconds in turns(cell.samples, arm).items():
            by_set.setdefault(set_index, {}).setdefault(round_index, {})[place] = seconds
    logs = {}
    for index, rounds in sorted(by_set.items()):
        table = np.full((len(arms), len(rounds)), math.nan)
        for column, of_round in enumerate(rounds.values()):
            for place, value in of_round.items():
                table[place, column] = math.log(value)
        logs[index] = _medians(table[:, None, :] - table[None, :, :])
    return SetRatios(arms, logs)


def pair_rows(info: RunInfo, ratios: Mapping[str, SetRatios]) -> Iterator[dict[str, Any]]:
    """For every ordered pair of backends with a common timed cell, the mean ratio over these."""
    for backend, other in combinations(info.plan.backends, 2):
        its = [found for r in ratios.values() if (found := r.of(backend, other))]
        mean = geometric_mean(its)
        if not its:
            continue
        yield _pair(backend, other, len(its), mean)
        inverse = Interval(1 / mean.value, 1 / mean.high, 1 / mean.low, mean.sets)
        yield _pair(other, backend, len(its), inverse)


def slowdown_rows(
    info: RunInfo, cells: Mapping[str, TimedCell], ratios: Mapping[str, SetRatios]
) -> Iterator[dict[str, Any]]:
    """For every cell that a backend other than the baseline was timed in, a row each of these.

    What has no time is infinitely slow: it stays in the comparison (Dolan and Moré, Math.
    Program. 91, 2002).
    """
    contenders = [name for name in info.plan.backends if name != info.plan.baseline]
    for id_, cell in cells.items():
        medians = {n: _middle(cell.seconds[n]) for n in contenders if cell.seconds.get(n)}
        if not medians:
            continue
        fastest = min(medians, key=lambda name: (medians[name], name))
        for name in contenders:
            told = Interval(math.inf, math.inf, math.inf, 0)
            if name == fastest:
                told = Interval(1.0, 1.0, 1.0, len(cell.seconds[name]))
            elif name in medians:
                told = geometric_mean([ratios[id_].of(name, fastest)])
            yield {
                "backend": name,
                "case": id_,
                "fastest": fastest,
                "slowdown": told.value,
                "slowdown_low": told.low,
                "slowdown_high": told.high,
            }


def _pair(backend: str, other: str, cells: int, mean: Interval) -> dict[str, Any]:
    return {
        "backend": backend,
        "other": other,
        "cells": cells,
        "ratio": mean.value,
        "ratio_low": mean.low,
        "ratio_high": mean.high,
        "answer": _answer(mean).value,
    }


def _answer(mean: Interval) -> Answer:
    """Equivalent when the whole interval lies within the margin, else by the side that it is on."""
    low, high = _OPEN if math.isnan(mean.low) else (mean.low, mean.high)
    if low >= 1 / (1 + MARGIN) and high <= 1 + MARGIN:
        return Answer.EQUIVALENT
    if high < 1:
        return Answer.FASTER
    return Answer.SLOWER if low > 1 else Answer.UNRESOLVED


def _middle(seconds: PerSet) -> float:
    """The geometric mean of the sets' medians, by which the fastest is chosen everywhere."""
    return math.exp(math.fsum(map(math.log, seconds.values())) / len(seconds))


def _medians(differences: np.ndarray) -> np.ndarray:
    """The median over the last axis, missing ones left out; NaN where all are missing."""
    if not np.isnan(differences).any():
        return np.asarray(np.median(differences, axis=-1))
    medians = np.full(differences.shape[:2], math.nan)
    there = ~np.isnan(differences)
    for i, j in zip(*np.nonzero(there.any(axis=-1)), strict=True):
        medians[i, j] = np.median(differences[i, j, there[i, j]])
    return medians
