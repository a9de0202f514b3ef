"""Error against time: how far from the truth each timed derivative is."""

from __future__ import annotations

import math
from collections.abc import Mapping

from harness.contract import TIMEABLE
from harness.reporting.findings.speed import Speed
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows

__all__ = ["relative_errors", "worst_errors"]

Errors = Mapping[tuple[str, str], float]
"""The largest relative error, by backend and case."""


def relative_errors(frames: RunFrames) -> Errors:
    """The relative errors of what may be timed."""
    timeable = {kind.value for kind in TIMEABLE}
    return {
        (row["backend"], row["case"]): row["relative_error"]
        for row in rows(frames.verdicts[["backend", "case", "verdict", "relative_error"]])
        if row["verdict"] in timeable
    }


def worst_errors(errors: Errors, speed: Speed) -> list[tuple[str, dict[str, float]]]:
    """For each problem, the largest relative error of each backend over its timed cells."""
    worst: dict[str, dict[str, float]] = {}
    for problem, cells in speed.cells.items():
        for cell in cells:
            for name, row in cell.timed.items():
                error = errors.get((name, row["case"]), math.nan)
                if math.isfinite(error):
                    by_backend = worst.setdefault(problem, {})
                    by_backend[name] = max(by_backend.get(name, 0.0), error)
    return list(worst.items())
