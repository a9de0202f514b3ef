"""The blocks of docs/backend.md: the files that it writes and the commands that it gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Command", "File", "blocks"]

PAGE = Path(__file__).parents[2] / "docs" / "backend.md"
_BLOCK = re.compile(r"^```(\{code-block\} \w+|\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXIT = re.compile(r"\s*# exits with (\d+)$")


@dataclass(frozen=True)
class File:
    """A block with a caption: a file of that name."""

    name: str
    text: str


@dataclass(frozen=True)
class Command:
    """A line of a shell, and the status that the page says it exits with."""

    line: str
    status: int


def blocks() -> list[File | Command]:
    """The blocks in the order of the page; a block that is neither is a mistake in it."""
    found: list[File | Command] = []
    for kind, text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "sh":
            for line in text.splitlines():
                told = _EXIT.search(line)
                found.append(Command(_EXIT.sub("", line), int(told[1]) if told else 0))
            continue
        caption, _, body = text.partition("\n\n")
        if not (kind.startswith("{code-block}") and caption.startswith(":caption: ")):
            raise ValueError(f"a block of {kind} that nobody runs: {text[:60]!r}")
        found.append(File(caption.removeprefix(":caption: "), body))
    return found
