"""``adjudge fuzz``: search for faults that no fixed point shows."""

from __future__ import annotations

import contextlib
import json
import math
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli import completing
from harness.cli.options import (
    DURATION,
    json_option,
    results_option,
    verbose_option,
    view_of_steps,
    view_options,
)
from harness.errors import AdjudgeError, UsageError

if TYPE_CHECKING:
    from harness.fuzzing.search import Search

__all__ = ["fuzz"]

_KEEP_S = 2.0


class FoundError(AdjudgeError):
    """The search found something that no ledger explains: exit code 1."""

    exit_code = 1


@click.command(
    epilog="""
\b
Examples:
  adjudge fuzz --backend our_engine --seconds 5m --seed 7
  adjudge fuzz --backend jax-eager --function 'linalg.*' --draws 200
  adjudge fuzz --backend pytorch --seed 7 --draw 41
"""
)
@click.option(
    "--backend",
    required=True,
    metavar="NAME",
    shell_complete=completing.backend_names,
    help="Whose faults are looked for.",
)
@click.option(
    "--seconds",
    type=DURATION,
    default=60.0,
    show_default=True,
    help="How long to draw; what is found at the end is still shrunk.",
)
@click.option("--draws", type=click.IntRange(1), help="Stop after so many draws.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Which draws.")
@click.option("--draw", type=click.IntRange(0), help="That one draw of the seed alone.")
@click.option(
    "--function",
    metavar="PATTERN",
    help="Only compositions with such a function: linalg.det, 'sum*', 'special.*'.",
)
@click.option(
    "--deadline",
    "deadline_s",
    type=DURATION,
    default=20.0,
    show_default=True,
    help="A case that takes longer is a finding.",
)
@json_option
@view_options
@verbose_option
@results_option
def fuzz(
    backend: str,
    seconds: float,
    draws: int | None,
    seed: int,
    draw: int | None,
    function: str | None,
    deadline_s: float,
    as_json: bool,
    quiet: bool,
    results: Path,
) -> None:
    """Judge random compositions of the catalogue's functions, and shrink what fails.

    The draws depend on the seed and the catalogue alone. What is found is in results/fuzz-…
    as soon as it is found. Randomness has no place in a gate: a finding becomes a fixed
    point of the catalogue, as which it is printed.
    """
    from harness.fuzzing.bench import Bench, Worker
    from harness.fuzzing.drawing import Drawer
    from harness.fuzzing.notes import Notes
    from harness.fuzzing.search import Search
    from harness.fuzzing.telling import finding_lines, headline
    from harness.plugins import load
    from harness.verification.gating import ledger_of

    if draw is not None and draws is not None:
        raise UsageError("--draw is one draw and --draws are many; give one of them")
    view = view_of_steps(quiet=quiet)
    registry = load()
    entry = registry.backend(backend)
    if entry.missing:
        raise UsageError(entry.missing_line())
    ledger = ledger_of(entry)
    drawer = Drawer(registry, seed, function)
    settings = {"backend": backend, "seed": seed, "function": function}
    notes = Notes(results, settings)
    with Bench(registry, backend, Worker(backend, deadline_s)) as bench:
        search = Search(registry, bench, drawer, ledger, found=notes.found)
        began = kept = time.monotonic()
        first, most = (0, draws) if draw is None else (draw, 1)
        view.begin("drawing", most or math.ceil(seconds), began + seconds)

        def told(finding: object) -> None:
            notes.told(search.findings[-1])
            if not as_json:
                lines = finding_lines(len(search.findings), search.findings[-1], seed)
                click.echo("\n".join(lines) + "\n")

        def drew(_tally: object) -> None:
            nonlocal kept
            now = time.monotonic()
            done = search.tally.draws if most else int(now - began)
            view.step(_progress(search), done - view.done)
            if now > kept + _KEEP_S:
                kept = now
                notes.keep(search.tally, bench.versions, finished=False)

        search.told, search.drew = told, drew
        with contextlib.ExitStack() as last:
            # Also after an interruption: what was found is not lost.
            last.callback(view.close)
            last.callback(lambda: view.end(_progress(search)))
            last.callback(
                lambda: notes.keep(search.tally, bench.versions, finished=search.finished)
            )
            search.run(first, most, began + seconds)
        versions = dict(bench.versions)
    known = sum(bool(finding.known) for finding in search.findings)
    told_ = headline(search.tally, len(search.findings) - known, known)
    if as_json:
        content = [finding.as_json() for finding in search.findings]
        facts = {**settings, "versions": versions, "draws": search.tally.draws}
        click.echo(json.dumps({**facts, "findings": content}, indent=1))
    if known < len(search.findings):
        raise FoundError(f"{told_}; all of it: {notes.folder}")
    if not as_json:
        click.echo(told_)


def _progress(search: Search) -> str:
    from harness.reporting.text import plural

    tally = search.tally
    done = f"{plural(tally.draws, 'draw')}, {plural(tally.verdicts.total(), 'case')}"
    return f"{done}, {len(search.findings)} found"
