"""report.html: one file that works offline, without a server; complete without JavaScript."""

from __future__ import annotations

import json
import math
import shlex
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from harness.contract import Operator
from harness.reporting import page, text
from harness.reporting.csv import csv_text
from harness.reporting.findings import names
from harness.reporting.findings.accumulation import agreement, chains
from harness.reporting.findings.accuracy import relative_errors, worst_errors
from harness.reporting.findings.against import against
from harness.reporting.findings.circumstances import (
    environment,
    progress,
    sentinel_headline,
    sentinel_sentence,
    start_ups,
    state,
)
from harness.reporting.findings.conventions import conventions
from harness.reporting.findings.glance import glances
from harness.reporting.findings.growth import growth, primal_ratios
from harness.reporting.findings.rightness import rightness
from harness.reporting.findings.speed import Cell, speed
from harness.reporting.findings.starting import Start, starts
from harness.reporting.findings.training import trainings
from harness.reporting.frames import RunFrames
from harness.reporting.lecture import Exhibit
from harness.reporting.schema import MEASUREMENTS, VERDICTS, rows
from harness.reporting.vocabulary import ANSWER_WORDS, VERDICT_WORDS
from harness.running.records import SCHEMA_VERSION
from harness.running.run_folder import RUN_FILE
from harness.timing.statistics import CONFIDENCE, MARGIN

__all__ = ["render_report", "version", "words", "write_report"]

Sections = Sequence[tuple[str, str]]
Reproducer = Callable[[str, str, str], str]
"""A line of the library itself for a backend, case and reason; empty where there is none."""

_PARTS = (
    ("right", "Right?"),
    ("fast", "Fastest?"),
    ("growth", "Growth"),
    ("start", "Compiling"),
    ("error", "Error and time"),
    ("against", "All against all"),
    ("memory", "Memory"),
    ("conventions", "Conventions"),
    ("lecture", "Lecture"),
    ("method", "Method"),
)
_MOST_LINES = 200
"""Divergences that get a line of the library itself: each needs the truth to be looked up."""


def write_report(
    frames: RunFrames,
    path: Path,
    sections: Sections = (),
    *,
    exhibits: Sequence[Exhibit] = (),
    reproducer: Reproducer | None = None,
) -> None:
    """Write ``render_report`` to ``path``; RunFailedError when that cannot be."""
    page.write(render_report(frames, sections, exhibits=exhibits, reproducer=reproducer), path)


def render_report(
    frames: RunFrames,
    sections: Sections = (),
    *,
    exhibits: Sequence[Exhibit] = (),
    reproducer: Reproducer | None = None,
) -> str:
    """The report of a run as one HTML page.

    ``sections`` are plug-ins' (title, plain text), ``exhibits`` what the lecture's section shows,
    and ``reproducer`` writes a divergence in the library's own words. MissingExtraError, in one
    line, when what the ``report`` extra brings is not installed.
    """
    page.require("altair", "jinja2", "vl_convert")
    context = _context(frames, sections, reproducer or (lambda *_: ""))
    return page.render("report.html.j2", context | {"exhibits": exhibits})


