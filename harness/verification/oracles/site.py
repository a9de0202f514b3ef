"""A point of a problem and all that is asked there: evaluated once, answered by contraction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from harness.contract import PointKind
from harness.verification.oracles.branches import branched_blocks
from harness.verification.oracles.confirmation import settled_orders
from harness.verification.oracles.directions import random_directions
from harness.verification.oracles.lattice import Lattice, Operands, lattice_size
from harness.verification.oracles.levels import MakeNumbers, NotSmoothError, evaluation_seconds
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
from harness.verification.oracles.tensors import CORNER, Left, Tensors, laid_out

__all__ = ["Sides", "Site", "is_small"]

Arrays = tuple[np.ndarray, ...]

_LARGEST_LATTICE = 1000
"""Values of a function that one point may take."""

_CHECK = 37
"""A check's step is smaller by so many bits, and its numbers have the digits for it."""

_SPARE_DIGITS = 40


class _Step(NamedTuple):
    """A relative step of 2^-bits, and for which points it is tried."""

    bits: int
    kinds: tuple[PointKind, ...]


_LARGE = 2.0**14
"""No function of smaller arguments overflows numbers with exponents up to 2^30."""

_NEARBY = 24
_NEAR, _FAR = 140, 110
_STEP_OF_NEAR = 100
"""How many random directions are gone about a kink, how far, and by how much smaller steps."""

_SAME = 0.5
"""A set that is smaller or larger than by this, for the distances' 2^30, is another one."""

_CONDITIONED = 2
"""At so many of them the conditioning is found."""

# The second is for what varies on a tiny scale: a declared kink is none of that.
_STEPS = (_Step(140, tuple(PointKind)), _Step(330, (PointKind.SMOOTH, PointKind.OUTSIDE)))


def is_small(question: Question, make_numbers: MakeNumbers, budget_s: float) -> bool:
    """Whether the tensors of the question's point can be had within ``budget_s`` seconds."""
    scalars = sum(np.size(x) for x in question.args if np.asarray(x).dtype.kind == "f")
    values = lattice_size(scalars, _tensor_order(question, scalars))
    seconds = values * evaluation_seconds(question, make_numbers)
    return values <= _LARGEST_LATTICE and seconds <= budget_s


def _highest(question: Question) -> int:
    """The highest order of a derivative that is asked at the point."""
    orders = [operator.order for operator in question.problem.operators]
    declared = 1 if question.kind is PointKind.KINK else max(orders, default=1)
    return max(declared, question.operator.order)


def _tensor_order(question: Question, scalars: int) -> int:
    """The order up to which there are whole tensors: one more than is asked, where not too dear."""
    order = min(3, 1 + _highest(question))
    return order if lattice_size(scalars, order) <= _LARGEST_LATTICE else order - 1


@dataclass(slots=True)
class _Found:
    """The tensors of one step and one way of breaking the ties, and what was confirmed of them."""

    tensors: Tensors
    confirmed: list[Left]


class Sides(NamedTuple):
    """A first derivative about a point: its smallest and largest, NaN where they are one.

    ``singular``: where it grows without bound towards the point. ``conditioning`` is the largest
    at some places.
    """

    lower: Arrays
    upper: Arrays
    singular: Arrays
    conditioning: Arrays


