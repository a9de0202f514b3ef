"""``adjudge run``, ``check`` and ``bench``: what makes a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from harness.cli.options import (
    depth_options,
    results_option,
    selection_of,
    selection_options,
    view_options,
)
from harness.cli.reports import finish
from harness.errors import RunFailedError, UsageError
from harness.plugins import load
from harness.running import supervisor
from harness.running.from_judged import begin_from_judged
from harness.running.journal import create_folder
from harness.running.plan import make_plan
from harness.running.progress import view_for
from harness.timing.schedule import Depth

__all__ = ["bench", "check", "run"]

_DEADLINE_S = 60.0

deadline_option = click.option(
    "--deadline",
    type=float,
    default=_DEADLINE_S,
    show_default=True,
    metavar="SECONDS",
    help="How long one answer of a backend may take before its worker is stopped.",
)
threads_option = click.option(
    "--threads", type=int, default=1, show_default=True, help="Threads of each library."
)


@click.command(
    epilog="""
\b
Examples:
  adjudge run --quick
  adjudge run --backend our_engine --backend jax --problem lecture.perceptron
  adjudge run --resume results/20261123T101500Z-3f9c
"""
)
@depth_options
@selection_options
@click.option(
    "--resume",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="RUN",
    help="Finish an interrupted run instead of beginning one.",
)
@deadline_option
@threads_option
@results_option
@view_options
def run(
    depth: Depth,
    resume: Path | None,
    deadline: float,
    threads: int,
    results: Path,
    quiet: bool,
    **options: Any,
) -> None:
    """Judge every derivative, time those that are right, and write the report.

    Unless suites, problems or cases are selected, it takes the problems that have something to
    time; adjudge check judges those of all suites.
    """
    registry = load()
    if resume is not None:
        if any(options.values()):
            raise UsageError("--resume finishes what was planned; leave the patterns out")
        supervisor.resume(resume, view_for(quiet=quiet), registry=registry)
        finish(resume, registry)
        return
    plan = make_plan(
        registry, selection_of(options), depth=depth, threads=threads, deadline_s=deadline
    )
    folder = create_folder(results)
    supervisor.run(plan, folder, view_for(quiet=quiet), registry=registry, command=_words())
    finish(folder, registry)


@click.command(
    epilog="""
\b
Examples:
  adjudge check
  adjudge check --backend jax --operator 'hvp*' --dtype float32
"""
)
@selection_options
@deadline_option
@results_option
@view_options
def check(deadline: float, results: Path, quiet: bool, **options: Any) -> None:
    """Judge every derivative of every suite; time nothing."""
    registry = load()
    plan = make_plan(registry, selection_of(options), deadline_s=deadline, measure=False)
    folder = create_folder(results)
    supervisor.run(plan, folder, view_for(quiet=quiet), registry=registry, command=_words())
    finish(folder, registry)


@click.command(
    epilog="""
\b
Examples:
  adjudge bench results/20261123T101500Z-3f9c     time what that run judged
  adjudge bench                                   the newest run in --results
"""
)
@click.argument("judged", required=False, metavar="[RUN]", type=click.Path(path_type=Path))
@depth_options
@results_option
@view_options
def bench(judged: Path | None, depth: Depth, results: Path, quiet: bool) -> None:
    """Time what a run has judged, in a new run that takes its verdicts over."""
    registry = load()
    source = judged or _newest(results)
    folder = begin_from_judged(source, results, registry, depth, _words())
    supervisor.resume(folder, view_for(quiet=quiet), registry=registry)
    finish(folder, registry)


def _newest(results: Path) -> Path:
    """The newest run in ``results``: run ids sort by time."""
    runs = sorted(path.parent for path in results.glob("*Z-*/run.json"))
    if not runs:
        raise RunFailedError(f"no run in {results}; judge first with: adjudge check")
    return runs[-1]


def _words() -> list[str]:
    return ["adjudge", *sys.argv[1:]]
