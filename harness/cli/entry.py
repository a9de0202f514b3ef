"""The entry point: the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from harness.cli.app import NobodyReadsError, cli
from harness.errors import AdjudgeError

__all__ = ["main"]

_USAGE, _FAILED, _INTERRUPTED = 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit; every error is one line on stderr.

    The traceback is shown with --debug, which may stand before or behind the command.
    """
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    debug = "--debug" in _options(words)
    if debug:
        words = ["--debug", *(word for word in words if word != "--debug")]
    sys.exit(_code(words, debug=debug))


def _code(words: Sequence[str], *, debug: bool) -> int:
    """Run the command; the exit code, and a line on stderr where it failed."""
    colour = False if os.environ.get("NO_COLOR") else None
    try:
        code: Any = cli.main(words, prog_name="adjudge", standalone_mode=False, color=colour)
        sys.stdout.flush()  # what cannot be written is told here, and not by the interpreter
    except (BrokenPipeError, NobodyReadsError):
        # The signal itself stays ignored: a worker that dies must not take the supervisor with it.
        _discard_output()
        return NobodyReadsError.exit_code
    except click.ClickException as error:
        return _told(_click_line(error), _USAGE, debug=debug)
    except AdjudgeError as error:
        return _told(str(error), error.exit_code, debug=debug)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return _told("interrupted", _INTERRUPTED, debug=debug)
    except OSError as error:
        _discard_output()
        return _told(f"{error}; the call could not be carried out", _FAILED, debug=debug)
    except Exception as error:  # noqa: BLE001 - a fault of adjudge is one line as well
        told = f"adjudge itself is at fault: {type(error).__name__}: {error}"
        return _told(f"{told}; call it again with --debug and report what it shows", _FAILED, debug)
    return code if isinstance(code, int) else 0


def _options(words: Sequence[str]) -> Sequence[str]:
    """The words that can be options: those before a ``--``."""
    return words[: words.index("--")] if "--" in words else words


def _click_line(error: click.ClickException) -> str:
    """click's message on one line, with where to look."""
    context = getattr(error, "ctx", None)
    where = f"; see {context.command_path} --help" if context is not None else ""
    return error.format_message().rstrip(".") + where


def _told(message: str, code: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    line = " ".join(message.split())
    click.echo(f"adjudge: {line}", err=True)
    return code


def _discard_output() -> None:
    """Let what is still in the buffers go nowhere, so that the interpreter does not fail on it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(nowhere, stream.fileno())
