"""The hand-written derivatives: right at every size, planned well, their operands left alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backends.numpy_manual_backend import NumPyManualBackend
from backends.numpy_manual_chain import _cheapest
from harness.contract import Case, Operator, build
from harness.plugins import load
from harness.problems.accumulation_cost import optimal_cost
from harness.problems.inputs import case_inputs, output_shape

BACKEND = NumPyManualBackend()
PROBLEMS = [p for name, p in load().problems.items() if name.startswith("lecture.")]


def asked(problem):
    """Every operator at every size at which it is asked, at its first point there."""
    for operator in sorted(problem.operators):
        for size in problem.sizes:
            points = [p for p in problem.points if problem.asks(operator, size, p)]
            smooth = [p for p in points if p.kind == "smooth"]
            if smooth and BACKEND.supports(problem, operator):
                yield Case(problem.name, operator, size.name, "float64", smooth[0].name)


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda p: p.name)
def test_agrees_with_the_closed_form_at_every_size(problem):
    for case in asked(problem):
        if case.operator is Operator.DESCENT and case.size != "hidden=16":
            continue  # the closed form in extended precision takes seconds there
        inputs = case_inputs(problem, case, output_shape(problem, case))
        operands = (*inputs.args, *inputs.seeds)
        before = [x.copy() for x in operands]
        results = build(BACKEND, problem, case.operator)(*operands)
        expected = problem.closed_forms[case.operator](
            np, *(np.asarray(x, np.longdouble) for x in operands)
        )
        for found, e in zip(results, expected, strict=True):
            assert np.shape(found) == np.shape(e), case.id
            assert np.max(np.abs(found - e)) <= 3e-14 * np.max(np.abs(e)), case.id
        for x, original in zip(operands, before, strict=True):
            np.testing.assert_array_equal(x, original)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize(
    ("x_1", "x_2", "gradient", "hessian"),
    [
        # f(1, x_2) = 0 for every x_2, f(x_1, 0) = 0 for every x_1: those derivatives are 0.
        (1.0, 3.0, (np.inf, 0.0), (-np.inf, np.inf, np.inf, 0.0)),
        (2.0, 0.0, (0.0, np.inf), (0.0, np.inf, np.inf, -np.inf)),
    ],
)
def test_log_sqrt_takes_its_limits_where_u_is_zero(x_1, x_2, gradient, hessian):
    problem = next(p for p in PROBLEMS if p.name == "lecture.log_sqrt")
    for operator, expected in ((Operator.GRADIENT, gradient), (Operator.HESSIAN, hessian)):
        found = build(BACKEND, problem, operator)(np.array(x_1), np.array(x_2))
        np.testing.assert_array_equal(found, expected)


def test_every_profile_of_the_chain_is_written():
    for problem in PROBLEMS:
        for operator in problem.operators:
            if "chain" in problem.name:
                assert BACKEND.supports(problem, operator), (problem.name, operator)


@given(st.lists(st.integers(1, 30), min_size=2, max_size=8))
def test_the_plan_takes_the_fewest_multiplications(widths):
    cost, plan = _cheapest(tuple(widths), 0, len(widths) - 1)
    assert cost == optimal_cost(widths)

    def spent(plan):
        """(rows, columns, multiplications) of the product that ``plan`` says."""
        if isinstance(plan, int):
            return widths[plan + 1], widths[plan], 0
        (rows, inner, left), (same, columns, right) = map(spent, plan)
        assert inner == same
        return rows, columns, left + right + rows * inner * columns

    assert spent(plan) == (widths[-1], widths[0], cost)


def test_no_nesting_is_claimed_since_there_is_none():
    assert not [o for o in BACKEND.operators if o.value.startswith("hvp-")]
