"""Central differences: their accuracy, their steps, and what they leave alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from backends.finite_difference_backend import (
    FIRST_STEP,
    FiniteDifferenceBackend,
)
from harness.contract import Operator

BACKEND = FiniteDifferenceBackend()
X = np.array([0.3, -1.2, 2.5])


def native(operator, fun, *operands):
    return BACKEND.native[operator](fun, *operands)


def test_a_first_derivative_keeps_two_thirds_of_the_digits():
    (gradient,) = native(Operator.GRADIENT, lambda x: np.sum(np.sin(x)), (X,))
    np.testing.assert_allclose(gradient, np.cos(X), rtol=1e-9)


def test_a_second_derivative_keeps_half_of_the_digits():
    (hessian,) = native(Operator.HESSIAN, lambda x: np.sum(np.sin(x)), (X,))
    np.testing.assert_allclose(hessian, np.diag(-np.sin(X)), atol=3e-7)


def test_the_hessian_of_two_arguments_comes_in_blocks():
    """f = Σ x_i² z_i: ∂²/∂x² = 2 diag(z), ∂²/∂x∂z = 2 diag(x), ∂²/∂z² = 0."""
    z = np.array([[1.0, 2.0, -0.5]])

    def fun(x, z):
        return np.sum(x * x * z[0])

    xx, xz, zx, zz = native(Operator.HESSIAN, fun, (X, z))
    assert [b.shape for b in (xx, xz, zx, zz)] == [(3, 3), (3, 1, 3), (1, 3, 3), (1, 3, 1, 3)]
    np.testing.assert_allclose(xx, 2 * np.diag(z[0]), atol=1e-6)
    np.testing.assert_allclose(xz[:, 0], 2 * np.diag(X), atol=1e-6)
    np.testing.assert_array_equal(zx[0].T, xz[:, 0])
    np.testing.assert_allclose(zz, 0.0, atol=1e-6)


def test_an_hvp_is_the_hessian_along_a_direction():
    v = np.array([1.0, -2.0, 0.5])
    (product,) = native(Operator.HVP, lambda x: np.sum(np.sin(x)) * x[0], (X,), (v,))
    # ∂² of x_0 Σ sin x_i, row by row.
    H = np.diag(-X[0] * np.sin(X))
    H[0] += np.cos(X)
    H[:, 0] += np.cos(X)
    np.testing.assert_allclose(product, H @ v, atol=1e-6)


@pytest.mark.parametrize("stretch", [1e-8, 1.0, 1e8])
def test_a_jvp_is_as_accurate_for_long_and_short_tangents(stretch):
    v = np.array([1.0, -2.0, 0.5]) * stretch
    y, y_dot = BACKEND.jvp(np.exp, (X,), (v,))
    np.testing.assert_array_equal(y, np.exp(X))
    np.testing.assert_allclose(y_dot, np.exp(X) * v, rtol=1e-8)


def test_steps_grow_with_large_arguments():
    """At 1e9 a step of 1e-5 would be lost in rounding altogether."""
    x = np.array([1e9])
    (slope,) = native(Operator.GRADIENT, lambda x: np.sum(np.log(x)), (x,))
    assert slope[0] == pytest.approx(1e-9, rel=1e-8)


def test_the_first_step_is_of_the_best_order():
    """The error of a central difference is least near the cube root of the unit roundoff."""

    def error(h):
        return abs((math.exp(1 + h) - math.exp(1 - h)) / (2 * h) - math.e)

    assert 0.1 < FIRST_STEP / 2.0 ** (-53 / 3) < 10
    assert error(FIRST_STEP) < error(FIRST_STEP * 1e3)
    assert error(FIRST_STEP) < error(FIRST_STEP / 1e4)


def test_along_a_zero_tangent_the_derivative_is_zero():
    zero = np.zeros_like(X)
    np.testing.assert_array_equal(BACKEND.jvp(np.exp, (X,), (zero,))[1], zero)
    (product,) = native(Operator.HVP, lambda x: np.sum(np.exp(x)), (X,), (zero,))
    np.testing.assert_array_equal(product, zero)


@pytest.mark.parametrize("operator", [Operator.GRADIENT, Operator.HVP, Operator.HESSIAN])
def test_arguments_are_left_alone(operator):
    x, v = X.copy(), np.ones_like(X)
    x.flags.writeable = False
    seeds = ((v,),) if operator is Operator.HVP else ()
    native(operator, lambda x: np.sum(x**3), (x,), *seeds)
    np.testing.assert_array_equal(x, X)


def test_a_jacobian_has_the_outputs_axes_first():
    A = np.arange(6.0).reshape(2, 3)
    (J,) = native(Operator.JACOBIAN, lambda x: A @ x, (X,))
    np.testing.assert_allclose(J, A, atol=1e-9)


def test_jvp_nests():
    """(x³)'' = 6x by a difference of differences: a third of the digits."""
    one = (np.array(1.0),)
    first = lambda x: BACKEND.jvp(lambda z: z**3, (x,), one)[1]  # noqa: E731 - one expression
    second = BACKEND.jvp(first, (np.array(2.0),), one)[1]
    assert float(second) == pytest.approx(12.0, rel=1e-4)
