"""Running sums, and sums by segments."""

import random

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(4)
A = rng.normal(size=(3, 4))
B = rng.normal(size=(2, 3, 2))
Z = rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))
ADD_REDUCEAT = (np.add, "reduceat")

CASES = {
    "cumsum": (np.cumsum, np.cumsum, [A]),
    "cumsum axis": (np.cumsum, lambda x: np.cumsum(x, axis=-1), [A]),
    "cumsum middle axis": (np.cumsum, lambda x: x.cumsum(1), [B]),
    "cumsum of a scalar": (np.cumsum, np.cumsum, [0.4]),
    "cumsum complex": (np.cumsum, lambda x: np.cumsum(x, axis=0), [Z], {"truth": "steps"}),
    "cumulative_sum": (np.cumulative_sum, np.cumulative_sum, [A[0]]),
    "cumulative_sum initial": (
        np.cumulative_sum,
        lambda x: np.cumulative_sum(x, axis=-2, include_initial=True),
        [B],
    ),
    "add.accumulate": ((np.add, "accumulate"), lambda x: np.add.accumulate(x), [A]),
    "add.accumulate axis": ((np.add, "accumulate"), lambda x: np.add.accumulate(x, axis=1), [A]),
    "add.reduceat": (ADD_REDUCEAT, lambda x: np.add.reduceat(x, [0, 2, 3], axis=-1), [A]),
    "add.reduceat backwards": (ADD_REDUCEAT, lambda x: np.add.reduceat(x, [1, 0, 0, 2]), [A]),
    "nancumsum": (np.nancumsum, lambda x: np.nancumsum(x, axis=0), [A]),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", random.Random(6).sample(sorted(CASES), 4))
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def test_the_matrix_of_a_running_sum_is_triangular():
    np.testing.assert_array_equal(oe.jacobian(np.cumsum)(np.ones(4)), np.tri(4))
    np.testing.assert_array_equal(oe.linearize(np.cumsum, np.ones(4))[1].T.matrix(), np.tri(4).T)


def test_empty_and_nan():
    assert oe.jacobian(np.cumsum)(np.zeros(0)).shape == (0, 0)
    x = np.array([1.0, np.nan, 2.0])
    np.testing.assert_array_equal(oe.grad(lambda x: np.sum(np.nancumsum(x)))(x), [3, 0, 1])
