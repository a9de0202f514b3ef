"""Is every backend right? Verdict counts, and each divergence with its reason and numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness.contract import Operator, VerdictKind
from harness.reporting.findings.names import condensed
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows
from harness.reporting.text import enumeration, plural
from harness.reporting.vocabulary import VERDICT_WORDS, Tone, Word

__all__ = ["Divergence", "Rightness", "Tally", "rightness"]

Row = Mapping[str, Any]

_DIVERGENT: tuple[Tone, ...] = ("wrong", "undecided", "noted")
"""The tones that a backend's author would want to hear of."""


_MOST_REMARKS = 1000
"""Rows of remarks that a page lists one by one."""


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

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        together = Counter(self.counts) + Counter(other.counts)
        return Tally({kind: together[kind] for kind in VERDICT_WORDS if together[kind]})

    def count(self, *tones: Tone) -> int:
        """How many verdicts have one of ``tones``."""
        return sum(n for word, n in self.parts if word.tone in tones)


@dataclass(frozen=True, slots=True)
class Divergence:
    """The cases of one backend and problem with the same verdict other than ok.

    ``rows`` are rows of the verdicts frame, by column.
    """

    backend: str
    problem: str
    word: Word
    rows: Sequence[Row]

    @property
    def operators(self) -> list[str]:
        """The operators among the cases, in their fixed order."""
        return list(dict.fromkeys(row["operator"] for row in self.rows))

    def common(self, column: str) -> str | None:
        """The text that all rows have in ``column``; None where they differ."""
        values = {row[column] or "" for row in self.rows}
        return values.pop() if len(values) == 1 else None


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

    def over(self, backend: str, problems: Sequence[str]) -> Tally | None:
        """The verdicts of a backend on some problems together; None where it was asked none."""
        found = [self.cells[backend, p] for p in problems if (backend, p) in self.cells]
        if len(found) < 2:
            return found[0] if found else None
        together = sum((Counter(tally.counts) for tally in found), Counter[VerdictKind]())
        return Tally({kind: together[kind] for kind in VERDICT_WORDS if together[kind]})

    @property
    def groups(self) -> list[tuple[str, list[str]]]:
        """The problems under their names, or many of one prefix under that: a table's columns."""
        return condensed([(problem, [problem]) for problem in self.problems])

    def by_operators(self, problems: Sequence[str]) -> dict[str, dict[str, Tally]]:
        """The verdicts on some problems together, by operator, in their order, and backend."""
        wanted, found = set(problems), dict[str, dict[str, Tally]]()
        for (backend, problem, operator), tally in self.by_operator.items():
            if problem in wanted:
                its = found.setdefault(operator, {})
                its[backend] = its[backend] + tally if backend in its else tally
        order = {operator.value: i for i, operator in enumerate(Operator)}
        return dict(sorted(found.items(), key=lambda item: order.get(item[0], len(order))))

    @property
    def remarks_are_many(self) -> bool:
        """Whether the remarks are better counted than listed case by case."""
        return sum(len(remark.rows) for remark in self.remarks) > _MOST_REMARKS

    @property
    def sentence(self) -> str:
        """The answer in one or two sentences, naming who failed at what."""
        if not self.total.total:
            return "Nothing was judged."
        failed = [name for name in self.backends if self.by_backend[name].count("wrong")]
        told = [f"{name} ({self._failures(name)})" for name in failed]
        others = len(self.backends) - len(failed)
        if not failed:
            text = f"No verdict of {self.total.total} is against a backend."
        else:
            text = f"Not all: {enumeration(told)}."
            if others:
                text += f" No verdict is against the other {others}."
        losing = [
            n for n in self.backends if VerdictKind.ACCURACY_LOSS in self.by_backend[n].counts
        ]
        if losing:
            text += f" With loss of accuracy: {enumeration(losing)}."
        undecided = self.total.count("undecided")
        if undecided:
            text += f" {plural(undecided, 'verdict')} could not be decided."
        return text

    def _failures(self, backend: str) -> str:
        """``3 wrong, 1 crashed``."""
        parts = self.by_backend[backend].parts
        return ", ".join(f"{n} {word.name}" for word, n in parts if word.tone == "wrong")


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
        total=_tally(Counter(verdicts["verdict"].tolist())),
        divergences=[d for d in groups if d.word.tone in _DIVERGENT],
        remarks=[d for d in groups if d.word.tone not in _DIVERGENT],
    )


def _tallies(verdicts: pd.DataFrame, by: list[str]) -> dict[Any, Tally]:
    """The tallies by the columns ``by``, in their order; a tuple is the key of several columns."""
    counts = verdicts.groupby([*by, "verdict"], observed=True, sort=True).size()
    found: dict[Any, dict[str, int]] = {}
    for key, count in zip(counts.index.tolist(), counts.tolist(), strict=True):
        found.setdefault(key[:-1] if len(by) > 1 else key[0], {})[key[-1]] = count
    return {key: _tally(kinds) for key, kinds in found.items()}


def _tally(counts: Mapping[str, int]) -> Tally:
    return Tally({kind: n for kind in VERDICT_WORDS if (n := counts.get(kind.value, 0))})


def _groups(verdicts: pd.DataFrame) -> list[Divergence]:
    """What is not ok, worst verdict first, then by backend and problem."""
    other = verdicts[verdicts["verdict"] != VerdictKind.OK.value]
    keys = ["verdict", "backend", "problem"]
    grouped: dict[tuple[str, ...], list[Row]] = {}
    for row in rows(other.sort_values([*keys, "operator"], kind="stable")):
        grouped.setdefault(tuple(row[key] for key in keys), []).append(row)
    return [
        Divergence(backend, problem, VERDICT_WORDS[VerdictKind(kind)], found)
        for (kind, backend, problem), found in grouped.items()
    ]
