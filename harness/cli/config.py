"""``adjudge config``: what is configured, where it comes from, and what can be configured."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from harness.cli.app import COMMANDS
from harness.cli.configuration import KEYS, Configuration, find_configuration
from harness.cli.options import json_option
from harness.errors import UsageError, nearest

__all__ = ["config"]


@click.command(
    epilog="""
\b
Examples:
  adjudge config
  adjudge config run --json

\b
In a pyproject.toml:
  [tool.adjudge]
  backends = ["our_engine", "jax"]
  results = "build/adjudge"
  [tool.adjudge.run]
  depth = "quick"
"""
)
@click.argument("command", required=False, metavar="[COMMAND]")
@json_option
@click.pass_context
def config(ctx: click.Context, command: str | None, as_json: bool) -> None:
    """Print what options are when they are not given: all of them, or those of COMMAND.

    They are taken from [tool.adjudge] of the nearest pyproject.toml that has such a table. A table
    [tool.adjudge.COMMAND] is of that command alone. The command line goes before both.
    """
    if command is not None and command not in COMMANDS:
        raise UsageError(f"no command {command!r}; {nearest(command, COMMANDS)}")
    found = find_configuration(COMMANDS)
    group: Any = ctx.find_root().command
    names = [command] if command else list(COMMANDS)
    chosen = [group.get_command(ctx, name) for name in names]
    lines = [row for one in chosen for row in _rows(ctx, one, found)]
    if as_json:
        file = None if found.file is None else str(found.file)
        click.echo(json.dumps({"file": file, "values": lines}, indent=1))
        return
    click.echo(f"configured in {found.file}" if found.file else "nothing is configured")
    _print_table(lines)


def _rows(
    ctx: click.Context, command: click.Command, found: Configuration
) -> Iterator[dict[str, Any]]:
    """A row for each option of the command that can be configured."""
    configured = found.of(command)
    params = {param.name: param for param in command.params}
    for key in (key for key in KEYS if key in params):
        given = key in configured
        value = configured[key] if given else _default(params[key], ctx)
        yield {
            "command": command.name,
            "key": key,
            "value": value,
            "from": found.place(command.name or "", key) if given else "default",
        }


def _default(param: click.Parameter, ctx: click.Context) -> Any:
    """What the option is by itself; None where that is for the command to say."""
    value = param.get_default(ctx)
    if isinstance(value, Path):
        return str(value)
    return value if isinstance(value, (str, int, float)) else None


def _print_table(lines: Sequence[dict[str, Any]]) -> None:
    cells = [(line["command"], line["key"], _inline(line["value"]), line["from"]) for line in lines]
    widths = [max((len(row[i]) for row in cells), default=0) for i in range(3)]
    for row in cells:
        start = (f"{cell:<{width}}" for cell, width in zip(row[:3], widths, strict=True))
        click.echo("  ".join((*start, row[3])))


def _inline(value: Any) -> str:
    if value is None:
        return "-"
    return ", ".join(value) if isinstance(value, list) else str(value)
