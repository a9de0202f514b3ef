"""The lecture's functions on every backend: its figures at (e, 4), its formulas on real rows."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.contract import Case, Operator, UnsupportedOperatorError, build
from harness.plugins import load
from harness.problems.inputs import case_inputs, output_shape

PROBLEMS = load().problems
LOG_SQRT = PROBLEMS["lecture.log_sqrt"]
PERCEPTRON = PROBLEMS["lecture.perceptron"]
FUNNEL = PROBLEMS["lecture.chain.funnel"]

# Central differences keep two thirds of the digits of a first derivative, half of a second one.
DIFFERENCED = {0: 1e-15, 1: 1e-8, 2: 1e-4}


def in_both(problem, *float32):
    """All operators in float64, and those named in float32 too: each is a compilation for JAX."""
    return [(operator, "float64") for operator in sorted(problem.operators)] + [
        (operator, "float32") for operator in float32
    ]


def inputs_of(problem, operator, size, dtype, point):
    case = Case(problem.name, operator, size, dtype, point)
    return case_inputs(problem, case, output_shape(problem, case))


def closed_form(problem, operator, operands):
    return problem.closed_forms[operator](np, *(np.asarray(x, np.longdouble) for x in operands))


def refused(backend, problem, operator):
    """Whether the operator is not claimed; then it must raise."""
    if backend.supports(problem, operator):
        return False
    with pytest.raises(UnsupportedOperatorError):
        build(backend, problem, operator)
    return True


def tolerance(backend, operator, dtype, factor):
    if not backend.supports(LOG_SQRT, Operator.VJP):
        return DIFFERENCED[operator.order]
    return factor * np.finfo(dtype).eps


def assert_right(results, expected, dtype, relative):
    assert [r.shape for r in results] == [np.shape(e) for e in expected]
    for result, e in zip(results, expected, strict=True):
        assert result.dtype == dtype
        error = float(np.max(np.abs(result - e)))
        assert error <= relative * float(np.max(np.abs(e))), (result, e)


def test_at_e_4_every_backend_gives_6_and_5_over_e_and_5_quarters(backend, run):
    x = (np.array(math.e), np.array(4.0))
    relative = tolerance(backend, Operator.GRADIENT, "float64", 2)
    assert_right(run(backend, LOG_SQRT, Operator.VALUE, *x), (6.0,), "float64", 4e-16)
    gradient = run(backend, LOG_SQRT, Operator.GRADIENT, *x)
    assert_right(gradient, (5 / math.e, 1.25), "float64", relative)


@pytest.mark.parametrize(("operator", "dtype"), in_both(LOG_SQRT, Operator.HVP, Operator.HESSIAN))
def test_every_operator_of_log_sqrt_at_e_4(library, operator, dtype, run):
    if refused(library, LOG_SQRT, operator) or dtype not in library.dtypes:
        return
    inputs = inputs_of(LOG_SQRT, operator, "scalar", dtype, "e-4")
    operands = (*inputs.args, *inputs.seeds)
    expected = closed_form(LOG_SQRT, operator, operands)
    relative = tolerance(library, operator, dtype, 8)
    assert_right(run(library, LOG_SQRT, operator, *operands), expected, dtype, relative)


def test_the_hessian_is_symmetric(backend, run):
    h_11, h_12, h_21, h_22 = run(
        backend, LOG_SQRT, Operator.HESSIAN, np.array(math.e), np.array(4.0)
    )
    assert h_12 == pytest.approx(h_21, rel=4e-16)
    assert h_11 < 0 < h_12
    assert h_22 < 0


@pytest.mark.parametrize("operator", sorted(FUNNEL.operators))
def test_every_operator_of_a_chain(library, operator, run):
    if refused(library, FUNNEL, operator):
        return
    size = FUNNEL.sizes[0].name
    inputs = inputs_of(FUNNEL, operator, size, "float64", "generic-1")
    operands = (*inputs.args, *inputs.seeds)
    expected = closed_form(FUNNEL, operator, operands)
    relative = tolerance(library, operator, "float64", 32)
    assert_right(run(library, FUNNEL, operator, *operands), expected, "float64", relative)


@pytest.mark.parametrize(
    ("operator", "dtype"), in_both(PERCEPTRON, Operator.JVP, Operator.GRADIENT)
)
def test_every_operator_of_the_perceptron_on_real_rows(library, operator, dtype, run, request):
    if refused(library, PERCEPTRON, operator) or dtype not in library.dtypes:
        return
    name = request.node.callspec.params["library"]
    if name == "finite_difference" and operator.order == 2:
        return  # its steps cross kinks of the ReLU, and the judge says how wrong that is
    if name == "autograd" and (dtype, operator) == ("float32", Operator.JVP):
        # Seen in autograd 1.9.1; strict, so that a mended version is noticed.
        request.applymarker(pytest.mark.xfail(reason="the tangent of `where` is in float64"))
    inputs = inputs_of(PERCEPTRON, operator, "batch=1,hidden=16", dtype, "generic-1")
    operands = (*inputs.args, *inputs.seeds)
    expected = closed_form(PERCEPTRON, operator, operands)
    relative = tolerance(library, operator, dtype, 200)
    assert_right(run(library, PERCEPTRON, operator, *operands), expected, dtype, relative)


def test_at_the_kink_every_engine_takes_the_lectures_choice(ad_backend, run):
    """σ'(0) = 0: the unit at the kink gets no gradient."""
    size = "batch=1,hidden=16"
    args = inputs_of(PERCEPTRON, Operator.GRADIENT, size, "float64", "kink").args
    g_1, _ = run(ad_backend, PERCEPTRON, Operator.GRADIENT, *args)
    (unit,) = np.flatnonzero((args[0] == 0).all(axis=1))
    np.testing.assert_array_equal(g_1[unit], 0.0)
    expected = closed_form(PERCEPTRON, Operator.GRADIENT, args)
    np.testing.assert_allclose(g_1, np.asarray(expected[0], float), rtol=1e-12, atol=1e-15)


def test_training_follows_the_closed_form(backend, run):
    problem = PROBLEMS["lecture.perceptron_training"]
    inputs = inputs_of(problem, Operator.DESCENT, "hidden=16", "float64", "other-start")
    if refused(backend, problem, Operator.DESCENT):
        return
    (losses,) = run(backend, problem, Operator.DESCENT, *inputs.args)
    reference = closed_form(problem, Operator.DESCENT, inputs.args)[0]
    assert losses.shape == (problem.descent.steps + 1,)
    assert float(np.max(np.abs(losses / reference - 1))) < problem.descent.curve_bound
    assert losses[-1] < problem.descent.final_loss


@pytest.mark.parametrize("operator", [Operator.GRADIENT, Operator.JVP, Operator.HVP])
def test_operands_are_left_alone_and_a_second_call_gives_the_same_bits(backend, operator, run):
    if refused(backend, PERCEPTRON, operator):
        return
    inputs = inputs_of(PERCEPTRON, operator, "batch=1,hidden=16", "float64", "generic-1")
    operands = (*inputs.args, *inputs.seeds)
    before = [x.copy() for x in operands]
    first = run(backend, PERCEPTRON, operator, *operands)
    again = run(backend, PERCEPTRON, operator, *operands)
    for x, original in zip(operands, before, strict=True):
        np.testing.assert_array_equal(x, original)
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
