"""All runs of a folder in the order in which they were begun, and which of them are of one line.

Ratios are followed along a *line*: runs on one machine, with one baseline and as many threads.
Whatever crosses from one line to another is no change of a library.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import RunFailedError
from harness.reporting import text
from harness.reporting.between_runs.comparability import same_machine
from harness.reporting.between_runs.timed_run import TimedRun, read_timed_run
from harness.running.run_folder import RUN_FILE

__all__ = ["History", "Line", "machine", "read_history"]


@dataclass(frozen=True, slots=True)
class Line:
    """Runs whose ratios may be followed from one to the next; ``name`` is A, B, …"""

    name: str
    runs: tuple[TimedRun, ...]

    @property
    def told(self) -> str:
        """Machine, baseline and threads, in words."""
        plan = self.runs[0].info.plan
        threads = text.plural(plan.threads, "thread")
        return f"{machine(self.runs[0])}; ratios to {plan.baseline}; {threads}"


@dataclass(frozen=True, slots=True)
class History:
    """``runs`` oldest first; ``skipped`` says in a line each what could not be read."""

    runs: tuple[TimedRun, ...]
    lines: tuple[Line, ...]
    skipped: tuple[str, ...]

    def line(self, run: TimedRun) -> Line:
        """The line that a run belongs to."""
        return next(line for line in self.lines if any(r is run for r in line.runs))


def read_history(results: Path) -> History:
    """Read every run in ``results``, which may itself be one; RunFailedError when there is none.

    A run of a newer schema, or one that is damaged, is left out and told in ``skipped``.
    """
    folders = sorted(path.parent for path in results.glob(f"*/{RUN_FILE}"))
    runs, skipped = [], []
    for folder in folders:
        try:
            runs.append(read_timed_run(folder))
        except RunFailedError as error:
            skipped.append(str(error))
    if not runs:
        told = f"; {skipped[0]}" if skipped else "; make one with: adjudge run"
        raise RunFailedError(f"no run in {results} can be read{told}")
    runs.sort(key=lambda run: (run.info.started, run.name))
    return History(tuple(runs), _lines(runs), tuple(skipped))


def machine(run: TimedRun) -> str:
    """Processor and cores, in words; that it is not known where the run does not tell."""
    processor: Any = run.info.environment.get("processor")
    if not isinstance(processor, dict) or not processor.get("model"):
        return "a machine that is not known"
    cores = processor.get("logical_cores")
    return f"{processor['model']}, {cores} cores" if cores else str(processor["model"])


def _lines(runs: list[TimedRun]) -> tuple[Line, ...]:
    lines: list[list[TimedRun]] = []
    for run in runs:
        mine = next((line for line in lines if _continues(line[-1], run)), None)
        if mine is None:
            lines.append([run])
        else:
            mine.append(run)
    return tuple(Line(_letter(i), tuple(line)) for i, line in enumerate(lines))


def _continues(before: TimedRun, after: TimedRun) -> bool:
    """Whether ratios may be followed; two machines that are not known are not one."""
    old, new = before.info.plan, after.info.plan
    return (
        bool(before.info.environment.get("processor"))
        and same_machine(before, after)
        and (old.baseline, old.threads) == (new.baseline, new.threads)
    )


def _letter(i: int) -> str:
    return chr(ord("A") + i) if i < 26 else f"A{i}"
