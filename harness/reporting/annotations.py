"""Findings as workflow commands of GitHub Actions, which shows them beside a pull request.

The syntax is ``::error title=…::message``; what ends a command or a property is written as an
escape (github.com/actions/toolkit, packages/core/src/command.ts).
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.reporting import text
from harness.verification.gating import GateReport, Group

__all__ = ["MOST", "command", "github_annotations"]

MOST = 10
"""GitHub shows ten errors of a step and drops the others."""

_MESSAGE_CHARACTERS = 3000


def github_annotations(report: GateReport) -> Iterator[str]:
    """An error for each group of findings, the last one for all that would not be shown."""
    groups = report.groups
    shown = groups if len(groups) <= MOST else groups[: MOST - 1]
    for group in shown:
        yield command(_title(group), _message(group))
    if len(shown) < len(groups):
        rest = sum(len(group.findings) for group in groups[len(shown) :])
        told = f"{text.plural(rest, 'finding')} more, of {len(groups) - len(shown)} kinds"
        yield command("adjudge gate", f"{told}; all of them are in the log and in the run's files")


def _title(group: Group) -> str:
    number = f" ({text.count(len(group.findings))})" if len(group.findings) > 1 else ""
    backend = text.clip(group.first.backend, 60)
    return f"{backend}: {text.clip(group.function, 100)}: {group.first.kind}{number}"


def _message(group: Group) -> str:
    first = group.first
    lines = [f"{text.clip(first.case, 300)} {text.clip(first.message, 500)}"]
    if first.reproducer:
        lines.append(text.one_line(first.reproducer))
    return "\n".join(lines)[:_MESSAGE_CHARACTERS]


def command(title: str, message: str, level: str = "error") -> str:
    """The workflow command of one annotation; ``level`` is error, warning or notice."""
    return f"::{level} title={_property(title)}::{_data(message)}"


def _data(told: str) -> str:
    return told.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(told: str) -> str:
    return _data(told).replace(":", "%3A").replace(",", "%2C")
