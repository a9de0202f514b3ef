"""``adjudge selftest``: what the times of this machine are worth."""

from __future__ import annotations

import contextlib
import json
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import click

from harness.cli.options import (
    FOLDER,
    json_option,
    loudness,
    verbose_option,
    view_of_steps,
    view_options,
)

__all__ = ["selftest"]


@click.command(
    epilog="""
\b
Examples:
  adjudge selftest --quick
  adjudge selftest --cells 400 --json
"""
)
@click.option("--quick", is_flag=True, help="Two minutes: 40 cells, and wide limits.")
@click.option(
    "--cells",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many calls of different length are timed; 200 unless --quick.",
)
@click.option("--seed", type=int, metavar="S", help="Of the order of turns; random unless given.")
@click.option(
    "--keep",
    type=FOLDER,
    metavar="FOLDER",
    help="Keep the run with all raw samples there, for adjudge report.",
)
@json_option
@view_options
@verbose_option
def selftest(
    quick: bool,
    cells: int | None,
    seed: int | None,
    keep: Path | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Time identical work, and work with 2 % and 5 % added, as a bench would; tell what is found.

    It gives the rate of false alarms, the power, how often an interval holds the truth, and the
    smallest difference that can be resolved here. adjudge gate --performance asks for the result.
    """
    from harness.reporting.selftest import findings_of, selftest_lines
    from harness.running.selftest import store, trials
    from harness.timing import machine

    view = view_of_steps(quiet=quiet)
    quiet, _ = loudness(quiet=quiet)
    number = cells or (trials.QUICK_CELLS if quick else trials.CELLS)
    chosen = secrets.randbits(32) if seed is None else seed
    began, load = time.time(), machine.load_average()
    planned = trials.plan_trials(number, chosen, quick=quick)
    if not quiet:
        span = f"{_minutes(planned.least_s)} to {_minutes(planned.most_s)} minutes"
        click.echo(f"adjudge: {number} cells; this will take about {span}", err=True)
    with _folder(keep) as folder:
        trials.carry_out(planned, folder, view, ("adjudge", *sys.argv[1:]))
        findings = findings_of(folder, planned.cells, planned.overheads_s)
    test = store.SelfTest(
        findings=findings,
        machine=store.this_machine(),
        time=began,
        seconds=time.time() - began,
        seed=chosen,
        quick=quick,
        load=None if load is None else load[0],
    )
    path = store.keep(test)
    if as_json:
        click.echo(json.dumps(test.to_json(), indent=1))
        return
    for line in selftest_lines(test):
        click.echo(line)
    click.echo(f"kept in {path}")


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where the run goes: into a folder of its own in ``keep``, or away again."""
    from harness.running.run_folder import create_folder

    if keep is not None:
        yield create_folder(keep)
        return
    with tempfile.TemporaryDirectory(prefix="adjudge-selftest-") as away:
        yield create_folder(Path(away))


def _minutes(seconds: float) -> str:
    return f"{max(seconds / 60, 0.1):.1f}"
