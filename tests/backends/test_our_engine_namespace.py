"""The namespace of our_engine where NumPy does not let a tracer pass."""

from __future__ import annotations

import numpy as np
import pytest

import our_engine
from backends.our_engine_backend import OurEngineBackend

XP = OurEngineBackend().xp
X = np.array([0.5, -1.5, 2.0])


@pytest.mark.parametrize("keywords", [{}, {"copy": True}, {"copy": False}, {"dtype": np.float64}])
def test_asarray_of_a_tracer_is_differentiated(keywords):
    y, y_dot = our_engine.jvp(lambda x: XP.asarray(x, **keywords) ** 2, (X,), (np.ones(3),))
    np.testing.assert_array_equal(y, X**2)
    np.testing.assert_array_equal(y_dot, 2 * X)


def test_asarray_of_a_tracer_casts():
    y, y_dot = our_engine.jvp(lambda x: XP.asarray(x, dtype=np.float32), (X,), (X,))
    assert (y.dtype, y_dot.dtype) == (np.float32, np.float32)


def test_asarray_of_anything_else_is_numpys():
    assert XP.asarray(X) is X
    assert XP.asarray(X, copy=True) is not X
    assert XP.asarray([1, 2], dtype=np.float32).dtype == np.float32
