"""Options that several commands share, so that they read and mean the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from harness.running.selection import Selection
from harness.timing.schedule import DEFAULT, DEPTHS, Depth

__all__ = ["depth_options", "results_option", "selection_of", "selection_options", "view_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

_SELECTIONS = (
    ("backends", "--backend", "our_engine, 'jax*'"),
    ("suites", "--suite", "lecture, catalogue"),
    ("problems", "--problem", "lecture.chain (all its profiles), lecture.perceptron"),
    ("operators", "--operator", "gradient, 'hvp*'"),
    ("dtypes", "--dtype", "float32"),
    ("sizes", "--size", "64, hidden=64, 'batch=32,*'"),
    ("points", "--point", "kink, 'generic-*'"),
    ("cases", "--case", "lecture.log_sqrt:jvp:scalar:float64:e-4"),
)


def selection_options(command: Command) -> Command:
    """Add --backend, --suite, --problem, --operator, --dtype, --size, --point and --case."""
    for name, flag, example in reversed(_SELECTIONS):
        command = click.option(
            flag,
            name,
            multiple=True,
            metavar="PATTERN",
            help=f"Only what matches; may be given several times. Examples: {example}.",
        )(command)
    return command


def selection_of(options: dict[str, Any]) -> Selection:
    """Take the selection out of a command's options."""
    return Selection(**{name: tuple(options.pop(name)) for name, _, _ in _SELECTIONS})


def depth_options(command: Command) -> Command:
    """Add --quick, --default and --thorough; the parameter ``depth`` is a Depth."""
    helps = {
        "quick": "About a minute after start-up: few sizes, few sets, wide intervals.",
        "default": "About five minutes on two cores.",
        "thorough": "As long as it takes to resolve what can be resolved.",
    }

    def chosen(_ctx: click.Context, _param: click.Parameter, name: str | None) -> Depth:
        return DEPTHS[name] if name else DEFAULT

    for name, text in reversed(helps.items()):
        command = click.option(
            f"--{name}", "depth", flag_value=name, help=text, callback=chosen, default=None
        )(command)
    return command


def results_option(command: Command) -> Command:
    """Add --results: the folder that holds the runs."""
    return click.option(
        "--results",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path("results"),
        show_default=True,
        help="The folder in which runs are kept.",
    )(command)


def view_options(command: Command) -> Command:
    """Add --quiet."""
    return click.option("-q", "--quiet", is_flag=True, help="No progress, only the result.")(
        command
    )
