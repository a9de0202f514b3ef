"""Counts of verdicts: how often each occurred, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness.contract import VerdictKind
from harness.reporting.vocabulary import VERDICT_WORDS, Tone, Word

__all__ = ["Tally", "tallies", "tally"]

_LEAST_WIDTH = 1.5
"""Per cent of a bar: one wrong verdict among thousands must be seen."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How often each verdict occurred, worst first; empty where nothing was judged."""

    counts: Mapping[VerdictKind, int]

    @property
    def total(self) -> int:
        """All verdicts."""
        return sum(self.counts.values())

    @property
    def tone(self) -> Tone | None:
        """The tone of the worst verdict that says good or bad; None without any verdict."""
        tones = [word.tone for word, _ in self.parts]
        return next((tone for tone in tones if tone != "neutral"), tones[0] if tones else None)

    @property
    def parts(self) -> list[tuple[Word, int]]:
        """Each verdict that occurred, with its count, worst first."""
        return [(VERDICT_WORDS[kind], n) for kind, n in self.counts.items()]

    @property
    def shares(self) -> list[tuple[float, float, Tone]]:
        """Where each verdict begins in a bar of 100, how wide it is, and its tone.

        Nothing is narrower than can be seen; the rest shares what is left.
        """
        widths = [max(100 * n / self.total, _LEAST_WIDTH) for _, n in self.parts]
        scale, start, found = 100 / sum(widths, 1e-9), 0.0, []
        for (word, _), width in zip(self.parts, widths, strict=True):
            found.append((round(start, 2), round(width * scale, 2), word.tone))
            start += width * scale
        return found

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        together = Counter(self.counts) + Counter(other.counts)
        return Tally({kind: together[kind] for kind in VERDICT_WORDS if together[kind]})

    def count(self, *tones: Tone) -> int:
        """How many verdicts have one of ``tones``."""
        return sum(n for word, n in self.parts if word.tone in tones)


def tallies(verdicts: pd.DataFrame, by: list[str]) -> dict[Any, Tally]:
    """The tallies by the columns ``by``, in their order; a tuple is the key of several columns."""
    counts = verdicts.groupby([*by, "verdict"], observed=True, sort=True).size()
    found: dict[Any, dict[str, int]] = {}
    for key, count in zip(counts.index.tolist(), counts.tolist(), strict=True):
        found.setdefault(key[:-1] if len(by) > 1 else key[0], {})[key[-1]] = count
    return {key: tally(kinds) for key, kinds in found.items()}


def tally(counts: Mapping[str, int]) -> Tally:
    """The tally of counts by the verdicts' names."""
    return Tally({kind: n for kind in VERDICT_WORDS if (n := counts.get(kind.value, 0))})
