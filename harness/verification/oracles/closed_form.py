"""Closed forms: a problem's own formulae, in extended precision, and judged before they judge.

A closed form is someone's algebra. Before it decides anything it is evaluated in 60 digits and
held against differences in as many, along random directions at a small size and at the largest
that can be afforded; one that disagrees decides nothing, and the reason says where it failed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.contract import Case, Operator, PointKind, Problem, Size
from harness.problems.inputs import case_inputs, output_shape
from harness.verification.oracles.branches import branched_blocks
from harness.verification.oracles.descent import descent_differences
from harness.verification.oracles.directions import contract, plan, random_directions
from harness.verification.oracles.levels import evaluation_seconds
from harness.verification.oracles.multiprecision_namespace import (
    FloatNumbers,
    Numbers,
    extended_numbers,
    multiprecision_numbers,
)
from harness.verification.oracles.multiprecision_namespace.decisions import (
    Decider,
    Recorded,
    Replayed,
)
from harness.verification.oracles.oracle import Question, TrueBlock, Truth, Undecided
from harness.verification.oracles.program import Program
from harness.verification.oracles.sensitivity import conditioning, find_ties
from harness.verification.oracles.spot_checks import directional_derivative

__all__ = ["ClosedForm", "judge_closed_form"]

Arrays = tuple[np.ndarray, ...]
Form = Callable[..., Any]

_DIRECTIONS = 3
_AGREEMENT = 1e-15
"""Of a closed form with differences, both in 60 digits: any mistake in the algebra is larger."""

_DESCENT_AGREEMENT = 1e-9
"""Of a closed curve's first losses with those that differences in double precision give."""


class ClosedForm:
    """The problem's formula, once it is vouched for; for a value, the function itself.

    A judgement costs at most ``budget_s`` seconds of multiprecision and is remembered.
    """

    name = "closed-form"
    rank = 40
    version = 1

    def __init__(self, budget_s: float = 0.25, numbers: Numbers | None = None) -> None:
        """``numbers`` to evaluate in; the platform's extended precision unless given."""
        self._budget_s = budget_s
        self._numbers = numbers or extended_numbers()
        # With the problem itself, so that its id cannot be another's later.
        self._faults: dict[tuple[int, Operator], tuple[Problem, str | None]] = {}

    def truth(self, question: Question) -> Truth | Undecided:
        """The formula's result, in the numbers of the oracle."""
        form = _form(question)
        if form is None:
            return Undecided("the problem gives none for this operator")
        if question.kind in (PointKind.INFINITE, PointKind.OUTSIDE):
            return Undecided("a formula does not say what holds where it has no value")
        key = (id(question.problem), question.operator)
        if key not in self._faults:
            fault = judge_closed_form(question.problem, question.operator, budget_s=self._budget_s)
            self._faults[key] = question.problem, fault
        _, fault = self._faults[key]
        if fault is not None:
            return Undecided(fault)
        try:
            return self._truth(question, form)
        except Exception as error:  # noqa: BLE001 - whatever a formula does on these numbers
            return Undecided(f"the formula does not run: {type(error).__name__}: {error}")

    def _truth(self, question: Question, form: Form) -> Truth | Undecided:
        numbers = self._numbers
        operands = (*question.args, *question.seeds)
        program = Program(form, numbers)
        # Conditioning needs one or two digits, so double precision is enough, and fast.
        rough = Program(form, FloatNumbers(np.float64))

        def evaluate(decider: Decider | None) -> Arrays:
            return program(operands, decider)

        def condition(decider: Decider | None, results: Arrays) -> Arrays:
            same_piece = Replayed(decider)
            with rough.numbers.computing():
                start = rough(operands, same_piece)

                def at(moved: Arrays) -> Arrays:
                    return rough(moved, same_piece)

                return conditioning(at, operands, start, rough.numbers)

        def bounds(results: Arrays, conditions: Arrays) -> Arrays:
            return _rounding_bounds(question, numbers, results, conditions)

        def run(args: Arrays, recorder: Recorded) -> object:
            return program(args, recorder)

        note = f"{numbers.name} arithmetic"
        with numbers.computing():
            if question.operator is Operator.DESCENT:
                return self._curve(question, evaluate(None), note)
            ties = find_ties(run, operands, numbers, question.unit_roundoff)
            if ties is not None:
                blocks = branched_blocks(evaluate, condition, ties, numbers, bounds)
            else:
                results = evaluate(None)
                conditions = condition(None, results)
                blocks = tuple(
                    TrueBlock(*numbers.split(g), c, bound)
                    for g, c, bound in zip(
                        results, conditions, bounds(results, conditions), strict=True
                    )
                )
        if not all(np.isfinite(block.high).all() for block in blocks):
            return Undecided("the formula has no finite value here")
        return Truth(self.name, blocks, note)

    def _curve(self, question: Question, results: Arrays, note: str) -> Truth | Undecided:
        descent = question.problem.descent
        if descent is None:
            return Undecided("the problem states no bound for its descent")
        blocks = []
        for losses in results:
            high, low = self._numbers.split(losses)
            zero = np.zeros(high.shape)
            blocks.append(TrueBlock(high, low, zero, zero))
        return Truth(self.name, tuple(blocks), note, curve_bound=descent.curve_bound)


