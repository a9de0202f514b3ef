"""What a self-test shows: false alarms, power, coverage, the smallest effect; pure functions.

A *trial* is one arm of one cell, whose ratio to the baseline is known. Its estimate is the one that
a bench would have reported. Rates come with Clopper-Pearson limits; these count cells as
independent, and cells that share their sets are so only as far as a process disturbs one cell and
not the next.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from harness.timing.schedule import alpha_at
from harness.timing.statistics import CONFIDENCE, Answer, Estimate
from harness.timing.summaries import clopper_pearson

__all__ = [
    "LEAST_COVERAGE",
    "LEAST_POWER",
    "MOST_ALARMS",
    "MOST_ALARMS_BOUND",
    "POWER_AT",
    "Findings",
    "OfEffect",
    "Rate",
    "Trial",
    "evaluate",
    "shortcomings",
    "smallest_effect",
]

MOST_ALARMS = 0.05
MOST_ALARMS_BOUND = 0.10
"""What a gate demands of the false alarms: of their rate, and of its upper limit."""

POWER_AT = 0.02
LEAST_POWER = 0.80
"""What a gate demands of the power, at an effect of POWER_AT."""

LEAST_COVERAGE = 0.90
"""What a gate demands of the intervals, whose nominal coverage is CONFIDENCE."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One arm of one cell: the effect by name, its true ratio, and what was found.

    ``effect`` is 0 for the identical arm and 0.02 for +2 %; ``truth`` the ratio that was injected,
    of which the overhead of a call is taken off; ``seconds`` how long the baseline's call takes.
    """

    effect: float
    truth: float
    seconds: float
    estimate: Estimate


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``trials``, with its exact two-sided limits."""

    hits: int
    trials: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share; NaN without a trial."""
        return self.hits / self.trials if self.trials else math.nan


@dataclass(frozen=True, slots=True)
class OfEffect:
    """All cells of one effect.

    ``different`` counts the answers faster and slower: false alarms where the effect is 0, power
    where the answer is the right one (``slower``), which ``right`` counts. ``covered`` counts the
    intervals that hold the truth.
    """

    effect: float
    different: Rate
    right: Rate
    equivalent: Rate
    covered: Rate


@dataclass(frozen=True, slots=True)
class Findings:
    """What a self-test found.

    ``smallest`` and ``smallest_of_nine`` are the effects that 80 % of attempts resolve at the last
    look: in half of the cells, and in nine of ten. ``spread`` is the median scatter of a set's
    log-ratio of identical arms. ``correction`` is the largest change of an injected effect by the
    overhead of a call, relative to the ratio.
    """

    cells: int
    effects: tuple[OfEffect, ...]
    covered: Rate
    spread: float
    smallest: float
    smallest_of_nine: float
    correction: float
    shortest_s: float
    longest_s: float

    @property
    def false_alarms(self) -> Rate:
        """Identical arms that were called different."""
        return self.of(0.0).different

    def power(self, effect: float) -> Rate:
        """How often an arm that is slower by ``effect`` was called slower."""
        return self.of(effect).right

    def of(self, effect: float) -> OfEffect:
        """What was found at ``effect``; KeyError when it was not tried."""
        for found in self.effects:
            if found.effect == effect:
                return found
        raise KeyError(effect)


def evaluate(trials: Sequence[Trial], looks: Sequence[int]) -> Findings:
    """Sum up all trials of a self-test whose planned looks were ``looks``.

    A trial without an interval counts: as no alarm, as nothing found, and as not covered.
    ValueError without an identical arm.
    """
    identical = [trial for trial in trials if trial.effect == 0]
    if not identical:
        raise ValueError("a self-test has an identical arm")
    spreads = np.array([t.estimate.spread for t in identical])
    spreads = spreads[np.isfinite(spreads)]
    least = sorted(smallest_effect(float(s), looks) for s in spreads)
    effects = sorted({trial.effect for trial in trials})
    seconds = [trial.seconds for trial in identical if math.isfinite(trial.seconds)]
    return Findings(
        cells=len(identical),
        effects=tuple(_of(effect, [t for t in trials if t.effect == effect]) for effect in effects),
        covered=_rate(map(_covers, trials)),
        spread=float(np.median(spreads)) if len(spreads) else math.nan,
        smallest=float(np.quantile(least, 0.5)) if least else math.nan,
        smallest_of_nine=float(np.quantile(least, 0.9)) if least else math.nan,
        correction=max(abs(t.truth - (1 + t.effect)) for t in trials),
        shortest_s=min(seconds, default=math.nan),
        longest_s=max(seconds, default=math.nan),
    )


def smallest_effect(
    spread: float,
    looks: Sequence[int],
    alpha: float = 1 - CONFIDENCE,
    power: float = LEAST_POWER,
) -> float:
    """Return the relative difference that is resolved with ``power`` at the last planned look.

    ``spread`` is the standard deviation of a set's log-ratio. The t-test's power comes from the
    noncentral t distribution; the side that points the wrong way is neglected.
    """
    sets = looks[-1]
    level = alpha_at(sets, looks, alpha)
    critical = special.stdtrit(sets - 1, 1 - level / 2)
    shift = special.nctdtrinc(sets - 1, 1 - power, critical)
    return math.expm1(float(shift) * spread / math.sqrt(sets))


def shortcomings(findings: Findings) -> list[str]:
    """Return what keeps a gate from trusting the times of this machine, a sentence each."""
    alarms, power = findings.false_alarms, findings.power(POWER_AT)
    told = []
    if not alarms.value <= MOST_ALARMS:
        told.append(f"false alarms {alarms.value:.1%}, more than {MOST_ALARMS:.0%}")
    if not alarms.high <= MOST_ALARMS_BOUND:
        told.append(
            f"false alarms may be as many as {alarms.high:.1%}, more than {MOST_ALARMS_BOUND:.0%}"
        )
    if not power.value >= LEAST_POWER:
        told.append(f"+{POWER_AT:.0%} found in {power.value:.0%}, less than {LEAST_POWER:.0%}")
    if not findings.covered.value >= LEAST_COVERAGE:
        covered = findings.covered.value
        told.append(f"intervals hold the truth in {covered:.0%}, less than {LEAST_COVERAGE:.0%}")
    return told


def _of(effect: float, trials: Sequence[Trial]) -> OfEffect:
    answers = [trial.estimate.answer for trial in trials]
    right = Answer.EQUIVALENT if effect == 0 else Answer.SLOWER if effect > 0 else Answer.FASTER
    return OfEffect(
        effect=effect,
        different=_rate(answer in (Answer.FASTER, Answer.SLOWER) for answer in answers),
        right=_rate(answer is right for answer in answers),
        equivalent=_rate(answer is Answer.EQUIVALENT for answer in answers),
        covered=_rate(map(_covers, trials)),
    )


def _covers(trial: Trial) -> bool:
    return trial.estimate.low <= trial.truth <= trial.estimate.high


def _rate(hits: Iterable[bool]) -> Rate:
    all_ = list(hits)
    return Rate(sum(all_), len(all_), *clopper_pearson(sum(all_), len(all_)))
