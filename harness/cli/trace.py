"""``adjudge trace``: the lecture's evaluation trace of a problem, forward or in reverse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, cast

import click
from click.core import ParameterSource

from harness.cli import completing
from harness.cli.options import json_option, source_of
from harness.errors import RunFailedError, UsageError

if TYPE_CHECKING:
    import numpy as np

    from harness.contract import Problem, Trace

__all__ = ["trace"]

FORMATS = ("text", "latex", "html", "svg")


@click.command(
    epilog="""
\b
Examples:
  adjudge trace lecture.log_sqrt --mode forward --at 2,5
  adjudge trace lecture.log_sqrt --mode reverse --at 2.718281828459045,4
  adjudge trace lecture.perceptron --mode reverse --size batch=1,hidden=16
  adjudge trace lecture.log_sqrt --at 2,5 --json
"""
)
@click.argument("problem", shell_complete=completing.problem_names)
@click.option("--mode", type=click.Choice(("forward", "reverse")), default="forward")
@click.option("--at", help="Comma-separated scalar arguments, in the problem's order.")
@click.option("--size", help="One of the problem's sizes; the first one unless told.")
@click.option("--point", help="One of the problem's points instead of --at.")
@click.option(
    "--backend",
    default="our_engine",
    show_default=True,
    shell_complete=completing.backend_names,
    help="The backend that shows its trace.",
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text")
@json_option
def trace(
    problem: str,
    mode: str,
    at: str | None,
    size: str | None,
    point: str | None,
    backend: str,
    format_: str,
    as_json: bool,
) -> None:
    """Show every intermediate of PROBLEM with its value, local derivatives and (co)tangents."""
    from harness.plugins import load

    if at is not None and point is not None:
        raise UsageError("--at and --point both say where; give one of them")
    if as_json and source_of("format_") is ParameterSource.COMMANDLINE:
        raise UsageError("--format and --json are two ways to print; give one of them")
    registry = load()
    chosen = registry.problem(problem)
    adapter = registry.backend(backend).create()
    args = scalars(chosen, at) if at is not None else arguments(chosen, size, point)
    shown = adapter.trace(chosen, args, cast("Literal['forward', 'reverse']", mode))
    if shown is None:
        raise RunFailedError(f"backend {backend!r} shows no traces; use --backend our_engine")
    click.echo(
        json.dumps(_facts(chosen, args, mode, shown), indent=1)
        if as_json
        else render(shown, format_)
    )


def _facts(
    problem: Problem, args: Sequence[np.ndarray], mode: str, shown: Trace
) -> dict[str, object]:
    """The trace as data, with what was asked."""
    from harness.reporting.trace_facts import trace_facts

    at = {name: x.tolist() for name, x in zip(problem.arguments, args, strict=True)}
    return {"problem": problem.name, "mode": mode, "arguments": at, **trace_facts(shown)}


def scalars(problem: Problem, at: str) -> tuple[np.ndarray, ...]:
    """The arguments written as ``2,5``; only a problem of scalar arguments can be asked so."""
    import numpy as np

    names = ", ".join(problem.arguments)
    try:
        values = [float(word) for word in at.split(",")]
    except ValueError:
        raise UsageError(f"--at {at!r} is no list of numbers; write {names} as 2,5") from None
    shapes = {a.shape for a in arguments(problem, None, None)}
    if shapes != {()}:
        raise UsageError(f"{problem.name} has array arguments; choose them by --size and --point")
    if len(values) != len(problem.arguments):
        raise UsageError(f"--at gives {len(values)} numbers; {problem.name} takes {names}")
    return tuple(np.asarray(value) for value in values)


def arguments(problem: Problem, size: str | None, point: str | None) -> tuple[np.ndarray, ...]:
    """The arguments of a size and point by name, the first of each unless told."""
    from harness.contract import Case, Operator
    from harness.problems.inputs import case_inputs

    try:
        chosen_size = problem.size(size) if size else problem.sizes[0]
        chosen_point = problem.point(point) if point else problem.points[0]
    except KeyError as error:
        raise UsageError(str(error.args[0])) from None
    case = Case(problem.name, Operator.VALUE, chosen_size.name, "float64", chosen_point.name)
    return case_inputs(problem, case).args


def render(shown: Trace, format_: str) -> str:
    """The trace in one of FORMATS."""
    renderers = {
        "text": shown.text,
        "latex": shown.latex,
        "html": shown.html,
        "svg": shown.svg,
    }
    return renderers[format_]()