def judge_closed_form(
    problem: Problem, operator: Operator, *, budget_s: float = 0.25, seed: int = 0
) -> str | None:
    """Hold a closed form against multiprecision: None when it is right, else what is wrong.

    Random contractions at the smallest size, and at the largest whose differences take at
    most ``budget_s`` seconds; at a smooth point each.
    """
    if operator is Operator.VALUE:
        return None
    asked = [q for size in problem.sizes if (q := _smooth_question(problem, operator, size))]
    if not asked:
        return f"the closed form of {operator} cannot be judged: no smooth point"
    asked.sort(key=lambda question: question.operations)
    affordable = [q for q in asked if _seconds(q) <= budget_s]
    chosen = affordable[:1] + affordable[1:][-1:] if affordable else asked[:1]
    try:
        for question in chosen:
            form = _form(question)
            if form is None:
                return f"{problem.name} gives no closed form of {operator}"
            fault = (
                _descent_fault(question, form)
                if operator is Operator.DESCENT
                else _fault(question, form, seed)
            )
            if fault is not None:
                return f"the closed form of {operator} is wrong at {dict(question.dims)}: {fault}"
    except Exception as error:  # noqa: BLE001 - whatever a formula does on these numbers
        return (
            f"the closed form of {operator} cannot be judged by differences: "
            f"{type(error).__name__}: {error}"
        )
    return None


def _form(question: Question) -> Form | None:
    """The formula; the closed form of a value is the function itself."""
    return question.problem.fun if question.operator is Operator.VALUE else question.closed_form


def _smooth_question(problem: Problem, operator: Operator, size: Size) -> Question | None:
    """The question at the size's first smooth point that the problem asks there."""
    asked = [op for op in problem.operators if op.base is operator] or [operator]
    for point in problem.points:
        if point.kind is PointKind.SMOOTH and any(problem.asks(op, size, point) for op in asked):
            case = Case(problem.name, operator, size.name, "float64", point.name)
            inputs = case_inputs(problem, case, output_shape(problem, case))
            return Question(problem, operator, inputs.args, inputs.seeds, size.dims)
    return None


def _seconds(question: Question) -> float:
    if question.operator is Operator.DESCENT:
        return question.operations * 1e-9
    return float(_DIRECTIONS * 2 ** (1 + plan(question).order)) * evaluation_seconds(
        question, multiprecision_numbers
    )


def _fault(question: Question, form: Form, seed: int) -> str | None:
    """Where the formula's contractions miss the differences."""
    swept = plan(question).swept
    for k in range(_DIRECTIONS if swept else 1):
        directions = random_directions(question.primals, swept, seed + k)
        numbers, expected, _ = directional_derivative(question, directions)
        with numbers.computing():
            results = Program(form, numbers)((*question.args, *question.seeds))
            entered = [tuple(numbers.array(d) for d in v) for v in directions]
            claimed = contract(question.operator, results, question.primals, entered)
            if claimed.shape != expected.shape:
                return f"its shape contracts to {claimed.shape}, not {expected.shape}"
            gap = np.abs(np.asarray(claimed - expected).astype(np.float64))
            size = np.abs(np.asarray(expected).astype(np.float64))
        if not np.all(gap <= _AGREEMENT * np.max(size, initial=0.0)):
            worst = float(np.max(gap / np.max(size, initial=1e-300)))
            return f"it differs from the function's differences by {worst:.1e} of their size"
    return None


def _descent_fault(question: Question, form: Form) -> str | None:
    """Whether the first losses of the curve are those of descent by differences."""
    numbers = FloatNumbers(np.float64)
    with numbers.computing():
        (curve,) = Program(form, numbers)(question.args)
        expected = descent_differences(question, steps=2)
    found = curve[: len(expected)].astype(np.float64)
    gap = np.abs(found - expected) / np.abs(expected)
    if gap.shape != expected.shape or not (gap <= _DESCENT_AGREEMENT).all():
        return f"its first losses are {found.tolist()}, by differences {expected.tolist()}"
    return None


def _rounding_bounds(
    question: Question, numbers: Numbers, results: Arrays, conditions: Arrays
) -> Arrays:
    """What rounding in these numbers may have done to the formula: √operations roundings."""
    unit = 2.0**-64 if isinstance(numbers, FloatNumbers) else 10.0**-numbers.digits
    roundings = 8.0 * unit * float(np.sqrt(question.operations))
    return tuple(
        roundings * (np.abs(numbers.split(g)[0]) + c)
        for g, c in zip(results, conditions, strict=True)
    )
