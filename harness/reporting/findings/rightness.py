"""Is every backend right? Verdict counts, and each divergence with its reason and numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from harness.contract import Operator, VerdictKind
from harness.reporting.findings.names import condensed
from harness.reporting.findings.tallies import Tally, tallies, tally
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows
from harness.reporting.text import clip, enumeration, plural
from harness.reporting.vocabulary import VERDICT_WORDS, Tone, Word

__all__ = ["Divergence", "Rightness", "rightness"]

Row = Mapping[str, Any]

_DIVERGENT: tuple[Tone, ...] = ("wrong", "undecided", "noted")
"""The tones that a backend's author would want to hear of."""


_FIGURES = ("error", "relative_error", "tolerance", "error_over_tolerance", "ulp")


@dataclass(frozen=True, slots=True)
class Divergence:
    """The cases of one backend and problem with the same verdict other than ok.

    ``rows`` are rows of the verdicts frame, by column.
    """

    id: str
    backend: str
    problem: str
    word: Word
    rows: Sequence[Row]

    @property
    def operators(self) -> list[str]:
        """The operators among the cases, in their fixed order."""
        return list(dict.fromkeys(row["operator"] for row in self.rows))

    @property
    def numbers(self) -> list[str]:
        """The columns of figures in which some case has one."""
        return [name for name in _FIGURES if any(not math.isnan(row[name]) for row in self.rows)]

    @property
    def reasons(self) -> int:
        """How many different reasons the cases have."""
        return len({row["reason"] for row in self.rows})

    def common(self, column: str) -> str | None:
        """The text that all rows have in ``column``; None where they differ."""
        values = {row[column] or "" for row in self.rows}
        return values.pop() if len(values) == 1 else None


@dataclass(frozen=True, slots=True)
class Rightness:
    """Verdict counts by backend and problem, by operator below, and what is not ok.

    ``divergences`` want mending; ``remarks`` are conventions at kinks, points outside the
    domain and operators that are not claimed. ``groups`` are the problems under their names, or
    many of one prefix under that: the rows of a table; ``families`` is the same the other way.
    """

    backends: tuple[str, ...]
    problems: tuple[str, ...]
    cells: Mapping[tuple[str, str], Tally]
    by_operator: Mapping[tuple[str, str, str], Tally]
    by_backend: Mapping[str, Tally]
    total: Tally
    divergences: Sequence[Divergence]
    remarks: Sequence[Divergence]
    groups: Sequence[tuple[str, Sequence[str]]]
    families: Mapping[str, str]
    places: Mapping[tuple[str, str, str, str], str]

    def over(self, backend: str, problems: Sequence[str]) -> Tally | None:
        """The verdicts of a backend on some problems together; None where it was asked none."""
        found = [self.cells[backend, p] for p in problems if (backend, p) in self.cells]
        if len(found) < 2:
            return found[0] if found else None
        return sum(found[1:], found[0])

    def family(self, problem: str) -> str:
        """The name under which a problem stands in the table."""
        return self.families[problem]

    def place(self, backend: str, family: str, verdict: str, operator: str) -> str:
        """The id of the first such divergence, or ""; "" stands for any family or operator."""
        return self.places.get((backend, family, verdict, operator), "")

    def by_operators(self, problems: Sequence[str]) -> dict[str, dict[str, Tally]]:
        """The verdicts on some problems together, by operator, in their order, and backend."""
        wanted, found = set(problems), dict[str, dict[str, Tally]]()
        for (backend, problem, operator), counts in self.by_operator.items():
            if problem in wanted:
                its = found.setdefault(operator, {})
                its[backend] = its[backend] + counts if backend in its else counts
        order = {operator.value: i for i, operator in enumerate(Operator)}
        return dict(sorted(found.items(), key=lambda item: order.get(item[0], len(order))))

    @property
    def headline(self) -> str:
        """The answer in a few words."""
        if not self.total.total:
            return "Nothing was judged"
        failed = sum(self.by_backend[name].count("wrong") > 0 for name in self.backends)
        if failed:
            return f"{failed} of {plural(len(self.backends), 'backend')} failed somewhere"
        return "No verdict is against a backend"

    @property
    def sentence(self) -> str:
        """The answer in one or two sentences, naming who failed at what."""
        if not self.total.total:
            return "Nothing was judged."
        failed = [name for name in self.backends if self.by_backend[name].count("wrong")]
        told = [f"{clip(name, 40)} ({self._failures(name)})" for name in failed]
        others = len(self.backends) - len(failed)
        if not failed:
            text = f"No verdict of {self.total.total} is against a backend."
        else:
            text = f"Not all: {enumeration(told)}."
            if others:
                text += f" No verdict is against the other {others}."
        losing = [
            clip(n, 40)
            for n in self.backends
            if VerdictKind.ACCURACY_LOSS in self.by_backend[n].counts
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
    found, problems = _groups(verdicts), tuple(verdicts["problem"].drop_duplicates())
    groups = condensed([(problem, [problem]) for problem in problems])
    family = {problem: title for title, its in groups for problem in its}
    divergences = [d for d in found if d.word.tone in _DIVERGENT]
    return Rightness(
        backends=tuple(names),
        problems=problems,
        cells=tallies(verdicts, ["backend", "problem"]),
        by_operator=tallies(verdicts, ["backend", "problem", "operator"]),
        by_backend=tallies(verdicts, ["backend"]),
        total=tally(Counter(verdicts["verdict"].tolist())),
        divergences=divergences,
        remarks=[d for d in found if d.word.tone not in _DIVERGENT],
        groups=groups,
        families=family,
        places=_places(divergences, family),
    )


def _places(
    divergences: Sequence[Divergence], family: Mapping[str, str]
) -> dict[tuple[str, str, str, str], str]:
    """The first divergence of each backend, family, verdict and operator; "" stands for any."""
    places: dict[tuple[str, str, str, str], str] = {}
    for d in divergences:
        for title in (family[d.problem], ""):
            for operator in (*d.operators, ""):
                places.setdefault((d.backend, title, d.word.name, operator), d.id)
    return places


def _groups(verdicts: pd.DataFrame) -> list[Divergence]:
    """What is not ok, worst verdict first, then by backend and problem."""
    other = verdicts[verdicts["verdict"] != VerdictKind.OK.value]
    keys = ["verdict", "backend", "problem"]
    grouped: dict[tuple[str, ...], list[Row]] = {}
    for row in rows(other.sort_values([*keys, "operator"], kind="stable")):
        grouped.setdefault(tuple(row[key] for key in keys), []).append(row)
    return [
        Divergence(f"d{i}", backend, problem, VERDICT_WORDS[VerdictKind(kind)], found)
        for i, ((kind, backend, problem), found) in enumerate(grouped.items(), 1)
    ]
