"""``adjudge report``: the files and the summary of a run, made anew from its journal."""

from __future__ import annotations

from pathlib import Path

import click

from harness.errors import RunFailedError
from harness.plugins import Registry, load
from harness.reporting import html
from harness.reporting.csv import write_csv
from harness.reporting.frames import RunFrames, load_run
from harness.reporting.markdown import markdown_summary
from harness.reporting.schema import MEASUREMENTS, VERDICTS
from harness.reporting.summary import print_summary

__all__ = ["finish", "report"]


@click.command(
    epilog="""
\b
Examples:
  adjudge report results/20261123T101500Z-3f9c
  adjudge report results/20261123T101500Z-3f9c --markdown >> "$GITHUB_STEP_SUMMARY"
"""
)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--markdown", is_flag=True, help="Print the summary as Markdown, for a pull request.")
def report(run: Path, markdown: bool) -> None:
    """Write verdicts.csv, measurements.csv and report.html of RUN again, and print its summary."""
    registry = load()
    frames = load_run(run)
    _write_tables(frames)
    _write_page(frames, registry)
    if markdown:
        click.echo(markdown_summary(frames))
    else:
        print_summary(frames)


def finish(folder: Path, registry: Registry, *, summary: bool = True) -> None:
    """Write the files of a run that has just ended, and print its summary.

    Without the report extra there is no page; the run is complete all the same, so that is a
    line on stderr and no error.
    """
    frames = load_run(folder)
    _write_tables(frames)
    try:
        _write_page(frames, registry)
    except RunFailedError as error:
        click.echo(f"adjudge: no page: {error}", err=True)
    if summary:
        print_summary(frames)


def _write_tables(frames: RunFrames) -> None:
    write_csv(frames.verdicts, VERDICTS, frames.path / "verdicts.csv")
    write_csv(frames.measurements, MEASUREMENTS, frames.path / "measurements.csv")


def _write_page(frames: RunFrames, registry: Registry) -> None:
    given = registry.hook.report_sections(run=frames.path)
    sections = [section for sections in given for section in sections or ()]
    html.write_report(frames, frames.path / "report.html", sections)
