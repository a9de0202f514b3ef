"""The summary as Markdown for a comment under a pull request: short, and every text escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from harness.reporting import text
from harness.reporting.findings.circumstances import progress, sentinel_sentence, state
from harness.reporting.findings.names import condensed, kin, short
from harness.reporting.findings.rightness import Rightness, rightness
from harness.reporting.findings.speed import Cell, Speed, answer_word, speed
from harness.reporting.findings.tallies import Tally
from harness.reporting.findings.training import Training, trainings
from harness.reporting.frames import RunFrames

__all__ = ["MOST_CHARACTERS", "escape", "markdown_summary", "table"]

_MOST_DIVERGENCES = 20
MOST_CHARACTERS = 60_000
"""A comment on GitHub holds 65,536."""

# What is markup anywhere in a line: CommonMark's, and GitHub's tables, mathematics, emoji, links.
_ACTIVE = re.compile(r"[\\`*_\[\]<>|~$]|:(?=\S)|(?<=www)\.", re.IGNORECASE)
# What is markup only where a line begins: a list, an underline, a rule.
_LEADING = re.compile(r"^(?:(?=[-+=])|(\d+)(?=[.)](?:\s|$)))")


def markdown_summary(frames: RunFrames) -> str:
    """The first answers of a run as GitHub-flavoured Markdown that fits into one comment."""
    right, fast = rightness(frames), speed(frames)
    parts = [f"### adjudge: {escape(frames.info.run, 80)}\n\n{escape(state(frames))}"]
    if not frames.complete:
        parts.append(f"**This run did not end.** {escape(progress(frames))}")
    parts += [f"> {escape(line, 300)}" for line in frames.info.notices]
    parts += _rightness(right)
    if any(cell.timed for cells in fast.cells.values() for cell in cells):
        parts += _speed(fast)
        parts.append(escape(sentinel_sentence(frames)))
    parts += [part for training in trainings(frames) for part in _training(training)]
    return _fitting(parts)


def _rightness(right: Rightness) -> list[str]:
    parts = [f"**Is every backend right?** {escape(right.sentence)}"]
    if right.total.total:
        families = condensed(kin(right.problems))
        heads = ["backend", *(escape(short(family), 40) for family, _ in families), "all"]
        rows = [
            [
                escape(backend, 40),
                *(_tally(right.over(backend, problems)) for _, problems in families),
                _tally(right.by_backend[backend]),
            ]
            for backend in right.backends
        ]
        parts.append(table(heads, rows))
        used = (word for word, _ in right.total.parts)
        parts.append("<sub>" + " · ".join(escape(f"{w.symbol} {w.name}") for w in used) + "</sub>")
    shown = right.divergences[:_MOST_DIVERGENCES]
    if shown:
        lines = [
            f"- {escape(f'{d.word.symbol} {d.word.name}')}: **{escape(d.backend, 40)}**, "
            f"{escape(d.problem, 60)}, {text.plural(len(d.rows), 'case')}: "
            f"{escape(d.rows[0]['reason'], 200)}"
            for d in shown
        ]
        if len(right.divergences) > len(shown):
            lines.append(f"- and {len(right.divergences) - len(shown)} more in the report")
        parts.append("\n".join(lines))
    return parts


def _speed(fast: Speed) -> list[str]:
    heads = ["problem", "operator and size", "fastest", "time"]
    heads += [f"÷ {escape(fast.baseline, 40)}", "lead"]
    rows = [
        _speed_row(cell) for p in fast.cells for cell in fast.largest(p) if cell.lead is not None
    ]
    told = f"**Which is fastest, and is that certain?** {escape(fast.sentence)}"
    return [told, table(heads, rows), escape(fast.allowed_for)] if rows else [told]


def _speed_row(cell: Cell) -> list[str]:
    assert cell.lead is not None
    row = cell.rows[cell.lead.fastest]
    word = answer_word(row)
    ratio = f"{text.ratio(row['ratio'])} {text.ratio_interval(row['ratio_low'], row['ratio_high'])}"
    answer = f" {word.symbol} {word.name}" if word else ""
    return [
        escape(short(cell.case.problem), 40),
        escape(cell.label, 60),
        f"**{escape(cell.lead.fastest, 40)}**",
        text.seconds(row["median_s"]),
        escape(ratio + answer),
        escape(cell.lead.phrase),
    ]


def _training(training: Training) -> list[str]:
    far, distance = training.largest_distance
    case = f"{training.case.problem}, {training.case.size}, {training.case.dtype}"
    told = (
        f"**Training** ({escape(case, 100)}): {training.steps} steps; furthest from "
        f"{escape(training.reference, 40)}: {escape(far, 40)}, {text.error(distance)} relative"
    )
    if training.descent is not None:
        told += f", bound {text.error(training.descent.curve_bound)}"
    return [told]


def _tally(tally: Tally | None) -> str:
    if tally is None:
        return text.DASH
    return " ".join(f"{word.symbol}{n}" for word, n in tally.parts)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def escape(told: str, width: int = 1000) -> str:
    """``told`` on one line as literal text: nothing in it is markup, a link, a mention or HTML.

    A mention (@name) and a reference (#1) work behind a backslash too, so they become entities.
    """
    literal = _ACTIVE.sub(r"\\\g<0>", text.clip(told, width).replace("&", "&amp;"))
    return _LEADING.sub(r"\g<1>\\", literal).replace("#", "&#35;").replace("@", "&#64;")


def _fitting(parts: Sequence[str]) -> str:
    """As many parts as fit into a comment, with a word on those that do not."""
    kept: list[str] = []
    for part in parts:
        if sum(map(len, kept)) + 2 * len(kept) + len(part) > MOST_CHARACTERS:
            kept.append("The rest does not fit into a comment; it is in the report.")
            break
        kept.append(part)
    return "\n\n".join(kept) + "\n"
