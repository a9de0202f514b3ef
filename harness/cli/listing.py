"""``adjudge backends`` and ``adjudge problems``: what there is, and what is missing."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import click

from harness.cli import completing
from harness.cli.options import json_option
from harness.cli.selecting import patterns_option

if TYPE_CHECKING:
    from harness.contract import Problem
    from harness.plugins import BackendEntry, Registry

__all__ = ["backends", "problems"]

_MOST_IN_FULL = 20
"""Problems of a suite that are shown with all that there is to say of them."""


@click.command(
    epilog="""
\b
Examples:
  adjudge backends
  adjudge backends --json
"""
)
@json_option
def backends(as_json: bool) -> None:
    """List the backends, who brought each, and how to install what is missing."""
    from harness.plugins import load

    entries = load().backends.values()
    if as_json:
        click.echo(json.dumps([_backend_facts(entry) for entry in entries], indent=2))
        return
    width = max((len(entry.name) for entry in entries), default=0)
    for entry in entries:
        state = "missing" if entry.missing else "ready"
        click.echo(f"{entry.name:<{width}}  {state:<7}  {entry.summary}")
        if entry.missing:
            click.echo(f"{'':<{width}}  {entry.missing_line()}")


def _backend_facts(entry: BackendEntry) -> dict[str, object]:
    return {
        "name": entry.name,
        "summary": entry.summary,
        "plugin": entry.plugin,
        "requires": {name: _installed(name) for name in entry.requires},
        "missing": list(entry.missing),
        "install": entry.install,
    }


def _installed(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


@click.command(
    epilog="""
\b
Examples:
  adjudge problems                      every suite, the large ones by their functions' names
  adjudge problems --suite catalogue    every problem of that suite
  adjudge problems lecture.log_sqrt     all about one
"""
)
@click.argument("name", required=False, shell_complete=completing.problem_names)
@patterns_option(
    "--suite",
    "of_suites",
    completing.suite_names,
    "Only these suites, with every problem; may be given several times.",
)
@json_option
def problems(name: str | None, of_suites: tuple[str, ...], as_json: bool) -> None:
    """List the problems by suite, or all about the one called NAME."""
    from harness.plugins import load
    from harness.running.selection import select_problems

    registry = load()
    chosen = [registry.problem(name)] if name else select_problems(registry, (), of_suites)
    if as_json:
        click.echo(json.dumps([_problem_facts(problem, registry) for problem in chosen], indent=2))
        return
    by_suite: dict[str, list[Problem]] = {}
    for problem in chosen:
        by_suite.setdefault(problem.suite, []).append(problem)
    for number, (suite, its) in enumerate(by_suite.items()):
        if number:
            click.echo()
        if name is None:
            click.secho(f"{suite}: {len(its)} problems", bold=True)
        if len(its) <= _MOST_IN_FULL:
            _print_in_full(its, registry)
        elif of_suites:
            _print_briefly(its)
        else:
            _print_functions(suite, its)


def _problem_facts(problem: Problem, registry: Registry) -> dict[str, object]:
    return {
        "name": problem.name,
        "suite": problem.suite,
        "source": problem.source,
        "plugin": registry.problem_plugins[problem.name],
        "arguments": list(problem.arguments),
        "differentiated": [problem.arguments[i] for i in problem.argnums],
        "operators": sorted(problem.operators),
        "timed": sorted(problem.timed_operators),
        "sizes": [size.name for size in problem.sizes],
        "points": {point.name: str(point.kind) for point in problem.points},
        "dtypes": sorted(problem.dtypes),
    }


def _print_in_full(its: Sequence[Problem], registry: Registry) -> None:
    for number, problem in enumerate(its):
        if number:
            click.echo()
        click.secho(problem.name, bold=True)
        facts = _problem_facts(problem, registry)
        for key in ("suite", "source", "differentiated", "operators", "sizes", "points"):
            click.echo(f"  {key:<15} {_inline(facts[key])}")


def _print_briefly(its: Sequence[Problem]) -> None:
    """A line for each problem."""
    width = max(len(problem.name) for problem in its)
    for problem in its:
        counts = f"{len(problem.operators):2} operators, {len(problem.points):2} points"
        click.echo(f"  {problem.name:<{width}}  {counts}")


def _print_functions(suite: str, its: Sequence[Problem]) -> None:
    """The functions of each group, without their variants."""
    groups: dict[str, dict[str, None]] = {}
    for problem in its:
        group, _, function = problem.name.split("/", 1)[0].rpartition(".")
        groups.setdefault(group, {})[function] = None
    for group, functions in groups.items():
        told = f"{group or suite} ({len(functions)} functions): {', '.join(functions)}"
        click.echo(textwrap.fill(told, 98, initial_indent="  ", subsequent_indent="    "))
    click.echo(f"  each of them with its variants: adjudge problems --suite {suite}")


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} ({kind})" for key, kind in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)
