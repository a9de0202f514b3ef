"""Linear algebra in many digits: NumPy's meaning, LAPACK's signs, identities to all digits."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from harness.verification.oracles.multiprecision_namespace import FloatNumbers, NumberNamespace
from tests.harness.verification.oracles.number_arrays import (
    KINDS,
    close_to_numpy,
    computing,
    entered,
    floats,
    largest,
)

RNG = np.random.default_rng(5)


def normal(*shape, complex_numbers=False):
    x = RNG.normal(size=shape)
    return x + 1j * RNG.normal(size=shape) if complex_numbers else x


def families(*shape):
    return {"real": normal(*shape), "complex": normal(*shape, complex_numbers=True)}


SQUARE = families(2, 4, 4)
TALL = families(2, 5, 3)
WIDE = {name: x.swapaxes(-1, -2) for name, x in TALL.items()}
FIELDS = ("real", "complex")


def hermitian(x):
    return x @ x.conj().swapaxes(-1, -2) + np.eye(x.shape[-1])


CALLS = {
    "det": "L.det(A)",
    "inv": "L.inv(A)",
    "cholesky": "L.cholesky(H)",
    "cholesky upper": "L.cholesky(H, upper=True)",
    "slogdet sign": "L.slogdet(A)[0]",
    "slogdet log": "L.slogdet(A)[1]",
    "solve": "L.solve(A, B)",
    "solve a vector": "L.solve(A, B[0, :, 0])",
    "solve broadcast": "L.solve(A[0], B)",
    "solve broadcast matrices": "L.solve(A, B[0])",
    "matrix_power": "L.matrix_power(A, 5)",
    "matrix_power 0": "L.matrix_power(A, 0)",
    "matrix_power 1": "L.matrix_power(A, 1)",
    "matrix_power -3": "L.matrix_power(A, -3)",
    "eigh values": "L.eigh(H)[0]",
    "eigh vectors": "L.eigh(H)[1]",
    "eigvalsh": "L.eigvalsh(H)",
    "eig values": "L.eig(A)[0]",
    "eig vectors": "L.eig(A)[1]",
    "eigvals": "L.eigvals(A)",
    **{f"pinv {m}": f"L.pinv({m})" for m in ("A", "T", "W")},
    "pinv rtol": "L.pinv(T, rtol=0.5)",
    "matrix_rank rtol": "L.matrix_rank(T, rtol=0.5)",
    **{f"matrix_rank {m}": f"L.matrix_rank({m})" for m in ("A", "T", "W")},
    **{f"svdvals {m}": f"L.svdvals({m})" for m in ("A", "T", "W")},
    **{
        f"qr {mode} {m} {i}": f"L.qr({m}, mode={mode!r})[{i}]"
        for mode, m, i in itertools.product(("reduced", "complete"), "ATW", (0, 1))
    },
    **{
        f"svd {full} {m} {i}": f"L.svd({m}, full_matrices={full})[{i}]"
        for full, m, i in itertools.product((True, False), "ATW", (0, 1, 2))
    },
    **{
        f"matrix_norm {order} {keep} {m}": f"L.matrix_norm({m}, ord={order}, keepdims={keep})"
        for order, keep, m in itertools.product(
            ("'fro'", "'nuc'", "1", "-1", "2", "-2", "inf", "-inf"), (True, False), "TW"
        )
    },
    **{
        f"vector_norm {order} {axis} {keep}": (
            f"L.vector_norm(T, ord={order}, {axis}, keepdims={keep})"
        )
        for order, axis, keep in itertools.product(
            ("0", "1", "-1", "2", "-2", "3", "4", "0.5", "inf", "-inf"),
            ("axis=None", "axis=-1", "axis=(0, 2)"),
            (True, False),
        )
    },
}


def operands(field, enter=lambda x: x):
    a = SQUARE[field]
    named = {"A": a, "H": hermitian(a), "B": TALL[field][:, :4], "T": TALL[field], "W": WIDE[field]}
    return {name: enter(x) for name, x in named.items()} | {"inf": math.inf}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("kind", KINDS)
def test_numpy_means_the_same(kind, name, field):
    with computing(40, KINDS[kind]) as (xp, enter):
        result = floats(eval(CALLS[name], {"L": xp.linalg} | operands(field, enter)))
    expected = eval(CALLS[name], {"L": np.linalg} | operands(field))
    # NumPy's eigenvalues of a real matrix are complex only if one of them is.
    close_to_numpy(result, expected, rtol=2e-11, atol=2e-11)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("dtype", [np.float64, np.longdouble])
def test_floats_mean_the_same(name, field, dtype):
    numbers = FloatNumbers(dtype)
    with numbers.computing():
        xp = NumberNamespace(numbers)
        given = operands(field, lambda x: entered(numbers, x))
        result = floats(eval(CALLS[name], {"L": xp.linalg} | given))
    expected = eval(CALLS[name], {"L": np.linalg} | operands(field))
    close_to_numpy(result, expected, rtol=2e-11, atol=2e-11)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("kind", KINDS)
def test_factors_multiply_to_the_matrix_to_all_digits(kind, field):
    with computing(60, KINDS[kind]) as (xp, enter):
        L = xp.linalg
        a, t, w, h = (operands(field, enter)[name] for name in "ATWH")

        def adjoint(x):
            return xp.conj(xp.matrix_transpose(x))

        def is_zero(x):
            assert largest(x) < 1e-56

        def is_unitary(q):
            is_zero(adjoint(q) @ q - xp.eye(q.shape[-1]))

        for x in (a, t, w):
            for mode in ("reduced", "complete"):
                q, r = L.qr(x, mode=mode)
                is_zero(q @ r - x)
                is_unitary(q)
                is_zero(xp.tril(r, k=-1))
            u, s, vh = L.svd(x, full_matrices=False)
            is_zero(u * s[..., None, :] @ vh - x)
            u, s, vh = L.svd(x)
            is_unitary(u)
            is_unitary(adjoint(vh))
            is_zero(s - L.svdvals(x))
            p = L.pinv(x)
            is_zero(x @ p @ x - x)
            is_zero(p @ x @ p - p)
            is_zero(adjoint(x @ p) - x @ p)
            is_zero(adjoint(p @ x) - p @ x)
        lower = L.cholesky(h)
        is_zero(lower @ adjoint(lower) - h)
        upper = L.cholesky(h, upper=True)
        is_zero(adjoint(upper) @ upper - h)
        is_zero(a @ L.inv(a) - xp.eye(4))
        is_zero(a @ L.solve(a, t[:, :4]) - t[:, :4])
        values, vectors = L.eigh(h)
        is_zero(h @ vectors - vectors * values[..., None, :])
        is_unitary(vectors)
        values, vectors = L.eig(a)
        is_zero(a @ vectors - vectors * values[..., None, :])
        is_zero(xp.sum(xp.abs(vectors) ** 2, axis=-2) - 1)
        is_zero(xp.prod(values, axis=-1) - L.det(a))
        is_zero(xp.sum(values, axis=-1) - L.trace(a))
        sign, logarithm = L.slogdet(a)
        is_zero(sign * xp.exp(logarithm) - L.det(a))
        is_zero(L.det(a @ a) - L.det(a) ** 2)


def magic(n):
    """Integers of 49 bits and more whose columns add up to 0: singular, of rank n - 1."""
    x = np.round(2.0**49 * RNG.uniform(-1, 1, size=(n, n)))
    x[:, -1] = -x[:, :-1].sum(axis=1)
    return x


@pytest.mark.parametrize("n", [1, 2, 3, 4, 6, 7, 9])
@pytest.mark.parametrize("kind", KINDS)
def test_a_singular_matrix_of_floats_has_determinant_zero_exactly(kind, n):
    x = magic(n) / 4 if n > 1 else np.zeros((1, 1))
    # Thirds are floats with all bits in use.
    repeated = np.vstack([np.arange(1.0, n + 1) / 3] * n) if n > 1 else x
    with computing(60, KINDS[kind]) as (xp, enter):
        for matrix in (x, repeated, np.zeros((n, n))):
            assert floats(xp.linalg.det(enter(matrix))) == 0
            sign, logarithm = floats(tuple(xp.linalg.slogdet(enter(matrix))))
            assert (sign, logarithm) == (0, -np.inf)
            if n <= 6:
                assert np.isnan(floats(xp.linalg.inv(enter(matrix)))).all()


@pytest.mark.parametrize("n", [2, 3, 4, 7, 8])
def test_a_singular_determinant_s_difference_quotient_is_the_cofactor(n):
    x = magic(n)
    minor = np.linalg.det(np.delete(np.delete(x, 0, 0), 1, 1))
    with computing(100) as (xp, enter):
        step = xp.asarray(2.0) ** -83
        moved = enter(x)
        moved[0, 1] = moved[0, 1] + step
        # The determinant is linear in each element, so that the quotient is exact.
        quotient = xp.linalg.det(moved) / step
        exact = -exact_determinant(np.delete(np.delete(x, 0, 0), 1, 1))
        assert largest(quotient / xp.numbers.number(exact) - 1) <= 1e-30
    np.testing.assert_allclose(float(exact), -minor, rtol=1e-9)


def exact_determinant(x):
    """By fractions, of integers."""
    rows = [[Fraction(int(v)) for v in row] for row in x]
    total = Fraction(1)
    for k in range(len(rows)):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return 0
        if pivot != k:
            rows[k], rows[pivot], total = rows[pivot], rows[k], -total
        total *= rows[k][k]
        for i in range(k + 1, len(rows)):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return int(total)


@pytest.mark.parametrize("n", [3, 6, 7, 10])
def test_determinants_of_integers_are_exact(n):
    x = np.round(50 * normal(n, n))
    with computing(60) as (xp, enter):
        assert int(xp.linalg.det(enter(x))[()]) == exact_determinant(x)


@pytest.mark.parametrize("kind", KINDS)
def test_a_zero_where_a_pivot_is_wanted_is_passed_over(kind):
    turned = np.eye(4)[[1, 2, 3, 0]]
    with computing(40, KINDS[kind]) as (xp, enter):
        close_to_numpy(xp.linalg.inv(enter(turned)), turned.T)
        close_to_numpy(
            xp.linalg.solve(enter(turned), enter(np.arange(4.0))), turned.T @ np.arange(4)
        )
        assert floats(xp.linalg.det(enter(turned))) == -1
        # A large matrix, whose determinant goes another way.
        large = np.eye(8)[[1, 0, 2, 3, 4, 5, 7, 6]] * 2.0
        assert floats(xp.linalg.det(enter(large))) == 256
        close_to_numpy(xp.linalg.inv(enter(large)), large.T / 4)


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_no_factorisation_is_nan(kind):
    with computing(40, KINDS[kind]) as (xp, enter):
        indefinite = enter(np.stack([np.eye(2), [[1.0, 2.0], [2.0, 1.0]], np.zeros((2, 2))]))
        factors = floats(xp.linalg.cholesky(indefinite))
        assert np.isfinite(factors[0]).all()
        assert np.isnan(factors[1:]).all()
        singular = enter([[1.0, 2.0], [2.0, 4.0]])
        assert np.isnan(floats(xp.linalg.inv(singular))).all()
        assert np.isnan(floats(xp.linalg.solve(singular, enter([1.0, 2.0])))).all()
        assert np.isnan(floats(xp.linalg.matrix_power(singular, -1))).all()
        unknown = enter([[np.nan, 1.0], [1.0, np.inf]])
        for call in ("det", "inv", "eigvalsh", "svdvals", "cholesky", "eigvals"):
            assert np.isnan(floats(getattr(xp.linalg, call)(unknown))).all(), call


def test_cholesky_and_eigh_read_one_triangle():
    a = np.array([[4.0, 9.0], [1.0, 3.0]])
    with computing(40) as (xp, enter):
        close_to_numpy(xp.linalg.cholesky(enter(a)), np.linalg.cholesky(a))
        close_to_numpy(xp.linalg.cholesky(enter(a.T), upper=True), np.linalg.cholesky(a).T)
        close_to_numpy(xp.linalg.eigvalsh(enter(a)), np.linalg.eigvalsh(a))


def test_qr_keeps_the_sign_of_a_triangular_matrix_and_turns_others():
    # LAPACK's larfg: nothing below the diagonal, nothing reflected.
    with computing(60) as (xp, enter):
        r = np.array([[2.0, 1.0], [0.0, -3.0]])
        close_to_numpy(xp.linalg.qr(enter(r)).R, r)
        close_to_numpy(xp.linalg.qr(enter(r)).R, np.linalg.qr(r).R)
        # And not under a step of a difference quotient either, in whose place the point stands.
        moved = enter(r)
        moved[1, 0] = xp.asarray(2.0) ** -83
        close_to_numpy(xp.linalg.qr(moved).R, r)
        full = np.array([[2.0, 1.0], [1.0, -3.0]])
        assert floats(xp.linalg.qr(enter(full)).R)[0, 0] == -(5**0.5)
        close_to_numpy(xp.linalg.qr(enter(full)).R, np.linalg.qr(full).R)


@pytest.mark.parametrize("field", FIELDS)
def test_the_signs_of_vectors_do_not_change_under_a_step(field):
    a = hermitian(SQUARE[field])[0]
    mixed = np.array([[2.0, 1.0], [1.0, 2.0]])  # Its vectors have elements of equal size.
    with computing(60) as (xp, enter):
        for matrix in (a, mixed):
            step = xp.asarray(2.0) ** -83 * enter(normal(*matrix.shape))
            one, other = (enter(matrix) + sign * step for sign in (1, -1))
            assert largest(xp.linalg.eigh(one)[1] - xp.linalg.eigh(other)[1]) < 1e-22
            for i in (0, 2):
                assert largest(xp.linalg.svd(one)[i] - xp.linalg.svd(other)[i]) < 1e-22
            assert largest(xp.linalg.eig(one)[1] - xp.linalg.eig(other)[1]) < 1e-22
            q, moved = xp.linalg.qr(one).Q, xp.linalg.qr(other).Q
            assert largest(q - moved) < 1e-22


def test_a_vector_s_derivative_is_orthogonal_to_it():
    # v^H dv = 0 is the gauge in which engines differentiate complex vectors.
    a = hermitian(SQUARE["complex"])[0]
    with computing(60) as (xp, enter):
        step = xp.asarray(2.0) ** -83
        direction = enter(hermitian(normal(4, 4, complex_numbers=True)))
        one, other = (xp.linalg.eigh(enter(a) + s * step * direction)[1] for s in (1, -1))
        middle = xp.linalg.eigh(enter(a))[1]
        change = (one - other) / (2 * step)
        # LAPACK's vectors, which fix the phase, are right to rounding.
        assert largest(xp.vecdot(middle, change, axis=-2)) < 1e-12
        assert largest(change) > 1e-3


REPEATED = {
    "identity": np.eye(3),
    "zero": np.zeros((3, 3)),
    "double": np.diag([2.0, 1.0, 2.0]),
    "rank one": np.outer([1.0, 2.0, 3.0], [1.0, 0.5, -1.0]),
    "rank two": np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]),
    "graded": np.diag([1e160, 1.0, 1e-160]),
    "diagonal complex": np.diag([1j, 2.0, 1.0]),
}


@pytest.mark.parametrize("name", REPEATED)
@pytest.mark.parametrize("kind", KINDS)
def test_repeated_and_vanishing_values_leave_orthonormal_vectors(kind, name):
    a = REPEATED[name]
    with computing(60, KINDS[kind]) as (xp, enter):
        x = enter(a)
        size = largest(x) or 1.0
        u, s, vh = xp.linalg.svd(x)
        assert largest(u * s[None, :] @ vh - x) <= 1e-56 * size
        for q in (u, xp.conj(vh.T)):
            assert largest(xp.conj(q.T) @ q - xp.eye(3)) < 1e-56
        np.testing.assert_allclose(
            floats(s), np.linalg.svd(a, compute_uv=False), rtol=1e-12, atol=1e-14 * size
        )
        assert int(xp.linalg.matrix_rank(x)) == np.linalg.matrix_rank(a)
        symmetric = x @ xp.conj(x.T) / size
        values, vectors = xp.linalg.eigh(symmetric)
        assert largest(symmetric @ vectors - vectors * values) <= 1e-55 * size
        values, vectors = xp.linalg.eig(x)
        assert largest(x @ vectors - vectors * values) <= 1e-50 * size
        close_to_numpy(
            xp.linalg.pinv(x), np.linalg.pinv(a), rtol=1e-9, atol=1e-9 * min(1.0, 1 / size)
        )


def test_a_defective_matrix_has_its_eigenvalue_twice():
    with computing(60) as (xp, enter):
        values = xp.linalg.eigvals(enter([[1.0, 1.0], [0.0, 1.0]]))
        # An eigenvalue of multiplicity two is known to half the digits.
        assert largest(values - 1) < 1e-25


@pytest.mark.parametrize("shape", [(0, 0), (0, 3, 3), (2, 0, 0)])
def test_empty_stacks(shape):
    x = np.empty(shape)
    with computing(40) as (xp, enter):
        for name in ("det", "inv", "cholesky", "eigvalsh", "matrix_transpose"):
            close_to_numpy(getattr(xp.linalg, name)(enter(x)), getattr(np.linalg, name)(x))


def test_a_matrix_that_is_not_square_is_refused_as_numpy_does():
    with computing(40) as (xp, enter):
        for name in ("det", "inv", "cholesky", "eigh", "eigvalsh", "slogdet", "eigvals"):
            with pytest.raises(np.linalg.LinAlgError, match="square"):
                getattr(xp.linalg, name)(enter(np.ones((2, 3))))
        with pytest.raises(ValueError, match="norm of order"):
            xp.linalg.matrix_norm(enter(np.ones((2, 3))), ord=3)
        with pytest.raises(ValueError, match="reduced"):
            xp.linalg.qr(enter(np.ones((2, 3))), mode="r")
        with pytest.raises(ValueError, match="three elements"):
            xp.linalg.cross(enter(np.ones(2)), enter(np.ones(2)))


def test_eigenvalues_of_integers_and_of_booleans_are_numbers():
    with computing(40) as (xp, _):
        close_to_numpy(xp.linalg.inv(np.array([[2, 0], [0, 4]])), np.diag([0.5, 0.25]))
        close_to_numpy(xp.linalg.vector_norm(np.array([3, 4])), np.asarray(5.0))
