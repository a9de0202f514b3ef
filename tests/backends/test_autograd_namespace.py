"""The namespace over autograd.numpy where the contract's samples do not look."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("autograd", reason="the autograd backend needs autograd")

import autograd.numpy as anp
from autograd import grad
from autograd.numpy.numpy_boxes import ArrayBox

from backends.autograd_namespace import XP

X = np.array([[1.0, -2.0, 3.0], [0.5, 4.0, -1.0]])


def test_autograd_numpy_itself_cuts_concat_off():
    """The reason why it is replaced; when this fails the replacement has become needless."""
    boxes = []

    def f(x, concat):
        joined = concat([x, x])
        boxes.append(isinstance(joined, ArrayBox))
        return anp.sum(joined) if boxes[-1] else anp.sum(x) * 0.0

    grad(lambda x: f(x, anp.concat))(X)
    np.testing.assert_array_equal(grad(lambda x: f(x, XP.concat))(X), np.full(X.shape, 2.0))
    assert boxes == [False, True]


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (-2,)])
def test_flip_is_numpys(axis):
    np.testing.assert_array_equal(XP.flip(X, axis=axis), np.flip(X, axis=axis))


@pytest.mark.parametrize(("offset", "shape"), [(0, (2, 3)), (1, (2, 3)), (2, (2, 3)), (-1, (3, 2))])
def test_diagonal_and_trace_are_numpys(offset, shape):
    x = np.arange(6.0).reshape(shape)
    np.testing.assert_array_equal(
        XP.linalg.diagonal(x, offset=offset), np.linalg.diagonal(x, offset=offset)
    )
    assert XP.linalg.trace(x, offset=offset) == np.linalg.trace(x, offset=offset)


def test_take_and_unstack_are_numpys_on_every_axis():
    for axis in (0, 1, -1):
        indices = np.array([1, 0, 1])
        np.testing.assert_array_equal(
            XP.take(X, indices, axis=axis), np.take(X, indices, axis=axis)
        )
        for found, expected in zip(XP.unstack(X, axis=axis), np.unstack(X, axis=axis), strict=True):
            np.testing.assert_array_equal(found, expected)


def test_the_weights_of_logsumexp_are_refused_by_autograd_itself():
    """By the keyword they would reach NumPy as they are traced, and fail there."""
    weights = np.array([1.0, 2.0, 3.0])
    assert XP.special.logsumexp(X, axis=-1, b=weights).shape == (2,)
    with pytest.raises(NotImplementedError, match="VJP of logsumexp"):
        grad(lambda b: anp.sum(XP.special.logsumexp(X, axis=-1, b=b)))(weights)


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_hypot_neither_overflows_nor_vanishes(scale):
    """∂/∂x sqrt(x² + y²) = x / sqrt(x² + y²), at 3, 4 and 5 of any size."""
    x, y = np.array(3 * scale), np.array(4 * scale)
    assert XP.hypot(x, y) == pytest.approx(5 * scale, rel=1e-15)
    assert grad(XP.hypot, 0)(x, y) == pytest.approx(0.6, rel=1e-15)
    assert grad(XP.hypot, 1)(x, y) == pytest.approx(0.8, rel=1e-15)
