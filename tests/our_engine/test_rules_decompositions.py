"""cholesky, qr, eigh, eig and svd, with every mode and keyword, away from ties.

Signs and phases of vectors are LAPACK's to choose, and may jump between two points of a difference:
real vectors are compared with the sign of a component fixed, complex ones by what does not depend
on their phase.
"""

import random

import numpy as np
import pytest

import our_engine as oe
from our_engine.linear_maps.hermitian import Adjoint, Hermitian
from our_engine.linear_maps.quotient import Quotient

rng = np.random.default_rng(4)
la = np.linalg
REAL = {"truth": "real"}
EYE = np.eye(4)
A = rng.normal(size=(4, 4))
Z = A + 1j * rng.normal(size=(4, 4))
STACK = rng.normal(size=(2, 3, 3))
POSITIVE = A @ A.T + EYE
HERMITIAN = Z @ Z.conj().T + EYE
TALL, WIDE = rng.normal(size=(5, 3)), rng.normal(size=(2, 4))
ZTALL = TALL * [1.0, 3.0, 5.0] + 1j * rng.normal(size=(5, 3))
WEIGHTS = np.array([1.0, -2.0, 0.5, 3.0])
# Eigenvalues well apart, and vectors that are not orthogonal: real, in pairs, complex.
P = EYE + 0.3 * rng.normal(size=(4, 4))
GENERAL = P @ np.diag([1.0, 3.0, -2.0, 6.0]) @ la.inv(P)
PAIRS = P @ np.array([[1, 2, 0, 0], [-2, 1, 0, 0], [0, 0, -3, 0], [0, 0, 0, 5.0]]) @ la.inv(P)
Q = P + 0.2j * rng.normal(size=(4, 4))
CIRCLE = Q @ np.diag([3, 3j, -3, -3j]) @ la.inv(Q)


def H(x):
    return np.conj(np.swapaxes(x, -1, -2))


def signed(U, axis=-2):
    """Vectors with their first component (in `axis`) positive."""
    first = U[..., :1, :] if axis == -2 else U[..., :, :1]
    return U * np.sign(first)


def projector(U):
    """A sum of u_i u_i^H that does not depend on phases."""
    return (U * WEIGHTS[: np.shape(U)[-1]]) @ H(U)


def eigh(UPLO):
    def f(a):
        w, U = la.eigh(a, UPLO)
        return w, signed(U)

    return f


def svd(**settings):
    def f(a):
        U, s, Vh = la.svd(a, **settings)
        k = np.shape(s)[-1]
        sign = np.sign(U[..., :1, :k])
        # Vectors beyond the k-th are determined as a space only.
        rest = (U[..., k:] @ H(U[..., k:]), H(Vh[..., k:, :]) @ Vh[..., k:, :])
        return U[..., :k] * sign, s, H(sign * H(Vh[..., :k, :])), *rest

    return f


def complex_svd(a):
    U, s, Vh = la.svd(a, full_matrices=False)
    c = WEIGHTS[: np.shape(s)[-1]]
    return s, (U * c) @ Vh, (U * c) @ H(U), H(Vh) @ (c[:, None] * Vh)


def eig(x):
    """Values and vectors, whose largest components LAPACK makes real, but not always positive."""
    largest = np.argmax(np.abs(la.eig(x)[1]), axis=-2)

    def f(a):
        w, V = la.eig(a)
        V = V * np.sign(np.real(V[largest, np.arange(len(largest))]))
        if np.isrealobj(w):
            return w, V
        return np.real(w), np.imag(w), np.real(V), np.imag(V)

    return f


def in_any_order(a):
    """Of complex matrices LAPACK may change the order of the eigenvalues."""
    w, V = la.eig(a)
    return np.sum(w**2), V @ w, (V * np.conj(V)) @ w**2


