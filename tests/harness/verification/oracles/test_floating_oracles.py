"""Complex steps and finite differences: right within their bounds, or silent."""

from __future__ import annotations

import math

import numpy as np
import pytest

from harness.contract import Operator, PointKind
from harness.verification.oracles import ComplexStep, FiniteDifferences, Question, Truth, Undecided

RNG = np.random.default_rng(12)
A = RNG.standard_normal((3, 3)) + 3 * np.eye(3)
X = RNG.standard_normal(3)


def asked(tools, fun, args, operator, seeds=(), kind=PointKind.SMOOTH):
    arrays = tuple(np.asarray(a, dtype=float) for a in args)
    problem = tools.problem("asked", fun, tuple("xyz"[: len(arrays)]), {"p": lambda rng: arrays})
    return Question(
        problem, operator, arrays, tuple(np.asarray(s, float) for s in seeds), {"n": 1}, kind
    )


# f, argument, operator, seeds, derivative by calculus
ANALYTIC = {
    "sin": (lambda xp, x: xp.sin(x), 1.3, Operator.GRADIENT, (), math.cos(1.3)),
    "log near 0": (lambda xp, x: xp.log(x), 1e-5, Operator.GRADIENT, (), 1e5),
    "exp far off": (lambda xp, x: xp.exp(x), 50.0, Operator.GRADIENT, (), math.exp(50.0)),
    "faint": (lambda xp, x: 1e-7 * x, 1.5, Operator.GRADIENT, (), 1e-7),
    "jvp": (lambda xp, x: xp.matmul(xp.asarray(A), x), X, Operator.JVP, (X,), A @ X),
    "vjp": (lambda xp, x: xp.matmul(xp.asarray(A), x), X, Operator.VJP, (X,), A.T @ X),
    "jacobian": (lambda xp, x: xp.matmul(xp.asarray(A), x), X, Operator.JACOBIAN, (), A),
    # What the multiprecision namespace has no factorisation for.
    "inverse": (
        lambda xp, x: xp.linalg.inv(xp.asarray(A) * x),
        2.0,
        Operator.JACOBIAN,
        (),
        -np.linalg.inv(A) / 4,
    ),
}
SECOND_ORDER = {
    "sin": (lambda xp, x: xp.sin(x), 1.3, Operator.HESSIAN, (), -math.sin(1.3)),
    "quadratic": (
        lambda xp, x: xp.sum(xp.matmul(xp.asarray(A), x) ** 2),
        X,
        Operator.HESSIAN,
        (),
        2 * A.T @ A,
    ),
    "hvp": (lambda xp, x: xp.sum(x**3), X, Operator.HVP, (2 * X,), 12 * X * X),
}


@pytest.mark.parametrize("name", ANALYTIC)
def test_complex_steps_are_right_to_rounding(tools, name):
    fun, x, operator, seeds, expected = ANALYTIC[name]
    truth = ComplexStep().truth(asked(tools, fun, (x,), operator, seeds))
    assert isinstance(truth, Truth), truth
    (block,) = truth.blocks
    np.testing.assert_allclose(block.high, expected, rtol=1e-14, atol=1e-15)
    assert (block.bound <= 1e-13 * np.max(np.abs(expected))).all()


@pytest.mark.parametrize("name", [*ANALYTIC, *(f"second {n}" for n in SECOND_ORDER)])
def test_differences_are_right_within_their_own_bound(tools, name):
    table, key = (SECOND_ORDER, name[7:]) if name.startswith("second ") else (ANALYTIC, name)
    fun, x, operator, seeds, expected = table[key]
    truth = FiniteDifferences().truth(asked(tools, fun, (x,), operator, seeds))
    assert isinstance(truth, Truth), truth
    (block,) = truth.blocks
    # The expected value is a double itself.
    slack = 1e-15 * np.max(np.abs(expected))
    assert (np.abs(block.high - expected) <= block.bound + slack).all()
    assert (block.bound <= 1e-9 * np.max(np.abs(expected))).all()


UNFIT = {
    "abs": lambda xp, x: x * xp.abs(x),
    "real part": lambda xp, x: xp.abs(xp.exp(1.0 * x)),
    "fast": lambda xp, x: xp.sin(1e9 * x),
}


@pytest.mark.parametrize("name", UNFIT)
def test_a_complex_step_is_not_believed_alone(tools, name):
    answer = ComplexStep().truth(asked(tools, UNFIT[name], (-0.7,), Operator.GRADIENT))
    assert isinstance(answer, Undecided)


@pytest.mark.parametrize("oracle", [ComplexStep(), FiniteDifferences()], ids=lambda o: o.name)
def test_they_do_not_rest_on_special_functions_of_unknown_rounding(tools, oracle):
    """A complex step through SciPy's log_ndtr errs by 1e-12 here, and would promise 1e-14."""
    question = asked(tools, lambda xp, x: xp.special.log_ndtr(x), (3.7,), Operator.GRADIENT)
    assert isinstance(oracle.truth(question), Undecided)


@pytest.mark.parametrize("point", np.linspace(1, 2, 12))
@pytest.mark.parametrize("operator", [Operator.GRADIENT, Operator.HESSIAN])
@pytest.mark.parametrize("rate", [1e3, 1e6, 1e9, 1e12])
def test_differences_that_step_over_the_function_say_nothing_false(tools, rate, operator, point):
    answer = FiniteDifferences().truth(
        asked(tools, lambda xp, x: xp.sin(rate * x), (point,), operator)
    )
    if isinstance(answer, Truth):
        phase = np.longdouble(rate) * np.longdouble(point)
        true = rate * np.cos(phase) if operator is Operator.GRADIENT else -(rate**2) * np.sin(phase)
        assert abs(answer.blocks[0].high - float(true)) <= answer.blocks[0].bound * 1.01 + 1e-15


def test_an_undeclared_kink_is_no_derivative(tools):
    for fun in (lambda xp, x: xp.abs(x), lambda xp, x: xp.maximum(x, 0)):
        answer = FiniteDifferences().truth(asked(tools, fun, (0.0,), Operator.GRADIENT))
        assert isinstance(answer, Undecided)


@pytest.mark.parametrize("oracle", [ComplexStep(), FiniteDifferences()], ids=lambda o: o.name)
def test_they_only_speak_of_smooth_points_that_they_can_afford(tools, oracle):
    for kind in (PointKind.KINK, PointKind.INFINITE, PointKind.OUTSIDE):
        asked_there = asked(tools, lambda xp, x: xp.sin(x), (1.0,), Operator.GRADIENT, kind=kind)
        assert isinstance(oracle.truth(asked_there), Undecided)
    many = asked(tools, lambda xp, x: xp.sum(x), (np.ones(30_000),), Operator.GRADIENT)
    assert isinstance(oracle.truth(many), Undecided)
    broken = asked(tools, lambda xp, x: xp.nonsense(x), (1.0,), Operator.GRADIENT)
    answer = oracle.truth(broken)
    assert isinstance(answer, Undecided)
    assert "nonsense" in answer.reason
