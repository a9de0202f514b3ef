"""What does compiling cost? First call, steady state, and after how many calls it pays."""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.reporting import text
from harness.reporting.findings.speed import Cell, Row, Speed

__all__ = ["Start", "starts"]


@dataclass(frozen=True, slots=True)
class Start:
    """One backend in one cell before its steady state.

    ``against`` is the fastest backend of the cell that compiles nothing (the baseline apart),
    and ``calls`` the frame's ``break_even_calls``: until compiling has paid, in total time; NaN
    for a backend that compiles nothing itself.
    """

    row: Row
    against: str
    calls: float

    @property
    def order(self) -> str:
        """``calls`` for a table to sort by: never comes last."""
        return "" if math.isinf(self.calls) else f"{self.calls:.0f}"

    @property
    def phrase(self) -> str:
        """When compiling pays, in words."""
        if math.isnan(self.calls):
            return ""
        if math.isinf(self.calls):
            return f"never: {self.against} is as fast in its steady state"
        if self.calls == 0:
            return f"at once, against {self.against}"
        return f"after {text.count(self.calls)} calls, against {self.against}"


def starts(speed: Speed) -> list[tuple[Cell, list[Start]]]:
    """The cells of the largest sizes, with a ``Start`` for each timed backend."""
    return [
        (cell, [_start(row, cell, speed.baseline) for row in timed])
        for problem in speed.cells
        for cell in speed.largest(problem)
        if (timed := [r for r in cell.timed.values() if not math.isnan(r["first_call_s"])])
    ]


def _start(row: Row, cell: Cell, baseline: str) -> Start:
    uncompiled = [
        other
        for name, other in cell.timed.items()
        if name not in (row["backend"], baseline) and not other["compile_s"] > 0
    ]
    if not row["compile_s"] > 0 or not uncompiled:
        return Start(row, "", math.nan)
    other = min(uncompiled, key=lambda candidate: candidate["median_s"])
    return Start(row, other["backend"], row["break_even_calls"])
