"""The entry point: the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any

import click

from harness.cli.app import cli
from harness.errors import AdjudgeError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; every expected error is one line on stderr."""
    words = list(sys.argv[1:] if arguments is None else arguments)
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
