"""Which backend is fastest, and is that certain? Ratios to the baseline, and leads."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.contract import Case, VerdictKind
from harness.reporting import text
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows
from harness.reporting.vocabulary import ANSWER_WORDS, Word
from harness.timing.statistics import CONFIDENCE, MARGIN, Answer

__all__ = ["Cell", "Lead", "Speed", "speed"]

Row = Mapping[str, Any]
"""A row of the measurements frame, by column; None for a missing word."""

_LONG_SIZE = 24


@dataclass(frozen=True, slots=True)
class Lead:
    """The fastest backend of a cell against the next one; ``answer`` is the runner-up's.

    ``holds`` says whether a slower runner-up stays slower with all leads of the run allowed for.
    """

    fastest: str
    runner_up: str
    ratio: float
    low: float
    high: float
    answer: Answer
    holds: bool

    @property
    def certain(self) -> bool:
        """Whether the runner-up is shown to be slower, in this cell taken by itself."""
        return self.answer is Answer.SLOWER

    @property
    def phrase(self) -> str:
        """The lead in words."""
        if self.certain:
            interval = text.ratio_interval(self.low, self.high)
            told = f"{text.ratio(self.ratio)} {interval} ahead of {text.clip(self.runner_up, 40)}"
            return told if self.holds else f"{told}, by itself"
        if self.answer is Answer.EQUIVALENT:
            return f"level with {text.clip(self.runner_up, 40)} within {text.percent(MARGIN, 0)}"
        return f"not told apart from {text.clip(self.runner_up, 40)}"


@dataclass(frozen=True, slots=True)
class Cell:
    """One timed case: a row for each backend, and who leads."""

    case: Case
    rows: Mapping[str, Row]
    lead: Lead | None
    largest: bool

    @property
    def family(self) -> str:
        """The dimensions held fixed while the size grows; empty where all grow."""
        return self.any["family"] or ""

    @property
    def scale(self) -> int | None:
        """The n of "cost grows as n^p"."""
        scale: int | None = self.any["scale"]
        return scale

    @property
    def label(self) -> str:
        """Operator and size, as a panel is headed; a long size by its family and scale."""
        size = self.case.size
        if len(size) > _LONG_SIZE and self.scale is not None:
            size = ", ".join(filter(None, (self.family, f"n = {self.scale}")))
        return f"{self.case.operator} · {size}"

    @property
    def timed(self) -> dict[str, Row]:
        """The rows that have a time."""
        return {name: row for name, row in self.rows.items() if not math.isnan(row["median_s"])}

    @property
    def aa(self) -> tuple[float, float, float]:
        """The A/A ratio and its interval; NaN where the duplicate was not timed."""
        return self.any["aa_ratio"], self.any["aa_low"], self.any["aa_high"]

    @property
    def any(self) -> Row:
        """Some backend's row, for what is the same in all of them."""
        return next(iter(self.rows.values()))


