"""Transforms: values from mathematics, nesting, trees, dtypes, memory."""

import numpy as np
import pytest

import our_engine as oe


def f(x1, x2):
    u = x2 * np.log(x1)
    return u + np.sqrt(u)


def test_the_lectures_function():
    y, (a, b) = oe.value_and_grad(f, (0, 1))(np.e, 4.0)
    assert y == pytest.approx(6)
    assert (a, b) == (pytest.approx(5 / np.e), pytest.approx(5 / 4))
    assert oe.jvp(f, (np.e, 4.0), (1.0, 0.0)) == (pytest.approx(6), pytest.approx(5 / np.e))
    y, pullback = oe.vjp(f, (np.e, 4.0))
    assert pullback(2.0) == (pytest.approx(10 / np.e), pytest.approx(2.5))


def test_the_lectures_perceptron():
    rng = np.random.default_rng(0)
    W1, W3, x0, y = rng.normal(size=(5, 3)), rng.normal(size=(1, 5)), rng.normal(size=3), 0.7

    def loss(W1, W3):
        x3 = W3 @ np.maximum(W1 @ x0, 0.0)
        return 0.5 * np.sum((x3 - y) ** 2)

    g1, g3 = oe.grad(loss, (0, 1))(W1, W3)
    x1 = W1 @ x0
    x2 = np.maximum(x1, 0)
    r = W3 @ x2 - y
    np.testing.assert_allclose(g3, np.outer(r, x2), rtol=1e-13)
    np.testing.assert_allclose(g1, np.outer(r * W3[0] * (x1 > 0), x0), rtol=1e-13)


@pytest.mark.parametrize("outer", ["forward", "reverse"])
@pytest.mark.parametrize("inner", ["forward", "reverse"])
def test_four_nestings_at_second_order(outer, inner):
    def g(x):
        return np.sum(np.sin(x) * x[::-1] ** 3 / np.exp(x))

    x = np.array([0.3, 0.7, 1.1])
    H = oe.jacobian(oe.jacobian(g, mode=inner), mode=outer)(x)
    e = np.exp(-x)
    s, c = np.sin(x) * e, (np.cos(x) - np.sin(x)) * e
    want = np.zeros((3, 3))
    for i in range(3):
        j = 2 - i
        want[i, i] += -2 * np.cos(x[i]) * e[i] * x[j] ** 3
        want[i, j] += c[i] * 3 * x[j] ** 2
        want[j, i] += c[i] * 3 * x[j] ** 2
        want[j, j] += s[i] * 6 * x[j]
    np.testing.assert_allclose(H, want, rtol=1e-12)
    np.testing.assert_allclose(oe.hessian(g)(x), want, rtol=1e-12)
    v = np.array([1.0, -2.0, 0.5])
    np.testing.assert_allclose(oe.hvp(g, (x,), (v,)), want @ v, rtol=1e-12)


def test_perturbations_are_not_confused():
    # d/dx (x * d/dy (x + y)) = 1, not 2.
    assert oe.grad(lambda x: x * oe.grad(lambda y: x + y)(1.0))(1.0) == 1.0

    def forward(g, x):
        return oe.jvp(g, (x,), (1.0,))[1]

    assert forward(lambda x: x * forward(lambda y: x + y, 1.0), 1.0) == 1.0
    assert forward(lambda x: x * oe.grad(lambda y: x * y * y)(3.0), 2.0) == 24.0
    assert oe.grad(lambda x: x * forward(lambda y: x * y * y, 3.0))(2.0) == 24.0


def test_tenth_derivative():
    d = lambda x: np.exp(2.0 * x)  # noqa: E731
    for _ in range(6):
        d = oe.grad(d)
    assert d(0.1) == pytest.approx(64 * np.exp(0.2))


