"""asarray and to_numpy: nothing is lost, rounded, reordered or shared by accident."""

from __future__ import annotations

import numpy as np
import pytest

ARRAYS = {
    "scalar": np.array(1 / 3),
    "vector": np.array([1 / 3, -0.0, 1e-300, 1e300]),
    "one element": np.array([2.5]),
    "matrix": np.arange(6.0).reshape(2, 3) / 7,
    "transposed": (np.arange(6.0).reshape(2, 3) / 7).T,
    "backwards": np.arange(5.0)[::-1],
    "strided": np.arange(12.0).reshape(3, 4)[::2, 1::2],
    "empty": np.zeros((0, 3)),
    "not finite": np.array([np.inf, -np.inf, np.nan]),
    "whole numbers": np.array([[1, -2, 3]]),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_a_round_trip_keeps_every_bit(backend, name):
    x = ARRAYS[name]
    back = backend.to_numpy(backend.asarray(x))
    assert isinstance(back, np.ndarray)
    assert (back.dtype, back.shape) == (x.dtype, x.shape)
    np.testing.assert_array_equal(back, x)
    np.testing.assert_array_equal(np.signbit(back), np.signbit(x))


def test_every_claimed_dtype_is_kept(backend):
    assert "float64" in backend.dtypes
    for dtype in backend.dtypes:
        x = np.array([1 / 3, 2 / 3], dtype=dtype)
        native = backend.asarray(x)
        assert str(native.dtype).rsplit(".", 1)[-1] == dtype
        assert backend.to_numpy(native).dtype == dtype
        # Bare Python numbers take the dtype of the array, in whatever the problem does with them.
        for scaled in (2 * native, native / 3, native**2, 1.5 - native):
            assert backend.to_numpy(scaled).dtype == dtype


def test_the_backend_owns_its_memory(backend):
    x = np.array([1.0, 2.0])
    native = backend.asarray(x)
    x[0] = 99.0
    np.testing.assert_array_equal(backend.to_numpy(native), [1.0, 2.0])


def test_a_frozen_array_is_taken(backend):
    x = np.array([1.0, 2.0])
    x.flags.writeable = False
    np.testing.assert_array_equal(backend.to_numpy(backend.asarray(x)), x)


def test_versions_are_words(backend):
    versions = backend.versions()
    assert versions
    assert all(
        isinstance(name, str) and str(number)[0].isdigit() for name, number in versions.items()
    )
