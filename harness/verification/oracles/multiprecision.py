"""Multiprecision: the same function on numbers of many digits, differenced. No derivative rule.

A rule can share an engine's mistake; a difference quotient cannot. With 60 digits and a
relative step of 1e-25 a central difference is right to about 35 digits. Every truth is checked
before it is given out: a random contraction of the whole result must equal a one-sided
difference of other step and precision along that direction. Where it does not, more digits
are taken; where that does not help, the function is not smooth there, and one-sided
quotients of three steps tell a finite derivative from an infinite one and from a kink.
"""

from __future__ import annotations

import numpy as np

from harness.contract import Operator
from harness.verification.oracles.agreement import absolute_error
from harness.verification.oracles.branches import branched_blocks
from harness.verification.oracles.directions import (
    assemble,
    plan,
    sweeps,
)
from harness.verification.oracles.levels import (
    LEVELS,
    Level,
    MakeNumbers,
    NotSmoothError,
    evaluation_seconds,
    numbers_for,
    runs_of_a_truth,
)
from harness.verification.oracles.multiprecision_namespace import Numbers, multiprecision_numbers
from harness.verification.oracles.multiprecision_namespace.decisions import (
    Decider,
    Recorded,
    Ties,
)
from harness.verification.oracles.one_sided import one_sided_blocks
from harness.verification.oracles.oracle import Question, TrueBlock, Truth, Undecided
from harness.verification.oracles.program import Program
from harness.verification.oracles.sensitivity import conditioning, find_ties
from harness.verification.oracles.stencils import stencil_of

__all__ = ["Multiprecision"]

Arrays = tuple[np.ndarray, ...]


class Multiprecision:
    """The whole result by differences, where that costs at most ``budget_s`` seconds.

    Where the problem has a closed form, ``budget_beside_closed_form_s`` is the limit: closed
    forms are judged by multiprecision themselves, so nothing is lost.
    """

    name = "multiprecision"
    rank = 30
    version = 1

    def __init__(
        self,
        budget_s: float = 2.0,
        budget_beside_closed_form_s: float = 0.1,
        make_numbers: MakeNumbers = multiprecision_numbers,
    ) -> None:
        """``make_numbers(digits)`` gives the numbers: MPFR's, or mpmath's."""
        self._budget_s = budget_s
        self._beside_closed_form_s = budget_beside_closed_form_s
        self._make_numbers = make_numbers

    def truth(self, question: Question) -> Truth | Undecided:
        """The truth at the question's point, smooth or not."""
        if question.operator is Operator.DESCENT:
            return Undecided("a descent is a programme of many gradients")
        budget = self._beside_closed_form_s if question.closed_form else self._budget_s
        seconds = self._seconds(question)
        if seconds > budget:
            return Undecided(f"it would take about {seconds:.2g} s, more than {budget:g} s")
        try:
            return self._truth(question)
        except NotSmoothError as error:
            return Undecided(str(error))
        except Exception as error:  # noqa: BLE001 - whatever a problem does on these numbers
            return Undecided(f"the function does not run on it: {type(error).__name__}: {error}")

    def _seconds(self, question: Question) -> float:
        scheme = plan(question)
        evaluations = sweeps(scheme, question.primals) * (1, 2, 4)[scheme.order]
        one = evaluation_seconds(question, self._make_numbers)
        return evaluations * runs_of_a_truth(question) * one

    def _truth(self, question: Question) -> Truth:
        order = plan(question).order
        digits = LEVELS[order][0].digits
        numbers = self._numbers(question, digits)
        program = Program(question.problem.fun, numbers)

        def run(args: Arrays, recorder: Recorded) -> object:
            return program(args, recorder)

        with numbers.computing():
            ties = find_ties(run, question.args, numbers, question.unit_roundoff)
        failure = NotSmoothError("")
        for level in LEVELS[order]:
            try:
                return self._by_differences(question, level, ties)
            except NotSmoothError as error:
                failure = error
        return self._one_sided(question, failure)

    def _by_differences(self, question: Question, level: Level, ties: Ties | None) -> Truth:
        """Central differences, on each side of the ties where there are any."""
        numbers = self._numbers(question, level.digits)
        operands = (*question.args, *question.seeds)
        note = f"differences with {numbers.digits} digits, steps of 2^-{level.bits}"

        absolute = 0.0

        def evaluate(decider: Decider | None) -> Arrays:
            nonlocal absolute
            results = _results(question, numbers, level.bits, decider)
            error = absolute_error(question, results, level, decider, self._make_numbers)
            absolute = max(absolute, error)
            return results

        def condition(decider: Decider | None, results: Arrays) -> Arrays:
            def at(moved: Arrays) -> Arrays:
                return _results(question, numbers, level.bits, decider, moved)

            return conditioning(at, operands, results, numbers)

        def bounds(results: Arrays, conditions: Arrays) -> Arrays:
            return _bounds(question, numbers, level.bits, results, absolute)

        with numbers.computing():
            if ties is not None:
                blocks = branched_blocks(evaluate, condition, ties, numbers, bounds)
                return Truth(self.name, blocks, f"{note}, on each side of the ties")
            results = evaluate(None)
            conditions = condition(None, results)
            blocks = tuple(
                TrueBlock(*numbers.split(g), c, bound)
                for g, c, bound in zip(
                    results, conditions, bounds(results, conditions), strict=True
                )
            )
            return Truth(self.name, blocks, note)

    def _one_sided(self, question: Question, failure: NotSmoothError) -> Truth:
        order = plan(question).order
        if order == 0:
            numbers = self._numbers(question, LEVELS[0][0].digits)
            with numbers.computing():
                (value,) = _results(question, numbers, 0, None)
            high, low = numbers.split(value)
            zero = np.zeros(high.shape)
            return Truth(self.name, (TrueBlock(high, low, zero, zero),), "the value itself")
        blocks = one_sided_blocks(question, lambda digits: self._numbers(question, digits))
        if blocks is None:
            raise failure
        return Truth(self.name, blocks, "one-sided differences")

    def _numbers(self, question: Question, digits: int) -> Numbers:
        return numbers_for(question, digits, self._make_numbers)


def _results(
    question: Question,
    numbers: Numbers,
    bits: int,
    decider: Decider | None,
    operands: Arrays | None = None,
) -> Arrays:
    """The whole result by central differences; ``operands`` replace the question's own."""
    stencil = stencil_of(question, numbers, bits, decider, operands)
    # The tangents are operands too, and may be perturbed.
    return assemble(plan(question, operands), stencil.primals, stencil.central)


def _bounds(
    question: Question, numbers: Numbers, bits: int, results: Arrays, absolute: float
) -> Arrays:
    """The error bound of each component: ``absolute``, and the rounding of its own quotient."""
    stencil = stencil_of(question, numbers, bits)
    roundings = assemble(plan(question), stencil.primals, stencil.rounding)
    return tuple(
        np.where(np.isfinite(high := numbers.split(g)[0]), 1e-30 * np.abs(high) + absolute + r, 0.0)
        for g, r in zip(results, roundings, strict=True)
    )
