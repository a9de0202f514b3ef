"""PyTorch by torch.autograd.grad alone: what nests is recorded, what is cut off is said to be."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from harness.contract import Backend, Operator, Written, build
from harness.plugins import load

pytest.importorskip("torch", reason="the pytorch-autograd backend needs torch")

import torch

from backends.pytorch_autograd_backend import PyTorchAutogradBackend

BACKEND = PyTorchAutogradBackend()
X = np.array([0.5, -1.5, 2.0])
ONE = np.array(1.0)


def pulled(fun, x, y_bar=ONE):
    """The cotangent of ``x``: an array, or a tensor of whatever graph is being recorded."""
    return BACKEND.vjp(fun, (x,))[1](BACKEND.asarray(y_bar))[0]


def test_it_has_reverse_mode_alone_and_claims_what_follows_from_it():
    assert type(BACKEND).jvp is Backend.jvp
    assert type(BACKEND).vmap is Backend.vmap
    assert {
        Operator.VALUE,
        Operator.VJP,
        Operator.GRADIENT,
        Operator.JACOBIAN,
        Operator.JACOBIAN_REVERSE,
        Operator.HVP,
        Operator.HVP_REVERSE_OVER_REVERSE,
        Operator.HESSIAN,
        Operator.HESSIAN_REVERSE_OVER_REVERSE,
        Operator.THIRD,
        Operator.THIRD_REVERSE,
        Operator.DESCENT,
    } == BACKEND.operators


def test_a_graph_is_recorded_where_the_pullback_is_differentiated_and_only_there():
    x = BACKEND.asarray(X)
    assert pulled(lambda t: (t**3).sum(), x).requires_grad is False

    seen = []

    def slope(t):
        inner = pulled(lambda z: (z**3).sum(), t)
        seen.append(inner.requires_grad)
        return inner.sum()

    second = pulled(slope, x)
    assert seen == [True]
    np.testing.assert_allclose(BACKEND.to_numpy(second), 6 * X, rtol=1e-15)
    assert not second.requires_grad


def test_a_pullback_is_differentiated_by_its_cotangent_too():
    """y_bar ↦ ⟨y_bar, J⟩ is linear: its pullback is J itself, 3 x²."""
    x = BACKEND.asarray(X)

    def along(y_bar):
        return BACKEND.vjp(lambda t: t**3, (x,))[1](y_bar)[0].sum()

    found = pulled(along, x)
    np.testing.assert_allclose(BACKEND.to_numpy(found), 3 * X**2, rtol=1e-15)


def test_three_levels_nest():
    """(x⁵)''' = 60 x²."""

    def slope_of(fun):
        return lambda t: pulled(fun, t)

    third = slope_of(slope_of(slope_of(lambda t: t**5)))(BACKEND.asarray(np.array(1.5)))
    assert float(third) == pytest.approx(60 * 1.5**2, rel=1e-14)


def test_an_inner_derivative_does_not_take_the_outer_variable_for_its_own():
    """d/dx [x · d/dy (x + y)] = 1: confused levels make 2 of it."""
    x = BACKEND.asarray(np.array(3.0))
    assert float(pulled(lambda t: t * pulled(lambda s: t + s, t), x)) == 1.0


def test_an_outer_variable_in_the_closure_alone_is_differentiated_too():
    """d/dt [d/ds t s²] = 2 s: the inner function is taken at a constant."""
    s = BACKEND.asarray(np.array(2.0))
    x = BACKEND.asarray(np.array(3.0))
    assert float(pulled(lambda t: pulled(lambda z: t * z * z, s), x)) == 4.0


def test_a_function_that_raises_leaves_nothing_recording():
    def broken(t):
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        BACKEND.vjp(broken, (BACKEND.asarray(X),))
    assert not pulled(lambda t: (t**3).sum(), BACKEND.asarray(X)).requires_grad


def test_an_ignored_argument_gives_none_and_a_constant_none_for_each():
    x, z = BACKEND.asarray(X), BACKEND.asarray(np.ones(2))
    x_bar, z_bar = BACKEND.vjp(lambda t, u: (t * t).sum(), (x, z))[1](BACKEND.asarray(ONE))
    np.testing.assert_array_equal(BACKEND.to_numpy(x_bar), 2 * X)
    assert z_bar is None
    _, pullback = BACKEND.vjp(lambda t, u: torch.ones(()), (x, z))
    assert pullback(BACKEND.asarray(ONE)) == (None, None)


def test_nothing_is_left_on_the_argument_and_the_value_is_no_part_of_a_graph():
    x = BACKEND.asarray(X)
    y, pullback = BACKEND.vjp(lambda t: t * t, (x,))
    assert not y.requires_grad
    assert not x.requires_grad
    for _ in range(2):
        np.testing.assert_array_equal(BACKEND.to_numpy(pullback(x)[0]), 2 * X * X)
    assert x.grad is None


def test_the_hessian_of_a_linear_function_is_zero():
    """PyTorch gives None for the derivative of a gradient that is constant."""
    problem = dataclasses.replace(
        load().problems["lecture.log_sqrt"],
        fun=Written(("x", "z"), "xp.sum(3.0 * x) + xp.sum(z)"),
        arguments=("x", "z"),
        argnums=(0, 1),
    )
    call = build(BACKEND, problem, Operator.HESSIAN_REVERSE_OVER_REVERSE)
    blocks = call(BACKEND.asarray(X), BACKEND.asarray(np.ones(2)))
    for block, shape in zip(blocks, [(3, 3), (3, 2), (2, 3), (2, 2)], strict=True):
        np.testing.assert_array_equal(BACKEND.to_numpy(block), np.zeros(shape))
