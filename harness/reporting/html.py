"""report.html: one file that works offline, without a server and without JavaScript."""

from __future__ import annotations

import importlib
import math
import shlex
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.contract import Operator
from harness.errors import RunFailedError
from harness.reporting import text, theme
from harness.reporting.findings import names
from harness.reporting.findings.accumulation import agreement, chains
from harness.reporting.findings.accuracy import relative_errors, worst_errors
from harness.reporting.findings.circumstances import (
    environment,
    progress,
    sentinel_sentence,
    start_ups,
    state,
)
from harness.reporting.findings.growth import growth, primal_ratios
from harness.reporting.findings.rightness import rightness
from harness.reporting.findings.speed import Cell, speed
from harness.reporting.findings.starting import Start, starts
from harness.reporting.findings.training import trainings
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows
from harness.reporting.vocabulary import ANSWER_WORDS, VERDICT_WORDS
from harness.running.records import SCHEMA_VERSION
from harness.timing.statistics import CONFIDENCE, MARGIN

if TYPE_CHECKING:
    import jinja2

__all__ = ["MissingExtraError", "render_report", "write_report"]

Sections = Sequence[tuple[str, str]]


class MissingExtraError(RunFailedError):
    """What the ``report`` extra brings is not installed."""


_CONTENTS = (
    ("right", "Right?"),
    ("fast", "Fastest?"),
    ("growth", "Growth"),
    ("start", "Compiling"),
    ("error", "Error and time"),
    ("training", "Training"),
    ("memory", "Memory"),
    ("method", "Method and environment"),
)


def write_report(frames: RunFrames, path: Path, sections: Sections = ()) -> None:
    """Write ``render_report`` to ``path``; RunFailedError when that cannot be."""
    page = render_report(frames, sections)
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunFailedError(
            f"{path} cannot be written ({error.strerror}); give a folder that can be"
        ) from error


def render_report(frames: RunFrames, sections: Sections = ()) -> str:
    """The report of a run as one HTML page; ``sections`` are plug-ins' (title, plain text).

    MissingExtraError, in one line, when what the ``report`` extra brings is not installed.
    """
    for module in ("altair", "jinja2", "vl_convert"):
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise MissingExtraError(
                f"report.html needs {error.name or module}; "
                "install with: python -m pip install 'adjudge[report]'"
            ) from error
    return _environment().get_template("report.html.j2").render(_context(frames, sections))


def _context(frames: RunFrames, sections: Sections) -> dict[str, Any]:
    """Everything that the template shows."""
    from harness.reporting.figures import Figures  # needs the report extra

    info, right, fast = frames.info, rightness(frames), speed(frames)
    figures = Figures(info.plan.backends, info.plan.baseline)
    families, found, trained = growth(fast), chains(frames), trainings(frames)
    errors = relative_errors(frames)
    return {
        "adjudge_version": _version(),
        "schema_version": SCHEMA_VERSION,
        "palette_css": _palette_css(),
        "verdict_words": {kind.value: word for kind, word in VERDICT_WORDS.items()},
        "answer_words": {answer.value: word for answer, word in ANSWER_WORDS.items()},
        "info": info,
        "complete": frames.complete,
        "state_sentence": state(frames),
        "progress_sentence": progress(frames),
        "contents": [
            *_CONTENTS,
            *((f"more-{i}", title) for i, (title, _) in enumerate(sections, 1)),
        ],
        "right": right,
        "prefix": (prefix := names.common_prefix(right.problems)),
        "short": lambda problem: problem.removeprefix(prefix),
        "used_verdicts": {kind.value for kind in right.total.counts},
        "reproducer": _reproducer,
        "speed": fast,
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
        "overall": [row for row in rows(frames.overall) if row["cells"]],
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
        "seconds_interval": text.seconds_interval,
        "ratio_interval": text.ratio_interval,
        "exponent_interval": text.exponent_interval,
        "nan": math.nan,
    }


def _environment() -> jinja2.Environment:
    import jinja2
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        """Write out hidden characters of every string that the page did not make itself."""
        if isinstance(value, str) and not isinstance(value, Markup):
            return text.visible(value)
        return value

    env = jinja2.Environment(
        loader=jinja2.PackageLoader("harness.reporting"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    env.filters |= {
        "bytes": text.bytes_,
        "clip": text.clip,
        "commas": lambda size: size.replace(",", ", "),
        "count": text.count,
        "error": text.error,
        "exponent": text.exponent,
        "number": text.number,
        "plural": text.plural,
        "ratio": text.ratio,
        "seconds": text.seconds,
    }
    return env


def _palette_css() -> str:
    """Rules that give the charts their colours on a dark page; they have those of a light one."""
    rules = [
        f'svg [{attribute}="{light}"] {{ {attribute}: {dark}; }}'
        for light, dark in theme.DARK.items()
        for attribute in ("fill", "stroke")
    ]
    return "@media screen and (prefers-color-scheme: dark) {\n" + "\n".join(rules) + "\n}"


def _reproducer(row: Mapping[str, Any]) -> str:
    """The command that asks a backend this one case again."""
    options = ("backend", "problem", "operator", "size", "dtype", "point")
    words = [word for option in options for word in (f"--{option}", str(row[option]))]
    return shlex.join(["adjudge", "check", *words])


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


def _version() -> str:
    try:
        return metadata.version("adjudge")
    except metadata.PackageNotFoundError:
        return "(not installed)"
