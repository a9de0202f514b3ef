"""det and slogdet: at regular, singular and badly scaled matrices, to third order."""

import itertools

import mpmath
import numpy as np
import pytest

import our_engine as oe
from our_engine.rules.determinants import cofactors

rng = np.random.default_rng(0)
la = np.linalg
N = 4
A = rng.normal(size=(N, N))
Z = A + 1j * rng.normal(size=(N, N))
STACK = rng.normal(size=(2, 3, N, N)) + 3 * np.eye(N)
TURN = la.qr(rng.normal(size=(N, N)))[0]
OTHER = la.qr(rng.normal(size=(N, N)))[0]
REAL = {"truth": "real"}
CASES = {
    "det": (la.det, la.det, [A]),
    "det stack": (la.det, la.det, [STACK]),
    "det of one": (la.det, la.det, [[[0.7]]]),
    "det complex": (la.det, la.det, [Z], REAL),
    "slogdet": (la.slogdet, lambda a: tuple(la.slogdet(a)), [A], REAL),
    "slogdet stack": (la.slogdet, lambda a: tuple(la.slogdet(a)), [STACK], REAL),
    "slogdet complex": (la.slogdet, lambda a: tuple(la.slogdet(a)), [Z], REAL),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", ["det", "det complex", "slogdet", "slogdet complex"])
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def minors(x, order):
    """The derivatives of det of an order, by minors in exact enough arithmetic."""
    n = len(x)
    found = np.zeros((n, n) * order, x.dtype)
    for rows in itertools.permutations(range(n), order):
        for columns in itertools.permutations(range(n), order):
            r = [i for i in range(n) if i not in rows]
            c = [i for i in range(n) if i not in columns]
            sign = parity([*rows, *r]) * parity([*columns, *c])
            place = tuple(i for pair in zip(rows, columns, strict=True) for i in pair)
            with mpmath.workdps(50):
                block = mpmath.matrix(len(r), len(c))
                for i, j in itertools.product(range(len(r)), repeat=2):
                    block[i, j] = mpmath.mpmathify(complex(x[r[i], c[j]]))
                value = complex(mpmath.det(block)) if len(r) else 1.0
            found[place] = sign * (value if np.iscomplexobj(x) else np.real(value))
    return found


def parity(order):
    return (-1) ** sum(a > b for a, b in itertools.combinations(order, 2))


SINGULAR = {
    "regular": A,
    "rank n-1": (TURN * [3.0, 2.0, 1.0, 0.0]) @ OTHER,
    "rank n-2": (TURN * [3.0, 2.0, 0.0, 0.0]) @ OTHER,
    "rank 1": (TURN * [3.0, 0.0, 0.0, 0.0]) @ OTHER,
    "zero": np.zeros((N, N)),
    "exactly singular": np.arange(16.0).reshape(4, 4),
    "nearly singular": (TURN * [3.0, 2.0, 1.0, 1e-9]) @ OTHER,
    "twice nearly singular": (TURN * [3.0, 2.0, 1e-7, 1e-9]) @ OTHER,
    "equal rows": np.stack([A[0], A[0], A[2], A[3]]),
    "identity": np.eye(N),
}


@pytest.mark.parametrize("name", SINGULAR)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_derivatives_are_minors_at_any_rank(name, order):
    x = SINGULAR[name]
    d = oe.grad(lambda a: np.real(la.det(a)))
    for _ in range(order - 1):
        d = oe.jacobian(d, mode="forward")
    want = minors(x, order)
    got = d(x)
    scale = np.abs(x).max() ** (N - order) if x.any() else 1.0
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-11 * scale)


@pytest.mark.parametrize("name", ["rank n-1", "rank n-2", "exactly singular"])
@pytest.mark.parametrize("outer", ["forward", "reverse"])
@pytest.mark.parametrize("inner", ["forward", "reverse"])
def test_hessian_at_singular_matrices_in_all_nestings(name, outer, inner):
    x = SINGULAR[name]
    H = oe.jacobian(oe.jacobian(la.det, mode=inner), mode=outer)(x)
    np.testing.assert_allclose(H, minors(x, 2), rtol=1e-11, atol=1e-11 * np.abs(x).max() ** 2)


