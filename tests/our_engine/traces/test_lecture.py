"""The lecture's slides, line by line; what is expected is copied from them."""

import math

import numpy as np
import pytest

import our_engine

E = math.e


def log_sqrt(x_1, x_2):
    return x_2 * np.log(x_1) + np.sqrt(x_2 * np.log(x_1))


def shared(x_1, x_2):
    x_4 = x_2 * np.log(x_1)
    return x_4 + np.sqrt(x_4)


SLIDE_25 = {
    "x_3": ("log x_1", "ẋ_1 / x_1"),
    "x_4": ("x_2 x_3", "x_2 ẋ_3 + x_3 ẋ_2"),
    "x_5": ("sqrt x_4", "ẋ_4 / (2 sqrt x_4)"),
    "x_6": ("x_4 + x_5", "ẋ_4 + ẋ_5"),
}
SLIDE_29 = [
    "x̄_6, the seed",
    "x̄_5 = x̄_6",
    "x̄_4 = x̄_5 / (2 sqrt x_4) + x̄_6",
    "x̄_3 = x̄_4 x_2",
    "x̄_2 = x̄_4 x_3",
    "x̄_1 = x̄_3 / x_1",
]
LOCAL = [
    "∂x_3/∂x_1 = 1/x_1 = 0.5",
    "∂x_4/∂x_2 = x_3 = 0.693147",
    "∂x_4/∂x_3 = x_2 = 5",
    "∂x_5/∂x_4 = 1/(2 sqrt x_4) = 0.268579",
    "∂x_6/∂x_4 = 1",
    "∂x_6/∂x_5 = 1",
]


@pytest.mark.parametrize("f", [log_sqrt, shared])
def test_slide_25_forward(f):
    t = our_engine.trace(f, np.array(E), np.array(4.0), mode="forward")
    assert [str(row.name) for row in t.rows] == [f"x_{k}" for k in range(1, 7)]
    for row in t.rows[2:]:
        assert (str(row.expression), str(row.tangent)) == SLIDE_25[str(row.name)]
    assert [row.value for row in t.rows] == pytest.approx([E, 4, 1, 4, 2, 6], rel=1e-15)
    # One sweep for each input, seeded (1, 0) and (0, 1).
    assert [sweep.values[:2] for sweep in t.forward] == [(1, 0), (0, 1)]
    assert t.forward[0].values[2:] == pytest.approx([1 / E, 4 / E, 1 / E, 5 / E], rel=1e-15)
    assert t.forward[1].values[2:] == pytest.approx([0, 1, 0.25, 1.25], rel=1e-15)
    assert not t.reverse


@pytest.mark.parametrize("f", [log_sqrt, shared])
def test_slide_29_reverse(f):
    t = our_engine.trace(f, np.array(E), np.array(4.0), mode="reverse")
    lines = t.text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("cotangent"))
    printed = [line.split("   ")[0].strip() for line in lines[start + 2 : start + 8]]
    assert printed == SLIDE_29
    # One sweep for both inputs, from x̄_6 = 1.
    (sweep,) = t.reverse
    assert sweep.values == pytest.approx([5 / E, 1.25, 5, 1.25, 1, 1], rel=1e-15)
    assert not t.forward


def test_local_derivatives_as_symbols_and_numbers():
    text = our_engine.trace(log_sqrt, 2.0, 5.0, mode="forward").text()
    printed = [cell for line in text.splitlines() for cell in line.split("   ") if "∂x" in cell]
    local = [cell.strip() for cell in printed if " = " in cell and "ẋ" not in cell]
    assert local == LOCAL


def test_the_text_says_f_and_both_derivatives():
    text = our_engine.trace(log_sqrt, E, 4.0).text()
    assert "f = x_6 = 6\n" in text
    assert "∂x_6/∂x_1 = ẋ_6 = 1.8394\n" in text
    assert "∂x_6/∂x_2 = x̄_2 = 1.25" in text


def perceptron(W_1, W_3, x_0, y):
    x_1 = W_1 @ x_0
    x_2 = np.where(x_1 > 0, x_1, 0)
    x_3 = W_3 @ x_2
    return 0.5 * np.sum((x_3 - y) ** 2)


@pytest.fixture
def perceptron_trace():
    rng = np.random.default_rng(3)
    x_0, y = rng.normal(size=10), np.array([1.5])
    W_1, W_3 = rng.normal(size=(16, 10)), rng.normal(size=(1, 16))
    return our_engine.trace(
        lambda W_1, W_3: perceptron(W_1, W_3, x_0, y),
        W_1,
        W_3,
        mode="reverse",
        constants={"x_0": x_0, "y": y},
    )


def test_the_perceptron_shows_the_kronecker_structure(perceptron_trace):
    text = perceptron_trace.text()
    for line in (
        "∂x_1/∂W_1 = I_16 ⊗ x_0ᵀ, shape (16, 160), 160 nonzeros; never formed",
        "∂x_2/∂x_1 = diag(1[x_1 > 0]), shape (16, 16), 16 nonzeros; never formed",
        "∂x_3/∂W_3 = x_2ᵀ, shape (1, 16), 16 nonzeros; never formed",
        "∂x_3/∂x_2 = W_3, shape (1, 16), 16 nonzeros; never formed",
        "x_2 = where(x_1 > 0, x_1, 0)",
        "x_3 = W_3 x_2",
        "x_4 = x_3 - y",
        # Its transpose acts as an outer product: that is the point of the slide.
        "W̄_1 = x̄_1 x_0ᵀ",
        "W̄_3 = x̄_3 x_2ᵀ",
        "x̄_2 = W_3ᵀ x̄_3",
        "x̄_1 = x̄_2 ⊙ 1[x_1 > 0]",
    ):
        assert line in text


def test_the_perceptron_s_numbers_are_the_lecture_s(perceptron_trace):
    W_1, W_3, x_1, x_2, _, residual = (row.value for row in perceptron_trace.rows[:6])
    x_0 = np.random.default_rng(3).normal(size=10)
    np.testing.assert_allclose(x_1, W_1 @ x_0)
    W_1_bar, W_3_bar = perceptron_trace.reverse[0].values[:2]
    slopes = (x_1 > 0).astype(float)
    assert 0 < slopes.sum() < 16
    np.testing.assert_allclose(W_1_bar, np.outer(residual * W_3[0] * slopes, x_0), rtol=1e-13)
    np.testing.assert_allclose(W_3_bar, residual * x_2[None, :], rtol=1e-13)
    by_W_1 = perceptron_trace.rows[2].local_jacobians[0]
    np.testing.assert_array_equal(by_W_1.matrix(), np.kron(np.eye(16), x_0[None, :]))
