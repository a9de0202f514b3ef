"""PyTorch: what is cut off is said to be, tensors keep their memory, threads are limited."""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import Operator

pytest.importorskip("torch", reason="the pytorch backend needs torch")

import torch

from backends.pytorch_backend import PyTorchBackend

BACKEND = PyTorchBackend()


def gradient(fun, *arrays):
    return BACKEND.native[Operator.GRADIENT](fun, tuple(map(BACKEND.asarray, arrays)))


def test_the_gradient_of_an_ignored_argument_is_none_not_zero():
    used, ignored = gradient(lambda x, z: (x * x).sum(), np.array([3.0]), np.array([1.0]))
    assert ignored is None
    assert float(used[0]) == 6.0


def test_an_output_that_depends_on_nothing_gives_none_for_each_argument():
    assert gradient(lambda x, z: torch.tensor(1.0), np.ones(2), np.ones(3)) == (None, None)


def test_a_gradient_leaves_no_trace_on_its_argument():
    x = BACKEND.asarray(np.array([2.0]))
    BACKEND.native[Operator.GRADIENT](lambda t: (t**3).sum(), (x,))
    assert not x.requires_grad
    assert x.grad is None


def test_to_numpy_shows_the_tensor_s_own_memory():
    x = BACKEND.asarray(np.array([1.0, 2.0]))
    assert np.shares_memory(BACKEND.to_numpy(x), BACKEND.to_numpy(x))
    assert np.shares_memory(BACKEND.to_numpy(x), BACKEND.to_numpy(x[1:]))


def test_to_numpy_takes_what_is_still_tracked_or_lazily_negated():
    tracked = torch.ones(2, dtype=torch.float64, requires_grad=True) * 2
    np.testing.assert_array_equal(BACKEND.to_numpy(tracked), [2.0, 2.0])
    negated = torch.imag(torch.tensor([1.0 + 2.0j]).conj())
    assert negated.is_neg()
    np.testing.assert_array_equal(BACKEND.to_numpy(negated), [-2.0])


def test_set_threads_limits_the_pool():
    before = torch.get_num_threads()
    try:
        BACKEND.set_threads(1)
        assert torch.get_num_threads() == 1
    finally:
        torch.set_num_threads(before)


def test_a_symbolic_zero_comes_out_as_zeros():
    # The gradient of a tangent of a linear function: PyTorch gives a tensor without memory.
    x = BACKEND.asarray(np.array([1.0, 2.0]))

    def tangent(z):
        return BACKEND.jvp(lambda t: (3 * t).sum(), (z,), (torch.ones_like(z),))[1]

    y, pullback = BACKEND.vjp(tangent, (x,))
    (x_bar,) = pullback(torch.ones_like(y))
    np.testing.assert_array_equal(BACKEND.to_numpy(x_bar), np.zeros(2))


def test_a_part_of_symbolic_zeros_does_not_read_at_address_zero():
    # What jacrev splits off; PyTorch 2.13's own numpy(force=True) dies of it.
    zeros = torch._efficientzerotensor((9,), dtype=torch.float64)
    np.testing.assert_array_equal(BACKEND.to_numpy(zeros[3:]), np.zeros(6))
