"""What docs/backend.md shows is small and works; tests/packaging installs it and runs it all."""

from __future__ import annotations

import importlib.util
import shlex
import sys
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _load(name: str):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    # A dataclass looks its module up while it is made.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


tutorial = _load("tutorial")
FILES = {b.name: b.text for b in tutorial.blocks() if isinstance(b, tutorial.File)}
COMMANDS = [b for b in tutorial.blocks() if isinstance(b, tutorial.Command)]


def test_a_whole_backend_is_at_most_thirty_lines():
    lines = FILES["adjudge_my_step.py"].strip().splitlines()
    assert len([line for line in lines if line.strip()]) <= 30


def test_the_page_writes_a_backend_a_package_and_a_ledger():
    assert set(FILES) == {"adjudge_my_step.py", "pyproject.toml", "my_step.toml"}
    (entry,) = tomllib.loads(FILES["pyproject.toml"])["project"]["entry-points"]["adjudge"].values()
    assert f"{entry}.py" in FILES
    assert len(tomllib.loads(FILES["my_step.toml"])["divergence"]) == 1


def test_the_page_shows_every_way_to_judge_a_backend():
    used = {tuple(shlex.split(command.line)[:2]) for command in COMMANDS}
    assert {("adjudge", "check"), ("adjudge", "gate"), ("adjudge", "backends")} <= used
    assert any("pytest" in command.line for command in COMMANDS)
    assert [command.status for command in COMMANDS if "gate" in command.line] == [1, 1, 0, 0]


@pytest.mark.parametrize("status", [0, 1])
def test_a_command_and_its_status_are_read_off_the_page(monkeypatch, tmp_path, status):
    page = tmp_path / "page.md"
    page.write_text(
        f"text\n```sh\nadjudge gate 'a # b'{'  # exits with 1' if status else ''}\n```\n"
    )
    monkeypatch.setattr(tutorial, "PAGE", page)
    assert tutorial.blocks() == [tutorial.Command("adjudge gate 'a # b'", status)]


def test_a_block_that_nobody_would_run_is_found(monkeypatch, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("```python\nprint(1)\n```\n")
    monkeypatch.setattr(tutorial, "PAGE", page)
    with pytest.raises(ValueError, match="nobody runs"):
        tutorial.blocks()
