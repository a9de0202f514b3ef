"""The history as one HTML page, in the report's style and under its policy."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.contract import Case, VerdictKind
from harness.reporting import page, text, theme
from harness.reporting.findings.names import short
from harness.reporting.findings.tallies import Tally, tally
from harness.reporting.history.changes import (
    Track,
    VerdictStep,
    ratio_steps,
    tracks,
    verdict_steps,
    verdict_tracks,
)
from harness.reporting.history.reading import History, machine
from harness.reporting.history.telling import CHANGES, ratios_told, verdicts_told
from harness.reporting.html import version
from harness.reporting.vocabulary import VERDICT_WORDS
from harness.timing.statistics import CONFIDENCE, Answer

__all__ = ["render_history", "write_history"]

_PANELS = 24
"""Cells that are drawn: those with most changes."""

_MOST_TRACKS = 400
"""Ways of verdicts through the runs that get a line."""

_TONES = {
    Answer.FASTER: "right",
    Answer.SLOWER: "wrong",
    Answer.EQUIVALENT: "neutral",
    Answer.UNRESOLVED: "undecided",
}
_CONTENTS = (
    ("runs", "Runs"),
    ("verdicts", "Verdicts"),
    ("ratios", "Ratios"),
    ("every", "Every ratio"),
)


def write_history(history: History, path: Path) -> None:
    """Write ``render_history`` to ``path``; RunFailedError when that cannot be."""
    page.write(render_history(history), path)


def render_history(history: History) -> str:
    """One HTML page of several runs: what became of each verdict and each ratio.

    MissingExtraError, in one line, when what the ``report`` extra brings is not installed.
    """
    page.require("altair", "jinja2", "vl_convert")
    steps, verdicts = ratio_steps(history), verdict_steps(history)
    followed = tracks(history, steps)
    marked = [step for step in steps if step.marked]
    marked.sort(key=lambda step: (step.after.info.started, -abs(step.change.log_ratio)))
    return page.render(
        "history.html.j2",
        {
            "adjudge_version": version(),
            "contents": _CONTENTS,
            "carried": {},
            "history": history,
            "machine": machine,
            "short": short,
            "case_of": Case.parse,
            "verdict_words": VERDICT_WORDS,
            "verdicts": verdicts,
            "verdict_tracks": verdict_tracks(history),
            "most_tracks": _MOST_TRACKS,
            "verdict_chart": _verdict_chart(history, verdicts),
            "drawn_verdicts": {k.value for t in _tallies(history).values() for k in t.counts},
            "verdicts_told": verdicts_told(verdicts),
            "verdicts_changed": sum(len(step.cases) for step in verdicts),
            "tallies": _tallies(history),
            "backends": _backends(history),
            "marked": marked[::-1],
            "steps": steps,
            "ratios_told": ratios_told(steps),
            "symbols": CHANGES,
            "tones": _TONES,
            "tracks": followed,
            "charts": _charts(history, followed),
            "drawn": _PANELS,
            "confidence": text.percent(CONFIDENCE, 0),
        },
    )


def _backends(history: History) -> list[str]:
    return list(dict.fromkeys(name for run in history.runs for name in run.info.plan.backends))


def _tallies(history: History) -> dict[tuple[str, str], Tally]:
    """The verdicts of each run and backend."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for run in history.runs:
        for (backend, _), (kind, _) in run.verdicts.items():
            counts.setdefault((run.name, backend), Counter())[kind.value] += 1
    return {key: tally(found) for key, found in counts.items()}


def _verdict_chart(history: History, steps: Sequence[VerdictStep]) -> str:
    """For each backend how many verdicts are not ok, run after run; empty where there are none.

    Verdicts that are no faults (a convention, a refusal) are drawn where some of them changed.
    """
    from harness.reporting.history import charts  # needs the report extra

    counts = _tallies(history)
    moved = {(s.backend, s.run_after.name, kind) for s in steps for kind in (s.before, s.after)}
    rows: list[dict[str, Any]] = []
    for backend in _backends(history):
        its = [(i, run) for i, run in enumerate(history.runs, 1) if (run.name, backend) in counts]
        seen = {kind for _, run in its for kind in counts[run.name, backend].counts}
        changing = {kind for name, _, kind in moved if name == backend}
        for kind, word in VERDICT_WORDS.items():
            harmless = word.tone in ("right", "neutral") and kind not in changing
            if kind not in seen or kind is VerdictKind.OK or harmless:
                continue
            last = None
            for i, run in its:
                versions = run.info.versions.get(backend)
                rows.append(
                    {
                        "panel": text.clip(backend, 32),
                        "run": i,
                        "verdict": word.name,
                        "symbol": word.symbol,
                        "tone": word.tone,
                        "n": counts[run.name, backend].counts.get(kind, 0),
                        "changed": (backend, run.name, kind) in moved,
                        "renewed": last is not None and versions != last,
                    }
                )
                last = versions
    return charts.verdicts_over_runs(rows, len(history.runs)) if rows else ""


def _charts(history: History, followed: Sequence[Track]) -> list[tuple[str, str]]:
    """For each line a chart of its ratios: a panel a case, a line a backend, changes ringed."""
    from harness.reporting.history import charts  # needs the report extra

    styles = theme.styles([text.clip(n, 32) for n in _backends(history)], "")
    drawn = []
    for line in history.lines:
        its = [track for track in followed if track.line is line]
        cases = list(dict.fromkeys(track.case for track in its))[:_PANELS]
        rows = [
            row
            for case in cases
            for track in its
            if track.case == case
            for row in _rows(history, track)
        ]
        if rows:
            drawn.append((f"Line {line.name}: {line.told}", charts.ratios_over_runs(rows, styles)))
    return drawn


def _rows(history: History, track: Track) -> list[dict[str, Any]]:
    marked = {step.after.name for step in track.steps if step.marked}
    case = Case.parse(track.case)
    panel = text.clip(f"{short(case.problem)} · {case.operator} · {case.size}", 40)
    return [
        {
            "panel": panel,
            "backend": text.clip(track.backend, 32),
            "run": history.runs.index(run) + 1,
            "ratio": found.ratio,
            "low": found.ratio if math.isnan(found.low) else found.low,
            "high": found.ratio if math.isnan(found.high) else found.high,
            "changed": run.name in marked,
        }
        for run, found in track.estimates
    ]
