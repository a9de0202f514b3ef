"""A point of a problem and all that is asked there: evaluated once, answered by contraction."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from harness.verification.oracles.branches import branched_blocks
from harness.verification.oracles.confirmation import settled_orders
from harness.verification.oracles.error_bounds import Left, error_bounds
from harness.verification.oracles.lattice import Lattice, Operands
from harness.verification.oracles.levels import (
    STEPS,
    MakeNumbers,
    NotSmoothError,
    Step,
    highest_order,
    tensor_order,
)
from harness.verification.oracles.multiprecision_namespace import Numbers
from harness.verification.oracles.multiprecision_namespace.decisions import (
    Decider,
    Forced,
    Recorded,
    Ties,
)
from harness.verification.oracles.oracle import Question, TrueBlock
from harness.verification.oracles.program import Program
from harness.verification.oracles.sensitivity import conditioning, find_ties
from harness.verification.oracles.stencils import decimal_range
from harness.verification.oracles.surroundings import Sides, Surroundings
from harness.verification.oracles.tensors import Tensors, as_floats, laid_out

__all__ = ["Site"]

Arrays = tuple[np.ndarray, ...]

_CHECK = 37
"""A check's step is smaller by so many bits, and its numbers have the digits for it."""

_SPARE_DIGITS = 40


_LARGE = 2.0**14
"""No function of smaller arguments overflows numbers with exponents up to 2^30."""

_VAGUE = 1e-15
"""A derivative whose error may be more than that of its size is worth more digits."""


@dataclass(slots=True)
class _Found:
    """The tensors of one step and one way of breaking the ties, and what was confirmed of them."""

    tensors: Tensors
    confirmed: list[Left]


