"""What rounding of the operands does to a result: its conditioning, and which comparisons turn.

The tolerance needs Σ_j |∂g_i/∂x_j|·|x_j| over all floating operands of a case: differentiable
arguments, data, tangents and cotangents alike, for a program rounds them all. With at most
EXACT_OPERANDS scalars the sum is taken term by term. With more, every operand is perturbed at
once by a small relative amount ε of random sign; g then moves by ε Σ_j ±(∂g_i/∂x_j) x_j, and the
root mean square over a few draws estimates (Σ_j (∂g_i/∂x_j · x_j)²)^½. That is what independent
roundings add up to, and it is never more than the sum: the estimate is on the strict side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from harness.verification.oracles.multiprecision_namespace import FloatNumbers, Numbers
from harness.verification.oracles.multiprecision_namespace.decisions import Recorded, Ties, tied

__all__ = ["DRAWS", "EXACT_OPERANDS", "conditioning", "find_ties", "perturbations"]

Arrays = tuple[np.ndarray, ...]

EXACT_OPERANDS = 4
DRAWS = 4

_TIE_FACTOR = 8.0
"""A comparison is within rounding when its margin is below this many roundings of the operands."""


def conditioning(
    evaluate: Callable[[Arrays], Arrays], operands: Arrays, results: Arrays, numbers: Numbers
) -> Arrays:
    """The conditioning of each component of ``results = evaluate(operands)``, as float64 arrays."""
    epsilon = _epsilon(numbers)
    roots = [np.zeros(r.shape) for r in results]
    sums = [np.zeros(r.shape) for r in results]
    draws = 0
    for perturbed in perturbations(operands, epsilon, numbers):
        draws += 1
        for i, (moved, result) in enumerate(zip(evaluate(perturbed), results, strict=True)):
            change = np.abs(np.asarray(moved - result).astype(np.float64)) / epsilon
            # What turns infinite or leaves the domain when nudged has no conditioning to speak of.
            change = np.where(np.isfinite(change), change, 0.0)
            # hypot does not square: no change is so large that it overflows.
            roots[i] = np.hypot(roots[i], change)
            sums[i] += change
    if _scalars(operands) <= EXACT_OPERANDS:
        return tuple(sums)
    return tuple(root / np.sqrt(max(draws, 1)) for root in roots)


def find_ties(
    evaluate: Callable[[Arrays, Recorded], object],
    operands: Arrays,
    numbers: Numbers,
    unit_roundoff: float,
) -> Ties | None:
    """The comparisons of a program that are tied, or would be turned by roundings of size u.

    ``evaluate(operands, recorder)`` runs it. None: there is no such comparison.
    """
    at_point = Recorded()
    evaluate(operands, at_point)
    if not at_point.margins:
        return None
    epsilon = _epsilon(numbers)
    reach = [np.zeros(m.shape) for m in at_point.margins]
    for perturbed in perturbations(operands, epsilon, numbers):
        nearby = Recorded()
        evaluate(perturbed, nearby)
        for i, (moved, margin) in enumerate(zip(nearby.margins, at_point.margins, strict=False)):
            if moved.shape == margin.shape:
                change = np.abs(np.asarray(moved - margin).astype(np.float64)) / epsilon
                reach[i] = np.fmax(reach[i], change)
    return tied(at_point.margins, [_TIE_FACTOR * unit_roundoff * r for r in reach])


def perturbations(operands: Arrays, epsilon: float, numbers: Numbers) -> Iterator[Arrays]:
    """The operands, moved by ``epsilon`` of themselves: one scalar at a time, or random signs."""
    entered = tuple(numbers.array(x) for x in operands)
    floating = [i for i, x in enumerate(entered) if x.dtype.kind not in "iub"]
    if _scalars(operands) <= EXACT_OPERANDS:
        for i in floating:
            for index in np.ndindex(entered[i].shape):
                moved = entered[i].copy()
                moved[index] = moved[index] + moved[index] * epsilon
                yield (*entered[:i], moved, *entered[i + 1 :])
        return
    rng = np.random.default_rng(20240229)
    for _ in range(DRAWS):
        signs = {i: rng.choice((-epsilon, epsilon), size=entered[i].shape) for i in floating}
        yield tuple(
            np.asarray(x + x * signs[i], dtype=x.dtype) if i in signs else x
            for i, x in enumerate(entered)
        )


def _scalars(operands: Sequence[np.ndarray]) -> int:
    return sum(x.size for x in operands if x.dtype.kind not in "iub")


def _epsilon(numbers: Numbers) -> float:
    """Small enough to be a derivative's step, large enough to be seen in these numbers.

    A power of two, half way down the digits of a float; for many digits the size of a rounding,
    so that what is strongly curved is seen at the scale that matters.
    """
    if isinstance(numbers, FloatNumbers):
        return 2.0 ** (-24 if numbers.dtype.itemsize <= 8 else -30)
    return 2.0**-57
