"""How many digits and how small a step: what all differences in multiprecision share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from harness.contract import PointKind
from harness.verification.oracles.directions import plan
from harness.verification.oracles.lattice import lattice_size
from harness.verification.oracles.multiprecision_namespace import Numbers
from harness.verification.oracles.oracle import Question
from harness.verification.oracles.sensitivity import DRAWS, EXACT_OPERANDS
from harness.verification.oracles.stencils import decimal_range

__all__ = [
    "AGREEMENT",
    "LEVELS",
    "STEPS",
    "Level",
    "MakeNumbers",
    "NotSmoothError",
    "Step",
    "evaluation_seconds",
    "highest_order",
    "is_small",
    "numbers_for",
    "runs_of_a_truth",
    "tensor_order",
]

MakeNumbers = Callable[[int], Numbers]
"""Gives numbers of so many decimal digits: MPFR's, or mpmath's."""


class Step(NamedTuple):
    """Of a point's tensors: a relative step of 2^-bits, in how many digits more than usual.

    ``kinds`` are the points for which it is tried.
    """

    bits: int
    more_digits: int = 0
    kinds: tuple[PointKind, ...] = (PointKind.SMOOTH,)


@dataclass(frozen=True, slots=True)
class Level:
    """Decimal digits, and the steps as powers of two: for the truth, and for its check."""

    digits: int
    bits: int
    check_digits: int
    check_bits: int


LEVELS: dict[int, tuple[Level, ...]] = {
    0: (Level(60, 0, 90, 0),),
    1: (Level(60, 83, 110, 125), Level(160, 250, 220, 300)),
    2: (Level(80, 66, 130, 100), Level(220, 200, 300, 240)),
    3: (Level(110, 66, 170, 90), Level(320, 200, 400, 240)),
}
"""By order of the derivative; the second level is for functions that vary on a tiny scale."""

AGREEMENT = 1e-18
"""How well a truth and its check must agree: far below any rounding that is judged by it."""

_SECONDS_PER_OPERATION = {"gmpy2": 0.25e-6, "mpmath": 2.5e-6}
_SECONDS_PER_EVALUATION = 60e-6
"""Of an operation on one number, and of Python around one evaluation; measured, rounded up."""


STEPS = (Step(140, kinds=tuple(PointKind)), Step(140, 400), Step(330))
"""The usual one; then, at smooth points, one for what nearly vanishes beside its function (expm1
at -400), and one for what varies on a tiny scale."""

_LARGEST_LATTICE = 1000
"""Values of a function that one point may take."""


class NotSmoothError(Exception):
    """The differences do not settle: there is a kink or a singularity, or too few digits."""


def numbers_for(question: Question, digits: int, make_numbers: MakeNumbers) -> Numbers:
    """Numbers of ``digits`` digits, and of those more that the operands' range takes up."""
    operands = (*question.args, *question.seeds)
    return make_numbers(digits + decimal_range(operands) * max(1, plan(question).order))


def evaluation_seconds(question: Question, make_numbers: MakeNumbers) -> float:
    """About how long one value takes; from counts alone, so that decisions are always the same."""
    per_operation = _SECONDS_PER_OPERATION.get(make_numbers(60).name, 2.5e-6)
    return question.operations * per_operation + _SECONDS_PER_EVALUATION


def runs_of_a_truth(question: Question) -> int:
    """How often a result is computed for a truth: once, and for its conditioning."""
    scalars = sum(x.size for x in (*question.args, *question.seeds) if x.dtype.kind == "f")
    return 1 + (scalars if scalars <= EXACT_OPERANDS else DRAWS)


def is_small(question: Question, make_numbers: MakeNumbers, budget_s: float) -> bool:
    """Whether the tensors of the question's point can be had within ``budget_s`` seconds."""
    scalars = sum(np.size(x) for x in question.args if np.asarray(x).dtype.kind == "f")
    order = tensor_order(question, scalars)
    values = lattice_size(scalars, order)
    seconds = values * evaluation_seconds(question, make_numbers)
    enough = order >= question.operator.order
    return enough and values <= _LARGEST_LATTICE and seconds <= budget_s


def highest_order(question: Question) -> int:
    """The highest order of a derivative that is asked at the point."""
    orders = [operator.order for operator in question.problem.operators]
    declared = 1 if question.kind is PointKind.KINK else max(orders, default=1)
    return max(declared, question.operator.order)


def tensor_order(question: Question, scalars: int) -> int:
    """The order up to which there are whole tensors: one more than is asked, where not too dear."""
    order = min(3, 1 + highest_order(question))
    return order if lattice_size(scalars, order) <= _LARGEST_LATTICE else order - 1
