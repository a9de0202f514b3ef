"""A backend's own map over a leading axis: rows do not mix, derivatives go through it."""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import Backend

HAVE_IT = {"pytorch", "jax", "jax-eager"}
A = np.array([[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]])
V = np.array([[0.5, 1.0, -1.0], [2.0, -0.5, 0.75]])


@pytest.mark.parametrize("name", sorted(HAVE_IT))
def test_each_row_is_the_call_on_its_operands(backend_named, name):
    backend = backend_named(name)
    xp = backend.xp

    def call(x, v):
        # Of one row alone: a map that did not take the axis away would sum over all rows.
        return xp.sum(x * v), x * v

    total, product = backend.vmap(call)(backend.asarray(A), backend.asarray(V))
    np.testing.assert_array_equal(backend.to_numpy(total), np.sum(A * V, axis=1))
    np.testing.assert_array_equal(backend.to_numpy(product), A * V)


@pytest.mark.parametrize("name", sorted(HAVE_IT))
def test_jvp_and_vjp_go_through_it(backend_named, name):
    """f(x) = x₀ x: J v = v₀ x + x₀ v and Jᵀ v = x₀ v + ⟨x, v⟩ e₀."""
    backend = backend_named(name)

    def fun(x):
        return x[0] * x

    def pushed(x, v):
        return backend.jvp(fun, (x,), (v,))[1]

    def pulled(x, v):
        return backend.vjp(fun, (x,))[1](v)

    operands = backend.asarray(A), backend.asarray(V)
    y_dot = backend.to_numpy(backend.vmap(pushed)(*operands))
    np.testing.assert_allclose(y_dot, V[:, :1] * A + A[:, :1] * V, rtol=1e-15)
    (x_bar,) = backend.vmap(pulled)(*operands)
    expected = A[:, :1] * V
    expected[:, 0] += np.sum(A * V, axis=1)
    np.testing.assert_allclose(backend.to_numpy(x_bar), expected, rtol=1e-15)


def test_no_other_backend_claims_one(backend, request):
    name = request.node.callspec.params["backend"]
    assert (type(backend).vmap is not Backend.vmap) == (name in HAVE_IT)