def test_cofactors_of_a_singular_complex_matrix():
    x = (TURN * [3.0, 2.0j, 1.0, 0.0]) @ OTHER
    got = oe.grad(lambda a: np.real(la.det(a)))(x)
    np.testing.assert_allclose(got, minors(x, 1), atol=1e-13)
    v = Z.T
    dot = oe.jvp(oe.grad(lambda a: np.real(la.det(a))), (x,), (v,))[1]
    np.testing.assert_allclose(dot, np.einsum("ijkl,kl", minors(x, 2), v), atol=1e-12)


def test_a_stack_of_all_kinds_is_each_on_its_own():
    x = np.stack([SINGULAR[k] for k in ("regular", "zero", "rank n-2", "nearly singular")])
    got = oe.grad(lambda a: np.sum(la.det(a)))(x)
    want = [minors(m, 1) for m in x]
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-11)


def test_scales_far_apart():
    """Rows and columns of sizes 1e-200 to 1e200: each cofactor to full relative accuracy."""
    rows, columns = np.array([1e-150, 1.0, 1e60, 1e90]), np.array([1e40, 1.0, 1e-20, 1e-20])
    x = A * rows[:, None] * columns
    want = minors(A, 1) * (np.prod(rows) / rows)[:, None] * (np.prod(columns) / columns)
    np.testing.assert_allclose(oe.grad(la.det)(x), want, rtol=1e-10)
    tiny = A * 1e-100
    np.testing.assert_allclose(oe.grad(la.det)(tiny), minors(A, 1) * 1e-300, rtol=1e-10)


def test_single_precision_and_empty():
    x = SINGULAR["rank n-2"].astype(np.float32)
    got = oe.hessian(la.det)(x)
    assert got.dtype == np.float32
    np.testing.assert_allclose(got, minors(SINGULAR["rank n-2"], 2), atol=3e-5)
    for shape in ((0, 0), (0, 3, 3), (2, 0, 0)):
        y, pullback = oe.vjp(la.det, (np.zeros(shape),))
        assert pullback(np.ones_like(y))[0].shape == shape
        y, pullback = oe.vjp(lambda a: la.slogdet(a)[1], (np.zeros(shape),))
        assert pullback(np.ones_like(y))[0].shape == shape


def test_slogdet():
    (got,) = oe.vjp(lambda a: la.slogdet(a)[1], (A,))[1](1.0)
    np.testing.assert_allclose(got, la.inv(A).T, rtol=1e-12)
    # exp(log |det|) sign = det, where it is not singular.
    product = oe.grad(lambda a: la.slogdet(a)[0] * np.exp(la.slogdet(a)[1]))(A)
    np.testing.assert_allclose(product, minors(A, 1), rtol=1e-11)
    # Of log |det| at a singular matrix cofactors / 0, without an exception.
    singular = np.diag([1.0, 2.0, 0.0])
    with np.errstate(all="ignore"):
        got = oe.grad(lambda a: la.slogdet(a)[1])(singular)
    assert got[2, 2] == np.inf
    assert not np.isfinite(got).all()


def test_cofactors_of_an_orthogonal_matrix_are_itself():
    for Q in (TURN, np.stack([TURN, OTHER])):
        want = Q * la.det(Q)[..., None, None]
        np.testing.assert_allclose(cofactors(Q), want, atol=1e-14)


def test_small_determinants_are_polynomials_to_the_last_bit():
    """adj(A)^T and the Hessian of ad - bc, for elements of very different size."""
    x = np.array([[1e8, 1.0], [3.0, 1e-8]])
    np.testing.assert_array_equal(oe.grad(np.linalg.det)(x), [[1e-8, -3.0], [-1.0, 1e8]])
    H = oe.hessian(np.linalg.det)(x).reshape(4, 4)
    want = np.fliplr(np.diag([1.0, -1.0, -1.0, 1.0]))
    np.testing.assert_array_equal(H, want)
    assert oe.grad(np.linalg.det)(np.array([[7.0]])) == 1.0


def test_the_logarithm_rises_from_a_singular_matrix():
    x = np.array([[1.0, 2.0], [2.0, 4.0]])

    def log_det(a):
        return np.linalg.slogdet(a)[1]

    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(oe.grad(log_det)(x), np.full((2, 2), np.inf))
        for v in ([[1.0, 0.0], [0.0, 0.0]], [[0.0, 1.0], [0.0, 0.0]]):
            assert oe.jvp(log_det, (x,), (np.array(v),))[1] == np.inf
        stack = np.stack([x, np.eye(2)])
        np.testing.assert_array_equal(oe.vjp(log_det, (stack,))[1](np.ones(2))[0][1], np.eye(2))
