"""What becomes a row, under which name, and what does not."""

import numpy as np
import pytest

import our_engine
from our_engine import DifferentiationError, trace


def names(t):
    return [row.name.text for row in t.rows]


def test_intermediates_are_numbered_after_the_given_names():
    assert names(trace(lambda x_1, x_2: x_1 * x_2, 1.0, 2.0)) == ["x_1", "x_2", "x_3"]
    assert names(trace(lambda W, b: W * b, 1.0, 2.0)) == ["W", "b", "x_1"]
    assert names(trace(lambda *xs: xs[0] * xs[1], 1.0, 2.0)) == ["x_1", "x_2", "x_3"]
    assert names(trace(lambda x: np.sin(x), 1.0, names=["x_7"])) == ["x_7", "x_8"]


def test_leaves_of_trees_are_named_by_their_place():
    def f(p):
        return p["W"] * p["b"][1]

    t = trace(f, {"W": 2.0, "b": (1.0, 3.0)}, names=["p"], mode="reverse")
    assert names(t)[:3] == ["p['W']", "p['b'][0]", "p['b'][1]"]
    assert t.reverse[0].values[:3] == (3.0, 0.0, 2.0)


def test_equal_expressions_are_one_row():
    t = trace(lambda x: np.exp(x) * 2.0 + np.exp(x) * 2.0, 0.5)
    assert [str(r.expression) for r in t.rows] == ["None", "exp x", "2 x_1", "x_2 + x_2"]
    assert t.reverse[0].values[0] == pytest.approx(4 * np.exp(0.5), rel=1e-15)


def test_different_settings_constants_or_values_are_different_rows():
    A = np.arange(4.0).reshape(2, 2)
    t = trace(lambda A: A.sum(axis=0) * A.sum(axis=1) + (A[0] * A[1]), A)
    assert len(t.rows) == 8
    c = np.ones(2)

    def overwrites(x):
        y = x * c
        c[0] = 3.0
        return y + x * c

    t = trace(overwrites, np.array([1.0, 2.0]), mode="reverse", seeds=np.ones(2))
    assert [str(r.expression) for r in t.rows[1:3]] == ["x ⊙ c_1", "x ⊙ c_2"]
    np.testing.assert_array_equal(t.reverse[0].values[0], [4.0, 2.0])

    counter = iter(range(9))
    noise = our_engine.rule(lambda x: x + next(counter), lambda _x, _y: our_engine.linear_maps.ONE)
    assert len(trace(lambda x: noise(x) * noise(x), 1.0).rows) == 4


def test_conditions_are_shown_as_they_were_written():
    x, y = np.array([1.0, -1.0]), np.array([0.0, 3.0])
    t = trace(lambda x, y: np.where(x < y, x, y) * np.where(np.greater(x, 0.0), x, 1.0), x, y)
    expressions = [str(r.expression) for r in t.rows]
    assert "where(x < y, x, y)" in expressions
    assert "where(x > 0, x, 1)" in expressions
    assert "∂x_1/∂y = diag(1[x ≥ y])" in t.text()


def test_a_mask_that_is_changed_is_not_shown_by_its_old_condition():
    def f(x):
        mask = x > 0
        mask[0] = True
        return np.where(mask, x, 0.0)

    t = trace(f, np.array([-1.0, 2.0]))
    assert str(t.rows[1].expression) == "where(c_1, x, 0)"


def test_scalar_conditions_decide_as_in_the_plain_function():
    t = trace(lambda x: x * x if x > 1 else -x, 3.0)
    assert str(t.rows[-1].expression) == "x x"
    t = trace(lambda x: np.where(x > 1, x * x, -x), 3.0)
    assert str(t.rows[-1].expression) == "where(x > 1, x_1, x_2)"


def test_constants_have_the_names_given_or_the_next_ones():
    A, B = np.eye(2), np.full((2, 2), 2.0)
    t = trace(lambda x: A @ (B @ x), np.ones(2), constants={"A": A})
    assert [str(r.expression) for r in t.rows[1:]] == ["c_1 x", "A x_1"]
    assert "c_1 = [[2, 2], [2, 2]], a constant" in t.text()


