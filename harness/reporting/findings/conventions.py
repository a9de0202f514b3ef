"""Conventions: which of the one-sided derivatives each backend takes at a kink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.contract import VerdictKind
from harness.reporting.findings.names import short
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows

__all__ = ["Conventions", "conventions"]


@dataclass(frozen=True, slots=True)
class Conventions:
    """A table: its caption, heads, and rows of texts as long as the heads."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def conventions(frames: RunFrames) -> Conventions:
    """What this run saw at kinks: a row for each problem, point and operator."""
    kinks = frames.verdicts[frames.verdicts["verdict"] == VerdictKind.CONVENTION.value]
    found: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for row in rows(kinks[["backend", "problem", "operator", "point", "reason"]]):
        its = found.setdefault((row["problem"], row["point"], row["operator"]), {})
        its.setdefault(row["backend"], []).append(row["reason"] or "a choice, not told")
    backends = [n for n in frames.info.plan.backends if any(n in its for its in found.values())]
    return Conventions(
        "What each backend chose at the kinks of this run; empty: it was not asked, or its answer "
        "needed no choice",
        ("problem", "point", "operator", *backends),
        [
            (
                short(problem),
                point,
                operator,
                *("; ".join(dict.fromkeys(its.get(n, ()))) for n in backends),
            )
            for (problem, point, operator), its in found.items()
        ],
    )
