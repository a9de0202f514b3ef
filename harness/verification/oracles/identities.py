"""Identities that right derivatives fulfil whatever the function is: no step size, no truth.

Those here need one evaluation only, and fail by its own fault: linearity in the direction (of a
third derivative: T(2v) = 4 T(v)), and the symmetry of a Hessian.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.contract import Evaluation, Operator
from harness.problems.inputs import CaseInputs

__all__ = ["NAME", "Breach", "homogeneity", "linearity", "symmetry", "worse"]

NAME = "identities"

Arrays = Sequence[np.ndarray]

_NEAR_THE_LARGEST = 1 / 8
"""Beyond this share of the largest number, roundings in between may overflow."""


@dataclass(frozen=True, slots=True)
class Breach:
    """An identity at its worst component: how far its sides are apart, and how far they may be.

    ``scale`` is the size of the terms there, ``largest`` that of the largest in the array.
    ``broken`` when the gap is larger than allowed.
    """

    identity: str
    gap: float
    allowed: float
    scale: float
    largest: float = 0.0
    operators: tuple[Operator, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether the identity fails; NaN or infinity on one side alone is a failure too."""
        return not (self.gap <= self.allowed and self.gap < math.inf)


@np.errstate(invalid="ignore")
def linearity(
    evaluation: Evaluation,
    inputs: CaseInputs,
    unit: float,
    conditioning: Arrays | None = None,
    underflow: float = 0.0,
) -> Breach | None:
    """results(v + w) = results(v) + results(w), where the operator was evaluated along all three.

    ``unit`` is the relative error allowed, ``underflow`` the absolute one of each term.
    ``conditioning`` belongs to the results along v; for w and v + w it can be larger, by no more
    than the largest ratio of their entries.
    """
    if not evaluation.probe or not evaluation.combined:
        return None
    ratio = _largest_ratio(inputs)
    worst = Breach("linearity", 0.0, 0.0, 0.0)
    rows = zip(evaluation.results, evaluation.probe, evaluation.combined, strict=True)
    for i, (v, w, both) in enumerate(rows):
        a, b, c = (x.astype(np.longdouble) for x in (v, w, both))
        size = np.abs(a) + np.abs(b) + np.abs(c)
        reach = np.abs(a)
        if conditioning is not None:
            reach = reach + conditioning[i]
            size = size + ratio * conditioning[i]
        elif size.size:
            size = np.broadcast_to(np.max(size), size.shape)
        gap = np.where(_overflown((w, both), ratio * reach), 0.0, np.abs(c - a - b))
        worst = worse(worst, gap, unit * size + 3 * underflow, size)
    return worst


@np.errstate(invalid="ignore")
def homogeneity(
    evaluation: Evaluation,
    unit: float,
    conditioning: Arrays | None = None,
    underflow: float = 0.0,
) -> Breach | None:
    """T(2v) = 4 T(v) for a third derivative, which is quadratic in its direction.

    The probe of such an evaluation was taken along 2v. ``conditioning`` is that of T(v).
    """
    if not evaluation.probe:
        return None
    worst = Breach("T(2v) = 4 T(v)", 0.0, 0.0, 0.0)
    for i, (once, twice) in enumerate(zip(evaluation.results, evaluation.probe, strict=True)):
        a, b = 4 * once.astype(np.longdouble), twice.astype(np.longdouble)
        size = np.abs(a) + np.abs(b)
        reach = np.abs(a)
        if conditioning is not None:
            reach = reach + 4 * conditioning[i]
            size = size + 4 * conditioning[i]
        elif size.size:
            size = np.broadcast_to(np.max(size), size.shape)
        gap = np.where(_overflown((twice,), reach), 0.0, np.abs(b - a))
        worst = worse(worst, gap, unit * size + 5 * underflow, size)
    return worst


def symmetry(
    operator: Operator,
    results: Arrays,
    unit: float,
    conditioning: Arrays | None = None,
    underflow: float = 0.0,
) -> Breach | None:
    """H_ij = H_jiᵀ, block by block, for a Hessian's results."""
    if operator.base is not Operator.HESSIAN:
        return None
    n = round(len(results) ** 0.5)
    worst = Breach("symmetry of the Hessian", 0.0, 0.0, 0.0)
    for i in range(n):
        leading = results[i * n + i].ndim // 2
        for j in range(i, n):
            block = results[i * n + j].astype(np.longdouble)
            mirror = _transposed(results[j * n + i], block.shape, leading)
            size = np.abs(block) + np.abs(mirror)
            if conditioning is not None:
                other = _transposed(conditioning[j * n + i], block.shape, leading)
                size = size + conditioning[i * n + j] + other
            elif size.size:
                size = np.broadcast_to(np.max(size), size.shape)
            worst = worse(worst, np.abs(block - mirror), unit * size + 2 * underflow, size)
    return worst


def worse(worst: Breach, gap: np.ndarray, allowed: np.ndarray, scale: np.ndarray) -> Breach:
    """The worse of ``worst`` and the worst component of a comparison."""
    if not gap.any():
        return worst
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        # 0 apart is as good as can be, and NaN as bad.
        share = np.where(gap == 0, 0.0, gap / allowed).reshape(-1)
    at = int(np.argmax(np.where(np.isnan(share), np.inf, share)))
    have = worst.gap / worst.allowed if worst.allowed else 0.0
    if np.isfinite(share[at]) and share[at] <= have:
        return worst
    return Breach(
        worst.identity,
        float(gap.reshape(-1)[at]),
        float(allowed.reshape(-1)[at]),
        float(scale.reshape(-1)[at]),
        float(np.max(scale)),
        worst.operators,
    )


def _overflown(results: Arrays, reach: np.ndarray) -> np.ndarray:
    """Where one of ``results`` is not finite, as it may be for terms of size ``reach``."""
    finite = np.logical_and.reduce([np.isfinite(x) for x in results])
    if finite.all():
        return np.zeros(finite.shape, dtype=bool)
    largest = float(np.finfo(results[0].dtype).max)
    return np.asarray(~finite & (reach >= _NEAR_THE_LARGEST * largest))


def _transposed(block: np.ndarray, shape: tuple[int, ...], leading: int) -> np.ndarray:
    """H_ji with its axes in the order of H_ij, whose first ``leading`` axes are those of x_i."""
    own = len(shape) - leading
    axes = (*range(own, own + leading), *range(own))
    return np.asarray(block.transpose(axes), dtype=np.longdouble)


def _largest_ratio(inputs: CaseInputs) -> float:
    """How much larger than v the directions w and v + w are, at most, entry by entry."""
    ratios = [
        float(np.max((np.abs(v) + np.abs(w) + np.abs(b)) / np.abs(v), initial=1.0))
        for v, w, b in zip(inputs.seeds, inputs.probe_seeds, inputs.combined_seeds, strict=True)
    ]
    return max(ratios, default=1.0)
