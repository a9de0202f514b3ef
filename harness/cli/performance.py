"""``adjudge gate --performance``: the fresh run, the comparison, and where the outcome goes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import view_of
from harness.errors import RunFailedError, UsageError, nearest

if TYPE_CHECKING:
    from harness.reporting.between_runs.performance_gate import PerformanceGate
    from harness.reporting.between_runs.timed_run import TimedRun

__all__ = ["Outputs", "performance_gate"]

_FILE = "performance.json"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the outcome goes besides the run's own folder."""

    junit: Path | None
    markdown: Path | None
    annotate: bool
    as_json: bool


def performance_gate(
    against: Path,
    run: Path | None,
    patterns: Sequence[str],
    bound: float,
    outputs: Outputs,
    results: Path,
    *,
    quiet: bool,
) -> str:
    """Compare ``run``, or a new run of the same cells, with ``against``, and tell the outcome.

    Return the line with which the gate fails; empty when it does not.
    """
    from harness.reporting.between_runs import performance_outputs
    from harness.reporting.between_runs.comparison import compare
    from harness.reporting.between_runs.performance_gate import examine
    from harness.reporting.between_runs.timed_run import read_timed_run

    before = read_timed_run(against)
    _check_patterns(before, patterns)
    folder = run or _run_again(before, patterns, results, quiet=quiet)
    after = read_timed_run(folder)
    gate = examine(compare(before.restricted(patterns), after.restricted(patterns)), bound)
    (folder / _FILE).write_text(performance_outputs.as_json(gate) + "\n", encoding="utf-8")
    _tell(gate, outputs)
    if gate.closed:
        return f"{performance_outputs.headline(gate)}; all of it: {folder / _FILE}"
    if not outputs.as_json:
        click.echo(performance_outputs.headline(gate))
    return ""


def _check_patterns(before: TimedRun, patterns: Sequence[str]) -> None:
    for pattern in patterns:
        if not before.restricted([pattern]).backends:
            raise UsageError(
                f"{before.path} times no backend {pattern!r}; {nearest(pattern, before.backends)}"
            )


def _run_again(before: TimedRun, patterns: Sequence[str], results: Path, *, quiet: bool) -> Path:
    """The folder of a new run that judged and timed the cells of ``before``."""
    import dataclasses
    import secrets
    import sys

    from harness.cli.reports import finish
    from harness.plugins import load
    from harness.running import supervisor
    from harness.running.run_folder import create_folder

    registry, plan = load(), before.info.plan
    backends = (plan.baseline, *before.restricted(patterns).backends)
    for name in backends:
        entry = registry.backend(name)
        if entry.missing:
            raise RunFailedError(entry.missing_line())
    plan = dataclasses.replace(
        plan,
        backends=tuple(name for name in plan.backends if name in backends),
        cases=plan.timed,
        seed=secrets.randbits(32),
        notices=(f"the cells are those of run {before.name}",),
    )
    view = view_of(registry, quiet=quiet)
    folder = create_folder(results)
    words = ("adjudge", *sys.argv[1:])
    supervisor.run(plan, folder, view, registry=registry, command=words)
    finish(folder, registry, summary=False)
    return folder


def _tell(gate: PerformanceGate, outputs: Outputs) -> None:
    from harness.reporting.between_runs import performance_outputs

    if outputs.junit is not None:
        performance_outputs.write_junit(gate, outputs.junit)
    if outputs.markdown is not None:
        outputs.markdown.write_text(performance_outputs.markdown(gate), encoding="utf-8")
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(performance_outputs.markdown(gate))
    if outputs.as_json:
        click.echo(performance_outputs.as_json(gate))
    else:
        for line in performance_outputs.lines(gate):
            click.echo(line)
    if outputs.annotate:
        for line in performance_outputs.slowdown_annotations(gate):
            click.echo(line, err=outputs.as_json)