class Site:
    """The point ``question.args`` of ``question.problem``; small (``is_small``)."""

    def __init__(self, question: Question, make_numbers: MakeNumbers) -> None:
        """Nothing is evaluated yet."""
        self._question = question
        self._make_numbers = make_numbers
        self._range = decimal_range(question.args)
        self._operands = Operands(question.args)
        self._order = _tensor_order(question, self._operands.count)
        self._digit_order = 1 + _highest(question)
        self._found: dict[tuple[int, tuple[bool, ...] | None], _Found] = {}
        self._nearby: dict[int, list[Tensors]] = {}
        self._ties: list[Ties | None] = []
        self._shape: tuple[int, ...] = ()

    def numbers(self, bits: int) -> Numbers:
        """Numbers in which the point's derivatives by steps of 2^-bits keep their digits."""
        order = self._digit_order
        digits = _SPARE_DIGITS + math.ceil(order * bits * math.log10(2)) + order * self._range
        return self._make_numbers(digits)

    def truth(self, question: Question) -> tuple[tuple[TrueBlock, ...], str]:
        """The blocks where it is smooth, or on each side of the ties; and how they were found.

        NotSmoothError where the differences of the question's order do not settle.
        """
        failure = NotSmoothError("")
        for step in _STEPS:
            if question.kind not in step.kinds and question.operator.order:
                continue
            numbers = self.numbers(step.bits)
            note = f"differences with {numbers.digits} digits, steps of 2^-{step.bits}"
            with numbers.computing():
                ties = self.ties(numbers)
                try:
                    if ties is None:
                        return self._smooth(question, step.bits), note
                    return self._branched(question, step.bits, ties), f"{note}, at ties"
                except NotSmoothError as error:
                    failure = error
        raise failure

    @property
    def overflows(self) -> bool:
        """Whether finite arguments, some of them large, give a value beyond all numbers."""
        x = self._operands.floats
        if not (np.isfinite(x).all() and np.abs(x).max(initial=0.0) > _LARGE):
            return False
        with self.numbers(_STEPS[0].bits).computing():
            value = self._about(_STEPS[0].bits, None).tensors.value
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
        """What the question's first derivative is very near the point, to every side of it.

        About a kink that is the same at any distance. What shrinks on the way to the point (a
        root's derivative) or grows is none of it.
        """
        with self.numbers(_STEPS[0].bits).computing():
            places = [
                [*self._around(bits), *self._along_tangents(question, bits)]
                for bits in (_NEAR, _FAR)
            ]
            near, far = ([self._floats(question, t) for t in there] for there in places)
            conditions = [
                _regular(t.conditions(question), t.results(question))
                for t in places[0][:_CONDITIONED]
            ]
        lower, upper = np.fmin.reduce(near), np.fmax.reduce(near)
        with np.errstate(invalid="ignore"):
            spread, farther = upper - lower, np.fmax.reduce(far) - np.fmin.reduce(far)
            same = (spread > farther * _SAME) & (spread * _SAME < farther)
            grows = spread * _SAME >= farther
        parts = (
            np.where(same, lower, np.nan),
            np.where(same, upper, np.nan),
            grows & (spread > 0),
            np.maximum.reduce(conditions),
        )
        return Sides(*(self._laid_out(question, part) for part in parts))

    def _floats(self, question: Question, tensors: Tensors) -> np.ndarray:
        """The results there as floats, NaN where they are not finite."""
        high, _ = tensors.numbers.split(tensors.results(question))
        return np.where(np.isfinite(high), high, np.nan)

    def _around(self, bits: int) -> list[Tensors]:
        """Tensors at a distance of 2^-bits: in random directions, then both ways on each axis."""
        if bits not in self._nearby:
            count = self._operands.count
            unit = np.eye(count)
            drawn = [d for (d,) in random_directions((np.empty(count),), _NEARBY, seed=11)]
            self._nearby[bits] = self._gone([*drawn, *unit, *-unit], bits)
        return self._nearby[bits]

    def _along_tangents(self, question: Question, bits: int) -> list[Tensors]:
        """Tensors both ways along a question's tangents: there a convex function has its ends."""
        if not question.operator.takes_tangents:
            return []
        direction = np.zeros(self._operands.count)
        places = self._operands.places(question.problem.argnums)
        direction[places] = np.concatenate([v.reshape(-1) for v in question.seeds])
        return self._gone([direction, -direction], bits)

    def _gone(self, directions: Sequence[np.ndarray], bits: int) -> list[Tensors]:
        lattice = self._lattice(self.numbers(_STEPS[0].bits), bits + _STEP_OF_NEAR, None)
        away = lattice.scales * lattice.numbers.number(2.0) ** -bits
        return [
            self._tensors(lattice.moved(lattice.centre + lattice.numbers.array(u) * away))
            for u in directions
        ]

    def _smooth(self, question: Question, bits: int) -> tuple[TrueBlock, ...]:
        found = self._about(bits, None)
        self._require(found, question)
        tensors = found.tensors
        rows = tensors.results(question)
        return tuple(
            TrueBlock(*tensors.numbers.split(result), condition, error)
            for result, condition, error in zip(
                self._laid_out(question, rows),
                self._conditions(question, bits, None, rows),
                self._errors(question, found),
                strict=True,
            )
        )

    def _branched(self, question: Question, bits: int, ties: Ties) -> tuple[TrueBlock, ...]:
        def evaluate(decider: Forced | None) -> Arrays:
            found = self._about(bits, decider)
            # What turning some ties alone gives only widens the set.
            if decider is None or len(set(decider.sides)) == 1:
                self._require(found, question)
            return self._laid_out(question, found.tensors.results(question))

        def condition(decider: Forced | None, results: Arrays) -> Arrays:
            rows = self._about(bits, decider).tensors.results(question)
            return self._conditions(question, bits, decider, rows)

        def errors(results: Arrays, conditions: Arrays) -> Arrays:
            base = Forced(ties, first_side=False) if ties.exact else None
            return self._errors(question, self._about(bits, base))

        # About a tie of equal numbers first derivatives are found on every side too.
        additive = not (ties.exact and question.operator.order == 1)
        numbers = self.numbers(bits)
        return branched_blocks(evaluate, condition, ties, numbers, errors, additive=additive)

    def _require(self, found: _Found, question: Question) -> None:
        if len(found.confirmed) < question.operator.order:
            raise NotSmoothError(
                "the differences do not settle: a kink or a singularity, or too few digits"
            )

    def _about(self, bits: int, decider: Forced | None) -> _Found:
        """The tensors by steps of 2^-bits, with the ties broken in the decider's way."""
        key = (bits, None if decider is None else decider.sides)
        if key not in self._found:
            numbers = self.numbers(bits)
            tensors = self._tensors(self._lattice(numbers, bits, decider))
            confirmed: list[Left] = []
            if decider is None or len(set(decider.sides)) == 1:
                order = self._digit_order
                finer = self._make_numbers(numbers.digits + 12 * order)
                with finer.computing():
                    check = self._lattice(finer, bits + _CHECK, decider)
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
        self, question: Question, bits: int, decider: Forced | None, rows: np.ndarray
    ) -> Arrays:
        """Exact where the next tensor is there and smooth, else by perturbing all operands."""
        found = self._about(bits, decider)
        tensors, order = found.tensors, question.operator.order
        if len(found.confirmed) > order or (order == 3 and len(found.confirmed) == 3):
            exact = tensors.conditions(question)
            return tuple(_as_floats(c) for c in self._laid_out(question, exact))
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
        errors = _as_floats(found.tensors.errors(question, found.confirmed))
        high, _ = found.tensors.numbers.split(found.tensors.results(question))
        # What is beyond all floats is known to be so.
        return self._laid_out(question, np.where(np.isinf(high), 0.0, errors))

    def _laid_out(self, question: Question, rows: np.ndarray) -> Arrays:
        return laid_out(question, self._shape, rows)


def _infinite(x: np.ndarray) -> np.ndarray:
    """Where it is infinite itself, not only too large for a float."""
    return np.asarray((x == x) & (x - x != 0), dtype=bool)


def _regular(conditions: np.ndarray, results: np.ndarray) -> np.ndarray:
    """Conditioning as floats, 0 where it is that of a corner: there it has no size."""
    floats = _as_floats(conditions)
    return np.where(floats <= CORNER * np.abs(_as_floats(results)).max(initial=0.0), floats, 0.0)


def _as_floats(x: np.ndarray) -> np.ndarray:
    """Sizes as floats: what is beyond their range is the largest, what has no size is 0."""
    floats = np.asarray(x).astype(np.float64)
    finite = np.asarray(np.asarray(x - x) == 0, dtype=bool)
    return np.where(finite, np.minimum(floats, np.finfo(np.float64).max), 0.0)
