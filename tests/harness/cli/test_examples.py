"""The examples in the help of every command can be typed as they stand, and the page has them."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from harness.cli.app import COMMANDS, cli
from harness.cli.reference import commands_page
from harness.plugins import load
from harness.running.selection import select_problems

CONTEXT = click.Context(cli, info_name="adjudge", **cli.context_settings)


def examples(command: click.Command) -> list[str]:
    """The lines that begin with adjudge, without what is explained or redirected behind them."""
    lines = map(str.strip, (command.epilog or "").splitlines())
    return [re.split(r"\s{2,}|\s>>?\s", line)[0] for line in lines if line.startswith("adjudge ")]


EXAMPLES = [(name, line) for name in COMMANDS for line in examples(cli.get_command(CONTEXT, name))]


@pytest.mark.parametrize(("name", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_an_example_can_be_typed_as_it_stands(name, line):
    _, command, *words = shlex.split(line)
    assert command == name, "an example is about its own command"
    with cli.get_command(CONTEXT, name).make_context(name, words, parent=CONTEXT) as context:
        given = context.params
    patterns = (given.get("problems") or (), given.get("suites") or ())
    select_problems(load(), *patterns)  # refuses what there is not


def test_a_wrong_example_is_found():
    with pytest.raises(click.UsageError):
        test_an_example_can_be_typed_as_it_stands("check", "adjudge check --bakend jax")


def test_the_page_has_every_command_option_and_example():
    page = commands_page()
    for name in COMMANDS:
        command = cli.get_command(CONTEXT, name)
        assert f"### adjudge {name}\n" in page
        for param in command.params:
            if isinstance(param, click.Option) and not param.hidden:
                assert param.opts[-1] in page
        for line in examples(command):
            assert line in page
    assert "| `-h, --help` |" in page
    assert "PosixPath" not in page
