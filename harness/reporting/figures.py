"""From findings to charts: which figures go into which panel of the report."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.reporting import charts, text, theme
from harness.reporting.findings.accumulation import Chain
from harness.reporting.findings.against import Profile
from harness.reporting.findings.growth import Family
from harness.reporting.findings.speed import Cell, Speed
from harness.reporting.findings.starting import Start
from harness.reporting.findings.training import Curve, Training
from harness.running.records import A_A
from harness.timing.statistics import Answer

__all__ = ["Figures"]

EXACT = 1e-18
"""Where an error of 0 is drawn: a logarithmic axis has no 0, and no float64 error is so small."""

CURVE_POINTS = 100
"""Points of a training curve that are drawn: one for every four pixels."""

FURTHEST = 1000.0
"""The factor of the fastest at which a profile is cut off."""

_MARKS = 5
"""Marks on a line that tell its backend without its colour."""

_PANEL_WIDTH = 40
"""Characters in the head of a panel: more would run into the next one."""


class Figures:
    """The charts of one report; each is an SVG fragment, or empty without anything to draw."""

    def __init__(self, backends: Sequence[str], baseline: str) -> None:
        """Give every backend its colour and shape."""
        self._baseline = _label(baseline)
        self._styles = theme.styles([_label(name) for name in backends], self._baseline)

    def ratios(self, cells: Iterable[Cell]) -> str:
        """Ratios to the baseline of some cells, the A/A duplicate below them."""
        rows: list[dict[str, Any]] = []
        cells = list(cells)
        named = _name_problems(cell.case.problem for cell in cells)
        for cell in cells:
            panel = _panel(named, cell.case.problem, cell.label)
            for name, row in cell.timed.items():
                if row["answer"]:
                    resolved = row["answer"] != Answer.UNRESOLVED
                    limits = row["ratio"], row["ratio_low"], row["ratio_high"]
                    rows.append(_ratio_row(panel, _label(name), limits, resolved))
            if rows and rows[-1]["panel"] == panel and not math.isnan(cell.aa[0]):
                rows.append(_ratio_row(panel, A_A, cell.aa, True))
        styles = {**self._styles, A_A: (theme.MUTED, "circle")}
        return charts.ratios(rows, styles, self._baseline) if rows else ""

    def growth(self, families: Iterable[Family]) -> str:
        """Time against size for some families, a panel each."""
        families = list(families)
        named = _name_problems(family.problem for family in families)
        rows = [
            {
                "panel": _panel(named, family.problem, family.label),
                "backend": _label(name),
                "scale": cell.scale,
                "seconds": row["median_s"],
                "low": _or(row["low_s"], row["median_s"]),
                "high": _or(row["high_s"], row["median_s"]),
            }
            for family in families
            for cell in family.cells
            for name, row in cell.timed.items()
        ]
        return charts.growth(rows, self._styles, "n") if rows else ""

    def overall(self, rows: Iterable[Mapping[str, Any]], spread: float) -> str:
        """Geometric means of ratios; ``spread`` is the largest log-ratio of the A/A duplicate."""
        panel = "over all cells"
        its = [
            _ratio_row(
                panel,
                _label(row["backend"]),
                (row["ratio"], row["ratio_low"], row["ratio_high"]),
                not row["ratio_low"] <= 1 <= row["ratio_high"],
            )
            for row in rows
            if _label(row["backend"]) != self._baseline
        ]
        if not its:
            return ""
        if math.isfinite(spread):
            limits = 1.0, math.exp(-spread), math.exp(spread)
            its.append(_ratio_row(panel, A_A, limits, True))
        styles = {**self._styles, A_A: (theme.MUTED, "circle")}
        return charts.ratios(its, styles, self._baseline)

    def profiles(self, profiles: Sequence[Profile]) -> str:
        """Performance profiles, up to where the slowest of what has a time has got in."""
        ends = [x for p in profiles for x in p.slowdowns if math.isfinite(x)]
        last = min(max(ends, default=1.0), FURTHEST) * 1.15
        rows: list[dict[str, Any]] = []
        for p in profiles:
            steps = p.steps(last)
            marks = _spread([math.log(tau) for tau, *_ in steps], profiles.index(p), len(profiles))
            rows += [
                {"backend": _label(p.backend), "tau": tau, "share": share, "low": low}
                | {"high": high, "marked": i in marks}
                for i, (tau, share, low, high) in enumerate(steps)
            ]
        return charts.profiles(rows, self._styles) if rows else ""

    def predicted(self, chains: Iterable[Chain]) -> str:
        """Measured against predicted ratios of forward and reverse accumulation."""
        rows = [
            {
                "backend": _label(name),
                "predicted": c.predicted_ratio,
                "measured": c.row["ratio"],
                "low": _or(c.row["ratio_low"], c.row["ratio"]),
                "high": _or(c.row["ratio_high"], c.row["ratio"]),
            }
            for chain in chains
            for name, comparisons in chain.by_backend.items()
            for c in comparisons
        ]
        axes = ("multiplications, forward ÷ reverse", "time, forward ÷ reverse")
        return charts.predicted(rows, self._styles, axes) if rows else ""

    def starts(self, cells: Iterable[tuple[Cell, Sequence[Start]]]) -> str:
        """First call and steady state of some cells, a panel each."""
        cells = list(cells)
        named = _name_problems(cell.case.problem for cell, _ in cells)
        rows = [
            {
                "panel": _panel(named, cell.case.problem, cell.label),
                "backend": _label(start.row["backend"]),
                "first": start.row["first_call_s"],
                "steady": start.row["median_s"],
            }
            for cell, starts in cells
            for start in starts
        ]
        return charts.first_calls(rows, self._styles) if rows else ""

    def errors(self, errors: Mapping[tuple[str, str], float], speed: Speed) -> str:
        """Relative error against time, a panel for each problem; ``errors`` by backend and case."""
        rows = [
            {
                "panel": text.clip(problem, _PANEL_WIDTH),
                "backend": _label(name),
                "seconds": row["median_s"],
                "error": max(errors[name, row["case"]], EXACT),
            }
            for problem, cells in speed.cells.items()
            for cell in cells
            for name, row in cell.timed.items()
            if math.isfinite(errors.get((name, row["case"]), math.nan))
        ]
        return charts.error_against_time(rows, self._styles) if rows else ""

    def losses(self, training: Training) -> str:
        """The loss after each step."""
        rows = [
            {"backend": _label(curve.backend), "step": step, "value": float(loss)}
            | {"marked": i in marks}
            for curve, marks in _marked(training)
            for i, (step, loss) in enumerate(_thinned(curve.losses))
            if math.isfinite(loss)
        ]
        return charts.curves(rows, self._styles, "Loss after each step", False) if rows else ""

    def distances(self, training: Training) -> str:
        """The largest relative distance to the reference curve up to each step."""
        rows = [
            {"backend": _label(curve.backend), "step": step, "value": max(float(distance), EXACT)}
            | {"marked": i in marks}
            for curve, marks in _marked(training)
            if curve.backend != training.reference
            for i, (step, distance) in enumerate(_thinned(np.maximum.accumulate(curve.distances)))
            if math.isfinite(distance)
        ]
        title = "Largest relative distance to the reference up to each step"
        return charts.curves(rows, self._styles, title, True) if rows else ""


def _ratio_row(
    panel: str, backend: str, limits: tuple[float, float, float], resolved: bool
) -> dict[str, Any]:
    ratio, low, high = limits
    return {
        "panel": panel,
        "backend": backend,
        "ratio": ratio,
        "low": _or(low, ratio),
        "high": _or(high, ratio),
        "resolved": resolved,
    }


def _thinned(values: np.ndarray) -> list[tuple[int, float]]:
    """``(step, value)`` of about ``CURVE_POINTS`` steps, the first and the last among them."""
    stride = max(len(values) // CURVE_POINTS, 1)
    last = len(values) - 1
    return [(i, float(x)) for i, x in enumerate(values) if i % stride == 0 or i == last]


def _spread(places: Sequence[float], turn: int, turns: int) -> set[int]:
    """A few of ``places``, which ascend, one for each part of their range.

    Each of several lines takes its own ``turn`` in a part, so that the marks of lines that lie on
    one another do not.
    """
    first, last = places[0], places[-1]
    wanted = [
        first + (last - first) * (part + (turn + 0.5) / turns) / _MARKS for part in range(_MARKS)
    ]
    return {min(range(len(places)), key=lambda i: abs(places[i] - at)) for at in wanted}


def _marked(training: Training) -> list[tuple[Curve, set[int]]]:
    """Each curve, with the places among its thinned steps that get the backend's shape."""
    curves = list(training.curves.values())
    return [
        (curve, _spread([s for s, _ in _thinned(curve.losses)], i, len(curves)))
        for i, curve in enumerate(curves)
    ]


def _label(name: str) -> str:
    return text.clip(name, 32)


def _panel(named: bool, problem: str, label: str) -> str:
    """The head of a panel, with the last part of the problem's name where there are several."""
    return text.clip(f"{problem.rsplit('.', 1)[-1]} · {label}" if named else label, _PANEL_WIDTH)


def _name_problems(problems: Iterable[str]) -> bool:
    return len(set(problems)) > 1


def _or(value: float, otherwise: float) -> float:
    """``value``, or where it is NaN what stands for it: an interval of no width."""
    return otherwise if math.isnan(value) else value
