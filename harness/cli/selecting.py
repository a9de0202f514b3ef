"""The patterns that select what is asked, from the command line and from the configuration."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from harness.cli import completing
from harness.cli.options import source_of

if TYPE_CHECKING:
    from harness.running.selection import Selection

__all__ = ["given_patterns", "patterns_option", "selection_of", "selection_options"]

Command = TypeVar("Command", bound=Callable[..., Any])
Complete = Callable[[click.Context, click.Parameter, str], list[str]]

_SELECTIONS = (
    ("backends", "--backend", "our_engine, 'jax*'", completing.backend_names),
    ("suites", "--suite", "lecture, catalogue", completing.suite_names),
    (
        "problems",
        "--problem",
        "lecture.chain (all its profiles), lecture.perceptron",
        completing.problem_names,
    ),
    ("operators", "--operator", "gradient, 'hvp*'", completing.operator_names),
    ("dtypes", "--dtype", "float32", completing.dtype_names),
    ("sizes", "--size", "64, hidden=64, 'batch=32,*'", None),
    ("points", "--point", "kink, 'generic-*'", None),
    ("cases", "--case", "lecture.log_sqrt:jvp:scalar:float64:e-4", None),
)
_WHAT = ("suites", "problems", "cases")
"""Each of these says what is asked: one of them on the command line takes the others' place."""


def selection_options(command: Command) -> Command:
    """Add --backend, --suite, --problem, --operator, --dtype, --size, --point and --case."""
    for name, flag, example, complete in reversed(_SELECTIONS):
        told = f"Only what matches; may be given several times. Examples: {example}."
        command = patterns_option(flag, name, complete, told)(command)
    return command


def patterns_option(
    flag: str, name: str, complete: Complete | None, told: str
) -> Callable[[Command], Command]:
    """Add ``flag``, which takes any number of patterns, as the parameter ``name``.

    ``complete`` offers a shell what may stand there; ``told`` is the help.
    """
    return click.option(
        flag, name, multiple=True, metavar="PATTERN", shell_complete=complete, help=told
    )


def selection_of(options: dict[str, Any]) -> Selection:
    """Take the selection out of a command's options.

    What the command line says is not narrowed by a configuration that is about something else: a
    suite, problem or case that is named there takes the place of those configured, and a case
    the place of all configured patterns but the backends.
    """
    from harness.running.selection import Selection

    patterns = {name: tuple(options.pop(name)) for name, *_ in _SELECTIONS}
    dropped: set[str] = set()
    given = given_patterns()
    if given.intersection(_WHAT):
        dropped |= set(_WHAT)
    if "cases" in given:
        dropped |= patterns.keys() - {"backends"}
    for name in dropped:
        if source_of(name) is ParameterSource.DEFAULT_MAP:
            patterns[name] = ()
    return Selection(**patterns)


def given_patterns() -> frozenset[str]:
    """Which of the patterns the command line gives, by their parameters' names."""
    given = (name for name, *_ in _SELECTIONS if source_of(name) is ParameterSource.COMMANDLINE)
    return frozenset(given)
