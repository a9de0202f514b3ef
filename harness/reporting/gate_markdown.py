"""What the gate says, as Markdown for a comment under a pull request."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harness.contract import VerdictKind
from harness.reporting import text
from harness.reporting.gate_text import headline
from harness.reporting.markdown import MOST_CHARACTERS, escape, table
from harness.verification.gating import BackendGate, FindingKind, GateReport, Group

__all__ = ["gate_markdown"]

_WORDS = {
    FindingKind.UNLISTED: "diverges and is not listed",
    FindingKind.CHANGED: "diverges in another way than is listed",
    FindingKind.GONE: "is listed and does not diverge any more",
    FindingKind.UNMATCHED: "is an entry that matches no case",
}
_EXAMPLES = 2
_RESERVED = 200
"""Characters for the word on what was left out."""


def gate_markdown(report: GateReport) -> str:
    """The gate as GitHub-flavoured Markdown that fits into one comment.

    What does not fit is left out whole and counted. Every foreign text is literal.
    """
    parts = [f"### adjudge gate: {'open' if not report.findings else 'closed'}"]
    parts += [escape(headline(report)), _overview(report.backends)]
    groups = report.groups
    used = sum(map(len, parts)) + 2 * len(parts)
    for position, group in enumerate(groups):
        part = _group(group)
        used += len(part) + 2
        if used > MOST_CHARACTERS - _RESERVED:
            left = sum(len(g.findings) for g in groups[position:])
            parts.append(
                f"{text.plural(left, 'finding')} of {text.plural(len(groups) - position, 'kind')} "
                "more than fit here; all of them are in the run's `gate.json`."
            )
            break
        parts.append(part)
    return "\n\n".join(parts) + "\n"


def _overview(backends: Sequence[BackendGate]) -> str:
    heads = ["backend", "versions", "cases", "right", "known", "findings"]
    rows = [
        [
            escape(backend.backend, 40),
            escape(", ".join(f"{k} {v}" for k, v in backend.versions.items()), 120),
            text.count(len(backend.verdicts)),
            text.count(backend.counts.get(VerdictKind.OK, 0)),
            text.count(backend.listed),
            text.count(len(backend.findings)),
        ]
        for backend in backends
    ]
    return table(heads, rows)


def _group(group: Group) -> str:
    first = group.first
    number = text.plural(len(group.findings), "case")
    if first.kind is FindingKind.UNMATCHED:
        number = text.plural(len(group.findings), "pattern")
    lines = [
        f"**{escape(first.backend, 40)}: {escape(group.function, 80)}** "
        f"{_WORDS[first.kind]} ({number}): {escape(first.message, 400)}",
        *(f"- {escape(finding.case, 200)}" for finding in group.findings[: 1 + _EXAMPLES]),
    ]
    if len(group.findings) > 1 + _EXAMPLES:
        lines.append(f"- and {text.count(len(group.findings) - 1 - _EXAMPLES)} more")
    if first.reproducer:
        lines.append("\n" + _fenced(text.one_line(first.reproducer)))
    return "\n".join(lines)


def _fenced(code: str) -> str:
    """``code`` in a fence that is longer than any run of backticks in it."""
    longest = max(map(len, re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}sh\n{code}\n{fence}"
