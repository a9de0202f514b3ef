"""The first losses of gradient descent by differences: what judges a closed form of the curve."""

from __future__ import annotations

import numpy as np

from harness.verification.oracles.multiprecision_namespace import FloatNumbers
from harness.verification.oracles.oracle import Question
from harness.verification.oracles.program import Program

__all__ = ["descent_differences"]

_STEP = 2.0**-17
"""In double precision a central difference by this step is right to about 10 digits."""


def descent_differences(question: Question, steps: int) -> np.ndarray:
    """The losses before the first step and after each of ``steps``, shape (steps + 1,).

    Each gradient is a central difference in double precision; no rule, no formula.
    Raises ValueError when the problem declares no descent.
    """
    descent = question.problem.descent
    if descent is None:
        raise ValueError(f"{question.problem.name} declares no descent")
    numbers = FloatNumbers(np.float64)
    program = Program(question.problem.fun, numbers)
    argnums = question.problem.argnums
    operands = list(program.enter(question.args))
    losses = [program(operands)[0]]
    for _ in range(steps):
        gradient = [np.empty_like(operands[i]) for i in argnums]
        for position, g in zip(argnums, gradient, strict=True):
            for index in np.ndindex(operands[position].shape):
                g[index] = _quotient(program, operands, position, index)
        for position, g in zip(argnums, gradient, strict=True):
            operands[position] = np.asarray(operands[position] - descent.learning_rate * g)
        losses.append(program(operands)[0])
    return np.array([float(loss) for loss in losses])


def _quotient(
    program: Program, operands: list[np.ndarray], position: int, index: tuple[int, ...]
) -> float:
    """The central difference of the loss in one element."""
    sides = []
    for step in (_STEP, -_STEP):
        moved = operands[position].copy()
        moved[index] += step
        sides.append(program([*operands[:position], moved, *operands[position + 1 :]])[0])
    return float((sides[0] - sides[1]) / (2 * _STEP))
