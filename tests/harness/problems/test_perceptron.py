"""lecture.perceptron: the lecture's formulas on real rows; generic points and the kink."""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import Operator, PointKind
from harness.problems.diabetes import diabetes
from harness.problems.perceptron import KINK_MARGIN, PERCEPTRON, gradient, perceptron

EXTENDED = 1e-17
SMALL = {"batch": 3, "hidden": 2}


def built(point, dims, seed=5):
    return PERCEPTRON.point(point).build(dims, np.random.default_rng(seed))


@pytest.mark.parametrize("operator", sorted(PERCEPTRON.closed_forms))
def test_closed_forms_are_the_derivatives(operator, disagreement_of):
    assert disagreement_of(PERCEPTRON, operator, SMALL, "generic-0") < EXTENDED


def test_a_closed_form_without_the_residuals_curvature_is_seen(disagreement_of):
    """Gauss-Newton alone is a popular mistake: it is right but for the mixed blocks."""

    def gauss_newton(xp, W_1, W_3, x, y):
        x_1 = W_1 @ x
        return PERCEPTRON.closed_forms[Operator.HESSIAN](xp, W_1, W_3, x, W_3 @ (x_1 * (x_1 > 0)))

    assert disagreement_of(PERCEPTRON, Operator.HESSIAN, SMALL, "generic-0", gauss_newton) > 1e-3


def test_for_one_sample_it_is_the_lectures_loss_and_its_outer_products():
    W_1, W_3, x, y = built("generic-0", {"batch": 1, "hidden": 7})
    x_1 = W_1 @ x[:, 0]
    x_2 = np.maximum(x_1, 0.0)
    residual = float((W_3 @ x_2)[0] - y[0, 0])
    assert float(perceptron(np, W_1, W_3, x, y)) == pytest.approx(residual**2 / 2, rel=1e-14)

    # (x_3 - y) · W_3 · diag(1[x_1 > 0]) · (I ⊗ x_0ᵀ), with the Kronecker product really formed.
    by_rows = residual * W_3 @ np.diag((x_1 > 0) * 1.0) @ np.kron(np.eye(7), x.T)
    g_1, g_3 = gradient(np, W_1, W_3, x, y)
    np.testing.assert_allclose(g_1, by_rows.reshape(W_1.shape), rtol=1e-13)
    np.testing.assert_allclose(g_3, residual * x_2[None, :], rtol=1e-13)


def test_for_a_batch_it_is_the_mean_over_the_samples():
    W_1, W_3, x, y = built("generic-0", {"batch": 6, "hidden": 4})
    alone = [perceptron(np, W_1, W_3, x[:, [i]], y[:, [i]]) for i in range(6)]
    assert float(perceptron(np, W_1, W_3, x, y)) == pytest.approx(np.mean(alone), rel=1e-14)


@pytest.mark.parametrize("point", [p for p in PERCEPTRON.points if p.kind is PointKind.SMOOTH])
def test_generic_points_keep_clear_of_the_kink_in_both_dtypes(point):
    for size in PERCEPTRON.sizes:
        W_1, _, x, _ = point.build(size.dims, np.random.default_rng(11))
        assert np.abs(W_1 @ x).min() >= KINK_MARGIN
        signs = (W_1.astype(np.float32) @ x.astype(np.float32)) > 0
        np.testing.assert_array_equal(signs, (W_1 @ x) > 0)


def test_samples_are_different_rows_of_the_data():
    all_x, all_y = diabetes()
    rows = {(*column, value) for column, value in zip(all_x.T, all_y, strict=True)}
    _, _, x, y = built("generic-0", {"batch": 32, "hidden": 2})
    chosen = {(*column, value) for column, value in zip(x.T, y[0], strict=True)}
    assert len(chosen) == 32
    assert chosen <= rows
    _, _, everything, _ = built("generic-0", {"batch": 442, "hidden": 2})
    np.testing.assert_array_equal(everything, all_x)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_at_the_kink_exactly_one_pre_activation_is_exactly_zero(dtype):
    dims = {"batch": 1, "hidden": 16}
    W_1, _, x, _ = (a.astype(dtype) for a in built("kink", dims))
    x_1 = W_1 @ x
    assert (x_1 == 0).sum() == 1
    assert np.sort(np.abs(x_1), axis=None)[1] > 1e-5


def test_at_the_kink_the_loss_has_two_slopes():
    W_1, W_3, x, y = built("kink", {"batch": 1, "hidden": 16})
    unit = int(np.flatnonzero((W_1 @ x) == 0)[0])
    step = np.zeros_like(W_1)
    step[unit] = 1e-7 * x[:, 0]
    here = perceptron(np, W_1, W_3, x, y)
    ahead = (perceptron(np, W_1 + step, W_3, x, y) - here) / 1e-7
    behind = (here - perceptron(np, W_1 - step, W_3, x, y)) / 1e-7
    assert behind == 0.0
    assert abs(ahead) > 1e-3


def test_nothing_of_second_order_is_asked_at_the_kink():
    kink = PERCEPTRON.point("kink")
    for size in PERCEPTRON.sizes:
        for operator in PERCEPTRON.operators:
            if operator.order == 2:
                assert not PERCEPTRON.asks(operator, size, kink)
    asked = [s for s in PERCEPTRON.sizes if PERCEPTRON.asks(Operator.GRADIENT, s, kink)]
    assert asked
    assert {size.dims["batch"] for size in asked} == {1}


def test_the_sizes_span_the_lectures_sample_to_the_whole_set():
    assert {size.dims["batch"] for size in PERCEPTRON.sizes} == {1, 32, 442}
    growth = {
        s.dims["hidden"]
        for s in PERCEPTRON.sizes
        if s.dims["batch"] == 32 and PERCEPTRON.asks(Operator.GRADIENT, s, PERCEPTRON.points[0])
    }
    assert growth == {8, 16, 64, 256, 1024}
