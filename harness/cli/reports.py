"""``adjudge report``: the files and the summary of a run, made anew from its journal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.options import json_option
from harness.errors import RunFailedError, UsageError

if TYPE_CHECKING:
    from harness.plugins import Registry
    from harness.reporting.frames import RunFrames

__all__ = ["finish", "report"]


@click.command(
    epilog="""
\b
Examples:
  adjudge report results/20261123T101500Z-3f9c
  adjudge report results/20261123T101500Z-3f9c --markdown >> "$GITHUB_STEP_SUMMARY"
  adjudge report results/20261123T101500Z-3f9c --json
"""
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--markdown", is_flag=True, help="Print the summary as Markdown, for a pull request.")
@json_option
def report(run: Path, markdown: bool, as_json: bool) -> None:
    """Write verdicts.csv, measurements.csv and report.html of RUN again, and print its summary."""
    from harness.plugins import load
    from harness.reporting.frames import load_run
    from harness.reporting.markdown import markdown_summary

    if markdown and as_json:
        raise UsageError("--markdown and --json are two ways to print; give one of them")
    registry = load()
    frames = load_run(run)
    _write_tables(frames)
    _write_page(frames, registry)
    if markdown:
        click.echo(markdown_summary(frames))
    else:
        _print(frames, as_json=as_json)


def finish(
    folder: Path, registry: Registry, *, summary: bool = True, as_json: bool = False
) -> None:
    """Write the files of a run that has just ended, and print its summary.

    Without the report extra there is no page; the run is complete all the same, so that is a
    line on stderr and no error.
    """
    from harness.reporting.frames import load_run

    frames = load_run(folder)
    _write_tables(frames)
    try:
        _write_page(frames, registry)
    except RunFailedError as error:
        click.echo(f"adjudge: no page: {error}", err=True)
    if summary:
        _print(frames, as_json=as_json)


def _print(frames: RunFrames, *, as_json: bool) -> None:
    from harness.cli.console import OutputConsole
    from harness.cli.run_facts import run_facts
    from harness.reporting.summary import print_summary

    if as_json:
        click.echo(json.dumps(run_facts(frames), indent=1))
    else:
        print_summary(frames, OutputConsole())


def _write_tables(frames: RunFrames) -> None:
    from harness.reporting.csv import write_csv
    from harness.reporting.schema import MEASUREMENTS, VERDICTS

    write_csv(frames.verdicts, VERDICTS, frames.path / "verdicts.csv")
    write_csv(frames.measurements, MEASUREMENTS, frames.path / "measurements.csv")


def _write_page(frames: RunFrames, registry: Registry) -> None:
    from harness.reporting import html
    from harness.reporting.lecture import exhibits
    from harness.running.reproducers import Reproducers
    from harness.verification.judge import Judge

    given = registry.hook.report_sections(run=frames.path)
    sections = [section for sections in given for section in sections or ()]
    html.write_report(
        frames,
        frames.path / "report.html",
        sections,
        exhibits=exhibits(registry, frames.info.problems),
        reproducer=Reproducers(registry, Judge(registry), ask=False).line,
    )
