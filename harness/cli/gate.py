"""``adjudge gate``: fail on a divergence that no ledger lists, or on a slowdown."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.options import (
    FILE,
    FOLDER,
    deadline_option,
    json_option,
    results_option,
    verbose_option,
    view_of,
    view_options,
)
from harness.cli.performance import Outputs, performance_gate
from harness.cli.selecting import given_patterns, selection_of, selection_options
from harness.errors import AdjudgeError, UsageError

if TYPE_CHECKING:
    from harness.plugins import Registry
    from harness.running.plan import Plan
    from harness.running.selection import Selection
    from harness.verification.gating import GateReport
    from harness.verification.judge import Judge

__all__ = ["gate"]

_FILE = "gate.json"
_BOUND = 1.05


class GateClosedError(AdjudgeError):
    """The gate found something: exit code 1."""

    exit_code = 1


@click.command(
    epilog="""
\b
Examples:
  adjudge gate
  adjudge gate --backend my_library --junit gate.xml
  adjudge gate --run results/20261123T101500Z-3f9c --suggest >> my_library.toml
  adjudge gate --performance --against results/20261123T101500Z-3f9c --bound 1.1
"""
)
@selection_options
@click.option(
    "--run",
    type=FOLDER,
    metavar="RUN",
    help="Hold the verdicts of that run against the ledgers, and judge nothing anew.",
)
@click.option(
    "--suggest",
    is_flag=True,
    help="Print entries for what is not listed, to be reviewed and put into the ledger.",
)
@click.option("--junit", type=FILE, metavar="FILE", help="Write the findings as JUnit XML.")
@click.option(
    "--markdown", type=FILE, metavar="FILE", help="Write the findings as Markdown, for a comment."
)
@click.option(
    "--annotations/--no-annotations",
    "annotate",
    default=None,
    help="Print the findings as GitHub annotations; the default in a GitHub workflow.",
)
@click.option(
    "--performance",
    is_flag=True,
    help="Fail on a certain slowdown instead, where a self-test of this machine supports it.",
)
@click.option(
    "--against",
    type=FOLDER,
    metavar="RUN",
    help="With --performance: the run whose ratios must not grow; its cells are timed again.",
)
@click.option(
    "--bound",
    type=click.FloatRange(min=1.0),
    metavar="RATIO",
    help="With --performance: how far a ratio may grow; 1.05 unless told otherwise.",
)
@deadline_option
@results_option
@json_option
@view_options
@verbose_option
def gate(
    run: Path | None,
    suggest: bool,
    junit: Path | None,
    markdown: Path | None,
    annotate: bool | None,
    performance: bool,
    against: Path | None,
    bound: float | None,
    deadline: float,
    results: Path,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> None:
    """Judge, and hold the verdicts against each backend's ledger of known divergences.

    It finds a divergence that is not listed, a listed one that is gone, one of another kind,
    and an entry that matches nothing. An entry outside the selection is not looked for. All
    findings are in the run's gate.json, each with a line that reproduces it.

    With --performance it compares ratios to the baseline with those of the run --against, taken
    anew or from --run, and fails only where the whole interval lies beyond --bound.
    """
    from harness.cli.gate_report import gate_report
    from harness.plugins import load
    from harness.reporting import gate_text
    from harness.reporting.annotations import github_annotations
    from harness.reporting.junit import write_junit
    from harness.verification.judge import Judge

    for path in (junit, markdown):
        if path is not None and not path.parent.is_dir():
            raise UsageError(f"{path} cannot be written: there is no folder {path.parent}; make it")
    in_github = os.environ.get("GITHUB_ACTIONS") == "true"
    annotated = in_github if annotate is None else annotate
    selection = selection_of(options)
    if performance:
        outputs = Outputs(junit, markdown, annotated, as_json)
        backends = selection.backends if "backends" in given_patterns() else ()
        if suggest or given_patterns() - {"backends"} or against is None:
            raise UsageError(
                "--performance needs --against RUN and takes the cells of that run; leave "
                "--suggest and the patterns out but --backend"
            )
        closed = performance_gate(
            against, run, backends, bound or _BOUND, outputs, results, quiet=quiet
        )
        if closed:
            raise GateClosedError(closed)
        return
    if against is not None or bound is not None:
        raise UsageError("--against and --bound belong to --performance; add it")
    registry = load()
    judge = Judge(registry)
    folder, backends = run, selection.backends
    if folder is None:
        plan = _plan(registry, selection, deadline)
        folder = _judged(plan, registry, judge, results, quiet=quiet)
    elif given_patterns() - {"backends"}:
        raise UsageError("--run takes the cases of that run; leave the patterns out but --backend")
    elif "backends" not in given_patterns():
        backends = ()
    report = gate_report(folder, backends, registry, judge)
    (folder / _FILE).write_text(gate_text.as_json(report) + "\n", encoding="utf-8")
    if junit is not None:
        write_junit(report, junit)
    _write_markdown(report, markdown)
    if suggest:
        _print_suggestions(report, registry)
    elif as_json:
        click.echo(gate_text.as_json(report))
    else:
        for line in gate_text.finding_lines(report):
            click.echo(line)
    if annotated:
        for line in github_annotations(report):
            click.echo(line, err=suggest or as_json)
    if report.findings:
        raise GateClosedError(
            f"{gate_text.headline(report)}; mend them or list them in the backend's ledger; "
            f"all of them: {folder / _FILE}"
        )
    if not (as_json or suggest):
        click.echo(gate_text.headline(report))


def _plan(registry: Registry, selection: Selection, deadline_s: float) -> Plan:
    """What is selected; a ledger that cannot be read is told before anything is run."""
    from harness.running.planning import make_plan
    from harness.running.selection import select_backends
    from harness.verification.gating import ledger_of

    for entry in select_backends(registry, selection.backends)[0]:
        ledger_of(entry)
    return make_plan(registry, selection, deadline_s=deadline_s, measure=False, seed=0)


def _judged(plan: Plan, registry: Registry, judge: Judge, results: Path, *, quiet: bool) -> Path:
    """The folder of a new run that judged what is planned."""
    from harness.cli.reports import finish
    from harness.running import supervisor
    from harness.running.run_folder import create_folder

    view = view_of(registry, quiet=quiet)
    folder = create_folder(results)
    supervisor.run(plan, folder, view, registry=registry, judge=judge)
    finish(folder, registry, summary=False)
    return folder


def _write_markdown(report: GateReport, path: Path | None) -> None:
    """To the file that was asked for, and to the summary of a GitHub job."""
    from harness.reporting.gate_markdown import gate_markdown

    if path is not None:
        path.write_text(gate_markdown(report), encoding="utf-8")
    summary = os.environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("a", encoding="utf-8") as file:
            file.write(gate_markdown(report))


def _print_suggestions(report: GateReport, registry: Registry) -> None:
    from harness.verification.suggesting import as_toml, suggest, version_ranges

    for backend in report.backends:
        entries = suggest(backend.verdicts, backend.findings)
        if not entries:
            continue
        requires = registry.backend(backend.backend).requires
        ranges = version_ranges(backend.versions, requires)
        click.echo(f"# {backend.backend}: {len(entries)} entries to review\n")
        for entry in as_toml(entries, ranges):
            click.echo(entry)
