"""``adjudge gate``: fail on a divergence that no ledger lists."""

from __future__ import annotations

import fnmatch
from pathlib import Path
from typing import Any

import click

from harness.cli.options import results_option, selection_of, selection_options, view_options
from harness.cli.reports import finish
from harness.contract import VerdictKind
from harness.errors import AdjudgeError, RunFailedError, UsageError
from harness.plugins import BackendEntry, load
from harness.running import supervisor
from harness.running.journal import create_folder, read_journal, read_run_file
from harness.running.plan import make_plan
from harness.running.progress import view_for
from harness.running.records import VerdictRecord
from harness.running.selection import Selection
from harness.verification.ledger import Entry, Finding, Ledger, examine, load_ledger

__all__ = ["gate"]


class GateClosedError(AdjudgeError):
    """The gate found something: exit code 1."""

    exit_code = 1


@click.command(
    epilog="""
\b
Examples:
  adjudge gate
  adjudge gate --backend my_library
"""
)
@selection_options
@results_option
@view_options
def gate(results: Path, quiet: bool, **options: Any) -> None:
    """Judge, and hold the verdicts against each backend's ledger of known divergences.

    It finds a divergence that is not listed, a listed one that is gone, one of another kind,
    and an entry that matches nothing. An entry outside the selection is not looked for.
    """
    registry = load()
    selection = selection_of(options)
    plan = make_plan(registry, selection, measure=False, seed=0)
    ledgers = {name: _ledger(registry.backends[name]) for name in plan.backends}
    folder = create_folder(results)
    supervisor.run(plan, folder, view_for(quiet=quiet), registry=registry)
    finish(folder, registry, summary=False)
    narrowed = selection != Selection(backends=selection.backends)
    findings = [
        finding
        for name, ledger in ledgers.items()
        for finding in _findings(folder, name, ledger, narrowed)
    ]
    for finding in findings:
        click.echo(f"{finding.kind}: {finding.backend}: {finding.case}: {finding.message}")
    if findings:
        raise GateClosedError(
            f"{len(findings)} findings; mend them or list them in the backend's ledger; "
            f"all verdicts: {folder / 'verdicts.csv'}"
        )
    click.echo(f"gate open: {len(ledgers)} backends, {len(plan.cases)} cases each, all as listed")


def _findings(
    folder: Path,
    backend: str,
    ledger: Ledger,
    narrowed: bool,
) -> list[Finding]:
    verdicts = {
        record.case: (VerdictKind(record.kind), record.reason)
        for record in read_journal(folder)
        if isinstance(record, VerdictRecord) and record.backend == backend
    }
    if not verdicts:
        raise RunFailedError(f"{backend} was not judged; see {folder}")
    if narrowed:
        ledger = Ledger(ledger.backend, ledger.path, _within(ledger, verdicts))
    versions = read_run_file(folder)["versions"].get(backend, {})
    return examine(ledger, versions, verdicts)


def _within(ledger: Ledger, verdicts: dict[str, tuple[VerdictKind, str]]) -> tuple[Entry, ...]:
    """The entries that some selected case can match: the others were not asked about."""
    return tuple(
        entry
        for entry in ledger.entries
        if any(fnmatch.fnmatchcase(case, entry.case) for case in verdicts)
    )


def _ledger(entry: BackendEntry) -> Ledger:
    """The backend's ledger; an empty one when it keeps none."""
    if entry.ledger is None:
        return Ledger(entry.name, None, ())
    ledger = load_ledger(entry.ledger)
    if ledger.backend != entry.name:
        raise UsageError(
            f"ledger {entry.ledger} is of backend {ledger.backend!r}, registered for {entry.name!r}"
        )
    return ledger
