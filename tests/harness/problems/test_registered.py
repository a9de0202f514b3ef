"""What holds for every built-in problem."""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import Case
from harness.plugins import load
from harness.problems.inputs import case_inputs, output_shape

PROBLEMS = load().problems
BUILT_IN = [problem for name, problem in PROBLEMS.items() if name.startswith("lecture.")]

each = pytest.mark.parametrize("problem", BUILT_IN, ids=lambda p: p.name)


def test_the_lectures_problems_are_there():
    assert {problem.name for problem in BUILT_IN} == {
        "lecture.log_sqrt",
        "lecture.chain.funnel",
        "lecture.chain.fan",
        "lecture.chain.equal",
        "lecture.chain.bottleneck",
        "lecture.perceptron",
        "lecture.perceptron_training",
    }


@each
def test_every_operator_has_a_closed_form_of_the_documented_layout(problem):
    for operator in problem.operators:
        size, point = next(
            (s, p) for s in problem.sizes for p in problem.points if problem.asks(operator, s, p)
        )
        case = Case(problem.name, operator, size.name, "float64", point.name)
        inputs = case_inputs(problem, case, output_shape(problem, case))
        extended = [np.asarray(a, np.longdouble) for a in (*inputs.args, *inputs.seeds)]
        results = problem.closed_forms[operator](np, *extended)
        y = output_shape(problem, case)
        primals = [inputs.args[i].shape for i in problem.argnums]
        expected = {
            "value": [y],
            "jvp": [y],
            "vjp": primals,
            "gradient": primals,
            "jacobian": [y + x for x in primals],
            "hvp": primals,
            "hessian": [a + b for a in primals for b in primals],
            "descent": [(problem.descent.steps + 1,) if problem.descent else ()],
        }[operator.base]
        assert [np.shape(r) for r in results] == expected, operator
        # One float64 constant on the way would halve the digits of every result.
        assert {np.asarray(r).dtype for r in results} == {np.dtype(np.longdouble)}, operator


@each
def test_every_size_and_every_point_is_asked(problem):
    asked = [
        (size.name, point.name)
        for operator in problem.operators
        for size in problem.sizes
        for point in problem.points
        if problem.asks(operator, size, point)
    ]
    assert {size for size, _ in asked} == {size.name for size in problem.sizes}
    assert {point for _, point in asked} == {point.name for point in problem.points}


@each
def test_the_same_seed_gives_the_same_arguments(problem):
    for point in problem.points:
        dims = problem.sizes[0].dims
        first, second = (point.build(dims, np.random.default_rng(9)) for _ in range(2))
        assert len(first) == len(problem.arguments)
        for a, b in zip(first, second, strict=True):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == np.float64


@each
def test_operations_are_positive_whole_numbers(problem):
    counts = [problem.operations(size.dims) for size in problem.sizes]
    assert all(isinstance(count, int) and count > 0 for count in counts)


@each
def test_a_problem_names_its_source(problem):
    assert "lecture 3" in problem.source