def test_many_outputs_and_the_parts_of_a_tuple():
    t = trace(lambda x: np.divmod(x, 2.0)[1] * x, 3.5, mode="reverse")
    assert [str(r.expression) for r in t.rows[1:]] == ["divmod(x, 2)", "x_1[0]", "x_1[1]", "x_3 x"]
    assert t.reverse[0].values[0] == 5.0  # 2 x - 2 floor(x / 2)
    both = trace(lambda x: (x * 2.0, x * x), 3.0)
    assert [sweep.values[0] for sweep in both.reverse] == [2.0, 6.0]


def test_sweeps_are_the_engine_s_own_jacobian():
    rng = np.random.default_rng(0)
    W, x = rng.normal(size=(2, 3)), rng.normal(size=3)

    def f(W, x):
        return np.tanh(W @ x) * np.sum(x, axis=0) + np.concatenate([x[:1], W[1, 1:2]])

    x_dot, W_dot, y_bar = rng.normal(size=3), rng.normal(size=(2, 3)), rng.normal(size=2)
    forward = trace(f, W, x, mode="forward", seeds=(W_dot, x_dot)).forward[0]
    np.testing.assert_allclose(
        forward.values[-1], our_engine.jvp(f, (W, x), (W_dot, x_dot))[1], rtol=1e-13
    )
    reverse = trace(f, W, x, mode="reverse", seeds=y_bar).reverse[0]
    for printed, own in zip(reverse.values, our_engine.vjp(f, (W, x))[1](y_bar), strict=False):
        np.testing.assert_allclose(printed, own, rtol=1e-13)


def test_a_branch_that_is_not_taken_leaves_no_nan():
    t = trace(lambda x: np.where(x > 0, np.log(x), 0.0), np.zeros(2), mode="reverse")
    np.testing.assert_array_equal(t.reverse[0].values[0], [0.0, 0.0])


def test_the_trace_of_a_gradient_is_the_program_of_its_reverse_sweep():
    t = trace(our_engine.grad(lambda x: x * np.sin(x)), 0.5, mode="forward")
    assert t.rows[-1].value == pytest.approx(np.sin(0.5) + 0.5 * np.cos(0.5), rel=1e-15)
    second = 2 * np.cos(0.5) - 0.5 * np.sin(0.5)
    assert t.forward[0].values[-1] == pytest.approx(second, rel=1e-15)


def test_a_function_that_does_not_depend_on_its_input_says_so():
    text = trace(lambda x: 3.0, 1.0).text()
    assert "f = 3, which does not depend on the inputs" in text


def test_float32_and_complex_are_kept():
    t = trace(lambda x: x * x, np.float32(1.5), mode="reverse")
    assert t.rows[1].value.dtype == np.float32
    t = trace(lambda z: np.abs(z * z), np.complex128(1 + 2j), mode="reverse")
    assert t.reverse[0].values[0] == pytest.approx(2 - 4j)  # d|z|²: 2 conj z, in this pairing
    assert "z = (1 + 2i)" not in t.text()
    assert "(1 + 2i)" in t.text()


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: trace(np.sin, 1.0, mode="sideways"), ValueError, "'sideways'.*forward, reverse"),
        (lambda: trace(np.sin, 1.0, names=["a", "b"]), DifferentiationError, "1 different names"),
        (
            lambda: trace(np.multiply, 1.0, 2.0, names=["a", "a"]),
            DifferentiationError,
            "2 different names",
        ),
        (lambda: trace(np.sin, 1), DifferentiationError, "integer 1; pass 1.0"),
        (lambda: trace(np.sin, 1.0, seeds=(1.0,)), ValueError, "seeds are of one mode"),
        (
            lambda: our_engine.grad(lambda x: trace(np.sin, x))(1.0),
            DifferentiationError,
            "inside another derivative",
        ),
    ],
)
def test_errors_say_what_is_wrong(call, error, text):
    with pytest.raises(error, match=text):
        call()
