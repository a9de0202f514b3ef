"""All that a judge may ask of a problem, each question once."""

from __future__ import annotations

import dataclasses

import numpy as np

from harness.contract import Operator, Point, PointKind
from harness.problems.inputs import case_inputs, output_shape
from harness.verification.oracles import TrueBlock, Truth
from harness.verification.questions import question_of, questions_at
from harness.verification.truths import Truths


def test_a_judge_asks_nothing_else(tools, tmp_path):
    # What a judge asks of the oracles, over every operator and point, was listed before.
    asked = []

    class Listening:
        name, rank, version = "listening", 1, 1

        def truth(self, question):
            asked.append(question)
            zero = np.zeros(())
            return Truth(self.name, (TrueBlock(zero, zero, zero, zero),))

    problem = tools.problem(
        "wave", lambda xp, x: xp.sin(x), ("x",), tools.seeded(2, lambda rng: (rng.random(3),))
    )
    points = (
        *problem.points,
        Point("kink", problem.points[0].build, PointKind.KINK),
        Point("outside", problem.points[0].build, PointKind.OUTSIDE),
        Point("once", problem.points[0].build, max_order=1),
    )
    problem = dataclasses.replace(problem, points=points)
    size = problem.sizes[0]

    def inputs(case):
        return case_inputs(problem, case, output_shape(problem, case))

    truths = Truths([Listening()], None, None)
    listed = list(questions_at(problem, size, "float64", inputs))
    for _, question in listed:
        truths.ask(question)
    count = len(asked)
    # Each only once, though several operators ask it.
    assert count == len(listed) == 8 + 8 + 5 + 5
    for operator in problem.operators:
        for point in points:
            if point.kind is PointKind.OUTSIDE or not problem.asks(operator, size, point):
                continue
            case = dataclasses.replace(listed[0][0], operator=operator, point=point.name)
            question = question_of(problem, case, inputs(case))
            truths.ask(question)
            truths.ask(dataclasses.replace(question, operator=Operator.VALUE, seeds=()))
    assert len(asked) == count


def test_of_an_unknown_dtype_nothing_is_asked(tools):
    problem = tools.problem("wave", lambda xp, x: xp.sin(x), ("x",), {"p": lambda rng: (1.0,)})
    assert list(questions_at(problem, problem.sizes[0], "float16", lambda case: None)) == []
