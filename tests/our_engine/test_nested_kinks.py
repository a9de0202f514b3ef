"""Smooth functions of values that have a kink of their own: every nesting gives the derivative.

The truth is the same function written without the kink: |x|^2 = x^2, sum w^2 = tr A^2.
"""

import itertools

import numpy as np
import pytest

import our_engine as oe

la = np.linalg
rng = np.random.default_rng(4)
ZEROS = np.zeros(3)
SOME = np.array([0.0, 1.5, 0.0])
EYE = np.eye(3)


def sym(a):
    return (a + a.T) / 2


def squares(x):
    return np.sum(x * x)


def with_phase(x):
    return x + 1j * x[::-1]


CASES = {
    "eigvalsh": (lambda a: np.sum(la.eigvalsh(sym(a)) ** 2), lambda a: squares(sym(a)), EYE),
    "eigh": (lambda a: np.sum(la.eigh(sym(a))[0] ** 2), lambda a: squares(sym(a)), EYE),
    "svdvals": (lambda a: np.sum(la.svdvals(a) ** 2), squares, EYE),
    "svdvals at 0": (lambda a: np.sum(la.svdvals(a) ** 2), squares, 0 * EYE),
    "quartic of svd": (lambda a: np.sum(la.svd(a)[1] ** 4), lambda a: squares(a.T @ a), EYE),
    "norm": (lambda x: la.norm(x) ** 2, squares, ZEROS),
    "norm ** 4": (lambda x: la.norm(x) ** 4, lambda x: squares(x) ** 2, ZEROS),
    "std": (lambda x: np.std(x) ** 2, np.var, ZEROS + 1.5),
    "abs": (lambda x: np.sum(np.abs(x) ** 2), squares, ZEROS),
    "abs, some": (lambda x: np.sum(np.abs(x) ** 2 * x[::-1]), lambda x: x * x @ x[::-1], SOME),
    "abs * abs": (lambda x: np.sum(np.abs(x) * abs(x)), squares, SOME),
    "abs of a scalar": (lambda x: abs(x[0]) ** 2, lambda x: x[0] ** 2, ZEROS),
    "fabs ** 4": (lambda x: np.sum(np.fabs(x) ** 4), lambda x: np.sum(x**4), ZEROS),
    "complex abs": (lambda x: np.sum(abs(with_phase(x)) ** 2), lambda x: 2 * squares(x), SOME),
    "hypot": (lambda x: np.sum(np.hypot(x, x[::-1]) ** 2), lambda x: 2 * squares(x), SOME),
    "hypot of scalars": (lambda x: np.hypot(x[0], x[2]) ** 2, lambda x: squares(x[::2]), SOME),
    "hypot, broadcast": (
        lambda x: np.sum(np.hypot(x[0], x) ** 2),
        lambda x: squares(x) + 3 * x[0] ** 2,
        SOME,
    ),
    "hypot with 0": (lambda x: np.sum(np.hypot(0.0, x) ** 2), squares, SOME),
}


def forward(f, v):
    return lambda x: oe.jvp(f, (x,), (v,))[1]


def reverse(f, v):
    return lambda x: np.sum(oe.grad(f)(x) * v)


def nested(f, modes, vs, x):
    for mode, v in zip(modes, vs, strict=True):
        f = mode(f, v)
    return f(x)


