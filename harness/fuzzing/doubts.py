"""Doubts: what looks like a failure of a composition and is none of the backend's.

The chain rule multiplies the derivatives of the parts. Where a part has none, or where there is a
choice, the whole may still have one (sqrt(x)² at 0), but no engine can find it by that rule. And
the value of a part and its derivative are rounded before the next part takes them, which the
conditioning of the whole says nothing about. Of a single function nothing is excused.
"""

from __future__ import annotations

import numpy as np

from harness.contract import Operator, VerdictKind
from harness.fuzzing.bench import Bench, Judged
from harness.fuzzing.expressions import nodes_of
from harness.fuzzing.specimens import Specimen, alone, disturbed, is_composed
from harness.verification.oracles.oracle import TrueBlock
from harness.verification.tolerance import FACTOR, PRECISIONS

__all__ = ["excuse", "smooth_to"]

_BY_ORDER = (Operator.VALUE, Operator.GRADIENT, Operator.HVP, Operator.THIRD)

_STEP = 2.0**-20
_DISTURBANCES = 4

_OF_NUMBERS = frozenset(
    {VerdictKind.WRONG, VerdictKind.ACCURACY_LOSS, VerdictKind.NONFINITE, VerdictKind.STRUCTURE}
)


def smooth_to(bench: Bench, specimen: Specimen, most: int = 3) -> int:
    """Up to which order, at most ``most``, derivatives are known to exist at the point, uniquely.

    0: not even the first is known, or there is a choice or none. -1: nor is the value, or it is not
    finite: a matrix is singular, say, and rounding hides that.
    """
    for order in range(most + 1):
        truth = bench.truth(specimen, _BY_ORDER[order])
        if truth is None or truth.directions or not all(map(_is_single, truth.blocks)):
            return order - 1
    return most


def excuse(bench: Bench, specimen: Specimen, judged: Judged) -> str:
    """Why the verdict says nothing against the backend; empty when it does."""
    kind, operator = judged.verdict.kind, judged.case.operator
    if kind not in _OF_NUMBERS or not is_composed(specimen):
        return ""
    order = operator.order
    calls = nodes_of(specimen.expression) if len(specimen.nodes) > 1 else ()
    for path, node in calls:
        part = alone(specimen, path, node)
        if part is not None and smooth_to(bench, part, order) < order:
            return f"{node.form.name} has no single derivative of order {order} where it is called"
    if kind in (VerdictKind.WRONG, VerdictKind.ACCURACY_LOSS):
        unit = PRECISIONS[specimen.dtype].unit_roundoff
        allowed = FACTOR * unit * np.sqrt(specimen.problem.operations({}))
        if judged.verdict.error <= allowed * _moved(bench, specimen, operator.base):
            return "a rounding of an intermediate value explains it"
    return ""


def _moved(bench: Bench, specimen: Specimen, operator: Operator) -> float:
    """How far the truth moves when all inner values and slopes do, over how far they do.

    Infinity where that is not known: nobody is accused of what roundings may explain.
    """
    base = bench.truth(specimen, operator)
    signs = np.random.default_rng(0)
    most = 0.0
    for _ in range(_DISTURBANCES):
        moved = bench.truth(disturbed(specimen, _STEP, signs), operator)
        if base is None or moved is None or len(base.blocks) != len(moved.blocks):
            return np.inf
        for here, there in zip(base.blocks, moved.blocks, strict=True):
            if here.high.size:
                most = max(most, float(np.max(np.abs(there.high - here.high))))
    return most / _STEP if np.isfinite(most) else np.inf


def _is_single(block: TrueBlock) -> bool:
    """Whether it is finite, and the same to all sides."""
    low = block.high if block.lower is None else block.lower
    high = block.high if block.upper is None else block.upper
    sides = block.branches
    same = np.array_equal(low, high) and (
        sides is None or np.array_equal(sides.first, sides.second)
    )
    return same and bool(np.isfinite(block.high).all())
