"""Hessians in four nestings, third derivatives in three, and batches, on every AD backend.

The function has several outputs, so that the scalar is the weighted sum; the same tangent enters
at every level of a third derivative, where a confused perturbation would count it for another.
"""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import (
    HESSIAN_NESTINGS,
    Backend,
    Operator,
    UnsupportedOperatorError,
    build,
    weights,
)

X = np.array([0.3, -0.7, 1.1])
C = np.array([1.5, -0.25, 2.0])
V = np.array([1.0, -0.5, 2.0])
W = np.array([-0.25, 1.5, 0.75])
WEIGHTS = weights((2,))


def pair(xp, x, c):
    """(sin⟨c, x⟩, Σ x⁴): one output with a full Hessian, one with a diagonal one."""
    return xp.stack([xp.sin(xp.sum(c * x)), xp.sum(x * x * x * x)])


def gradient():
    return WEIGHTS[0] * np.cos(C @ X) * C + WEIGHTS[1] * 4 * X**3


def hessian():
    return -WEIGHTS[0] * np.sin(C @ X) * np.outer(C, C) + WEIGHTS[1] * np.diag(12 * X**2)


def third():
    return -WEIGHTS[0] * np.cos(C @ X) * (C @ V) ** 2 * C + WEIGHTS[1] * 24 * X * V**2


EXPECTED = {
    Operator.GRADIENT: gradient,
    Operator.HESSIAN: hessian,
    Operator.HVP: lambda: hessian() @ V,
    Operator.THIRD: third,
}
ASKED = (
    Operator.GRADIENT,
    Operator.HVP,
    Operator.HESSIAN,
    *HESSIAN_NESTINGS,
    Operator.THIRD,
    Operator.THIRD_FORWARD,
    Operator.THIRD_REVERSE,
)


@pytest.mark.parametrize("operator", ASKED)
def test_of_two_outputs_every_scalar_operator_takes_the_weighted_sum(
    ad_backend, problem_of, run, operator
):
    problem = problem_of(pair, ("x", "c"), (0,))
    seeds = (V,) if operator.takes_tangents else ()
    (result,) = run(ad_backend, problem, operator, X, C, *seeds)
    np.testing.assert_allclose(result, EXPECTED[operator.base](), rtol=1e-13)


def test_batched_is_the_loop(backend, problem_of, run):
    """Row by row, for two directions; without a map over rows it is unsupported, not a loop."""
    problem = problem_of(pair, ("x", "c"), (0,))
    twice = (np.stack((X, X)), np.stack((C, C)))
    rows = {
        Operator.JVP_BATCHED: (Operator.JVP, V, W),
        Operator.VJP_BATCHED: (Operator.VJP, np.array([1.0, -0.5]), np.array([0.25, 2.0])),
    }
    for operator, (plain, first, second) in rows.items():
        if type(backend).vmap is Backend.vmap or not backend.supports(problem, operator):
            with pytest.raises(UnsupportedOperatorError):
                build(backend, problem, operator)
            continue
        (result,) = run(backend, problem, operator, *twice, np.stack((first, second)))
        loop = [run(backend, problem, plain, X, C, seed)[0] for seed in (first, second)]
        np.testing.assert_allclose(result, np.stack(loop), rtol=1e-14)
        assert not np.allclose(loop[0], loop[1])