CASES = {
    "cholesky": (la.cholesky, la.cholesky, [POSITIVE], REAL),
    "cholesky upper": (la.cholesky, lambda a: la.cholesky(a, upper=True), [POSITIVE], REAL),
    "cholesky stack": (la.cholesky, lambda a: la.cholesky(a @ H(a) + np.eye(3)), [STACK], REAL),
    "cholesky complex": (la.cholesky, la.cholesky, [HERMITIAN], REAL),
    "cholesky complex upper": (
        la.cholesky,
        lambda a: la.cholesky(a, upper=True),
        [HERMITIAN],
        REAL,
    ),
    **{
        f"qr {mode} {name}": (
            la.qr,
            lambda a, mode=mode: la.qr(a, mode=mode) if mode == "r" else tuple(la.qr(a, mode=mode)),
            [x],
            REAL,
        )
        for mode in ("reduced", "complete", "r", "raw")
        for name, x in (
            ("square", A),
            ("tall", TALL),
            ("wide", WIDE),
            ("stack", STACK),
            ("complex", ZTALL),
        )
    },
    "eigh": (la.eigh, eigh("L"), [POSITIVE], REAL),
    "eigh upper": (la.eigh, eigh("U"), [POSITIVE], REAL),
    "eigh stack": (la.eigh, lambda a: tuple(eigh("L")(a + H(a))), [STACK], REAL),
    "eigh complex": (
        la.eigh,
        lambda a: (lambda w, U: (w, projector(U)))(*la.eigh(a)),
        [HERMITIAN],
        REAL,
    ),
    "eigvalsh": (la.eigvalsh, la.eigvalsh, [POSITIVE], REAL),
    "eigvalsh upper": (la.eigvalsh, lambda a: la.eigvalsh(a, "u"), [HERMITIAN], REAL),
    "eig": (la.eig, eig(GENERAL), [GENERAL], {"truth": "real", "single": False}),
    "eig complex vectors": (la.eig, eig(PAIRS), [PAIRS], REAL),
    "eig complex": (la.eig, in_any_order, [CIRCLE], REAL),
    "eigvals": (la.eigvals, la.eigvals, [GENERAL], {"truth": "real", "single": False}),
    "eigvals complex": (
        la.eigvals,
        lambda a: (lambda w: (np.sum(w**2), np.sum(np.exp(w / 3))))(la.eigvals(a)),
        [CIRCLE],
        REAL,
    ),
    "svd thin": (la.svd, svd(full_matrices=False), [TALL], REAL),
    "svd tall": (la.svd, svd(), [TALL], REAL),
    "svd wide": (la.svd, svd(), [WIDE], REAL),
    "svd stack": (la.svd, svd(), [STACK], REAL),
    "svd complex": (la.svd, complex_svd, [ZTALL], REAL),
    "svd complex wide": (la.svd, complex_svd, [H(ZTALL)], REAL),
    "svd values": (la.svd, lambda a: la.svd(a, compute_uv=False), [WIDE], REAL),
    "svd hermitian": (
        la.svd,
        lambda a: svd(hermitian=True)(a)[:3],
        [A + A.T],
        {"truth": "real", "single": False},
    ),
    "svd hermitian values": (
        la.svd,
        lambda a: la.svd(a, compute_uv=False, hermitian=True),
        [Z + H(Z)],
        {"truth": "real", "single": False},
    ),
    "svdvals": (la.svdvals, la.svdvals, [STACK], REAL),
    "svdvals complex": (la.svdvals, la.svdvals, [ZTALL], REAL),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", random.Random(3).sample(sorted(CASES), 12))
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


@pytest.mark.parametrize("f", [la.cholesky, la.eigvalsh, lambda a: la.eigh(a)[0]])
def test_only_the_triangle_that_is_read_counts(f):
    g = oe.grad(lambda a: np.sum(f(a) ** 3))(POSITIVE)
    assert not np.triu(g, 1).any()
    assert g[np.tril_indices(4)].all()


def test_gradients_in_closed_form():
    U = la.eigh(POSITIVE)[1]
    g = oe.grad(lambda a: la.eigvalsh((a + a.T) / 2)[1])(POSITIVE)
    np.testing.assert_allclose(g, np.outer(U[:, 1], U[:, 1]), atol=1e-13)
    U, _, Vh = la.svd(TALL, full_matrices=False)
    g = oe.grad(lambda a: np.sum(la.svdvals(a) * [1.0, 2.0, 3.0]))(TALL)
    np.testing.assert_allclose(g, (U * [1.0, 2.0, 3.0]) @ Vh, atol=1e-13)
    # log det A = 2 sum log diag L.
    g = oe.grad(lambda a: 2 * np.sum(np.log(np.diagonal(la.cholesky((a + a.T) / 2)))))(POSITIVE)
    np.testing.assert_allclose(g, la.inv(POSITIVE), atol=1e-13)


def test_the_value_is_numpys_own_type():
    for f in (la.eigh, la.svd, la.qr, la.eig):
        y, pullback = oe.vjp(f, (POSITIVE,))
        assert type(y) is type(f(POSITIVE))
        zeros = type(y)(*(np.zeros_like(z) for z in y))
        assert not pullback(zeros)[0].any()


def test_eigenvectors_apart_from_a_tie_are_right():
    """Of diag(1, 1, 3) the last vector has a derivative, the first two have none."""
    x = np.diag([1.0, 1.0, 3.0])
    v = rng.normal(size=(3, 3))
    v = v + v.T
    U_dot = oe.jvp(la.eigh, (x,), (v,))[1][1]
    want = np.append(v[:2, 2] / 2, 0.0)
    np.testing.assert_allclose(U_dot[:, 2], want * np.sign(la.eigh(x)[1][2, 2]), atol=1e-14)
    assert np.isnan(U_dot[:, :2]).any()
    g = oe.grad(lambda a: la.eigh(a)[1][0, 2])(x)
    assert np.isfinite(g).all()
    assert np.isnan(oe.grad(lambda a: np.sum(la.eigh(a)[1] * v))(x)).any()


def test_qr_of_dependent_columns_is_nan_and_raises_nothing():
    x = np.ones((3, 2))
    y, pullback = oe.vjp(lambda a: la.qr(a)[0], (x,))
    assert np.isnan(pullback(np.ones_like(y))[0]).any()


def test_errors_are_numpys_own():
    with pytest.raises(la.LinAlgError):
        oe.grad(lambda a: np.sum(la.cholesky(a)))(-EYE)
    with pytest.raises(oe.DifferentiationError, match="economic"):
        oe.grad(lambda a: np.sum(la.qr(a, mode="economic")))(A)


@pytest.mark.parametrize("shape", [(0, 0), (0, 3, 3)])
def test_empty_squares(shape):
    x = np.zeros(shape)
    for f in (la.cholesky, la.eigvalsh, la.svdvals, la.eigvals, lambda a: la.eigh(a)[1]):
        y, pullback = oe.vjp(f, (x,))
        assert pullback(np.zeros_like(y))[0].shape == shape


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (2, 0, 3)])
@pytest.mark.parametrize("mode", ["reduced", "complete", "r", "raw"])
def test_empty_rectangles(shape, mode):
    x = np.zeros(shape)

    def f(a):
        return la.qr(a, mode) if mode == "r" else la.qr(a, mode)[0]

    y, pullback = oe.vjp(f, (x,))
    assert pullback(np.zeros_like(y))[0].shape == shape
    y, pullback = oe.vjp(lambda a: la.svd(a)[0], (x,))
    assert pullback(np.zeros_like(y))[0].shape == shape


