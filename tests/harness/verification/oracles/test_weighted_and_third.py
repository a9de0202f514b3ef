"""Every oracle differentiates the weighted sum of many outputs; differences of third order."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from harness.contract import Case, Operator, weighting
from harness.problems.inputs import case_inputs, output_shape
from harness.verification.fingerprint import of_question
from harness.verification.oracles import (
    ClosedForm,
    ComplexStep,
    FiniteDifferences,
    Multiprecision,
    Question,
    SpotChecks,
    Truth,
    Undecided,
    oracle,
    tensors,
)
from harness.verification.oracles.directions import Unit, assemble, contract, plan
from harness.verification.oracles.multiprecision_namespace import multiprecision_numbers
from harness.verification.oracles.stencils import EVALUATIONS, Stencil, stencil_of

ORACLES = [Multiprecision, ClosedForm, SpotChecks, ComplexStep, FiniteDifferences]


def question(subject, operator, point="generic-0"):
    size = subject.problem.sizes[0]
    case = Case(subject.problem.name, operator, size.name, "float64", point)
    inputs = case_inputs(subject.problem, case, output_shape(subject.problem, case))
    return Question(subject.problem, operator, inputs.args, inputs.seeds, size.dims)


@pytest.fixture
def waves(subjects):
    """sin(A x), with its formulae for closed forms too."""
    subject = subjects["waves"]

    def form(operator):
        def of(xp, A, x, *seeds):
            w = xp.asarray(weighting.weights((3,)).copy(), dtype=x.dtype)
            s = xp.matmul(A, x)
            if operator is Operator.GRADIENT:
                return (xp.matmul(A.T, w * xp.cos(s)),)
            if operator is Operator.HVP:
                return (-xp.matmul(A.T, w * xp.sin(s) * xp.matmul(A, seeds[0])),)
            return (-xp.matmul(A.T * (w * xp.sin(s)), A),)

        return of

    forms = {op: form(op) for op in (Operator.GRADIENT, Operator.HVP, Operator.HESSIAN)}
    return dataclasses.replace(
        subject, problem=dataclasses.replace(subject.problem, closed_forms=forms)
    )


def error_of(truth, subject, asked):
    """How far the truth is from the formulae, relative to their size and to what is promised."""
    wide = [tuple(x.astype(np.longdouble) for x in group) for group in (asked.args, asked.seeds)]
    results = subject.formulae[asked.operator](*wide)
    if truth.directions:
        results = [contract(asked.operator, results, asked.primals, v) for v in truth.directions]
    return max(
        float(np.max((np.abs(b.high - r) - b.bound) / np.max(np.abs(r))))
        for b, r in zip(truth.blocks, results, strict=True)
    )


@pytest.mark.parametrize("operator", [Operator.GRADIENT, Operator.HVP, Operator.HESSIAN])
@pytest.mark.parametrize("kind", ORACLES)
def test_every_oracle_takes_the_weights(waves, kind, operator, monkeypatch):
    asked = question(waves, operator)
    answer = kind().truth(asked)
    if isinstance(answer, Undecided):
        assert (kind, operator.order) == (ComplexStep, 2)
        return
    assert error_of(answer, waves, asked) < 1e-15
    if kind is ClosedForm:
        return
    # Planted: the oracle sums the outputs without weights.
    monkeypatch.setattr(oracle, "function_of", without_weights)
    monkeypatch.setattr(tensors, "weights", np.ones)
    planted = kind().truth(question(waves, operator))
    assert isinstance(planted, Truth)
    assert error_of(planted, waves, asked) > 1e-2


def without_weights(problem, operator):
    return functools.partial(plain_sum, problem.fun)


def plain_sum(fun, xp, *args):
    return xp.sum(fun(xp, *args))


def test_a_closed_form_that_drops_the_weights_is_not_believed(waves):
    def dropped(xp, A, x):
        return (xp.matmul(A.T, xp.cos(xp.matmul(A, x))),)

    problem = dataclasses.replace(waves.problem, closed_forms={Operator.GRADIENT: dropped})
    answer = ClosedForm().truth(
        question(dataclasses.replace(waves, problem=problem), Operator.GRADIENT)
    )
    assert isinstance(answer, Undecided)
    assert "wrong" in answer.reason


def test_truths_are_kept_by_the_weights_that_they_were_found_with(waves, monkeypatch):
    asked = {op: question(waves, op) for op in (Operator.GRADIENT, Operator.JVP)}
    before = {op: of_question(q) for op, q in asked.items()}
    assert before == {op: of_question(question(waves, op)) for op in asked}
    monkeypatch.setattr(weighting, "_STEP", 41)
    # A problem is read once; this one is new.
    anew = dataclasses.replace(waves, problem=dataclasses.replace(waves.problem))
    after = {op: of_question(question(anew, op)) for op in asked}
    assert after[Operator.GRADIENT] != before[Operator.GRADIENT]
    assert after[Operator.JVP] == before[Operator.JVP]


def counted(phi):
    def counting(primals):
        counting.calls += 1
        return phi(primals)

    counting.calls = 0
    return counting


V = (np.array([1.0, -0.5, 2.0]),)


def cube_stencil(bits=50):
    """φ = x₀³ + x₀² x₁ + x₁ x₂² about (2, 3, 5): its third derivatives are constants."""
    numbers = multiprecision_numbers(120)

    def phi(primals):
        (x,) = primals
        return np.asarray(x[0] ** 3 + x[0] ** 2 * x[1] + x[1] * x[2] ** 2)

    return Stencil(
        counted(phi), (numbers.array(np.array([2.0, 3.0, 5.0])),), numbers, bits
    ), numbers


@pytest.mark.parametrize(
    ("directions", "expected"),
    [
        ((Unit(0, 0), Unit(0, 0), Unit(0, 0)), 6),
        ((Unit(0, 0), Unit(0, 1), Unit(0, 0)), 2),
        ((Unit(0, 2), Unit(0, 1), Unit(0, 2)), 2),
        ((Unit(0, 1), Unit(0, 1), Unit(0, 1)), 0),
        # ∂₀ of D²[v, v]: 6 v₀² + 4 v₀ v₁, hence 6 - 2.
        ((Unit(0, 0), V, V), 4),
        # ∂₁: 2 v₀² + 2 v₂².
        ((Unit(0, 1), V, V), 10),
        # ∂₂: 4 v₁ v₂.
        ((V, V, Unit(0, 2)), -4),
    ],
)
def test_third_differences_of_a_cubic_are_exact(directions, expected):
    """To truncation: a central difference of a cubic has none, a one-sided one has its step."""
    stencil, numbers = cube_stencil()
    with numbers.computing():
        central = float(stencil.central(*directions))
        ahead = float(stencil.one_sided((1, 1, 1), *directions))
        behind = float(stencil.one_sided((-1, -1, -1), *directions))
    assert central == pytest.approx(expected, abs=1e-30)
    assert ahead == pytest.approx(expected, abs=1e-12)
    assert behind == pytest.approx(expected, abs=1e-12)


def test_a_direction_given_twice_costs_six_values():
    stencil, numbers = cube_stencil()
    with numbers.computing():
        stencil.central(Unit(0, 1), V, V)
    assert stencil.phi.calls == EVALUATIONS[3] == 6
    for order, calls in enumerate(EVALUATIONS[:3]):
        stencil.phi.calls = 0
        with numbers.computing():
            stencil.central(*(Unit(0, i) for i in range(order)))
        assert stencil.phi.calls == calls


def test_a_third_derivative_by_differences(waves):
    """The plan of ``third``: one sweep, the tangents twice; the weighted sum of the outputs."""
    asked = question(waves, Operator.THIRD)
    numbers = multiprecision_numbers(140)
    with numbers.computing():
        stencil = stencil_of(asked, numbers, 80)
        (result,) = assemble(plan(asked), stencil.primals, stencil.central)
    wide = [tuple(x.astype(np.longdouble) for x in group) for group in (asked.args, asked.seeds)]
    (expected,) = waves.formulae[Operator.THIRD](*wide)
    assert result.shape == expected.shape == (4,)
    np.testing.assert_allclose(result.astype(float), expected.astype(float), rtol=1e-15)


@pytest.mark.parametrize("kind", [ComplexStep, FiniteDifferences])
def test_in_floating_point_third_order_is_left_undecided(waves, kind):
    assert isinstance(kind().truth(question(waves, Operator.THIRD)), Undecided)