def test_trees():
    def g(p, scale):
        return scale * (np.sum(p["w"] ** 2) + p["b"][0] * p["b"][1])

    p = {"w": np.array([1.0, 2.0]), "b": [3.0, (4.0)]}
    got = oe.grad(g)(p, 2.0)
    np.testing.assert_array_equal(got["w"], [4.0, 8.0])
    assert got["b"] == [8.0, 6.0]
    y, pullback = oe.vjp(lambda a: {"s": np.sum(a), "t": (a, [2 * a])}, (np.ones(2),))
    assert set(y) == {"s", "t"}
    (a_bar,) = pullback({"s": 1.0, "t": (np.ones(2), [np.array([0.0, 1.0])])})
    np.testing.assert_array_equal(a_bar, [2.0, 4.0])
    with pytest.raises(TypeError, match="structure"):
        pullback({"s": 1.0})


@pytest.mark.parametrize("mode", ["forward", "reverse", "auto"])
def test_jacobian_modes_and_shapes(mode):
    A = np.arange(6.0).reshape(2, 3)
    J = oe.jacobian(lambda x: A @ x * 2.0, mode=mode)(np.ones((3, 4)))
    assert J.shape == (2, 4, 3, 4)
    want = 2 * np.einsum("ij,kl->ikjl", A, np.eye(4))
    np.testing.assert_array_equal(J, want)
    J = oe.jacobian(lambda x: (np.sum(x), x), mode=mode)(np.ones(2))
    np.testing.assert_array_equal(J[0], [1.0, 1.0])
    np.testing.assert_array_equal(J[1], np.eye(2))


def test_linearize_gives_a_linear_map():
    A = np.arange(6.0).reshape(2, 3)
    y, J = oe.linearize(lambda x: np.sin(A @ x), np.array([0.1, 0.2, 0.3]))
    D = np.diag(np.cos(A @ [0.1, 0.2, 0.3])) @ A
    np.testing.assert_allclose(J.apply(np.array([1.0, 0.0, 2.0])), D @ [1, 0, 2])
    np.testing.assert_allclose(J.transpose().apply(np.array([1.0, -1.0])), D.T @ [1, -1])
    np.testing.assert_allclose(J.matrix(), D)
    np.testing.assert_allclose(J.T.matrix(), D.T)
    np.testing.assert_allclose(y, np.sin(A @ [0.1, 0.2, 0.3]))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex64, np.complex128])
def test_dtype_is_kept(dtype):
    x = np.array([0.5, 1.5], dtype)
    g = oe.grad(lambda x: np.real(np.sum(np.exp(x) * x / 2.0 + np.ones(2))))(x)
    assert g.dtype == dtype
    y, y_dot = oe.jvp(lambda x: x * x, (x,), (x,))
    assert y.dtype == y_dot.dtype == dtype
    scalar = oe.grad(lambda x: np.real(np.sin(x) * x))(dtype(0.5))
    assert np.result_type(scalar) == dtype


def test_float32_operand_of_a_float64_program():
    x, w = np.ones(3, np.float32), np.arange(3.0)
    g, h = oe.grad(lambda x, w: np.sum(x * w), (0, 1))(x, w)
    assert g.dtype == np.float32
    assert h.dtype == np.float64
    s = oe.grad(lambda s: np.sum(np.ones(3, np.float32) * s))(2.0)
    assert s == 3.0


def test_output_that_does_not_depend_gives_zeros():
    x = np.ones((2, 3), np.float32)
    g = oe.grad(lambda x: 1.0)(x)
    assert g.shape == x.shape
    assert g.dtype == np.float32
    assert not g.any()
    _, y_dot = oe.jvp(lambda x: np.ones(4), (x,), (x,))
    assert y_dot.shape == (4,)
    assert oe.jacobian(lambda x: np.sign(x))(np.ones(2)).shape == (2, 2)


def test_empty_readonly_and_non_contiguous():
    assert oe.grad(lambda x: np.sum(np.sin(x)))(np.zeros((0, 3))).shape == (0, 3)
    assert oe.jacobian(lambda x: x * 2)(np.zeros(0)).shape == (0, 0)
    x = np.arange(12.0).reshape(3, 4).T[::2]
    x.flags.writeable = False
    np.testing.assert_array_equal(oe.grad(lambda x: np.sum(x * x))(x), 2 * x)


def test_zero_dimensional_array():
    g = oe.grad(lambda x: x * x)(np.array(3.0))
    assert isinstance(g, np.ndarray)
    assert g.shape == ()
    assert g == 6.0


