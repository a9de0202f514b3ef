"""Multiprecision: the same function on numbers of many digits, differenced. No derivative rule.

A rule can share an engine's mistake; a difference quotient cannot. With 60 digits and a
relative step of 1e-25 a central difference is right to about 35 digits. Every truth is checked
before it is given out: a random contraction of the whole result must equal a one-sided
difference of other step and precision along that direction. Where it does not, more digits
are taken; where that does not help, the function is not smooth there, and one-sided
quotients of three steps tell a finite derivative from an infinite one and from a kink.

The questions of a small point share its evaluations (``site``): all of them are contractions of
the same derivatives. A large one (a perceptron's thousands of weights) is asked by itself.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import NamedTuple

import numpy as np

from harness.contract import Operator, Problem
from harness.verification.bounded import Bounded
from harness.verification.oracles.agreement import absolute_error
from harness.verification.oracles.branches import branched_blocks
from harness.verification.oracles.directions import (
    assemble,
    plan,
    sweeps,
)
from harness.verification.oracles.infinities import (
    FAR,
    NEAR,
    has_infinities,
    limit_blocks,
)
from harness.verification.oracles.kinks import Remembering, kink_blocks, widened
from harness.verification.oracles.levels import (
    LEVELS,
    Level,
    MakeNumbers,
    NotSmoothError,
    evaluation_seconds,
    is_small,
    numbers_for,
    runs_of_a_truth,
)
from harness.verification.oracles.multiprecision_namespace import Numbers, multiprecision_numbers
from harness.verification.oracles.multiprecision_namespace.decisions import (
    Decider,
    Forced,
    Recorded,
    Ties,
)
from harness.verification.oracles.one_sided import one_sided_blocks
from harness.verification.oracles.oracle import Question, TrueBlock, Truth, Undecided
from harness.verification.oracles.program import Program
from harness.verification.oracles.sensitivity import conditioning, find_ties
from harness.verification.oracles.site import Site
from harness.verification.oracles.stencils import EVALUATIONS, stencil_of

__all__ = ["Multiprecision"]

Arrays = tuple[np.ndarray, ...]

_QUESTIONS = 10
"""So many share what is evaluated at a point, and what that may cost."""

_PLACES = 32
"""So many points are remembered: cases of one point need not come one after the other."""


class _Place(NamedTuple):
    """A point that was asked about; the problem is held, so that its id stays its own."""

    problem: Problem
    site: Site
    remembering: Remembering


class Multiprecision:
    """The whole result by differences, where that costs at most ``budget_s`` seconds.

    Where the problem has a closed form, ``budget_beside_closed_form_s`` is the limit: closed
    forms are judged by multiprecision themselves, so nothing is lost.
    """

    name = "multiprecision"
    rank = 30
    version = 7

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
        self._places: Bounded[Hashable, _Place] = Bounded(_PLACES)

    def truth(self, question: Question) -> Truth | Undecided:
        """The truth at the question's point, smooth or not."""
        if question.operator is Operator.DESCENT:
            return Undecided("a descent is a programme of many gradients")
        budget = self._beside_closed_form_s if question.closed_form else self._budget_s
        small = is_small(question, self._make_numbers, _QUESTIONS * budget)
        if not small and (seconds := self._seconds(question)) > budget:
            return Undecided(
                f"it would take about {seconds:.2g} s, more than {budget:g} s", lasting=True
            )
        try:
            with np.errstate(all="ignore"):
                return self._at_point(question) if small else self._truth(question)
        except NotSmoothError as error:
            return Undecided(str(error), lasting=True)
        except Exception as error:  # noqa: BLE001 - whatever a problem does on these numbers
            return Undecided(f"the function does not run on it: {type(error).__name__}: {error}")

    def _at_point(self, question: Question) -> Truth:
        """By the tensors of the question's point; at its kinks and its infinities by limits."""
        if question.operator.order and has_infinities(question):
            return self._limit(question)
        here = self._place(question)
        try:
            blocks, note = here.site.truth(question)
            if question.operator.order == 1 and any(_is_tied(block) for block in blocks):
                blocks = widened(question, here.site, blocks)
            return Truth(self.name, blocks, note)
        except NotSmoothError:
            if here.site.overflows:
                return self._limit(question)
            found = kink_blocks(question, here.site, here.remembering, self._make_numbers)
            if found is None:
                raise
            return Truth(self.name, found, "one-sided differences")

    def _limit(self, question: Question) -> Truth:
        def blocks_at(moved: Question) -> tuple[TrueBlock, ...]:
            here = self._place(moved)
            if here.site.overflows:
                raise NotSmoothError("it leaves the range of all numbers")
            return here.site.truth(moved)[0]

        try:
            blocks = limit_blocks(question, blocks_at, FAR)
        except NotSmoothError:
            blocks = limit_blocks(question, blocks_at, NEAR)
        return Truth(self.name, blocks, "the limit at ever larger arguments")

    def _place(self, question: Question) -> _Place:
        problem = question.problem
        key = (
            id(problem),
            question.kind,
            question.unit_roundoff,
            *((x.dtype.str, x.shape, x.tobytes()) for x in question.args),
        )
        place = self._places.get(key)
        if place is None or place.problem is not problem:
            site = Site(question, self._make_numbers)
            place = _Place(problem, site, Remembering(problem.fun))
            self._places.put(key, place, 1)
        return place

    def _seconds(self, question: Question) -> float:
        scheme = plan(question)
        evaluations = sweeps(scheme, question.primals) * EVALUATIONS[scheme.order]
        one = evaluation_seconds(question, self._make_numbers)
        return evaluations * runs_of_a_truth(question) * one

    def _truth(self, question: Question) -> Truth:
        order = plan(question).order
        digits = LEVELS[order][0].digits
        numbers = self._numbers(question, digits)
        program = Program(question.fun, numbers)

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

        def evaluate(decider: Forced | None) -> Arrays:
            nonlocal absolute
            results = _results(question, numbers, level.bits, decider)
            if decider is not None and len(set(decider.sides)) > 1:
                # What breaking ties in other ways gives only widens the set.
                return results
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
                choice = question.operator.order > 0
                blocks = branched_blocks(evaluate, condition, ties, numbers, bounds, choice=choice)
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
        found = one_sided_blocks(question, lambda digits: self._numbers(question, digits))
        if found is None:
            raise failure
        return Truth(self.name, found[0], "one-sided differences")

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


def _is_tied(block: TrueBlock) -> bool:
    return block.branches is not None and block.branches.exact
