"""The list of the commands: each is there under its name, and none is imported to be listed."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from harness.cli.app import COMMANDS, SECTIONS, cli


@pytest.mark.parametrize("name", COMMANDS)
def test_a_listed_command_is_found_under_its_name(name):
    command = cli.get_command(click.Context(cli), name)
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help
    assert "Examples:" in (command.epilog or "")


def test_no_command_is_in_two_sections():
    assert sum(map(len, SECTIONS.values())) == len(COMMANDS)


@pytest.mark.parametrize("words", [("--help",), ("--version",)])
def test_help_imports_no_library_that_only_a_command_needs(words):
    heavy = {"numpy", "pandas", "scipy", "rich", "mpmath", "torch", "jax", "autograd"}
    code = (
        "import sys\nfrom harness.cli import main\n"
        f"try:\n    main({words!r})\nfinally:\n"
        f"    print(sorted({heavy!r} & sys.modules.keys()), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stderr == "[]\n"
