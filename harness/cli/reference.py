"""The commands and their options as a page: what ``--help`` says, in Markdown for the docs."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from harness.cli.app import SECTIONS, cli

__all__ = ["commands_page"]


def commands_page() -> str:
    """A section for each command under the heading of its group; it imports all of them."""
    lines: list[str] = []
    with click.Context(cli, info_name="adjudge", **cli.context_settings) as ctx:
        for heading, names in SECTIONS.items():
            lines += [f"## {heading}", ""]
            for name in names:
                command = cli.get_command(ctx, name)
                if command is not None:
                    lines += _command(ctx, name, command)
    return "\n".join(lines)


def _command(parent: click.Context, name: str, command: click.Command) -> Iterator[str]:
    ctx = click.Context(command, info_name=name, parent=parent)
    yield from (f"### adjudge {name}", "")
    yield from (
        "```text",
        " ".join(["adjudge", name, *command.collect_usage_pieces(ctx)]),
        "```",
        "",
    )
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        yield from (_escaped(" ".join(paragraph.split())), "")
    records = [
        record
        for param in command.get_params(ctx)
        if (record := param.get_help_record(ctx)) and isinstance(param, click.Option)
    ]
    yield from ("| option | meaning |", "| --- | --- |")
    yield from (f"| `{_cell(flag)}` | {_escaped(_cell(told))} |" for flag, told in records)
    yield ""
    for block in inspect.cleandoc((command.epilog or "").replace("\b", "")).split("\n\n"):
        title, _, body = block.strip("\n").partition("\n")
        if body:
            yield from (title, "", "```text", inspect.cleandoc(body), "```", "")


def _cell(text: str) -> str:
    """The text of a cell of a table: on one line, its bars no borders."""
    return " ".join(text.split()).replace("|", r"\|")


def _escaped(text: str) -> str:
    """Text whose characters mean themselves in Markdown."""
    for character in "*_<>[]`$":
        text = text.replace(character, f"\\{character}")
    return text
