"""``adjudge run``, ``check`` and ``bench``: what makes a run."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import (
    FOLDER,
    baseline_option,
    deadline_option,
    depth_options,
    json_option,
    results_option,
    threads_option,
    verbose_option,
    view_of,
    view_options,
)
from harness.cli.selecting import given_patterns, selection_of, selection_options
from harness.errors import RunFailedError, UsageError

if TYPE_CHECKING:
    from harness.timing.schedule import Depth

__all__ = ["bench", "check", "run"]


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
    type=FOLDER,
    metavar="RUN",
    help="Finish an interrupted run instead of beginning one.",
)
@baseline_option
@deadline_option
@threads_option
@results_option
@json_option
@view_options
@verbose_option
def run(
    depth: Depth,
    resume: Path | None,
    baseline: str,
    deadline: float,
    threads: int,
    results: Path,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Judge every derivative, time those that are right, and write the report.

    Unless suites, problems or cases are selected, it takes the problems that have something to
    time; adjudge check judges those of all suites.
    """
    from harness.cli.reports import finish
    from harness.plugins import load
    from harness.running import supervisor
    from harness.running.planning import make_plan
    from harness.running.run_folder import create_folder

    registry = load()
    if resume is not None:
        if given_patterns():
            raise UsageError("--resume finishes what was planned; leave the patterns out")
        supervisor.resume(resume, view_of(registry, quiet=quiet), registry=registry)
        finish(resume, registry, as_json=as_json)
        return
    plan = make_plan(
        registry,
        selection_of(options),
        depth=depth,
        baseline=baseline,
        threads=threads,
        deadline_s=deadline,
    )
    view = view_of(registry, quiet=quiet)
    folder = create_folder(results)
    supervisor.run(plan, folder, view, registry=registry, command=_words())
    finish(folder, registry, as_json=as_json)


@click.command(
    epilog="""
\b
Examples:
  adjudge check
  adjudge check --backend jax --operator 'hvp*' --dtype float32
  adjudge check --suite lecture --quiet --json
"""
)
@selection_options
@deadline_option
@results_option
@json_option
@view_options
@verbose_option
def check(deadline: float, results: Path, as_json: bool, quiet: bool, **options: Any) -> None:
    """Judge every derivative of every suite; time nothing."""
    from harness.cli.reports import finish
    from harness.plugins import load
    from harness.running import supervisor
    from harness.running.planning import make_plan
    from harness.running.run_folder import create_folder

    registry = load()
    plan = make_plan(registry, selection_of(options), deadline_s=deadline, measure=False)
    view = view_of(registry, quiet=quiet)
    folder = create_folder(results)
    supervisor.run(plan, folder, view, registry=registry, command=_words())
    finish(folder, registry, as_json=as_json)


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
@json_option
@view_options
@verbose_option
def bench(
    judged: Path | None,
    depth: Depth,
    results: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Time what a run has judged, in a new run that takes its verdicts over."""
    from harness.cli.reports import finish
    from harness.plugins import load
    from harness.running import supervisor
    from harness.running.from_judged import begin_from_judged

    registry = load()
    source = judged or _newest(results)
    view = view_of(registry, quiet=quiet)
    folder = begin_from_judged(source, results, registry, depth, _words())
    supervisor.resume(folder, view, registry=registry)
    finish(folder, registry, as_json=as_json)


def _newest(results: Path) -> Path:
    """The newest run in ``results``: run ids sort by time."""
    runs = sorted(path.parent for path in results.glob("*Z-*/run.json"))
    if not runs:
        raise RunFailedError(f"no run in {results}; judge first with: adjudge check")
    return runs[-1]


def _words() -> list[str]:
    return ["adjudge", *sys.argv[1:]]
