"""The history in the terminal and as JSON: what changed first, then how much did not."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from harness.reporting import text
from harness.reporting.history.changes import RatioStep, VerdictStep
from harness.reporting.history.reading import History, machine
from harness.reporting.terminal import empty_table, mark, plain, print_table, uncut_in_a_pipe
from harness.reporting.vocabulary import VERDICT_WORDS
from harness.timing.statistics import Answer

__all__ = ["CHANGES", "as_json", "print_history", "ratios_told", "verdicts_told"]

CHANGES: dict[Answer, str] = {
    Answer.FASTER: "▲",
    Answer.SLOWER: "▼",
    Answer.EQUIVALENT: "=",
    Answer.UNRESOLVED: "?",
}
"""The symbol of what became of a ratio."""

_MOST = 30


def verdicts_told(steps: Sequence[VerdictStep]) -> str:
    """How many verdicts changed, in one sentence."""
    n = sum(len(step.cases) for step in steps)
    if not n:
        return "No verdict changed from one run to the next that asked the same."
    backends = text.enumeration(sorted({step.backend for step in steps}))
    return f"{text.plural(n, 'verdict')} changed, of {backends}."


def ratios_told(steps: Sequence[RatioStep]) -> str:
    """How many ratios changed, in one sentence."""
    if not steps:
        return "No ratio was timed twice on one machine against one baseline."
    counts = Counter(step.answer for step in steps)
    told = ", ".join(f"{text.count(counts[answer])} {answer.value}" for answer in Answer)
    return f"{text.plural(len(steps), 'step')} from a ratio to the next: {told}."


def print_history(
    history: History,
    verdicts: Sequence[VerdictStep],
    ratios: Sequence[RatioStep],
    console: Console | None = None,
) -> None:
    """Print runs, changed verdicts and changed ratios to ``console``, by default stdout."""
    console = uncut_in_a_pipe(console)
    table = empty_table("run", "begun", "line", "backends", "verdicts", "timed", right=(4, 5))
    for run in history.runs:
        table.add_row(
            plain(run.name, "bold"),
            plain(run.info.started[:16]),
            plain(history.line(run).name),
            plain(str(len(run.info.plan.backends))),
            plain(text.count(len(run.verdicts))),
            plain(text.count(len(run.timed()))),
        )
    print_table(console, table)
    for line in history.lines:
        console.print(plain(f"{line.name}: {line.told}", "dim"))
    if len(history.lines) > 1:
        console.print(plain("A ratio is followed along its own line; lines are not compared."))
    for told in history.skipped:
        console.print(plain(f"left out: {told}", "yellow"))
    _heading(console, "What became of the verdicts?", verdicts_told(verdicts))
    for step in verdicts[:_MOST]:
        console.print(_verdict_line(step), overflow="ellipsis", no_wrap=console.is_terminal)
    _rest(console, len(verdicts))
    _heading(console, "What became of the ratios?", ratios_told(ratios))
    marked = [step for step in ratios if step.marked]
    marked.sort(key=lambda step: -abs(step.change.log_ratio))
    for moved in marked[:_MOST]:
        console.print(_ratio_line(moved), overflow="ellipsis", no_wrap=console.is_terminal)
    _rest(console, len(marked))


def as_json(history: History, verdicts: Sequence[VerdictStep], ratios: Sequence[RatioStep]) -> str:
    """Runs, changed verdicts and every step of a ratio as JSON; a missing figure is null."""
    told = {
        "runs": [
            {
                "run": run.name,
                "started": run.info.started,
                "line": history.line(run).name,
                "machine": machine(run),
                "baseline": run.info.plan.baseline,
                "versions": run.info.versions,
                "complete": run.complete,
            }
            for run in history.runs
        ],
        "skipped": list(history.skipped),
        "verdicts": [
            {
                "backend": step.backend,
                "before": step.before.value,
                "after": step.after.value,
                "run_before": step.run_before.name,
                "run_after": step.run_after.name,
                "versions": step.versions,
                "other_line": step.moved,
                "cases": list(step.cases),
                "reason": step.reason,
            }
            for step in verdicts
        ],
        "ratios": [_ratio_facts(step) for step in ratios],
    }
    return json.dumps(told, indent=1)


def _ratio_facts(step: RatioStep) -> dict[str, Any]:
    return {
        "line": step.line.name,
        "backend": step.backend,
        "case": step.case,
        "run_before": step.before.name,
        "run_after": step.after.name,
        "versions": step.versions,
        "change": _finite(step.change.ratio),
        "low": _finite(step.change.low),
        "high": _finite(step.change.high),
        "answer": step.answer.value,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _verdict_line(step: VerdictStep) -> Text:
    line = Text("  ")
    line.append_text(mark(VERDICT_WORDS[step.before]))
    line.append(" → ")
    line.append_text(mark(VERDICT_WORDS[step.after]))
    line.append(f"  {text.clip(step.backend, 32)}  {text.clip(step.problem, 48)}")
    line.append("  ")
    told = f"{text.plural(len(step.cases), 'case')} in {step.run_after.name} ({step.versions})"
    line.append(text.one_line(told), style="dim")
    return line


def _ratio_line(step: RatioStep) -> Text:
    limits = text.ratio_interval(step.change.low, step.change.high)
    line = Text(f"  {CHANGES[step.answer]} {step.answer.value}  ")
    line.append(f"{text.ratio(step.change.ratio)} {limits}  ")
    line.append(f"{text.clip(step.backend, 32)}  {text.clip(step.case, 90)}  ")
    line.append(text.one_line(f"in {step.after.name} ({step.versions})"), style="dim")
    return line


def _heading(console: Console, heading: str, told: str) -> None:
    console.print()
    console.print(plain(heading, "bold"))
    console.print(plain(told))


def _rest(console: Console, n: int) -> None:
    if n > _MOST:
        console.print(plain(f"  and {text.count(n - _MOST)} more in the page", "dim"))
