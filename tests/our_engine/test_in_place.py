"""Augmented assignment gives what NumPy gives, or is refused: by all names, and through views."""

import operator

import numpy as np
import pytest

import our_engine as oe

X = np.array([1.55, 2.1, 3.2])
OPERATORS = {
    "+=": operator.iadd,
    "-=": operator.isub,
    "*=": operator.imul,
    "/=": operator.itruediv,
    "**=": operator.ipow,
    "%=": operator.imod,
}


def directional(body, x, v=None):
    """The derivative by central differences of the plain function."""
    v = np.ones_like(x) if v is None else v
    h = 1e-6
    return (body(x + h * v) - body(x - h * v)) / (2 * h)


@pytest.mark.parametrize("sign", OPERATORS)
@pytest.mark.parametrize("other", ["number", "array", "traced"])
def test_every_name_of_the_array_sees_the_change(sign, other):
    def body(t):
        y = t * 2.0
        also = y
        OPERATORS[sign](
            y, {"number": 0.75, "array": np.array([0.3, 0.4, 0.7]), "traced": 0.7 * t}[other]
        )
        assert y is also
        return np.sum(np.sin(also) * t)

    v = np.array([0.3, -1.0, 0.5])
    want = directional(body, X, v)
    assert oe.jvp(body, (X,), (v,))[1] == pytest.approx(want, rel=1e-7)
    assert oe.grad(body)(X) @ v == pytest.approx(want, rel=1e-7)
    assert oe.value_and_grad(body)(X)[0] == body(X)


def test_through_a_function_that_changes_its_argument():
    def shift(y):
        y += 1.0

    def body(t):
        y = np.exp(t)
        shift(y)
        return np.sum(y * y)

    np.testing.assert_allclose(oe.grad(body)(X), 2 * (np.exp(X) + 1) * np.exp(X))
    H = oe.hessian(body)(X)
    np.testing.assert_allclose(np.diag(H), 2 * np.exp(X) * (2 * np.exp(X) + 1))


def test_a_scalar_is_bound_anew():
    def body(t):
        y = np.sum(t)
        before = y
        y += 10.0
        y *= 2.0
        return before * y

    s = X.sum()
    np.testing.assert_allclose(oe.grad(body)(X), np.full(3, 2 * (s + 10) + 2 * s))
    # A Python float and a NumPy scalar, too; an array without axes is changed.
    for x, want in ((2.0, 4.0 + 1.0), (np.float64(2.0), 5.0), (np.float32(2.0), 5.0)):

        def shifted(t):
            z = t
            t += 1.0
            return z * t

        assert oe.grad(shifted)(x) == want
    assert oe.grad(shifted)(np.array(2.0)) == 6.0
    assert oe.jvp(shifted, (np.array(2.0),), (np.array(1.0),))[1] == 6.0
    assert oe.grad(shifted)(np.array(2.0, np.float32)) == 6.0
    assert oe.grad(oe.grad(shifted))(np.array(2.0)) == 2.0


def test_the_callers_array_stays():
    x = X.copy()

    def body(t):
        t += 1.0
        t *= t
        return np.sum(t)

    np.testing.assert_allclose(oe.grad(body)(x), 2 * (X + 1))
    np.testing.assert_array_equal(x, X)


VIEWS = {
    "slice": lambda y: y[1:],
    "row": lambda y: y.reshape(1, 3)[0],
    "reshape": lambda y: y.reshape(3, 1),
    "transpose": lambda y: np.reshape(y, (1, 3)).T,
    "expand_dims": lambda y: np.expand_dims(y, 0),
    "ravel": np.ravel,
    "real": np.real,
    "iteration": lambda y: next(iter(y.reshape(1, 3))),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_change_that_views_would_show_is_refused(name):
    def of_the_base(t):
        y = t * 2.0
        view = VIEWS[name](y)
        y += 1.0
        return np.sum(view) + np.sum(y)

    def of_the_view(t):
        y = t * 2.0
        view = VIEWS[name](y)
        view += 1.0
        return np.sum(view) + np.sum(y)

    for body in (of_the_base, of_the_view):
        for derivative in (
            lambda body=body: oe.grad(body)(X),
            lambda body=body: oe.jvp(body, (X,), (X,)),
            lambda body=body: oe.hessian(body)(X),
        ):
            with pytest.raises(oe.DifferentiationError, match=r"write y = y \+ t"):
                derivative()


def test_copies_are_no_views():
    def body(t):
        y = t * 2.0
        kept = (y.copy(), np.copy(y), +y, y[[0, 1, 2]], y.flatten())
        y *= y
        kept[0].__iadd__(y)
        return sum(np.sum(k) for k in kept) + np.sum(y)

    np.testing.assert_allclose(oe.grad(body)(X), 10.0 + 16 * X)


def test_shape_and_dtype_of_the_left_side_stay():
    def grown(t):
        y = t * 1.0
        y += np.ones((2, 3))
        return np.sum(y)

    with pytest.raises(ValueError, match="non-broadcastable"):
        oe.grad(grown)(X)

    def narrow(t):
        y = t * np.float32(2)
        y += np.ones(3)
        assert y.dtype == np.float32
        return np.sum(y)

    g = oe.grad(narrow)(X.astype(np.float32))
    assert g.dtype == np.float32
    np.testing.assert_array_equal(g, [2, 2, 2])

    def complex_into_real(t):
        y = t * 1.0
        y += 1j
        return np.sum(y)

    with pytest.raises(oe.DifferentiationError, match="complex128 into an array of float64"):
        oe.grad(complex_into_real)(X)


def test_a_result_without_derivative_becomes_a_constant():
    def body(t):
        y = t * 2.0
        y //= 2.0
        return np.sum(y * t)

    np.testing.assert_array_equal(oe.grad(body)(X), np.floor(X))


def test_an_outer_value_changed_inside_does_not_reach_what_was_recorded():
    # The inner derivative read w before it was changed: d/dt sum(t * w) = w as it was.
    def outer(w):
        w = w * 1.0

        def inner(t):
            y = np.sum(t * w)
            nonlocal_w = w
            nonlocal_w += 100.0
            return y

        return np.sum(oe.grad(inner)(np.ones(3)) * np.array([1.0, 2.0, 3.0]))

    np.testing.assert_array_equal(oe.grad(outer)(X), [1.0, 2.0, 3.0])
    y, _ = oe.vjp(outer, (X,))
    assert y == X @ [1, 2, 3]


def test_results_of_nested_derivatives_are_names_of_their_own():
    def outer(x):
        y, pullback = oe.vjp(lambda t: t * t, (x * 1.0,))
        y += 5.0
        first = pullback(np.ones(3))[0]
        first *= 0.0
        return np.sum(y) + np.sum(pullback(np.ones(3))[0])

    np.testing.assert_allclose(oe.grad(outer)(X), 2 * X + 2)
