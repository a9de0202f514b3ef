"""Arrays as text: the same bits again, whatever is in them."""

from __future__ import annotations

import numpy as np
import pytest

from harness.reproduce.numbers import array_text, nested, told

TEMPLATE = "np.array({values}, dtype=np.{dtype})"
RNG = np.random.default_rng(5)


@pytest.mark.parametrize(
    "x",
    [
        np.array(0.1),
        np.array([1 / 3, -0.0, 5e-324, 1.7976931348623157e308]),
        np.array([np.inf, -np.inf, np.nan]),
        np.array([[1, 2], [3, -4]]),
        np.array([True, False]),
        np.zeros((0, 3)),
        np.zeros((2, 0), dtype=np.float32),
        RNG.normal(size=(2, 3)).astype(np.float32),
        np.array([1e-45, 3.4028235e38, 0.1], dtype=np.float32),
        RNG.integers(0, 2**31, 40, dtype=np.int32).view(np.float32).reshape(5, 8),
    ],
)
def test_text_gives_back_the_same_bits(x):
    again = eval(array_text(TEMPLATE, x), {"np": np})
    assert again.dtype == x.dtype
    assert again.shape == x.shape
    if np.isnan(x).any():
        np.testing.assert_array_equal(again, x)
    else:
        assert again.tobytes() == x.tobytes()


def test_the_truth_is_told_in_the_shape_of_the_results():
    blocks = [np.array([[0.5, np.nan]]), np.array(1 / 3), np.zeros((0,))]
    assert told(blocks, digits=4) == "[[[0.5, nan]], 0.3333, []]"
    assert nested([np.array([1.0, 2.0]), np.float64(3.0)]) == [[1.0, 2.0], 3.0]
