"""The weights of many outputs: exact in every dtype, all different, the same for every library."""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import Operator, Point, Problem, Size, function_of, weighted, weights


@pytest.mark.parametrize("shape", [(), (1,), (7,), (3, 4), (2, 0, 3), (5, 19)])
def test_weights_have_the_outputs_shape_and_are_exact_in_float32(shape):
    w = weights(shape)
    assert w.shape == shape
    assert w.dtype == np.float64
    np.testing.assert_array_equal(w.astype(np.float32).astype(np.float64), w)
    np.testing.assert_array_equal(w * 64, np.rint(w * 64))
    assert ((np.abs(w) >= 0.5) & (np.abs(w) <= 2)).all()
    # No two outputs of one size could hide behind each other's sign or place.
    assert len(set(w.ravel())) == w.size


def test_weights_cannot_be_changed_by_who_gets_them():
    with pytest.raises(ValueError, match="read-only"):
        weights((3,))[0] = 1.0


def test_a_scalar_is_its_own_weighted_sum():
    y = np.float64(3.0) * np.ones(())
    assert weighted(np, y) is y


@pytest.mark.parametrize("dtype", ["float32", "float64", "longdouble", "complex128"])
def test_the_weighted_sum_keeps_the_dtype(dtype):
    y = np.arange(1.0, 7.0).reshape(2, 3).astype(dtype)
    total = weighted(np, y)
    assert total.dtype == y.dtype
    assert total == np.sum(weights((2, 3)) * np.arange(1.0, 7.0).reshape(2, 3))


def test_scalar_operators_differentiate_the_weighted_sum_and_the_others_the_function_itself():
    problem = Problem(
        name="test.triple",
        source="this test",
        fun=lambda xp, x: xp.stack([x, 2 * x, 3 * x]),
        arguments=("x",),
        argnums=(0,),
        sizes=(Size({}, 1),),
        points=(Point("here", lambda dims, rng: (np.ones(()),)),),
        operators=frozenset(Operator),
        timed_operators=frozenset(),
        closed_forms={},
        operations=lambda dims: 3,
    )
    x = np.float64(1.5) * np.ones(())
    total = 1.5 * float(weights((3,)) @ np.array([1.0, 2.0, 3.0]))
    for operator in Operator:
        y = function_of(problem, operator)(np, x)
        if operator.base in (Operator.GRADIENT, Operator.HVP, Operator.HESSIAN, Operator.THIRD):
            assert float(y) == total, operator
        else:
            np.testing.assert_array_equal(y, [1.5, 3.0, 4.5])
