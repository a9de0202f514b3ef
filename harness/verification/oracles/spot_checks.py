"""Spot checks: multiprecision along random directions, where the whole result costs too much."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.contract import Operator
from harness.verification.oracles.agreement import natural_scale, settled_error
from harness.verification.oracles.directions import plan, random_directions
from harness.verification.oracles.levels import (
    LEVELS,
    MakeNumbers,
    NotSmoothError,
    evaluation_seconds,
    numbers_for,
    runs_of_a_truth,
)
from harness.verification.oracles.multiprecision_namespace import Numbers, multiprecision_numbers
from harness.verification.oracles.oracle import Question, TrueBlock, Truth, Undecided
from harness.verification.oracles.sensitivity import conditioning
from harness.verification.oracles.stencils import EVALUATIONS, stencil_of

__all__ = ["SpotChecks", "directional_derivative"]

Arrays = tuple[np.ndarray, ...]


class SpotChecks:
    """Random directions alone, where the whole result costs too much: a few differences.

    A result that is wrong anywhere misses a random direction, unless the mistake is small
    beside the rounding of the sum; three directions make that sure enough.
    """

    name = "multiprecision-directions"
    rank = 45
    version = 1

    _COUNT = 3

    def __init__(
        self, budget_s: float = 2.0, make_numbers: MakeNumbers = multiprecision_numbers
    ) -> None:
        """``budget_s``: what the truth of one case may cost."""
        self._budget_s = budget_s
        self._make_numbers = make_numbers

    def truth(self, question: Question) -> Truth | Undecided:
        """What the result must be along random directions."""
        if question.operator is Operator.DESCENT:
            return Undecided("a descent is a programme of many gradients")
        scheme = plan(question)
        count = self._COUNT if scheme.swept else 1
        evaluations = count * runs_of_a_truth(question) * EVALUATIONS[scheme.order]
        seconds = evaluations * evaluation_seconds(question, self._make_numbers)
        if seconds > self._budget_s:
            return Undecided(f"it would take about {seconds:.2g} s, more than {self._budget_s:g} s")
        chosen = [
            tuple(random_directions(question.primals, scheme.swept, seed=100 + k))
            for k in range(count)
        ]
        try:
            blocks = tuple(self._block(question, directions) for directions in chosen)
        except NotSmoothError as error:
            return Undecided(str(error))
        except Exception as error:  # noqa: BLE001 - whatever a problem does on these numbers
            return Undecided(f"the function does not run on it: {type(error).__name__}: {error}")
        note = f"differences along {count} random directions"
        return Truth(self.name, blocks, note, directions=tuple(chosen))

    def _block(self, question: Question, directions: Sequence[tuple[np.ndarray, ...]]) -> TrueBlock:
        numbers, found, error = directional_derivative(question, directions, self._make_numbers)

        bits = LEVELS[plan(question).order][0].bits

        def along(operands: Arrays) -> Arrays:
            stencil = stencil_of(question, numbers, bits, None, operands)
            return (stencil.central(*directions, *plan(question, operands).fixed),)

        with numbers.computing():
            operands = (*question.args, *question.seeds)
            (condition,) = conditioning(along, operands, (found,), numbers)
            high, low = numbers.split(found)
        return TrueBlock(high, low, condition, np.full(high.shape, error))


def directional_derivative(
    question: Question,
    directions: Sequence[tuple[np.ndarray, ...]],
    make_numbers: MakeNumbers = multiprecision_numbers,
) -> tuple[Numbers, np.ndarray, float]:
    """The derivative along the swept ``directions``, and an absolute bound for its error.

    It is what ``contract`` makes of the whole result, at the cost of one component. Raises
    NotSmoothError when a difference of another step does not confirm it.
    """
    scheme = plan(question)
    level = LEVELS[scheme.order][0]
    numbers = numbers_for(question, level.digits, make_numbers)
    finer = numbers_for(question, level.check_digits, make_numbers)
    along = (*directions, *scheme.fixed)
    with numbers.computing():
        found = stencil_of(question, numbers, level.bits).central(*along)
    with finer.computing():
        stencil = stencil_of(question, finer, level.check_bits)
        checked = stencil.one_sided((1,) * scheme.order, *along) if along else stencil.central()
        gap = np.abs(np.asarray(found - checked).astype(np.float64))
        size = np.abs(np.asarray(found).astype(np.float64))
        error = settled_error(gap, np.fmax(size, natural_scale(stencil, along)), level)
    return numbers, found, error
