"""``adjudge history``: how verdicts and ratios changed over the runs of a folder."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import FILE, FOLDER, json_option

__all__ = ["history"]


@click.command(
    epilog="""
\b
Examples:
  adjudge history
  adjudge history results --output history.html
  adjudge history /nightly/results --json
"""
)
@click.argument(
    "results",
    required=False,
    default=Path("results"),
    type=FOLDER,
)
@click.option(
    "--output",
    type=FILE,
    metavar="FILE",
    help="Where to write the page. [default: history.html in RESULTS]",
)
@json_option
def history(results: Path, output: Path | None, as_json: bool) -> None:
    """Show how each verdict and each ratio changed over all runs in RESULTS, in one page.

    Ratios are followed along the runs of one machine, one baseline and as many threads; runs
    that differ in these are shown apart, and never in one line.
    """
    from harness.cli.console import OutputConsole
    from harness.reporting.history import telling
    from harness.reporting.history.changes import ratio_steps, verdict_steps
    from harness.reporting.history.page import write_history
    from harness.reporting.history.reading import read_history

    found = read_history(results)
    if as_json and output is None:
        click.echo(telling.as_json(found, verdict_steps(found), ratio_steps(found)))
        return
    path = output or results / "history.html"
    write_history(found, path)
    if as_json:
        click.echo(telling.as_json(found, verdict_steps(found), ratio_steps(found)))
        return
    console = OutputConsole()
    telling.print_history(found, verdict_steps(found), ratio_steps(found), console)
    console.print()
    console.print(str(path), soft_wrap=True)