def test_results_share_no_memory_and_inputs_stay():
    x, before = np.arange(3.0), np.arange(3.0)
    y, pullback = oe.vjp(lambda a, b: (a, a, b + a), (x, x))
    y_bar = (np.ones(3), np.ones(3), np.ones(3))
    first = pullback(y_bar)
    arrays = [x, *y, *y_bar, *first]
    for i, a in enumerate(arrays):
        for b in arrays[i + 1 :]:
            assert not np.shares_memory(a, b)
    for a in first:
        a[:] = 99
    y[0][:] = 77
    for bar in y_bar:
        np.testing.assert_array_equal(bar, np.ones(3))
    second = pullback(y_bar)
    np.testing.assert_array_equal(second[0], [3.0] * 3)
    np.testing.assert_array_equal(second[1], [1.0] * 3)
    np.testing.assert_array_equal(x, before)
    x_dot = np.ones(3)
    _, y_dot = oe.jvp(lambda a: a, (x,), (x_dot,))
    assert not np.shares_memory(y_dot, x_dot)


def test_a_value_used_twice_accumulates_without_aliasing():
    x = np.arange(4.0)
    g = oe.grad(lambda x: np.sum((x + x) * (x - 1.0) + np.reshape(x, (2, 2)).reshape(-1) + x))(x)
    np.testing.assert_allclose(g, 4 * x - 2 + 2)


def test_results_returned_are_usable_after_the_pullback_even_if_changed():
    x = np.array([0.5])
    y, pullback = oe.vjp(np.exp, (x,))
    y[:] = 1e9
    x[:] = 1e9
    assert pullback(np.ones(1))[0][0] == np.exp(0.5)


@pytest.mark.parametrize("bad", [3, np.arange(3), True, "text", None])
def test_inputs_that_are_no_floats_are_refused(bad):
    with pytest.raises(oe.DifferentiationError, match=r"our_engine.grad: cannot differentiate"):
        oe.grad(lambda x: x)(bad)


def test_errors_of_use():
    with pytest.raises(oe.DifferentiationError, match="scalar, not an array of shape"):
        oe.grad(lambda x: x * 2)(np.ones(2))
    with pytest.raises(oe.DifferentiationError, match="argnums"):
        oe.grad(lambda x: x, 1)(1.0)
    with pytest.raises(oe.DifferentiationError, match="real number"):
        oe.grad(lambda x: x * 1j)(1.0)
    with pytest.raises(oe.DifferentiationError, match="tuple"):
        oe.jvp(np.sin, 1.0, 1.0)
    with pytest.raises(oe.DifferentiationError, match="shape"):
        oe.vjp(np.sin, (np.ones(2),))[1](np.ones(3))
    with pytest.raises(ValueError, match="mode"):
        oe.jacobian(np.sin, mode="sideways")


def test_an_exception_leaves_no_state():
    def broken(x):
        oe.grad(lambda y: 1 / 0)(x)

    with pytest.raises(ZeroDivisionError):
        oe.grad(broken)(1.0)
    assert oe.grad(lambda x: x * oe.grad(lambda y: x * y)(2.0))(3.0) == 6.0


def test_a_leaked_tracer_is_an_error():
    kept = []

    def leak(x):
        kept.append(x)
        return x

    def outer(x):
        oe.grad(leak)(x)
        return kept[0] * x

    with pytest.raises(oe.DifferentiationError, match="another, inner derivative"):
        oe.grad(outer)(1.0)


def test_same_bits_twice():
    x = np.linspace(0.1, 2, 50)
    g = oe.grad(lambda x: np.sum(np.exp(np.sin(x)) / x))
    assert g(x).tobytes() == g(x).tobytes()


def test_a_scalar_with_a_masked_and_a_plain_cotangent():
    def body(t):
        a = t[0] * 1.0
        product = a * t[1]
        return product + np.sum(np.expand_dims(a, 0)[:1])

    np.testing.assert_array_equal(oe.grad(body)(np.array([1.0, 2.0])), [3.0, 1.0])
