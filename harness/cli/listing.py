"""``adjudge backends`` and ``adjudge problems``: what there is, and what is missing."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, version

import click

from harness.plugins import BackendEntry, load

__all__ = ["backends", "problems"]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list instead of lines.")
def backends(as_json: bool) -> None:
    """List the backends, who brought each, and how to install what is missing."""
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


@click.command()
@click.argument("name", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def problems(name: str | None, as_json: bool) -> None:
    """List the problems, or all about the one called NAME."""
    registry = load()
    chosen = [registry.problem(name)] if name else list(registry.problems.values())
    facts = [
        {
            "name": problem.name,
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
        for problem in chosen
    ]
    if as_json:
        click.echo(json.dumps(facts, indent=2))
        return
    for number, fact in enumerate(facts):
        if number:
            click.echo()
        click.secho(str(fact["name"]), bold=True)
        for key in ("source", "differentiated", "operators", "sizes", "points"):
            click.echo(f"  {key:<15} {_inline(fact[key])}")


def _inline(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} ({kind})" for key, kind in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)
