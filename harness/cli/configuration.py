"""``[tool.adjudge]`` of a pyproject.toml: what options are when the command line does not say.

The nearest pyproject.toml with such a table counts, from the working directory upwards, as a whole.
A table below it, such as ``[tool.adjudge.run]``, is of one command and goes before the common one.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from harness.errors import UsageError, nearest

__all__ = ["KEYS", "Configuration", "Key", "find_configuration"]

FILE = "pyproject.toml"


@dataclass(frozen=True, slots=True)
class Key:
    """What a key may hold: ``what`` in words, with an ``example``; it fills options of its name."""

    what: str
    types: tuple[type, ...]
    example: str
    words: tuple[str, ...] = ()
    is_path: bool = False

    def accepts(self, value: object) -> bool:
        """Whether a value that TOML gave is one of this key's."""
        if self.types == (list,):
            return isinstance(value, list) and all(isinstance(item, str) for item in value)
        if isinstance(value, bool):
            return bool in self.types
        return isinstance(value, self.types) and (not self.words or value in self.words)


def _patterns(example: str) -> Key:
    return Key("a list of patterns", (list,), example)


_FLAG = Key("true or false", (bool,), "true")
_NUMBER = Key("a whole number", (int,), "1")
_TIME = Key("a number of seconds, or text such as 5m", (int, float, str), '"5m"')

KEYS: Mapping[str, Key] = {
    "backends": _patterns('["our_engine", "jax*"]'),
    "suites": _patterns('["lecture"]'),
    "problems": _patterns('["lecture.chain"]'),
    "operators": _patterns('["gradient", "hvp*"]'),
    "dtypes": _patterns('["float64"]'),
    "sizes": _patterns('["64"]'),
    "points": _patterns('["generic-*"]'),
    "cases": _patterns('["*:gradient:*"]'),
    "depth": Key("quick, default or thorough", (str,), '"quick"', ("quick", "default", "thorough")),
    "budget": _TIME,
    "deadline": _TIME,
    "threads": _NUMBER,
    "jobs": _NUMBER,
    "baseline": Key("the name of a backend", (str,), '"numpy_manual"'),
    "results": Key("a folder, relative to the file", (str,), '"results"', is_path=True),
    "quiet": _FLAG,
    "verbose": _FLAG,
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """The tables of one file, checked; ``file`` is None where there is none.

    ``common`` holds keys for every command that has such an option, ``by_command`` those of one.
    """

    file: Path | None = None
    common: Mapping[str, Any] = field(default_factory=dict)
    by_command: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def of(self, command: click.Command) -> dict[str, Any]:
        """What is configured of the parameters of ``command``; UsageError for one it has not."""
        there = {name for param in command.params if (name := param.name) in KEYS}
        own = self.by_command.get(command.name or "", {})
        for key in own:
            if key not in there:
                raise UsageError(
                    f"{self.file}: tool.adjudge.{command.name}.{key}: adjudge {command.name} has "
                    f"no such option; {nearest(key, there)}"
                )
        common = {key: value for key, value in self.common.items() if key in there}
        return {key: self._relative_to_here(key, value) for key, value in {**common, **own}.items()}

    def place(self, command: str, key: str) -> str:
        """Where the value of ``key`` for ``command`` stands: the file and the dotted key."""
        table = f"{command}." if key in self.by_command.get(command, {}) else ""
        return f"{self.file}: tool.adjudge.{table}{key}"

    def _relative_to_here(self, key: str, value: Any) -> Any:
        if not KEYS[key].is_path or self.file is None:
            return value
        return os.path.relpath(self.file.parent / value)


def find_configuration(commands: Mapping[str, Any], folder: Path | None = None) -> Configuration:
    """Read the nearest table above ``folder`` (the working directory unless told).

    ``commands`` are the names that a table below may have. UsageError, in one line that names file
    and key, for a file that is no TOML, an unknown key, and a value of a wrong type.
    """
    start = (folder or Path.cwd()).resolve()
    for above in (start, *start.parents):
        table = _table(above / FILE)
        if table is not None:
            return _checked(above / FILE, table, commands)
    return Configuration()


def _table(file: Path) -> Any:
    """The file's [tool.adjudge]; None where there is no file, or it has no such table."""
    try:
        text = file.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} cannot be read: {error}; mend or move it") from error
    if "adjudge" not in text:
        return None  # somebody else's file, whatever its state
    try:
        tool = tomllib.loads(text).get("tool", {})
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{file} is no TOML: {error}; mend it") from error
    return tool.get("adjudge") if isinstance(tool, dict) else None


def _checked(file: Path, table: Any, commands: Mapping[str, Any]) -> Configuration:
    if not isinstance(table, dict):
        raise UsageError(f"{file}: tool.adjudge: write it as a table, [tool.adjudge]")
    by_command = {
        key: value for key, value in table.items() if key in commands and isinstance(value, dict)
    }
    common = {key: value for key, value in table.items() if key not in by_command}
    for dotted, key, value in _entries(common, by_command):
        if key not in KEYS:
            known = (*KEYS, *commands) if dotted == key else KEYS
            raise UsageError(f"{file}: tool.adjudge.{dotted}: no such key; {nearest(key, known)}")
        if not KEYS[key].accepts(value):
            raise UsageError(
                f"{file}: tool.adjudge.{dotted}: it must be {KEYS[key].what}, "
                f"such as {key} = {KEYS[key].example}"
            )
    return Configuration(file, common, by_command)


def _entries(
    common: Mapping[str, Any], by_command: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[str, str, Any]]:
    """The dotted key, the key and the value of each entry."""
    yield from ((key, key, value) for key, value in common.items())
    for command, own in by_command.items():
        yield from ((f"{command}.{key}", key, value) for key, value in own.items())
