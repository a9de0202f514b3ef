"""One ratio in two runs: the ratio of ratios, with its interval and what may be said of it.

Times of two sessions are never divided by each other. In each run a backend is held against the
baseline beside it, set by set; what is compared are these log-ratios. The two runs share nothing,
so the test is Welch's (Biometrika 34, 1947), with the sets as the units on both sides; where sets
are trimmed (``statistics.location``), it is Yuen's (Biometrika 61, 1974).

When a cell ended was decided by its own data, at planned looks. With p_i and q_j the shares of α
that the looks of the two runs spend, each pair of looks is judged at α·p_i·q_j: these sum to α, so
whenever the two cells ended, the chance of a false answer is at most α.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from harness.timing.schedule import alpha_at
from harness.timing.statistics import (
    CONFIDENCE,
    MARGIN,
    Answer,
    Location,
    PerSet,
    holm,
    location,
)

__all__ = ["Change", "answers", "change", "exceeding", "spent_share"]

_ALPHA = 1 - CONFIDENCE


@dataclass(frozen=True, slots=True)
class Change:
    """A ratio after over the same ratio before.

    ``ratio`` is above 1 where it became slower; ``low`` and ``high`` are its limits, NaN where a
    run has fewer than two sets. ``log_ratio``, ``error`` and ``freedom`` are the difference of
    means, its standard error and its degrees of freedom; ``share`` of α is what the looks leave.
    """

    ratio: float
    low: float
    high: float
    sets_before: int
    sets_after: int
    log_ratio: float
    error: float
    freedom: float
    share: float

    def p_different(self) -> float:
        """The p-value of "no change", two-sided and adjusted for the looks."""
        return self._adjusted(2 * self._upper_tail(abs(self.log_ratio)))

    def p_negligible(self, margin: float = MARGIN) -> float:
        """The p-value of "it changed by ``margin`` or more", by two one-sided tests."""
        bound = math.log1p(margin)
        tails = self._upper_tail(bound - self.log_ratio), self._upper_tail(bound + self.log_ratio)
        return self._adjusted(max(tails))

    def p_exceeds(self, bound: float) -> float:
        """The p-value of "the ratio is at most ``bound``".

        It is below α exactly where the lower end of the two-sided interval lies above the bound.
        """
        return self._adjusted(2 * self._upper_tail(self.log_ratio - math.log(bound)))

    def _adjusted(self, p: float) -> float:
        return math.nan if math.isnan(p) else min(1.0, p / self.share)

    def _upper_tail(self, distance: float) -> float:
        if math.isnan(self.error):
            return math.nan
        if self.error == 0:
            return 0.0 if distance > 0 else 1.0
        return float(special.stdtr(self.freedom, -distance / self.error))


def spent_share(sets_run: int, looks: Sequence[int]) -> float:
    """The part of α that a cell may use that ended after ``sets_run`` sets."""
    return alpha_at(sets_run, looks, _ALPHA) / _ALPHA


def change(before: PerSet, after: PerSet, share: float = 1.0, alpha: float = _ALPHA) -> Change:
    """Compare two runs' ``log_ratios`` of one backend in one cell.

    ``share`` is the product of both runs' ``spent_share``.
    """
    a, b = (np.array([x for x in logs.values() if math.isfinite(x)]) for logs in (before, after))
    x, y = location(a), location(b)
    difference = y.value - x.value
    error, freedom = _error_and_freedom(x, y)
    half = math.nan
    if not math.isnan(error):
        half = error * float(special.stdtrit(freedom, 1 - alpha * share / 2)) if error else 0.0
    return Change(
        ratio=math.exp(difference),
        low=math.exp(difference - half),
        high=math.exp(difference + half),
        sets_before=len(a),
        sets_after=len(b),
        log_ratio=difference,
        error=error,
        freedom=freedom,
        share=share,
    )


def answers(changes: Sequence[Change], alpha: float = _ALPHA) -> list[Answer]:
    """Answer for each cell, with Holm's procedure over all of them, for each kind of claim.

    As in ``statistics.estimate``, a difference that is shown to be negligible is none.
    """
    negligible = holm([c.p_negligible() for c in changes], alpha)
    different = holm([c.p_different() for c in changes], alpha)
    return [
        Answer.EQUIVALENT
        if is_negligible
        else Answer.UNRESOLVED
        if not is_different
        else Answer.SLOWER
        if c.log_ratio > 0
        else Answer.FASTER
        for c, is_negligible, is_different in zip(changes, negligible, different, strict=True)
    ]


def exceeding(changes: Sequence[Change], bound: float, alpha: float = _ALPHA) -> list[bool]:
    """Which ratios are shown to exceed ``bound``, with Holm's procedure over all of them."""
    return holm([c.p_exceeds(bound) for c in changes], alpha)


def _error_and_freedom(x: Location, y: Location) -> tuple[float, float]:
    """Of the difference of two locations; NaN where one of them has no error."""
    error = math.hypot(x.error, y.error)
    if math.isnan(error):
        return math.nan, math.nan
    if error == 0:
        return 0.0, float(x.freedom + y.freedom)
    # As shares of their sum, so that the squares of tiny variances do not vanish.
    shares = (x.error / error) ** 2, (y.error / error) ** 2
    return error, 1 / (shares[0] ** 2 / x.freedom + shares[1] ** 2 / y.freedom)
