"""Options that several commands share, so that they read and mean the same everywhere."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click
from click.core import ParameterSource

from harness.cli import completing
from harness.errors import UsageError

if TYPE_CHECKING:
    from harness.plugins import Registry
    from harness.running.progress import View

__all__ = [
    "DURATION",
    "FILE",
    "FOLDER",
    "baseline_option",
    "deadline_option",
    "depth_options",
    "json_option",
    "loudness",
    "results_option",
    "source_of",
    "threads_option",
    "verbose_option",
    "view_of",
    "view_of_steps",
    "view_options",
]

Command = TypeVar("Command", bound=Callable[..., Any])

_DEADLINE_S = 60.0
_SPAN = re.compile(r"(?:(?P<h>[\d.]+)h)?(?:(?P<m>[\d.]+)m(?:in)?)?(?:(?P<s>[\d.]+)s?)?", re.I)


class _Duration(click.ParamType[float]):
    """Seconds from 90, 90s, 5m or 1h30m."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        found = _SPAN.fullmatch(str(value).strip())
        try:
            parts = {
                unit: float(n) for unit, n in (found.groupdict() if found else {}).items() if n
            }
        except ValueError:
            parts = {}
        seconds = sum(n * {"h": 3600, "m": 60, "s": 1}[unit] for unit, n in parts.items())
        if not seconds > 0:
            self.fail(f"{value!r} is no duration; say 90s, 5m or 1h30m", param, ctx)
        return seconds


DURATION = _Duration()
"""The type of options that take a duration; their value is in seconds."""

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
"""The types of options that take a path: of a file, of a folder. Nothing need be there."""

_VERBOSE = "adjudge.verbose"


def source_of(name: str) -> ParameterSource | None:
    """Where the value of a parameter of the running command comes from."""
    return click.get_current_context().get_parameter_source(name)


def depth_options(command: Command) -> Command:
    """Add --quick, --default, --thorough, --budget and --audit; the parameter is ``depth``."""
    helps = {
        "quick": "About a minute after start-up: few sizes, few sets, wide intervals.",
        "default": "About five minutes on two cores.",
        "thorough": "As long as it takes to resolve what can be resolved.",
    }

    @functools.wraps(command)
    def with_depth(
        *args: Any, depth: str | None, budget: float | None, audit: bool | None, **rest: Any
    ) -> Any:
        from harness.timing.schedule import DEFAULT, DEPTHS

        chosen = DEPTHS[depth] if depth else DEFAULT
        if budget is not None:
            chosen = chosen.with_budget(budget)
        if audit is not None:
            chosen = dataclasses.replace(chosen, audit=audit)
        return command(*args, depth=chosen, **rest)

    decorated: Any = with_depth
    for add in (
        click.option(
            "--audit/--no-audit",
            default=None,
            help="Also time some backends alone, to see what taking turns does to them "
            "(a twentieth of the time; not with --quick unless asked).",
        ),
        click.option(
            "--budget",
            type=DURATION,
            metavar="TIME",
            help="Wall time of the whole run, such as 90s, 5m or 1h30m, not the depth's own.",
        ),
        *(
            click.option(f"--{name}", "depth", flag_value=name, help=text, default=None)
            for name, text in reversed(helps.items())
        ),
    ):
        decorated = add(decorated)
    return cast(Command, decorated)


def deadline_option(command: Command) -> Command:
    """Add --deadline."""
    return click.option(
        "--deadline",
        type=DURATION,
        default=_DEADLINE_S,
        show_default=f"{_DEADLINE_S:g}s",
        metavar="TIME",
        help="How long one answer of a backend may take before its worker is stopped.",
    )(command)


def threads_option(command: Command) -> Command:
    """Add --threads."""
    return click.option(
        "--threads", type=int, default=1, show_default=True, help="Threads of each library."
    )(command)


def baseline_option(command: Command) -> Command:
    """Add --baseline."""
    return click.option(
        "--baseline",
        default="numpy_manual",
        show_default=True,
        metavar="BACKEND",
        shell_complete=completing.backend_names,
        help="The backend that times are ratios to.",
    )(command)


def results_option(command: Command) -> Command:
    """Add --results: the folder that holds the runs."""
    return click.option(
        "--results",
        type=FOLDER,
        default=Path("results"),
        show_default=True,
        help="The folder in which runs are kept.",
    )(command)


def json_option(command: Command) -> Command:
    """Add --json, as the parameter ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")(
        command
    )


def view_options(command: Command) -> Command:
    """Add --quiet."""
    return click.option("-q", "--quiet", is_flag=True, help="No progress, only the result.")(
        command
    )


def verbose_option(command: Command) -> Command:
    """Add --verbose, which ``view_of`` and ``view_of_steps`` look at."""

    def keep(ctx: click.Context, _param: click.Parameter, verbose: bool) -> None:
        ctx.meta[_VERBOSE] = verbose

    return click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=keep,
        help="Tell each verdict, each timed case, each thing done as it comes.",
    )(command)


def view_of(registry: Registry, *, quiet: bool) -> View:
    """The progress of the running command: on stderr, as --quiet and --verbose ask."""
    from harness.cli.verbose import Teller
    from harness.running.progress import view_for

    quiet, verbose = loudness(quiet=quiet)
    view = view_for(quiet=quiet)
    if verbose:
        registry.manager.register(Teller(view), "adjudge-verbose")
    return view


def view_of_steps(*, quiet: bool) -> View:
    """The like for a command that judges nothing: --verbose tells each step that is done."""
    from harness.cli.verbose import StepsTold
    from harness.running.progress import view_for

    quiet, verbose = loudness(quiet=quiet)
    view = view_for(quiet=quiet)
    return StepsTold(view) if verbose else view


def loudness(*, quiet: bool) -> tuple[bool, bool]:
    """Whether the running command is quiet, and whether it is verbose; never both.

    What was typed goes before what is configured; UsageError where both were typed.
    """
    verbose = bool(click.get_current_context().meta.get(_VERBOSE, False))
    if quiet and verbose:
        given = {n for n in ("quiet", "verbose") if source_of(n) is ParameterSource.COMMANDLINE}
        if len(given) != 1:
            raise UsageError("--quiet and --verbose contradict each other; give one of them")
        quiet, verbose = "quiet" in given, "verbose" in given
    return quiet, verbose
