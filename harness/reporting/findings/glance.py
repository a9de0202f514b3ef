"""At a glance: for each backend whether it is right, how fast it is, and how often the fastest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.reporting import text
from harness.reporting.findings.names import short
from harness.reporting.findings.rightness import Divergence, Rightness
from harness.reporting.findings.speed import Speed
from harness.reporting.findings.tallies import Tally
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows

__all__ = ["Glance", "glances"]

_MOST_NAMES = 2
"""Problems that are named; of more there is the number."""


@dataclass(frozen=True, slots=True)
class Glance:
    """One backend: its verdicts, what is against it, its mean ratio and its certain leads.

    ``overall`` is a row of the overall frame, None where nothing was timed; of the ``leads``,
    ``held`` stay with all leads of the run allowed for.
    """

    backend: str
    tally: Tally
    against: Sequence[Divergence]
    overall: Mapping[str, Any] | None
    leads: int
    held: int

    @property
    def wrong(self) -> int:
        """Verdicts against it."""
        return self.tally.count("wrong")

    @property
    def where(self) -> str:
        """Which verdicts are against it, and on which problems."""
        if not self.against:
            return ""
        kinds = text.enumeration(list(dict.fromkeys(d.word.name for d in self.against)))
        problems = list(dict.fromkeys(short(d.problem) for d in self.against))
        if len(problems) > _MOST_NAMES:
            return f"{kinds}, in {text.plural(len(problems), 'problem')}"
        return f"{kinds}, all in {text.enumeration([text.clip(p, 40) for p in problems])}"


def glances(frames: RunFrames, right: Rightness, speed: Speed) -> list[Glance]:
    """A line for each backend that was judged, in the plan's order."""
    overall = {row["backend"]: row for row in rows(frames.overall) if row["cells"]}
    return [
        Glance(
            backend,
            right.by_backend[backend],
            [d for d in right.divergences if d.backend == backend and d.word.tone == "wrong"],
            overall.get(backend),
            *speed.leads(backend),
        )
        for backend in right.backends
    ]