@pytest.mark.parametrize(
    ("J", "complex_"),
    [
        (Hermitian((3, 3)), False),
        (Hermitian((2, 3, 3), lower=False), True),
        (Adjoint((2, 3, 4)), True),
        (Quotient(np.array([1.0, 2.0]), np.array([False, False])), False),
    ],
)
def test_maps(J, complex_):
    def random_like(shape):
        z = rng.normal(size=shape)
        return z + 1j * rng.normal(size=shape) if complex_ else z

    v = random_like(J.in_shape)
    Jv = J.apply(v)
    u = random_like(Jv.shape)
    assert J.out_shape() == Jv.shape
    assert np.real(np.sum(u * Jv)) == pytest.approx(np.real(np.sum(J.pull(u) * v)))
    np.testing.assert_allclose(J.T.apply(u), J.pull(u))
    np.testing.assert_allclose(J.T.pull(v), Jv)
    np.testing.assert_allclose(J.matrix() @ v.real.ravel(), J.apply(v.real).ravel())
    assert not J.matrix()[~J.pattern()].any()
    np.testing.assert_array_equal(J.stacked(2).apply(np.stack([v, v])), [Jv, Jv])
    np.testing.assert_array_equal(J.T.stacked(2).apply(np.stack([u, u]))[1], J.pull(u))


def test_a_quotient_by_zero_is_zero_of_zero_and_else_unknown():
    J = Quotient(np.array([2.0, 0.0, 0.0]), np.array([False, True, True]))
    np.testing.assert_array_equal(J.apply(np.array([1.0, 0.0, 1.0])), [0.5, 0.0, np.nan])
