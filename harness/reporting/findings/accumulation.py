"""Jacobians forward and in reverse: the lecture's multiplication counts beside measured times."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from harness.reporting import text
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows

__all__ = ["Chain", "Comparison", "agreement", "chains"]

Side = Literal["forward", "reverse", "tie", "unresolved"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One backend at one size; ``row`` is a row of the accumulation frame."""

    row: Mapping[str, Any]

    @property
    def predicted_ratio(self) -> float:
        """Forward over reverse multiplications."""
        return float(self.row["forward_count"] / self.row["reverse_count"])

    @property
    def predicted(self) -> Side:
        """The side with fewer multiplications."""
        if self.row["forward_count"] == self.row["reverse_count"]:
            return "tie"
        return "forward" if self.predicted_ratio < 1 else "reverse"

    @property
    def measured(self) -> Side:
        """The faster side, where the interval excludes 1."""
        if self.row["ratio_high"] < 1:
            return "forward"
        return "reverse" if self.row["ratio_low"] > 1 else "unresolved"

    @property
    def outcome(self) -> str:
        """Prediction and measurement, in words."""
        if self.predicted == "tie":
            told = (
                "no difference seen" if self.measured == "unresolved" else f"{self.measured} faster"
            )
            return f"tie predicted, {told}"
        if self.measured == "unresolved":
            return f"{self.predicted} predicted, undecided"
        agreed = "as predicted" if self.measured == self.predicted else "against the prediction"
        return f"{self.measured} faster, {agreed}"


@dataclass(frozen=True, slots=True)
class Chain:
    """The comparisons of one problem: by backend, smallest scale first."""

    problem: str
    by_backend: Mapping[str, Sequence[Comparison]]

    @property
    def predicted_crossover(self) -> str:
        """Where the counts change sides, in words."""
        return self._between([(c, c.predicted) for c in self._any])

    def seen(self, backend: str) -> str:
        """Where the backend's times change sides, in words."""
        return self._between([(c, c.measured) for c in self.by_backend[backend]])

    @property
    def _any(self) -> Sequence[Comparison]:
        """The backend with the most sizes: the counts do not depend on the backend."""
        return max(self.by_backend.values(), key=len)

    @staticmethod
    def _between(sides: Sequence[tuple[Comparison, Side]]) -> str:
        """The change of sides along the sizes that have one."""
        decided = [(c, side) for c, side in sides if side in ("forward", "reverse")]
        if not decided:
            return "no difference"
        changes = [
            f"{before} → {after} between n = {a.row['scale']} and {b.row['scale']}"
            for (a, before), (b, after) in pairwise(decided)
            if before != after
        ]
        if changes:
            return "; ".join(changes)
        if len(decided) == len(sides):
            return f"{decided[0][1]} at every n"
        return f"{decided[0][1]} at n = {', '.join(str(c.row['scale']) for c, _ in decided)}"


def chains(frames: RunFrames) -> list[Chain]:
    """The problems for which theory gives both counts, in the plan's order."""
    found: dict[str, dict[str, list[Comparison]]] = {}
    for row in rows(frames.accumulation):
        if not math.isnan(row["ratio"]):
            by_backend = found.setdefault(row["problem"], {})
            by_backend.setdefault(row["backend"], []).append(Comparison(row))
    return [
        Chain(
            problem,
            {
                name: sorted(by_backend[name], key=lambda c: (c.row["scale"] or 0, c.row["size"]))
                for name in frames.info.plan.backends
                if name in by_backend
            },
        )
        for problem, by_backend in found.items()
    ]


def agreement(found: Sequence[Chain]) -> str:
    """How often the side with fewer multiplications was the faster one, in one sentence."""
    outcomes = [c for chain in found for cs in chain.by_backend.values() for c in cs]
    foretold = [c for c in outcomes if c.predicted != "tie"]
    decided = [c for c in foretold if c.measured != "unresolved"]
    right = sum(c.measured == c.predicted for c in decided)
    return (
        "Where the counts differ, the side with fewer multiplications was the faster one in "
        f"{right} of {text.plural(len(decided), 'decided comparison')}"
        + (f" ({len(foretold) - len(decided)} undecided)." if len(decided) < len(foretold) else ".")
    )
