"""The command group, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

from harness.errors import AdjudgeError, nearest

__all__ = ["cli", "main"]

EXIT_CODES = """
\b
Exit codes:
  0    all as expected
  1    the gate found something
  2    the call was wrong
  3    the run could not be done
  130  interrupted; what was recorded stays, --resume goes on
"""


class Group(click.Group):
    """A group that names the nearest command when a word is not one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Like click's own, with a suggestion in the error."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            hint = nearest(args[0], self.list_commands(ctx))
            raise click.UsageError(f"no command {args[0]!r}; {hint}", ctx) from error


def _version() -> str:
    try:
        return version("adjudge")
    except PackageNotFoundError:
        return "unknown (not installed)"


@click.group(cls=Group, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(_version(), prog_name="adjudge")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Judge automatic differentiation: which backend is right, and only then how fast."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; every expected error is one line on stderr."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _register_commands()
    try:
        code: Any = cli.main(words, prog_name="adjudge", standalone_mode=False)
    except click.ClickException as error:
        _tell(_click_line(error), debug="--debug" in words)
        sys.exit(2)
    except click.exceptions.Abort:
        sys.exit(130)
    except AdjudgeError as error:
        _tell(str(error), debug="--debug" in words)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _tell("interrupted", debug=False)
        sys.exit(130)
    except BrokenPipeError:
        # The reader of our output left, as `head` does: that is no error. The signal itself stays
        # ignored, since a worker that dies must not take the supervisor with it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    sys.exit(code if isinstance(code, int) else 0)


def _register_commands() -> None:
    """Import the modules that add commands to the group; late, so that --version stays quick."""
    from harness.cli import gate, listing, reports, runs, trace  # noqa: F401


def _click_line(error: click.ClickException) -> str:
    """click's message on one line, with where to look."""
    context = getattr(error, "ctx", None)
    where = f"; see {context.command_path} --help" if context is not None else ""
    return " ".join(error.format_message().split()) + where


def _tell(message: str, *, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    line = " ".join(message.split())
    click.echo(f"adjudge: {line}", err=True)
