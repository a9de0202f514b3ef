"""jvp and vjp of each AD backend: shapes, values, repeated pullbacks, and that they nest."""

from __future__ import annotations

import numpy as np
import pytest

A = np.array([[1.0, -2.0, 0.5], [3.0, 0.25, -1.0]])
X = np.array([0.3, -0.7, 1.1])


def both(backend):
    """The function x, A ↦ tanh(A x) and its arguments, and J_x = diag(1 - y²) A."""
    y = np.tanh(A @ X)
    J = (1 - y**2)[:, None] * A

    def fun(x, A):
        return backend.xp.tanh(backend.xp.matmul(A, x))

    return fun, (backend.asarray(X), backend.asarray(A)), y, J


def test_jvp_gives_the_value_and_the_tangent(ad_backend):
    fun, primals, y, J = both(ad_backend)
    v = np.array([1.0, -0.5, 2.0])
    tangents = (ad_backend.asarray(v), ad_backend.asarray(np.zeros_like(A)))
    value, y_dot = ad_backend.jvp(fun, primals, tangents)
    np.testing.assert_allclose(ad_backend.to_numpy(value), y, rtol=1e-14)
    np.testing.assert_allclose(ad_backend.to_numpy(y_dot), J @ v, rtol=1e-13)


def test_a_pullback_gives_one_cotangent_for_each_primal_and_can_be_called_again(ad_backend):
    fun, primals, y, J = both(ad_backend)
    value, pullback = ad_backend.vjp(fun, primals)
    np.testing.assert_allclose(ad_backend.to_numpy(value), y, rtol=1e-14)
    for y_bar in (np.array([1.0, -0.5]), np.array([0.25, 3.0])):
        x_bar, A_bar = pullback(ad_backend.asarray(y_bar))
        np.testing.assert_allclose(ad_backend.to_numpy(x_bar), y_bar @ J, rtol=1e-13)
        np.testing.assert_allclose(
            ad_backend.to_numpy(A_bar), np.outer(y_bar * (1 - y**2), X), rtol=1e-13
        )


def derivative(backend, mode, fun):
    """x ↦ f'(x) of a function from scalars to scalars, by one mode."""
    if mode == "forward":
        one = backend.asarray(np.array(1.0))
        return lambda x: backend.jvp(fun, (x,), (one,))[1]
    return lambda x: backend.vjp(fun, (x,))[1](backend.asarray(np.array(1.0)))[0]


@pytest.mark.parametrize("inner", ["forward", "reverse"])
@pytest.mark.parametrize("middle", ["forward", "reverse"])
@pytest.mark.parametrize("outer", ["forward", "reverse"])
def test_three_levels_nest_in_every_order(ad_backend, outer, middle, inner):
    """(x⁵)''' = 60 x²."""

    def third(x):
        f = derivative(ad_backend, inner, lambda z: z * z * z * z * z)
        return derivative(ad_backend, outer, derivative(ad_backend, middle, f))(x)

    result = ad_backend.to_numpy(third(ad_backend.asarray(np.array(1.5))))
    assert float(result) == pytest.approx(60 * 1.5**2, rel=1e-14)


@pytest.mark.parametrize("inner", ["forward", "reverse"])
@pytest.mark.parametrize("outer", ["forward", "reverse"])
def test_an_inner_derivative_does_not_take_the_outer_variable_for_its_own(ad_backend, outer, inner):
    """d/dx [x · d/dy (x + y)] = 1: confused perturbations make 2 of it."""

    def f(x):
        return x * derivative(ad_backend, inner, lambda y: x + y)(x)

    result = derivative(ad_backend, outer, f)(ad_backend.asarray(np.array(3.0)))
    assert float(ad_backend.to_numpy(result)) == 1.0


def test_an_argument_that_the_function_ignores_gets_zeros_or_none(ad_backend):
    def fun(x, ignored):
        return ad_backend.xp.sum(x * x)

    primals = (ad_backend.asarray(X), ad_backend.asarray(A))
    x_bar, ignored_bar = ad_backend.vjp(fun, primals)[1](ad_backend.asarray(np.array(1.0)))
    np.testing.assert_array_equal(ad_backend.to_numpy(x_bar), 2 * X)
    if ignored_bar is not None:
        np.testing.assert_array_equal(ad_backend.to_numpy(ignored_bar), np.zeros_like(A))
