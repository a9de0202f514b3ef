"""A finding as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from harness.fuzzing.findings import Finding, as_entry, values_text
from harness.fuzzing.search import Tally

__all__ = ["finding_lines", "headline"]


def finding_lines(number: int, finding: Finding, seed: int) -> Iterator[str]:
    """What fails, where, why that is a failure, how to see it, and the point to keep."""
    yield f"{number}. {finding.backend}: {finding.title}"
    at = ", ".join(f"{name} = {text}" for name, text in values_text(finding.specimen).items())
    yield f"   at {at}"
    yield f"   {finding.verdict.reason}"
    if finding.known:
        yield f"   known: {finding.known}"
    if finding.also:
        yield f"   and so: {', '.join(finding.also)}"
    size = "" if finding.finished else "; not shrunk to the end"
    yield f"   draw {finding.draw} was {finding.drawn} ({finding.trials} trials{size})"
    line = finding.reproducer or (
        f"adjudge fuzz --backend {finding.backend} --seed {seed} --draw {finding.draw}"
    )
    yield f"   reproduce: {line}"
    yield "   to keep it, in the catalogue:"
    for line in as_entry(finding.specimen, finding.operator).splitlines():
        yield f"     {line}"


def headline(tally: Tally, found: int, known: int) -> str:
    """What the search came to, on one line."""
    cases = tally.verdicts.total()
    told = f"{_count(tally.draws, 'draw')}, {cases} cases: {_count(found, 'new finding')}"
    if known:
        told += f", {known} that the ledger knows"
    again = tally.again.total()
    if again:
        told += f"; {again} more failures like these"
    if tally.excused:
        told += f"; {tally.excused} excused"
    return told


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
