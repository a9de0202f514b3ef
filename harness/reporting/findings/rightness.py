"""Is every backend right? Verdict counts, and each divergence with its reason and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness.contract import VerdictKind
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows
from harness.reporting.vocabulary import VERDICT_WORDS, Tone, Word

__all__ = ["Divergence", "Rightness", "Tally", "rightness"]

Row = Mapping[str, Any]

_DIVERGENT = frozenset(
    kind
    for kind, word in VERDICT_WORDS.items()
    if word.tone in ("wrong", "undecided") or kind is VerdictKind.ACCURACY_LOSS
)
"""Verdicts that a backend's author would want to hear of."""


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
        """The tone of the worst verdict; None without any."""
        return next((VERDICT_WORDS[kind].tone for kind in self.counts), None)

    @property
    def parts(self) -> list[tuple[Word, int]]:
        """Each verdict that occurred, with its count, worst first."""
        return [(VERDICT_WORDS[kind], n) for kind, n in self.counts.items()]

    @property
    def compact(self) -> str:
        """``✗1 ✓41``: symbols and counts."""
        return " ".join(f"{word.symbol}{n}" for word, n in self.parts)

    def count(self, *tones: Tone) -> int:
        """How many verdicts have one of ``tones``."""
        return sum(n for word, n in self.parts if word.tone in tones)


@dataclass(frozen=True, slots=True)
class Divergence:
    """The cases of one backend, problem and operator with the same verdict other than ok.

    ``rows`` are rows of the verdicts frame, by column.
    """

    backend: str
    problem: str
    operator: str
    word: Word
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Rightness:
    """Verdict counts by backend and problem, by operator below, and what is not ok.

    ``divergences`` want mending; ``remarks`` are conventions at kinks, points outside the
    domain and operators that are not claimed.
    """

    backends: tuple[str, ...]
    problems: tuple[str, ...]
    cells: Mapping[tuple[str, str], Tally]
    by_operator: Mapping[tuple[str, str, str], Tally]
    by_backend: Mapping[str, Tally]
    total: Tally
    divergences: Sequence[Divergence]
    remarks: Sequence[Divergence]

    def operators(self, problem: str) -> list[str]:
        """The operators judged on ``problem``, in their fixed order."""
        return list(dict.fromkeys(o for _, p, o in self.by_operator if p == problem))

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        clean = [name for name in self.backends if not self.by_backend[name].count("wrong")]
        wrong, undecided = self.total.count("wrong"), self.total.count("undecided")
        if not self.total.total:
            return "Nothing was judged."
        if not wrong:
            text = "No backend gave a wrong derivative"
        elif clean:
            text = f"{len(clean)} of {len(self.backends)} backends gave no wrong derivative"
        else:
            text = "Every backend gave some wrong derivative"
        text += f"; {wrong} of {self.total.total} verdicts are against a backend"
        return text + (f", {undecided} could not be decided." if undecided else ".")


def rightness(frames: RunFrames) -> Rightness:
    """Count and group the verdicts of a run."""
    verdicts = frames.verdicts
    names = [n for n in frames.info.plan.backends if n in set(verdicts["backend"])]
    groups = _groups(verdicts)
    return Rightness(
        backends=tuple(names),
        problems=tuple(verdicts["problem"].drop_duplicates()),
        cells=_tallies(verdicts, ["backend", "problem"]),
        by_operator=_tallies(verdicts, ["backend", "problem", "operator"]),
        by_backend=_tallies(verdicts, ["backend"]),
        total=_tally(verdicts["verdict"]),
        divergences=[d for d in groups if VerdictKind(d.word.name) in _DIVERGENT],
        remarks=[d for d in groups if VerdictKind(d.word.name) not in _DIVERGENT],
    )


def _tallies(verdicts: pd.DataFrame, by: list[str]) -> dict[Any, Tally]:
    grouped = verdicts.groupby(by if len(by) > 1 else by[0], observed=True, sort=True)["verdict"]
    return {key: _tally(kinds) for key, kinds in grouped}


def _tally(kinds: pd.Series[Any]) -> Tally:
    counts = kinds.value_counts()
    return Tally({kind: n for kind in VERDICT_WORDS if (n := int(counts.get(kind.value, 0)))})


def _groups(verdicts: pd.DataFrame) -> list[Divergence]:
    """What is not ok, worst verdict first, then by backend, problem and operator."""
    other = verdicts[verdicts["verdict"] != VerdictKind.OK.value]
    keys = ["verdict", "backend", "problem", "operator"]
    grouped: dict[tuple[str, ...], list[Row]] = {}
    for row in rows(other.sort_values(keys, kind="stable")):
        grouped.setdefault(tuple(row[key] for key in keys), []).append(row)
    return [
        Divergence(backend, problem, operator, VERDICT_WORDS[VerdictKind(kind)], found)
        for (kind, backend, problem, operator), found in grouped.items()
    ]
