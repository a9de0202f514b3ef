"""What a backend claims it does, and what it does not claim it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.contract import Operator, UnsupportedOperatorError, build
from harness.plugins import load

PROBLEMS = load().problems
LOG_SQRT = PROBLEMS["lecture.log_sqrt"]
LECTURE = [problem for name, problem in PROBLEMS.items() if name.startswith("lecture.")]


def test_the_claims_of_each_backend(backend_named):
    everything = frozenset(Operator)
    for name in ("our_engine", "autograd", "pytorch", "jax", "jax-eager"):
        assert backend_named(name).operators == everything
    no_reverse = backend_named("finite_difference").operators
    assert not no_reverse & {
        Operator.VJP,
        Operator.JACOBIAN_REVERSE,
        Operator.HVP_FORWARD_OVER_REVERSE,
        Operator.DESCENT,
    }
    assert {Operator.JVP, Operator.GRADIENT, Operator.HESSIAN} <= no_reverse


@pytest.mark.parametrize("operator", sorted(Operator))
@pytest.mark.parametrize("problem", LECTURE, ids=lambda p: p.name)
def test_build_agrees_with_supports(backend, problem, operator):
    if operator not in problem.operators:
        return
    if backend.supports(problem, operator):
        assert callable(build(backend, problem, operator))
    else:
        with pytest.raises(UnsupportedOperatorError):
            build(backend, problem, operator)


def test_natives_are_claimed(backend):
    assert set(backend.native) <= backend.operators


def test_a_stranger_s_problem_is_not_specialised(backend, problem_of, run):
    """A hand-written derivative is looked up by problem; for any other there is the value."""
    problem = problem_of(lambda xp, x: xp.sum(x * x * x))
    x = np.array([1.0, 2.0])
    assert run(backend, problem, Operator.VALUE, x)[0] == 9.0
    if backend.supports(problem, Operator.GRADIENT):
        np.testing.assert_allclose(run(backend, problem, Operator.GRADIENT, x)[0], [3, 12], 1e-7)
    else:
        with pytest.raises(UnsupportedOperatorError):
            build(backend, problem, Operator.GRADIENT)


def test_a_derivative_that_takes_too_many_evaluations_is_refused(backend_named, problem_of, run):
    finite = backend_named("finite_difference")
    problem = problem_of(lambda xp, x: xp.sum(x))
    assert run(finite, problem, Operator.GRADIENT, np.ones(50))[0].shape == (50,)
    for operator, n in ((Operator.GRADIENT, 10_001), (Operator.HESSIAN, 71)):
        with pytest.raises(UnsupportedOperatorError, match="evaluations of the function"):
            run(finite, problem, operator, np.ones(n))


def test_a_problem_that_uses_a_name_which_the_library_lacks_is_unsupported(backend, problem_of):
    """At every depth, and only then: what is there changes nothing."""
    problem = problem_of(lambda xp, x: xp.sum(x))
    for name in ("no_such_function", "linalg.no_such_function", "special.no_such", "nowhere.det"):
        lacking = replace(problem, uses=("sum", "linalg.det", name))
        with pytest.raises(UnsupportedOperatorError, match=f"^the namespace .* has no {name}$"):
            build(backend, lacking, Operator.VALUE)
    there = replace(problem, uses=("sum", "linalg.det", "special.erf"))
    assert callable(build(backend, there, Operator.VALUE))


def test_a_hand_written_derivative_needs_no_name_of_the_namespace(backend_named):
    manual = backend_named("numpy_manual")
    assert callable(build(manual, replace(LOG_SQRT, uses=("no_such",)), Operator.GRADIENT))
