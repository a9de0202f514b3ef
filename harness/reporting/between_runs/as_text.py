"""A comparison of two runs in the terminal, and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from harness.reporting import text
from harness.reporting.between_runs.comparison import (
    CellChange,
    Comparison,
    NotCompared,
    VerdictChange,
    worst_first,
)
from harness.reporting.terminal import (
    COLOURS,
    empty_table,
    mark,
    plain,
    print_table,
    uncut_in_a_pipe,
)
from harness.reporting.vocabulary import VERDICT_WORDS, Tone
from harness.timing.statistics import Answer, Estimate

__all__ = ["CHANGE_SYMBOLS", "as_json", "headline", "how_compared", "print_comparison", "ratio"]

_MOST_VERDICTS = 20
_MOST_UNCOMPARED = 5

CHANGE_SYMBOLS: dict[Answer, str] = {
    Answer.FASTER: "▲",
    Answer.SLOWER: "▼",
    Answer.EQUIVALENT: "=",
    Answer.UNRESOLVED: "?",
}
_TONES: dict[Answer, Tone] = {
    Answer.FASTER: "right",
    Answer.SLOWER: "wrong",
    Answer.EQUIVALENT: "neutral",
    Answer.UNRESOLVED: "undecided",
}


def headline(found: Comparison) -> str:
    """One sentence: how many cells became faster, slower, stayed, or are not decided."""
    counts = found.counts
    told = ", ".join(f"{text.count(counts[answer])} {answer}" for answer in Answer)
    return f"{text.plural(len(found.cells), 'ratio')} compared: {told}"


def how_compared(found: Comparison) -> str:
    """One sentence on what the numbers are."""
    baseline = found.before.info.plan.baseline
    return (
        f"The change is the ratio to {baseline} in {found.after.name} over the same ratio in "
        f"{found.before.name}, with the 95\u202f% interval of its cell; the answer allows for all "
        f"{text.count(len(found.cells))} of them (Holm)."
    )


def print_comparison(found: Comparison, console: Console | None = None) -> None:
    """Print all of it to ``console``, by default stdout; piped, in plain lines."""
    console = uncut_in_a_pipe(console)
    console.print(plain(f"{found.before.name} → {found.after.name}", "bold"))
    for line in found.notices:
        console.print(plain(f"Notice: {line}", "yellow"))
    for backend, (old, new) in found.versions.items():
        console.print(plain(f"{backend}: {old} → {new}"))
    console.print(plain(headline(found)))
    _print_cells(console, found)
    console.print(plain(how_compared(found), "dim"))
    _print_uncompared(console, found.not_compared)
    _print_verdicts(console, found.verdicts)


def ratio(found: Estimate) -> str:
    """A ratio with its interval: ``1.25× [1.21, 1.29]``."""
    return f"{text.ratio(found.ratio)} {text.ratio_interval(found.low, found.high)}"


def as_json(found: Comparison) -> str:
    """All of it, as strict JSON: what is not known is null."""
    content = {
        "before": found.before.name,
        "after": found.after.name,
        "baseline": found.before.info.plan.baseline,
        "notices": list(found.notices),
        "versions": {b: {"before": old, "after": new} for b, (old, new) in found.versions.items()},
        "counts": {str(answer): n for answer, n in found.counts.items()},
        "cells": [_cell(cell) for cell in found.cells],
        "not_compared": [
            {"backend": n.backend, "case": n.case, "reason": n.reason} for n in found.not_compared
        ],
        "verdicts": [
            {
                "backend": v.backend,
                "case": v.case,
                "before": str(v.before),
                "after": str(v.after),
                "lost": v.is_lost,
                "mended": v.is_mended,
                "reason": v.reason,
            }
            for v in found.verdicts
        ],
    }
    return json.dumps(content, indent=1, allow_nan=False)


def _print_cells(console: Console, found: Comparison) -> None:
    table = empty_table("backend", "case", "before", "after", "change", "answer")
    for cell in worst_first(found.cells):
        its, style = cell.change, COLOURS[_TONES[cell.answer]]
        table.add_row(
            plain(text.clip(cell.backend, 32)),
            plain(cell.case),
            plain(ratio(cell.before)),
            plain(ratio(cell.after)),
            plain(f"{text.ratio(its.ratio)} {text.ratio_interval(its.low, its.high)}"),
            Text(f"{CHANGE_SYMBOLS[cell.answer]} {cell.answer}", style=style),
        )
    print_table(console, table)


def _print_uncompared(console: Console, missing: Sequence[NotCompared]) -> None:
    if not missing:
        return
    console.print(plain(f"{text.plural(len(missing), 'ratio')} of one run alone:"))
    for one in missing[:_MOST_UNCOMPARED]:
        told = f"{one.backend} {one.case}: {text.clip(one.reason, 160)}"
        console.print(_indented(told))
    if len(missing) > _MOST_UNCOMPARED:
        console.print(_indented(f"and {text.count(len(missing) - _MOST_UNCOMPARED)} more"))


def _print_verdicts(console: Console, changed: Iterable[VerdictChange]) -> None:
    changes = list(changed)
    if not changes:
        console.print(plain("No verdict changed."))
        return
    lost, mended = sum(c.is_lost for c in changes), sum(c.is_mended for c in changes)
    told = f"{text.plural(len(changes), 'verdict')} changed: {lost} right before and not now, "
    console.print(plain(told + f"{mended} right now and not before"))
    for one in changes[:_MOST_VERDICTS]:
        line = Text("  ").append_text(mark(VERDICT_WORDS[one.before])).append(" → ")
        line.append_text(mark(VERDICT_WORDS[one.after]))
        told = f"{text.clip(one.backend, 32)} {one.case}: {text.clip(one.reason, 120)}"
        console.print(line.append("  ").append_text(plain(told)))
    if len(changes) > _MOST_VERDICTS:
        console.print(_indented(f"and {text.count(len(changes) - _MOST_VERDICTS)} more"))


def _indented(told: str) -> Text:
    return Text("  ").append_text(plain(told))


def _cell(cell: CellChange) -> dict[str, Any]:
    return {
        "backend": cell.backend,
        "case": cell.case,
        "before": _estimate(cell.before),
        "after": _estimate(cell.after),
        "change": _number(cell.change.ratio),
        "low": _number(cell.change.low),
        "high": _number(cell.change.high),
        "p_different": _number(cell.change.p_different()),
        "answer": str(cell.answer),
    }


def _estimate(found: Estimate) -> dict[str, Any]:
    return {
        "ratio": _number(found.ratio),
        "low": _number(found.low),
        "high": _number(found.high),
        "sets": found.sets,
    }


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
