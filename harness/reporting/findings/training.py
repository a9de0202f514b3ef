"""Do the training curves agree? Their distance, their ends, and the time of one step."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from harness.contract import Case, Descent, VerdictKind
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows
from harness.reporting.vocabulary import VERDICT_WORDS, Word

__all__ = ["Curve", "Training", "trainings"]


@dataclass(frozen=True, slots=True)
class Curve:
    """One backend's losses; ``distance`` is the largest relative one to the reference curve."""

    backend: str
    losses: np.ndarray
    distances: np.ndarray
    word: Word | None
    step_s: float
    step_low_s: float
    step_high_s: float

    @property
    def distance(self) -> float:
        """The largest relative distance to the reference; NaN if it met a NaN."""
        return float(np.max(self.distances))

    @property
    def final_loss(self) -> float:
        """The loss after the last step."""
        return float(self.losses[-1])


@dataclass(frozen=True, slots=True)
class Training:
    """The curves of one descent case; ``reference`` names the one that distances refer to."""

    case: Case
    descent: Descent | None
    reference: str
    curves: Mapping[str, Curve]

    @property
    def steps(self) -> int:
        """Steps taken: one less than the losses."""
        return len(self.curves[self.reference].losses) - 1

    @property
    def largest_distance(self) -> tuple[str, float]:
        """The backend furthest from the reference, and its distance; NaN counts as furthest."""
        worst = max(
            self.curves.values(), key=lambda c: math.inf if math.isnan(c.distance) else c.distance
        )
        return worst.backend, worst.distance


def trainings(frames: RunFrames) -> list[Training]:
    """Every descent case with a curve, in the plan's order."""
    planned = {case.id: i for i, case in enumerate(frames.info.plan.cases)}
    by_case = {str(case): t for case, t in frames.curves.groupby("case", observed=True)}
    return [
        _training(frames, Case.parse(id_), by_case[id_])
        for id_ in sorted(by_case, key=lambda id_: (planned.get(id_, len(planned)), id_))
    ]


def _training(frames: RunFrames, case: Case, table: pd.DataFrame) -> Training:
    losses = {
        str(name): group.sort_values("step")["loss"].to_numpy(dtype=float)
        for name, group in table.groupby("backend", observed=True)
    }
    ordered = [name for name in frames.info.plan.backends if name in losses]
    baseline = frames.info.plan.baseline
    reference = baseline if baseline in losses else ordered[0]
    verdicts = _by_backend(frames.verdicts, case)
    times = _by_backend(frames.measurements, case)
    steps = max(len(losses[reference]) - 1, 1)
    curves = {}
    for name in ordered:
        time = times.get(name, {})
        kind = verdicts.get(name, {}).get("verdict")
        curves[name] = Curve(
            backend=name,
            losses=losses[name],
            distances=_distances(losses[name], losses[reference]),
            word=VERDICT_WORDS[VerdictKind(kind)] if kind else None,
            step_s=time.get("median_s", math.nan) / steps,
            step_low_s=time.get("low_s", math.nan) / steps,
            step_high_s=time.get("high_s", math.nan) / steps,
        )
    return Training(case, frames.info.problem(case.problem).descent, reference, curves)


def _by_backend(frame: pd.DataFrame, case: Case) -> dict[str, dict[str, Any]]:
    return {row["backend"]: row for row in rows(frame[frame["case"] == case.id])}


def _distances(losses: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """|loss − reference| / |reference| step by step; NaN after the shorter of the two."""
    length = max(len(losses), len(reference))
    ours, theirs = (
        np.pad(x, (0, length - len(x)), constant_values=np.nan) for x in (losses, reference)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(ours == theirs, 0.0, np.abs(ours - theirs) / np.abs(theirs))
