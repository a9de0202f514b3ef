"""What the gate says, for a terminal and for a program."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness.reporting import text
from harness.verification.gating import Finding, GateReport, Group

__all__ = ["as_json", "finding_lines", "headline"]

_EXAMPLES = 3
_MESSAGE_CHARACTERS = 400


def headline(report: GateReport) -> str:
    """One line: how many findings on how many cases."""
    cases = sum(len(backend.verdicts) for backend in report.backends)
    judged = f"{text.plural(len(report.backends), 'backend')}, {text.plural(cases, 'case')}"
    if not report.findings:
        listed = sum(backend.listed for backend in report.backends)
        return f"gate open: {judged}, {text.plural(listed, 'known divergence')}, all as listed"
    groups = text.plural(len(report.groups), "kind")
    return f"{text.plural(len(report.findings), 'finding')} of {groups}: {judged}"


def finding_lines(report: GateReport) -> Iterator[str]:
    """Each group of findings: the first of them, how many there are, and how to reproduce it."""
    for group in report.groups:
        yield from _group_lines(group)


def _group_lines(group: Group) -> Iterator[str]:
    first = group.first
    message = text.clip(first.message, _MESSAGE_CHARACTERS)
    backend = text.one_line(first.backend)
    yield f"{first.kind}: {backend}: {text.one_line(first.case)}: {message}"
    more = group.findings[1 : 1 + _EXAMPLES]
    for finding in more:
        yield f"    and {text.one_line(finding.case)}"
    if len(group.findings) > 1 + len(more):
        yield f"    and {text.count(len(group.findings) - 1 - len(more))} more of the kind"
    if first.reproducer:
        yield f"    {text.one_line(first.reproducer)}"


def as_json(report: GateReport) -> str:
    """All findings in full, by backend, as JSON."""
    return json.dumps(
        {
            "run": report.run,
            "open": not report.findings,
            "backends": [
                {
                    "backend": backend.backend,
                    "versions": dict(backend.versions),
                    "cases": len(backend.verdicts),
                    "verdicts": {str(k): n for k, n in sorted(backend.counts.items())},
                    "listed": backend.listed,
                    "findings": [_finding(finding) for finding in backend.findings],
                }
                for backend in report.backends
            ],
        },
        indent=1,
    )


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "kind": finding.kind,
        "case": finding.case,
        "verdict": finding.verdict or "",
        "message": finding.message,
        "reproducer": finding.reproducer,
    }