@dataclass(frozen=True, slots=True)
class Speed:
    """All timed cells by problem, in the plan's order."""

    baseline: str
    backends: tuple[str, ...]
    cells: Mapping[str, tuple[Cell, ...]]

    def largest(self, problem: str) -> tuple[Cell, ...]:
        """The cell of the largest size of each operator and family."""
        return tuple(cell for cell in self.cells[problem] if cell.largest)

    @property
    def untimed(self) -> list[Row]:
        """The rows with a reason, those of operators that a backend does not claim apart."""
        return [
            row
            for cells in self.cells.values()
            for cell in cells
            for row in cell.rows.values()
            if row["reason"] and row["verdict"] != VerdictKind.UNSUPPORTED
        ]

    @property
    def with_memory(self) -> list[Cell]:
        """The cells of the largest sizes whose peak memory some backend has."""
        return [
            cell
            for problem in self.cells
            for cell in self.largest(problem)
            if any(row["peak_bytes"] is not None for row in cell.rows.values())
        ]

    @property
    def headline(self) -> str:
        """The answer in a few words: who leads most cells for certain, level ones together."""
        if not any(cell.timed for cell in self._all):
            return "Nothing was timed"
        if not self._certain:
            return "No lead is certain"
        most = self._certain[0][1]
        first = text.enumeration([text.clip(name, 40) for name, n in self._certain if n == most])
        return f"{first}, in {most} of {text.plural(len(self._all), 'timed cell')}"

    @property
    def allowed_for(self) -> str:
        """How many answers stay with all of the run allowed for, in one sentence; empty: none."""
        answers = [row for cell in self._all for row in cell.rows.values() if row["answer"]]
        told = [row for row in answers if row["holds"] is not None]
        if not told:
            return ""
        kept = sum(row["holds"] for row in told)
        level = text.percent(1 - CONFIDENCE, 0)
        return (
            f"Of {text.count(len(told))} answers that are faster or slower, "
            f"{text.count(kept)} {'stays' if kept == 1 else 'stay'} when all "
            f"{text.count(len(answers))} answers of the run are allowed for (Holm, {level})"
            + (
                "; the others are marked “by itself”: among so many, some are chance."
                if kept < len(told)
                else "."
            )
        )

    @property
    def _all(self) -> list[Cell]:
        return [cell for cells in self.cells.values() for cell in cells]

    def leads(self, backend: str) -> tuple[int, int]:
        """In how many cells it is the fastest for certain, and with all leads allowed for."""
        its = [
            cell.lead
            for cell in self._all
            if cell.lead is not None and cell.lead.certain and cell.lead.fastest == backend
        ]
        return len(its), sum(lead.holds for lead in its)

    @property
    def contested(self) -> int:
        """The cells in which some backend leads, for certain or not."""
        return sum(cell.lead is not None for cell in self._all)

    @property
    def _certain(self) -> list[tuple[str, int]]:
        """How many cells each backend leads for certain, most first."""
        certain: dict[str, int] = {}
        for cell in self._all:
            if cell.lead is not None and cell.lead.certain:
                certain[cell.lead.fastest] = certain.get(cell.lead.fastest, 0) + 1
        return sorted(certain.items(), key=lambda item: (-item[1], item[0]))

    @property
    def sentence(self) -> str:
        """The answer in one sentence: who leads how many cells for certain."""
        cells = self._all
        if not any(cell.timed for cell in cells):
            return "Nothing was timed."
        ranked = self._certain
        undecided = sum(cell.lead is not None and not cell.lead.certain for cell in cells)
        led = text.enumeration([self._led(name, n) for name, n in ranked])
        told = f"Fastest for certain, of {len(cells)} timed cells: {led or 'none'}"
        return told + (f"; in {undecided} the lead is not certain." if undecided else ".")

    def _led(self, backend: str, n: int) -> str:
        """``jax in 12 (3 with all leads allowed for)``."""
        held = self.leads(backend)[1]
        told = f"{text.clip(backend, 40)} in {n}"
        return told if held == n else f"{told} ({held} with all leads allowed for)"


def speed(frames: RunFrames) -> Speed:
    """Arrange the measurements of a run by problem and cell."""
    leaders = {row["case"]: _lead(row) for row in rows(frames.leaders)}
    by_case: dict[str, dict[str, Row]] = {}
    for row in rows(frames.measurements):
        by_case.setdefault(row["case"], {})[row["backend"]] = row
    largest = _largest(by_case)
    cells: dict[str, list[Cell]] = {}
    for id_, found in by_case.items():
        case = Case.parse(id_)
        cell = Cell(case, found, leaders.get(id_), id_ in largest)
        cells.setdefault(case.problem, []).append(cell)
    return Speed(
        baseline=frames.info.plan.baseline,
        backends=frames.info.plan.backends,
        cells={problem: tuple(its) for problem, its in cells.items()},
    )


def answer_word(row: Row) -> Word | None:
    """The answer of a row as a word; None for the baseline and where nothing was timed."""
    return ANSWER_WORDS[Answer(row["answer"])] if row["answer"] else None


def _largest(by_case: Mapping[str, Mapping[str, Row]]) -> set[str]:
    """The case with the largest scale of each problem, operator, dtype, point and family."""
    best: dict[tuple[str, ...], tuple[int, str]] = {}
    for id_, found in by_case.items():
        case, row = Case.parse(id_), next(iter(found.values()))
        key = (case.problem, case.operator, case.dtype, case.point, row["family"] or "")
        best[key] = max(best.get(key, (-1, "")), (row["scale"] or 0, id_))
    return {id_ for _, id_ in best.values()}


def _lead(row: Row) -> Lead:
    return Lead(
        row["fastest"],
        row["runner_up"],
        row["lead"],
        row["lead_low"],
        row["lead_high"],
        Answer(row["answer"]),
        bool(row["holds"]),
    )
