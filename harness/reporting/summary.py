"""The summary in the terminal: right?, fastest?, training, and where the report is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from harness.reporting import text
from harness.reporting.findings.circumstances import progress, sentinel_sentence, state
from harness.reporting.findings.names import condensed, kin, short
from harness.reporting.findings.rightness import Rightness, rightness
from harness.reporting.findings.speed import Cell, Lead, Speed, answer_word, speed
from harness.reporting.findings.tallies import Tally
from harness.reporting.findings.training import Training, trainings
from harness.reporting.frames import RunFrames
from harness.reporting.terminal import (
    COLOURS,
    empty_table,
    mark,
    plain,
    print_table,
    uncut_in_a_pipe,
)

__all__ = ["print_summary"]

_MOST_DIVERGENCES = 12


def print_summary(frames: RunFrames, console: Console | None = None) -> None:
    """Print the summary of a run to ``console``, by default stdout.

    Colour only in a terminal (and not with NO_COLOR); piped, the lines depend on the run alone.
    """
    console = uncut_in_a_pipe(console)
    right, fast = rightness(frames), speed(frames)
    _print_state(console, frames)
    _print_rightness(console, right)
    if any(cell.timed for cells in fast.cells.values() for cell in cells):
        _print_speed(console, fast)
        console.print(plain(sentinel_sentence(frames)))
    if trained := trainings(frames):
        _print_trainings(console, trained)
    _print_files(console, frames.path)


def _print_state(console: Console, frames: RunFrames) -> None:
    console.print()
    console.print(Text(f"Run {text.clip(frames.info.run, 80)}", style="bold"), plain(state(frames)))
    if not frames.complete:
        told = f"This run did not end. {progress(frames)}"
        console.print(plain(told, "yellow"))
        console.print(plain(f"Finish it with: adjudge run --resume {frames.path}", "yellow"))
    for line in frames.info.notices:
        console.print(plain(f"Notice: {line}", "yellow"))


def _print_rightness(console: Console, right: Rightness) -> None:
    _print_heading(console, "Is every backend right?", right.sentence)
    if not right.total.total:
        return
    families = condensed(kin(right.problems))
    table = empty_table("backend", *(_short(family) for family, _ in families), "all")
    for backend in right.backends:
        cells = [right.over(backend, problems) for _, problems in families]
        table.add_row(_name(backend), *map(_tally, [*cells, right.by_backend[backend]]))
    print_table(console, table)
    used = [word for word, _ in right.total.parts]
    console.print(plain("  ".join(f"{word.symbol} {word.name}" for word in used), "dim"))
    for found in right.divergences[:_MOST_DIVERGENCES]:
        line = Text("  ")
        line.append_text(mark(found.word))
        line.append(f"  {text.clip(found.backend, 32)}  {text.clip(found.problem, 48)}")
        line.append(f"  {text.plural(len(found.rows), 'case')}: ", style="dim")
        line.append(text.clip(found.rows[0]["reason"], 120), style="dim")
        console.print(line, overflow="ellipsis", no_wrap=console.is_terminal)
    rest = len(right.divergences) - _MOST_DIVERGENCES
    if rest > 0:
        console.print(plain(f"  and {rest} more in the report", "dim"))


def _print_speed(console: Console, fast: Speed) -> None:
    _print_heading(console, "Which is fastest, and is that certain?", fast.sentence)
    heads = ("problem", "operator and size", "fastest", "time", f"÷ {fast.baseline}", "lead")
    table = empty_table(*heads, right=(3,))
    for problem in fast.cells:
        for cell in fast.largest(problem):
            table.add_row(*_speed_row(cell))
    print_table(console, table)
    if fast.allowed_for:
        console.print(plain(fast.allowed_for, "dim"))


def _speed_row(cell: Cell) -> tuple[Text, ...]:
    start = (plain(_short(cell.case.problem)), plain(text.clip(cell.label, 40)))
    if cell.lead is None:
        return (*start, plain("fewer than two were timed", "dim"), Text(), Text(), Text())
    row = cell.rows[cell.lead.fastest]
    ratio, word = Text(text.ratio(row["ratio"])), answer_word(row)
    ratio.append(f" {text.ratio_interval(row['ratio_low'], row['ratio_high'])} ", style="dim")
    if word is not None:
        ratio.append_text(mark(word))
    return (
        *start,
        _name(cell.lead.fastest),
        plain(text.seconds(row["median_s"])),
        ratio,
        _lead(cell.lead),
    )


def _lead(lead: Lead) -> Text:
    if lead.certain:
        return plain(lead.phrase)
    return plain(f"? {lead.phrase}", COLOURS["undecided"])


def _print_trainings(console: Console, found: Sequence[Training]) -> None:
    console.print()
    console.print(plain("Do the training curves agree?", "bold"))
    for training in found:
        far, distance = training.largest_distance
        told = (
            f"{training.case.size}, {training.case.dtype}: furthest from {training.reference}'s "
            f"is {far}'s, {text.error(distance)} relative"
        )
        if training.descent is not None:
            told += f" (bound {text.error(training.descent.curve_bound)})"
        console.print(plain(told))
    timed = [t for t in found if any(c.step_s > 0 for c in t.curves.values())]
    if timed:
        sizes = [text.clip(t.case.size, 32) for t in timed]
        table = empty_table("time per step", *sizes, right=range(1, len(sizes) + 1))
        for backend in dict.fromkeys(name for t in timed for name in t.curves):
            curves = [t.curves.get(backend) for t in timed]
            table.add_row(_name(backend), *(text.seconds(c.step_s) if c else "" for c in curves))
        print_table(console, table)


def _print_files(console: Console, folder: Path) -> None:
    there = [
        n for n in ("report.html", "verdicts.csv", "measurements.csv") if (folder / n).exists()
    ]
    for name in there:
        console.print(plain(f"{folder / name}"), soft_wrap=True)


def _print_heading(console: Console, heading: str, told: str) -> None:
    console.print()
    console.print(plain(heading, "bold"))
    console.print(plain(told))


def _tally(tally: Tally | None) -> Text:
    if tally is None:
        return Text(text.DASH, style="dim")
    parts = [Text(f"{word.symbol}{n}", style=COLOURS[word.tone]) for word, n in tally.parts]
    return Text(" ").join(parts)


def _name(backend: str) -> Text:
    return Text(text.clip(backend, 32), style="bold")


def _short(problem: str) -> str:
    return text.clip(short(problem), 32)