class Site:
    """The point ``question.args`` of ``question.problem``; small (``is_small``)."""

    def __init__(self, question: Question, make_numbers: MakeNumbers) -> None:
        """Nothing is evaluated yet."""
        self._question = question
        self._make_numbers = make_numbers
        self._range = decimal_range(question.args)
        self._operands = Operands(question.args)
        self._order = tensor_order(question, self._operands.count)
        self._digit_order = 1 + highest_order(question)
        self._found: dict[tuple[Step, tuple[bool, ...] | None], _Found] = {}
        self._surroundings: Surroundings | None = None
        self._ties: list[Ties | None] = []
        self._shape: tuple[int, ...] = ()

    def numbers(self, step: Step) -> Numbers:
        """Numbers in which the point's derivatives by such steps keep their digits."""
        order = self._digit_order
        lost = math.ceil(order * step.bits * math.log10(2)) + order * self._range
        digits = _SPARE_DIGITS + step.more_digits + lost
        return self._make_numbers(digits)

    def truth(self, question: Question) -> tuple[tuple[TrueBlock, ...], str]:
        """The blocks where it is smooth, or on each side of the ties; and how they were found.

        NotSmoothError where the differences of the question's order do not settle.
        """
        failure = NotSmoothError("")
        vague: tuple[tuple[TrueBlock, ...], str] | None = None
        for step in STEPS:
            if question.kind not in step.kinds and question.operator.order:
                continue
            numbers = self.numbers(step)
            note = f"differences with {numbers.digits} digits, steps of 2^-{step.bits}"
            with numbers.computing():
                ties = self.ties(numbers)
                try:
                    if ties is None:
                        blocks = self._smooth(question, step)
                    else:
                        blocks = self._branched(question, step, ties)
                        note = f"{note}, at ties"
                except NotSmoothError as error:
                    failure = error
                    continue
            # What vanishes in two ways does vanish.
            if not any(_is_vague(block, vanished=vague is not None) for block in blocks):
                return blocks, note
            vague = blocks, note
        if vague is None:
            raise failure
        return vague

    @property
    def overflows(self) -> bool:
        """Whether finite arguments, some of them large, give a value beyond all numbers."""
        x = self._operands.floats
        if not (np.isfinite(x).all() and np.abs(x).max(initial=0.0) > _LARGE):
            return False
        with self.numbers(STEPS[0]).computing():
            value = self._about(STEPS[0], None).tensors.value
            return bool(_infinite(value).any())

    def ties(self, numbers: Numbers) -> Ties | None:
        """The comparisons that are tied at the point, or that rounding could turn."""
        if not self._ties:
            program = Program(self._question.problem.fun, numbers)

            def run(args: Arrays, recorder: Recorded) -> object:
                return program(args, recorder)

            unit = self._question.unit_roundoff
            self._ties.append(find_ties(run, self._question.args, numbers, unit))
        return self._ties[0]

    def sides(self, question: Question) -> Sides:
        """What the question's first derivative is very near the point, to every side of it."""
        numbers = self.numbers(STEPS[0])
        with numbers.computing():
            if self._surroundings is None:
                self._surroundings = Surroundings(
                    lambda bits: self._lattice(numbers, bits, None), self._tensors
                )
            found = self._surroundings.sides(question)
        return Sides(*(self._laid_out(question, part) for part in found))

    def _smooth(self, question: Question, step: Step) -> tuple[TrueBlock, ...]:
        found = self._about(step, None)
        self._require(found, question)
        rows = found.tensors.results(question)
        blocks = []
        for result, condition, error in zip(
            self._laid_out(question, rows),
            self._conditions(question, step, None, rows),
            self._errors(question, found),
            strict=True,
        ):
            high, low = found.tensors.numbers.split(result)
            # What is smaller than its error is a zero; the other one is as far off again.
            zero = np.abs(high) <= error
            kept = np.where(zero, 0.0, high), np.where(zero, 0.0, low)
            blocks.append(TrueBlock(*kept, condition, error + np.where(zero, np.abs(high), 0.0)))
        return tuple(blocks)

    def _branched(self, question: Question, step: Step, ties: Ties) -> tuple[TrueBlock, ...]:
        def evaluate(decider: Forced | None) -> Arrays:
            found = self._about(step, decider)
            # What turning some ties alone gives only widens the set.
            if decider is None or len(set(decider.sides)) == 1:
                self._require(found, question)
            return self._laid_out(question, found.tensors.results(question))

        def condition(decider: Forced | None, results: Arrays) -> Arrays:
            rows = self._about(step, decider).tensors.results(question)
            return self._conditions(question, step, decider, rows)

        choice = question.operator.order > 0

        def errors(results: Arrays, conditions: Arrays) -> Arrays:
            base = Forced(ties, first_side=False) if ties.exact and choice else None
            return self._errors(question, self._about(step, base))

        # About a tie of equal numbers first derivatives are found on every side too.
        additive = not (ties.exact and question.operator.order == 1)
        numbers = self.numbers(step)
        return branched_blocks(
            evaluate, condition, ties, numbers, errors, additive=additive, choice=choice
        )

    def _require(self, found: _Found, question: Question) -> None:
        if len(found.confirmed) < question.operator.order:
            raise NotSmoothError(
                "the differences do not settle: a kink or a singularity, or too few digits"
            )

    def _about(self, step: Step, decider: Forced | None) -> _Found:
        """The tensors by such steps, with the ties broken in the decider's way."""
        key = (step, None if decider is None else decider.sides)
        if key not in self._found:
            numbers = self.numbers(step)
            tensors = self._tensors(self._lattice(numbers, step.bits, decider))
            confirmed: list[Left] = []
            if decider is None or len(set(decider.sides)) == 1:
                order = self._digit_order
                finer = self._make_numbers(numbers.digits + 12 * order)
                with finer.computing():
                    check = self._lattice(finer, step.bits + _CHECK, decider)
                    confirmed = settled_orders(tensors, check, self._order)
            self._found[key] = _Found(tensors, confirmed)
        return self._found[key]

    def _lattice(self, numbers: Numbers, bits: int, decider: Decider | None) -> Lattice:
        program = Program(self._question.problem.fun, numbers)

        def function(arrays: Arrays) -> np.ndarray:
            (y,) = program(arrays, decider)
            self._shape = y.shape
            if y.dtype.kind != "O":
                y = numbers.array(y.astype(np.float64))
            return y.reshape(-1)

        return Lattice(function, self._operands, numbers, bits)

    def _tensors(self, lattice: Lattice) -> Tensors:
        lattice.value()
        return Tensors(lattice, self._question.problem.argnums, self._shape)

    def _conditions(
        self, question: Question, step: Step, decider: Forced | None, rows: np.ndarray
    ) -> Arrays:
        """Exact where the next tensor is there and smooth, else by perturbing all operands."""
        found = self._about(step, decider)
        tensors, order = found.tensors, question.operator.order
        if len(found.confirmed) > order or (order == 3 and len(found.confirmed) == 3):
            exact = tensors.conditions(question)
            return tuple(as_floats(c) for c in self._laid_out(question, exact))
        lattice = tensors.lattice
        count = len(question.args)

        def at(moved: Arrays) -> Arrays:
            centre = Operands(moved[:count]).vector(tensors.numbers)
            there = self._tensors(lattice.moved(centre))
            return (there.results(replace(question, seeds=moved[count:])),)

        operands = (*question.args, *question.seeds)
        (estimated,) = conditioning(at, operands, (rows,), tensors.numbers)
        return self._laid_out(question, estimated)

    def _errors(self, question: Question, found: _Found) -> Arrays:
        errors = as_floats(error_bounds(found.tensors, question, found.confirmed))
        high, _ = found.tensors.numbers.split(found.tensors.results(question))
        # What is beyond all floats is known to be so.
        return self._laid_out(question, np.where(np.isinf(high), 0.0, errors))

    def _laid_out(self, question: Question, rows: np.ndarray) -> Arrays:
        return laid_out(question, self._shape, rows)


def _is_vague(block: TrueBlock, *, vanished: bool) -> bool:
    """Whether the error may be large beside the derivative; of one that is 0, unless ``vanished``.

    More digits tell what is tiny beside its function from what is 0.
    """
    high = block.high[np.isfinite(block.high)]
    largest = np.abs(high).max(initial=0.0)
    widest = block.bound.max(initial=0.0)
    return bool(widest > _VAGUE * largest and (largest > 0 or not vanished))


def _infinite(x: np.ndarray) -> np.ndarray:
    """Where it is infinite itself, not only too large for a float."""
    return np.asarray((x == x) & (x - x != 0), dtype=bool)
