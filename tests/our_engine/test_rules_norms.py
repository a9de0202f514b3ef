"""norm, vector_norm, matrix_norm with every ord, axis and keepdims, and cond."""

import random

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(8)
la = np.linalg


def scattered(*shape):
    """Elements away from zero, and sums along any axis away from each other."""
    sizes = np.ones(shape)
    for i, n in enumerate(shape):
        sizes = sizes * (1.6 ** np.arange(n)).reshape((n,) + (1,) * (len(shape) - 1 - i))
    return sizes * rng.uniform(0.9, 1.1, shape) * rng.choice([-1.0, 1.0], shape)


X, B = scattered(3, 4), scattered(2, 3, 4)
Z = X * np.exp(1j * rng.normal(size=(3, 4)))
SQUARE = np.stack([0.2 * scattered(3, 3), 0.2 * scattered(3, 3).T]) + 3 * np.eye(3)
REAL = {"truth": "real"}
VECTOR_ORDS = (None, 0, 1, 2, 3, 2.5, -1, -2.5, np.inf, -np.inf)
MATRIX_ORDS = (None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)
CASES = {}
for _ord in VECTOR_ORDS:
    CASES[f"norm {_ord} axis"] = (
        la.norm,
        lambda x, p=_ord: la.norm(x, p, axis=1, keepdims=True),
        [B],
        REAL,
    )
    CASES[f"norm {_ord} complex"] = (la.norm, lambda x, p=_ord: la.norm(x, p, -1), [Z], REAL)
    if _ord is not None:
        CASES[f"vector_norm {_ord}"] = (
            la.vector_norm,
            lambda x, p=_ord: la.vector_norm(x, ord=p, axis=(0, 2), keepdims=True),
            [B],
            REAL,
        )
        CASES[f"vector_norm {_ord} all"] = (
            la.vector_norm,
            lambda x, p=_ord: la.vector_norm(x, ord=p),
            [X],
            REAL,
        )
for _ord in MATRIX_ORDS:
    CASES[f"norm {_ord} axes"] = (
        la.norm,
        lambda x, p=_ord: la.norm(x, p, axis=(2, 0), keepdims=True),
        [B],
        REAL,
    )
    CASES[f"norm {_ord} matrix"] = (la.norm, lambda x, p=_ord: la.norm(x, p), [Z], REAL)
    if _ord is not None:
        CASES[f"matrix_norm {_ord}"] = (
            la.matrix_norm,
            lambda x, p=_ord: la.matrix_norm(x, ord=p),
            [B],
            REAL,
        )
    if _ord is not None:
        CASES[f"cond {_ord}"] = (
            la.cond,
            lambda x, p=_ord: la.cond(x, p),
            [SQUARE],
            REAL,
        )
CASES |= {
    "norm of all": (la.norm, la.norm, [B], REAL),
    "norm of all, kept": (la.norm, lambda x: la.norm(x, keepdims=True), [B], REAL),
    "norm of a vector": (la.norm, lambda x: la.norm(x, 2), [X[0]], REAL),
    "cond": (la.cond, la.cond, [X], REAL),
    "matrix_norm kept": (la.matrix_norm, lambda x: la.matrix_norm(x, keepdims=True), [B], REAL),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("kind", ["factor", "reverse"])
@pytest.mark.parametrize(
    "name", random.Random(4).sample(sorted(k for k in CASES if " 0 " not in k), 10)
)
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def test_ties_are_shared_and_kinks_are_zero():
    x = np.array([2.0, -2.0, 1.0, 0.0])
    np.testing.assert_array_equal(oe.grad(lambda t: la.norm(t, np.inf))(x), [0.5, -0.5, 0, 0])
    np.testing.assert_array_equal(oe.grad(lambda t: la.norm(t, 1))(x), [1, -1, 1, 0])
    got = oe.grad(lambda t: la.norm(t, -np.inf))(np.array([1.0, -1.0, 3.0]))
    np.testing.assert_array_equal(got, [0.5, -0.5, 0])
    got = oe.grad(lambda t: la.norm(t, 2))(np.diag([2.0, 2.0, 1.0]))
    np.testing.assert_allclose(got, np.diag([0.5, 0.5, 0.0]), atol=1e-15)


@pytest.mark.parametrize("p", [1, 1.5, 2, 3, 4, np.inf])
def test_at_the_origin_the_derivative_is_zero_in_both_modes(p):
    x, v = np.zeros(3), np.array([1.0, -2.0, 0.5])
    assert not oe.grad(lambda t: la.norm(t, p))(x).any()
    assert oe.jvp(lambda t: la.norm(t, p), (x,), (v,))[1] == pytest.approx(0, abs=1e-100)
    if 1 < p < np.inf:
        assert not oe.grad(lambda t: la.norm(t, p) ** p)(x).any()
        mixed = np.array([0.0, 2.0, -3.0])
        want = p * np.sign(mixed) * np.abs(mixed) ** (p - 1)
        got = oe.grad(lambda t: la.norm(t, p) ** p)(mixed)
        np.testing.assert_allclose(got, want, rtol=1e-13)
    if p in (2, 3, 4):
        H = oe.hessian(lambda t: la.norm(t, p) ** p)
        np.testing.assert_array_equal(H(x), 2 * np.eye(3) if p == 2 else np.zeros((3, 3)))
        mixed = np.array([0.0, 2.0, -3.0])
        want = np.diag(p * (p - 1) * np.abs(mixed) ** (p - 2.0))
        np.testing.assert_allclose(H(mixed), want, rtol=1e-12, atol=1e-12)


def test_cond_of_a_singular_matrix_is_numpys_inf():
    x = np.ones((2, 2))
    for p in (None, 1, "fro"):
        with np.errstate(all="ignore"):
            y, pullback = oe.vjp(lambda a, p=p: la.cond(a, p), (x,))
            assert y == la.cond(x, p) or y > 1e15
            assert pullback(1.0)[0].shape == (2, 2)


def test_errors_are_numpys_own():
    for f in (
        lambda x: la.norm(x, "nuc", axis=0),
        lambda x: la.norm(x, 7, axis=(0, 1)),
        lambda x: la.norm(x, axis=(0, 0)),
        lambda x: la.norm(x[None], 2, axis=(0, 1, 2)),
        lambda x: la.norm(x, ord="fro", axis=1),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - the words are NumPy's
            f(X)
        with pytest.raises(ValueError):  # noqa: PT011
            oe.grad(lambda x, f=f: np.sum(f(x)))(X)
    with pytest.raises(la.LinAlgError):
        oe.grad(lambda x: la.cond(x))(np.zeros((0, 0)))


@pytest.mark.parametrize("p", [None, 1, 3, 0])
def test_empty(p):
    x = np.zeros((2, 0))
    y, pullback = oe.vjp(lambda t: la.norm(t, p, axis=1), (x,))
    assert pullback(np.ones_like(y))[0].shape == x.shape
