"""Complex step: Im f(x + ihv)/h, free of cancellation, for analytic functions.

It is exact to rounding, but silently wrong for abs, maximum and conjugates. So it is
believed only where Richardson-extrapolated differences of the real function agree along a
random direction, within their own bound.

W. Squire and G. Trapp, Using complex variables to estimate derivatives of real functions,
SIAM Rev. 40 (1998).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.contract import Operator, PointKind
from harness.verification.oracles.directions import (
    Direction,
    Unit,
    assemble,
    contract,
    plan,
    random_directions,
    sweeps,
)
from harness.verification.oracles.finite_differences import richardson
from harness.verification.oracles.float_functions import float_function, rounding_noise, widest
from harness.verification.oracles.multiprecision_namespace import FloatNumbers
from harness.verification.oracles.oracle import Question, TrueBlock, Truth, Undecided
from harness.verification.oracles.sensitivity import conditioning

__all__ = ["ComplexStep"]

Arrays = tuple[np.ndarray, ...]

_STEP = 2.0**-133
"""A power of two, about 1e-40: nothing is rounded when it is multiplied in and divided out."""

_ENOUGH = 1e-6
"""Real differences must be this sure of themselves to vouch for a complex step."""


class ComplexStep:
    """First derivatives of analytic functions; at most ``limit`` evaluations."""

    name = "complex-step"
    rank = 50
    version = 1

    def __init__(self, limit: int = 20_000) -> None:
        """``limit`` is on the directional derivatives of one truth."""
        self._limit = limit

    def truth(self, question: Question) -> Truth | Undecided:
        """The truth, where the function is analytic and real differences confirm it."""
        if question.operator.order != 1 or question.operator is Operator.DESCENT:
            return Undecided("it gives first derivatives")
        if question.kind is not PointKind.SMOOTH:
            return Undecided("an analytic function has no such point inside its domain")
        count = sweeps(plan(question), question.primals)
        if count > self._limit:
            return Undecided(f"{count} steps are more than {self._limit}")
        operands = (*question.args, *question.seeds)
        try:
            with np.errstate(all="ignore"):
                dtype = widest(question, (np.clongdouble, np.complex128))
                results = _complex_results(question, operands, dtype)
                if not all(np.isfinite(r).all() for r in results):
                    return Undecided("the complex step is not finite here")
                doubt = _doubt(question, results)
                if doubt is not None:
                    return Undecided(doubt)
                rough = FloatNumbers(np.float64)
                condition = conditioning(
                    lambda moved: _complex_results(question, moved, dtype), operands, results, rough
                )
        except Exception as error:  # noqa: BLE001 - whatever a function does on complex arrays
            return Undecided(f"the function does not run: {type(error).__name__}: {error}")
        kept = np.finfo(results[0].dtype).eps / 2 if results else 0.0
        roundings = 8.0 * float(kept) * float(np.sqrt(question.operations))
        extended = FloatNumbers(np.longdouble)
        blocks = tuple(
            TrueBlock(*extended.split(g), c, roundings * (np.abs(g).astype(np.float64) + c))
            for g, c in zip(results, condition, strict=True)
        )
        return Truth(self.name, blocks, "steps of 2^-133 i")


def _complex_results(question: Question, operands: Sequence[np.ndarray], dtype: Any) -> Arrays:
    """The whole result by complex steps, in extended precision where the function keeps it."""
    function, primals = float_function(question, dtype, operands)

    def derivative(*directions: Direction) -> np.ndarray:
        (direction,) = directions
        if isinstance(direction, Unit):
            moved = list(primals)
            x = moved[direction.argument].copy()
            x.reshape(-1)[direction.index] += 1j * _STEP
            moved[direction.argument] = x
        else:
            moved = [x + 1j * _STEP * d for x, d in zip(primals, direction, strict=True)]
        y = function(tuple(moved))
        if y.dtype.kind != "c":
            raise TypeError("the function does not keep complex numbers")
        return np.asarray(y.imag / _STEP)

    return assemble(plan(question, operands), primals, derivative)


def _doubt(question: Question, results: Arrays) -> str | None:
    """Why real differences along a random direction do not confirm the results, if they do not."""
    dtype = widest(question, (np.longdouble, np.float64))
    function, primals = float_function(question, dtype)
    scheme = plan(question)
    directions = random_directions(question.primals, scheme.swept, seed=11)
    claimed = contract(question.operator, results, question.primals, directions)
    found, bound = richardson(
        function, primals, (*directions, *scheme.fixed), rounding_noise(question, dtype)
    )
    size = float(np.max(np.abs(claimed), initial=0.0))
    if not np.all(bound <= _ENOUGH * size):
        return "real differences are not sure enough to confirm it"
    if not np.all(np.abs(claimed - found) <= bound):
        return "the function is not analytic: real differences disagree"
    return None
