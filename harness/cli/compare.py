"""``adjudge compare``: what became of a run's ratios in another one."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import FILE, FOLDER, json_option

__all__ = ["compare"]


@click.command(
    epilog="""
\b
Examples:
  adjudge compare results/20261123T101500Z-3f9c results/20261124T090000Z-b07e
  adjudge compare before after --markdown comment.md
"""
)
@click.argument("before", metavar="RUN_A", type=FOLDER)
@click.argument("after", metavar="RUN_B", type=FOLDER)
@click.option(
    "--markdown",
    type=FILE,
    metavar="FILE",
    help="Write it as Markdown too, for a comment.",
)
@json_option
def compare(before: Path, after: Path, markdown: Path | None, as_json: bool) -> None:
    """Compare each ratio of RUN_A with the same one of RUN_B: faster, slower, equivalent or open.

    Times of two runs are never divided by each other: each backend is held against the baseline
    beside it, and these ratios are compared. Verdicts that changed are listed too. The exit code
    is 0 whatever is found; adjudge gate --performance fails on a slowdown.
    """
    from harness.cli.console import OutputConsole
    from harness.reporting.between_runs import as_text
    from harness.reporting.between_runs.as_markdown import comparison_markdown
    from harness.reporting.between_runs.comparison import compare as compare_runs
    from harness.reporting.between_runs.timed_run import read_timed_run

    found = compare_runs(read_timed_run(before), read_timed_run(after))
    if markdown is not None:
        markdown.write_text(comparison_markdown(found), encoding="utf-8")
    if as_json:
        click.echo(as_text.as_json(found))
    else:
        as_text.print_comparison(found, OutputConsole())