def _context(frames: RunFrames, sections: Sections, reproducer: Reproducer) -> dict[str, Any]:
    """Everything that the template shows."""
    from harness.reporting.figures import Figures  # needs the report extra

    info, right, fast = frames.info, rightness(frames), speed(frames)
    figures = Figures(info.plan.backends, info.plan.baseline)
    families, found, trained = growth(fast), chains(frames), trainings(frames)
    errors, compared = relative_errors(frames), against(frames)
    overall = [row for row in rows(frames.overall) if row["cells"]]
    return {
        "adjudge_version": version(),
        "schema_version": SCHEMA_VERSION,
        "verdict_words": {kind.value: word for kind, word in VERDICT_WORDS.items()},
        "answer_words": {answer.value: word for answer, word in ANSWER_WORDS.items()},
        "info": info,
        "complete": frames.complete,
        "state_sentence": state(frames),
        "progress_sentence": progress(frames),
        "contents": [
            *_PARTS,
            *((f"more-{i}", title) for i, (title, _) in enumerate(sections, 1)),
        ],
        "parts": [name for name, _ in _PARTS],
        "subject": _subject(frames),
        "right": right,
        "glances": glances(frames, right, fast),
        "prefix": (prefix := names.common_prefix(right.problems)),
        "short": lambda problem: problem.removeprefix(prefix),
        "used_verdicts": {kind.value for kind in right.total.counts},
        "reproducer": _command,
        "written_line": _written(right.divergences, reproducer),
        "speed": fast,
        "sentinel_headline": sentinel_headline(frames),
        "sentinel_sentence": sentinel_sentence(frames),
        "leaders": [
            (problem, led)
            for problem in fast.cells
            if (led := [cell for cell in fast.largest(problem) if cell.lead])
        ],
        "ratio_charts": [
            (title, problems, figures.ratios(c for p in problems for c in fast.largest(p)))
            for title, problems in names.kin(fast.cells)
        ],
        "untimed": fast.untimed,
        "overall": overall,
        "overall_chart": figures.overall(overall, frames.sentinel.largest),
        "against": compared,
        "profile_chart": figures.profiles(compared.profiles),
        "conventions": conventions(frames),
        "n_verdicts": len(frames.verdicts),
        "n_measurements": len(frames.measurements),
        "carried": _carried(frames),
        "downloads": [(name.split(".")[0], name) for name in _FILES],
        "families": families,
        "growth_charts": [
            (title, figures.growth(f for f in families if f.problem in problems))
            for title, problems in names.kin(dict.fromkeys(f.problem for f in families))
        ],
        "primal": primal_ratios(fast),
        "chains": found,
        "chain_backends": [n for n in fast.backends if any(n in c.by_backend for c in found)],
        "chain_agreement": agreement(found),
        "chain_chart": figures.predicted(found),
        "starts": (started := starts(fast)),
        "compiled": [(c, [s for s in its if s.phrase]) for c, its in started],
        "start_chart": figures.starts(_one_for_each_problem(started)),
        "start_up": start_ups(frames),
        "error_chart": figures.errors(errors, fast),
        "worst_errors": worst_errors(errors, fast),
        "trainings": [(t, figures.losses(t), figures.distances(t)) for t in trained],
        "memory": fast.with_memory,
        "looks": text.enumeration([str(n) for n in info.plan.depth.looks]),
        "confidence": text.percent(CONFIDENCE, 0),
        "margin": text.percent(MARGIN, 0),
        "sources": [(p.name, p.source) for p in info.problems.values() if p.source],
        "environment": environment({**info.environment, "seeds": info.seeds}),
        "sections": [(title, body.split("\n\n")) for title, body in sections],
        "nan": math.nan,
    }


def words() -> str:
    """Symbol and tone of each word of a closed vocabulary, as JSON for the page's script."""
    known = {
        "verdict": {
            k.value: {"symbol": w.symbol, "tone": w.tone} for k, w in VERDICT_WORDS.items()
        },
        "answer": {k.value: {"symbol": w.symbol, "tone": w.tone} for k, w in ANSWER_WORDS.items()},
    }
    return json.dumps(known, ensure_ascii=False)


_FILES = ("verdicts.csv", "measurements.csv", RUN_FILE)


def _carried(frames: RunFrames) -> dict[str, Any]:
    """What the page holds of the run's files, byte for byte, gzipped; and its vocabulary."""
    from markupsafe import Markup

    described = (frames.path / RUN_FILE).read_text(encoding="utf-8")
    contents = (csv_text(frames.verdicts, VERDICTS), csv_text(frames.measurements, MEASUREMENTS))
    carried = {
        name.split(".")[0]: Markup(page.packed(content))
        for name, content in zip(_FILES, (*contents, described), strict=True)
    }
    return {**carried, "words": Markup(words())}


def _subject(frames: RunFrames) -> str:
    """What was judged and timed, in a few words."""
    plan = frames.info.plan
    told = [text.plural(len(plan.backends), "backend"), text.plural(len(plan.cases), "case")]
    if plan.timed:
        told.append(text.plural(len(plan.timed), "timed cell"))
    return ", ".join(told)


def _written(
    divergences: Sequence[Any], reproducer: Reproducer
) -> Callable[[Mapping[str, Any]], str]:
    """The library's own line of the first row of each divergence, as far as there are not many."""
    first = {id(group.rows[0]) for group in divergences[:_MOST_LINES]}

    def line(row: Mapping[str, Any]) -> str:
        if id(row) not in first:
            return ""
        told = reproducer(row["backend"], row["case"], row["reason"] or "")
        # What only adjudge can ask again is said by adjudge's own command already.
        return "" if told.startswith("adjudge ") else told

    return line


def _command(row: Mapping[str, Any]) -> str:
    """The command that asks a backend this one case again."""
    options = ("backend", "problem", "operator", "size", "dtype", "point")
    parts = [word for option in options for word in (f"--{option}", str(row[option]))]
    return shlex.join(["adjudge", "check", *parts])


def _one_for_each_problem(
    started: Sequence[tuple[Cell, Sequence[Start]]],
) -> list[tuple[Cell, Sequence[Start]]]:
    """The first derivative of each problem at its largest scale: enough for one picture."""
    best: dict[str, tuple[Cell, Sequence[Start]]] = {}
    for cell, its in started:
        known = best.get(cell.case.problem)
        if cell.case.operator is Operator.VALUE:
            continue
        if known is None or (cell.scale or 0) > (known[0].scale or 0):
            best[cell.case.problem] = (cell, its)
    return list(best.values())


def version() -> str:
    """The version of adjudge that writes the page."""
    try:
        return metadata.version("adjudge")
    except metadata.PackageNotFoundError:
        return "(not installed)"
