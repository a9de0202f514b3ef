"""From cases to questions: what is asked of the oracles, whichever backend is judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.contract import Case, Operator, PointKind, Problem, Size
from harness.problems.inputs import CaseInputs
from harness.verification.oracles.oracle import Question
from harness.verification.tolerance import PRECISIONS

__all__ = ["question_of", "questions_at"]


def question_of(problem: Problem, case: Case, inputs: CaseInputs) -> Question:
    """What ``case`` asks at ``inputs``; KeyError for a dtype of which no precision is known."""
    return Question(
        problem,
        case.operator.base,
        inputs.args,
        inputs.seeds,
        problem.size(case.size).dims,
        problem.point(case.point).kind,
        PRECISIONS[case.dtype].unit_roundoff,
    )


def questions_at(
    problem: Problem, size: Size, dtype: str, inputs_of: Callable[[Case], CaseInputs]
) -> Iterator[tuple[Case, Question]]:
    """All that a judge may ask of a problem at one size and dtype, each once, point by point.

    With each question comes a case that asks it. The value is always asked, for a derivative
    must not change it; outside the domain nothing is.
    """
    if dtype not in PRECISIONS:
        return
    for point in problem.points:
        if point.kind is PointKind.OUTSIDE:
            continue
        asked = {
            operator.base: operator
            for operator in sorted(problem.operators, reverse=True)
            if problem.asks(operator, size, point, dtype)
        }
        if asked:
            asked.setdefault(Operator.VALUE, Operator.VALUE)
        for operator in sorted(asked.values()):
            case = Case(problem.name, operator, size.name, dtype, point.name)
            yield case, question_of(problem, case, inputs_of(case))