@pytest.mark.parametrize("modes", list(itertools.product((forward, reverse), repeat=2)))
@pytest.mark.parametrize("name", CASES)
def test_second_order(name, modes):
    f, g, x = CASES[name]
    vs = rng.normal(size=(2, *x.shape))
    want = nested(g, (reverse, reverse), vs, x)
    assert nested(f, modes, vs, x) == pytest.approx(want, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("modes", list(itertools.product((forward, reverse), repeat=4)))
def test_a_real_modulus_to_any_order(modes):
    """|x|^4 has the fourth derivative 24, |x|^2 x' the third 2."""
    vs = rng.normal(size=(4, 3))
    want = nested(lambda x: np.sum(x**4), modes, vs, ZEROS)
    got = nested(lambda x: np.sum(np.abs(x) ** 4), modes, vs, ZEROS)
    assert got == pytest.approx(want, rel=1e-12)
    f, g, x = CASES["abs, some"]
    want = nested(g, modes[:3], vs[:3], x)
    assert nested(f, modes[:3], vs[:3], x) == pytest.approx(want, rel=1e-12)


def test_jacobians_of_jacobians():
    x, v = np.zeros(3), rng.normal(size=3)

    def outputs(x):
        return np.stack([la.norm(x) ** 2, np.abs(x[0]) ** 2, x[1]])

    want = np.zeros((3, 3, 3))
    want[0] = 2 * np.eye(3)
    want[1, 0, 0] = 2
    for inner, outer in itertools.product(("forward", "reverse"), repeat=2):
        got = oe.jacobian(oe.jacobian(outputs, mode=inner), mode=outer)(x)
        np.testing.assert_allclose(got, want, atol=1e-12)

    def pushed(x):
        return oe.linearize(outputs, x)[1].apply(v)

    np.testing.assert_allclose(oe.jacobian(pushed)(x), want @ v, atol=1e-12)


def test_a_complex_directional_derivative_is_repeated_by_rows():
    def f(x):
        return np.stack([la.norm(x) ** 2 * (1 + 2j), 1j * x[0]])

    v, w = rng.normal(size=(2, 3))
    got = oe.jvp(lambda x: oe.jvp(f, (x,), (v,))[1], (ZEROS,), (w,))
    np.testing.assert_allclose(got[0], [0, 1j * v[0]], atol=1e-15)
    np.testing.assert_allclose(got[1], [2 * (v @ w) * (1 + 2j), 0], atol=1e-12)


def test_the_choices_at_the_kinks_themselves_stay():
    """The derivative of |x|, hypot and the norm at 0 is 0, nested or not."""
    for f in (abs, np.fabs, lambda x: np.hypot(x, 0.0), lambda x: la.norm(np.stack([x, x]))):
        for mode in (forward, reverse):
            assert abs(mode(f, 1.0)(0.0)) < 1e-150
            assert abs(oe.value_and_grad(mode(f, 1.0))(0.0)[0]) < 1e-150
    assert forward(lambda x: np.hypot(x, 0.0), 1.0)(0.0) == 0


def test_a_norm_of_singular_values_that_vanish():
    """The largest singular value of a b^T is |a| |b|, and near it smooth."""
    a, b = np.array([1.0, 2.0]), np.array([3.0, 1.0, 2.0])
    x = np.outer(a, b)
    v, w = rng.normal(size=(2, 2, 3))
    U, s, Vh = la.svd(x)
    E, F = U.T @ v @ Vh.T, U.T @ w @ Vh.T
    # d^2 s_0 = sum over what E and F couple to the first pair, of which all other values are 0.
    want = (E[1:, 0] @ F[1:, 0] + E[0, 1:] @ F[0, 1:]) / s[0]
    for modes in itertools.product((forward, reverse), repeat=2):
        got = nested(lambda x: la.matrix_norm(x, ord=2), modes, (v, w), x)
        assert got == pytest.approx(want, rel=1e-10)


@pytest.mark.parametrize("modes", list(itertools.product((forward, reverse), repeat=2)))
def test_symmetric_functions_of_sorted_elements(modes):
    """At a tie inside what is summed, the sum of the squares of the two largest is smooth."""
    x, (v, w) = np.array([3.0, 3.0, 1.0, 0.5]), rng.normal(size=(2, 4))
    got = nested(lambda x: np.sum(np.sort(x)[-2:] ** 2), modes, (v, w), x)
    assert got == pytest.approx(2 * (v[:2] @ w[:2]), rel=1e-14)
    largest = nested(lambda x: np.sort(x)[-1] ** 2, modes[:1], (v,), x)
    assert largest == pytest.approx(6 * (v[0] + v[1]) / 2, rel=1e-14)
