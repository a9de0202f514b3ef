"""``adjudge conventions``: what backends do where mathematics leaves a choice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli import completing
from harness.cli.options import (
    FILE,
    json_option,
    loudness,
    verbose_option,
    view_of_steps,
    view_options,
)
from harness.cli.selecting import patterns_option
from harness.errors import RunFailedError, UsageError

if TYPE_CHECKING:
    from harness.fuzzing.bench import Outcome
    from harness.plugins import Registry
    from harness.running.progress import View
    from harness.verification.conventions import Matrix

__all__ = ["conventions", "observe"]

_DEADLINE_S = 60.0


@click.command(
    epilog="""
\b
Examples:
  adjudge conventions
  adjudge conventions --backend jax --backend pytorch
  adjudge conventions --write docs/conventions.md
"""
)
@patterns_option(
    "--backend",
    "backends",
    completing.backend_names,
    "Only these. [default: those that are published]",
)
@json_option
@view_options
@verbose_option
@click.option(
    "--write",
    "files",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="Write it to FILE, a page (.md) or data (.json), instead of printing it.",
)
def conventions(
    backends: tuple[str, ...], as_json: bool, quiet: bool, files: tuple[Path, ...]
) -> None:
    """Observe what each backend does at kinks, ties and borders, and with unusual arguments.

    Each backend answers in a worker process of its own. Nothing of it is right or wrong: the names
    of what was observed are made by rule.
    """
    from harness.plugins import load
    from harness.verification.conventions import CONVENTIONS, page, text

    for file in files:
        if file.suffix not in (".md", ".json"):
            raise UsageError(f"--write {file}: a page ends in .md, data in .json")
    registry = load()
    view = view_of_steps(quiet=quiet)
    chosen = _chosen(registry, backends, view)
    view.begin("observing", len(chosen) * len(CONVENTIONS))
    try:
        found = observe(registry, chosen, view)
        view.end()
    finally:
        view.close()
    data = json.dumps(found.to_json(), indent=1, ensure_ascii=False) + "\n"
    for file in files:
        try:
            file.write_text(page(found) if file.suffix == ".md" else data, encoding="utf-8")
        except OSError as error:
            raise RunFailedError(f"{file} cannot be written: {error.strerror}") from error
        if not loudness(quiet=quiet)[0]:
            click.echo(f"written: {file}")
    if not files:
        click.echo(data.rstrip() if as_json else text(found))


def observe(registry: Registry, backends: list[str], view: View | None = None) -> Matrix:
    """Ask each of ``backends`` every question; RunFailedError for one that does not come up.

    ``view`` is told of each answer; none is shown unless it is given.
    """
    from harness.fuzzing.bench import Worker
    from harness.running.progress import QuietView
    from harness.verification.conventions import CONVENTIONS, made

    view = view or QuietView()
    observed: dict[str, dict[str, Outcome]] = {}
    versions = {}
    for name in backends:
        worker = Worker(name, _DEADLINE_S)
        try:
            observed[name] = its = {}
            for convention in CONVENTIONS:
                its[convention.name] = worker(convention.problem, [convention.task])[0]
                view.step(f"{name} {convention.name}")
        finally:
            worker.close()
        versions[name] = worker.versions
        if not worker.versions:
            raise RunFailedError(f"backend {name!r} does not start; adjudge backends says why")
    return made(observed, versions)


def _chosen(registry: Registry, patterns: tuple[str, ...], view: View) -> list[str]:
    """The backends that are named; else the published ones, as far as their libraries are there."""
    from harness.running.selection import select_backends
    from harness.verification.conventions import COLUMNS

    if patterns:
        return [entry.name for entry in select_backends(registry, patterns)[0]]
    entries = [registry.backends[name] for name in COLUMNS if name in registry.backends]
    for entry in entries:
        if entry.missing:
            view.notice(f"left out: {entry.missing_line()}")
    ready = [entry.name for entry in entries if not entry.missing]
    if not ready:
        raise RunFailedError("none of the published backends can run; name one with --backend")
    return ready
