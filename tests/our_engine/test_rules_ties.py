"""Where eigenvalues or singular values meet, or a norm is zero: what is smooth has derivatives.

The truth is the same function written without eigenvalues: sum w^2 = tr A^2, prod w = det A.
"""

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(6)
la = np.linalg
TURN = la.qr(rng.normal(size=(4, 4)))[0]
LEFT, RIGHT = TURN, la.qr(rng.normal(size=(3, 3)))[0]
V = rng.normal(size=(4, 4))


def sym(a):
    return (a + np.swapaxes(a, -1, -2)) / 2


def trace(a):
    return np.sum(np.einsum("...ii->...", a))


SYMMETRIC = {
    "squares": (lambda w: np.sum(w**2), lambda a: trace(a @ a)),
    "cubes": (lambda w: np.sum(w**3), lambda a: trace(a @ a @ a)),
    "sum": (np.sum, trace),
    "product": (lambda w: w[0] * w[1] * w[2] * w[3], la.det),
    "logarithms": (
        lambda w: np.sum(np.log(w * w + 1.0)),
        lambda a: la.slogdet(a @ a + np.eye(4))[1],
    ),
    "of a sum": (
        lambda w: np.sin(np.sum(w)) * np.sum(w * w),
        lambda a: np.sin(trace(a)) * trace(a @ a),
    ),
}
SPECTRA = {
    "pairs": [1.0, 1.0, 2.0, 2.0],
    "all equal": [1.0, 1.0, 1.0, 1.0],
    "zero": [0.0, 0.0, 0.0, 0.0],
    "three": [2.0, 2.0, 2.0, -1.0],
    "nearly equal": [1.0, 1.0 + 1e-9, 2.0, 3.0],
    "apart": [1.0, 2.0, 3.0, 4.0],
}


def matrix_of(name):
    if name == "all equal":
        return np.eye(4)
    return sym((TURN * SPECTRA[name]) @ TURN.T)


def assert_same_derivatives(f, g, x, v, tolerance=1e-7):
    """Gradient, and the product of the Hessian with v in both modes over reverse."""
    np.testing.assert_allclose(oe.grad(f)(x), oe.grad(g)(x), rtol=1e-11, atol=1e-11)
    want = oe.hvp(g, (x,), (v,))
    scale = tolerance * (1 + np.abs(want).max())
    np.testing.assert_allclose(oe.hvp(f, (x,), (v,)), want, atol=scale)
    np.testing.assert_allclose(oe.grad(lambda t: np.sum(oe.grad(f)(t) * v))(x), want, atol=scale)
    H = oe.hessian(g)(x)
    np.testing.assert_allclose(oe.hessian(f)(x), H, atol=tolerance * (1 + np.abs(H).max()))
    by_rows = oe.jacobian(oe.grad(f), mode="reverse")(x)
    np.testing.assert_allclose(by_rows, H, atol=tolerance * (1 + np.abs(H).max()))


@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("name", SYMMETRIC)
@pytest.mark.parametrize("by", ["eigvalsh", "eigh"])
def test_symmetric_functions_of_eigenvalues(spectrum, name, by):
    f, g = SYMMETRIC[name]
    values = la.eigvalsh if by == "eigvalsh" else lambda a: la.eigh(a)[0]
    assert_same_derivatives(
        lambda a: f(values(sym(a))), lambda a: g(sym(a)), matrix_of(spectrum), V
    )


@pytest.mark.parametrize("spectrum", ["pairs", "all equal", "zero"])
def test_directional_derivatives_at_ties(spectrum):
    """First order, and the derivative of a directional derivative in both modes."""
    f, g = SYMMETRIC["cubes"]
    x = matrix_of(spectrum)
    got = oe.jvp(lambda a: f(la.eigvalsh(sym(a))), (x,), (V,))[1]
    assert got == pytest.approx(oe.jvp(lambda a: g(sym(a)), (x,), (V,))[1], abs=1e-13)

    def along(a):
        return oe.jvp(lambda t: np.sum(la.eigvalsh(sym(t)) ** 2), (a,), (V,))[1]

    s = sym(V)
    np.testing.assert_allclose(oe.grad(along)(x), 2 * s, atol=1e-12)
    np.testing.assert_allclose(oe.jvp(along, (x,), (V,))[1], 2 * np.sum(s * s), atol=1e-12)


def test_the_sorted_eigenvalues_have_one_sided_derivatives():
    """w(I + t V) = 1 + t w(V) for t > 0."""
    got = oe.jvp(la.eigvalsh, (np.eye(4),), (sym(V),))[1]
    np.testing.assert_allclose(got, la.eigvalsh(sym(V)), atol=1e-14)


def test_two_calls_of_the_same_matrix_and_of_another():
    x = np.eye(4)

    def twice(a):
        s = sym(a)
        return np.sum(la.eigvalsh(s) * la.eigvalsh(s))

    assert_same_derivatives(twice, lambda a: trace(sym(a) @ sym(a)), x, V)

    def not_known_to_be_the_same(a):
        return np.sum(la.eigvalsh(sym(a)) * la.eigvalsh(sym(a)))

    got = oe.grad(lambda t: np.sum(oe.grad(not_known_to_be_the_same)(t) * V))(x)
    assert np.isnan(got).any()


def test_a_stack_and_complex_matrices():
    x = np.stack([np.eye(4), matrix_of("apart"), matrix_of("pairs")])
    v = rng.normal(size=x.shape)
    assert_same_derivatives(
        lambda a: np.sum(la.eigvalsh(sym(a)) ** 3), lambda a: trace(sym(a) @ sym(a) @ sym(a)), x, v
    )
    z, dz = np.eye(3) + 0j, rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))

    def hermitian(a):
        return (a + np.conj(a.T)) / 2

    f = lambda a: np.sum(la.eigvalsh(hermitian(a)) ** 2)  # noqa: E731
    g = lambda a: np.real(trace(hermitian(a) @ hermitian(a)))  # noqa: E731
    np.testing.assert_allclose(oe.hvp(f, (z,), (dz,)), oe.hvp(g, (z,), (dz,)), atol=1e-13)


def test_a_function_that_is_not_symmetric_has_no_second_derivative_at_a_tie():
    weights = np.array([1.0, 2.0, 3.0, 4.0])
    H = oe.hessian(lambda a: np.sum(weights * la.eigvalsh(sym(a)) ** 2))(np.eye(4))
    assert not np.isfinite(H).all()


SINGULAR = {
    "squares": (lambda s: np.sum(s**2), lambda a: np.sum(a * a)),
    "fourth powers": (lambda s: np.sum(s**4), lambda a: trace(a.T @ a @ a.T @ a)),
    "logarithms": (
        lambda s: np.sum(np.log(1 + s * s)),
        lambda a: la.slogdet(np.eye(3) + a.T @ a)[1],
    ),
    "of a sum": (lambda s: np.sum(s**2) ** 2, lambda a: np.sum(a * a) ** 2),
}


@pytest.mark.parametrize(
    "values",
    [[3, 2, 1], [2, 2, 1], [1, 1, 1], [2, 1, 0], [2, 0, 0], [1, 1, 0], [0, 0, 0]],
)
@pytest.mark.parametrize("name", SINGULAR)
@pytest.mark.parametrize("shape", ["tall", "wide", "square"])
def test_symmetric_even_functions_of_singular_values(values, name, shape):
    f, g = SINGULAR[name]
    x = (LEFT[:, :3] * np.array(values, float)) @ RIGHT.T
    v = V[:, :3]
    if shape == "square":
        x, v = (RIGHT * np.array(values, float)) @ LEFT[:3, :3], V[:3, :3]
        x = (RIGHT * np.array(values, float)) @ la.qr(LEFT[:3, :3])[0]
    if shape == "wide":
        assert_same_derivatives(lambda a: f(la.svdvals(a)), lambda a: g(a.T), x.T, v.T)
        return
    assert_same_derivatives(lambda a: f(la.svd(a, full_matrices=False)[1]), g, x, v)


NORMS = {
    "norm": la.norm,
    "vector_norm": la.vector_norm,
    "axis": lambda x: la.norm(x, axis=0),
    "matrix": lambda x: la.matrix_norm(x.reshape(-1, 1)),
}


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("complex_", [False, True])
def test_powers_of_norms_at_the_origin(norm, complex_):
    n = NORMS[norm]
    x = np.zeros(3) + (0j if complex_ else 0.0)
    v = rng.normal(size=3) + (1j * rng.normal(size=3) if complex_ else 0.0)
    for f, factor in (
        (lambda t: n(t) ** 2, 2.0),
        (lambda t: n(t) ** 4, 0.0),
        (lambda t: n(t) ** 3, 0.0),
        (lambda t: np.exp(-(n(t) ** 2)), -2.0),
        (lambda t: np.cos(n(t)), -1.0),
        # Of one array; of two reshaped from it it is not known that they are the same.
        (lambda t: n(t) * n(t) if norm != "matrix" else n(t) ** 2, 2.0),
    ):
        assert not oe.grad(f)(x).any()
        np.testing.assert_array_equal(oe.hvp(f, (x,), (v,)), factor * np.conj(v))
        got = oe.grad(lambda t, f=f: np.sum(np.real(oe.grad(f)(t) * v)))(x)
        np.testing.assert_array_equal(got, factor * np.conj(v))
    assert oe.jvp(n, (x,), (v,))[1] == pytest.approx(0.0, abs=1e-100)
    assert not oe.grad(n)(x).any()


def test_some_rows_are_zero():
    x = np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]])
    f = lambda t: np.sum(la.norm(t, axis=1, keepdims=True) ** 2)  # noqa: E731
    np.testing.assert_allclose(oe.hessian(f)(x).reshape(6, 6), 2 * np.eye(6), atol=1e-14)
    np.testing.assert_allclose(oe.hvp(f, (x,), (x + 1,)), 2 * (x + 1), atol=1e-14)


def test_a_norm_at_the_origin_has_no_second_derivative():
    for f in (la.norm, lambda t: la.norm(t) * (1 + np.sum(t))):
        assert np.isnan(oe.hessian(f)(np.zeros(2))).any()
    f = lambda t: la.norm(t) * la.norm(t * 2.0)  # noqa: E731 - two kinks, as far as is known
    assert np.isnan(oe.jacobian(oe.grad(f), mode="reverse")(np.zeros(2))).any()


def test_norms_do_not_over_or_underflow_in_their_derivative():
    for scale in (1e-170, 1e200):
        with np.errstate(all="ignore"):
            got = oe.grad(la.norm)(np.array([3.0, 4.0]) * scale)
        np.testing.assert_allclose(got, [0.6, 0.8], rtol=1e-15)


def nuclear(a):
    return la.norm(a, "nuc")


@pytest.mark.parametrize("outer", ["forward", "reverse"])
@pytest.mark.parametrize("inner", ["forward", "reverse"])
@pytest.mark.parametrize("x", [np.eye(3), 2 * LEFT[:, :3], LEFT[:, :3].T])
def test_the_nuclear_norm_at_equal_singular_values(outer, inner, x):
    """tr sqrt(A^T A) to second order about c Q: the skew part and what leaves the space count."""
    H = oe.jacobian(oe.jacobian(nuclear, mode=inner), mode=outer)(x)
    v = rng.normal(size=x.shape)
    got = np.einsum("ij,ijkl,kl", v, H, v)
    tall, d = (x, v) if x.shape[0] >= x.shape[1] else (x.T, v.T)
    c = la.norm(tall[:, 0])
    Q = tall / c
    inside = Q.T @ d
    skew = (inside - inside.T) / 2
    outside = d - Q @ inside
    want = (np.sum(skew**2) + np.sum(outside**2)) / c
    assert got == pytest.approx(want, rel=1e-12)


def test_the_nuclear_norm_of_a_singular_matrix_takes_the_least_subgradient():
    x = np.diag([2.0, 1.0, 0.0])
    np.testing.assert_allclose(oe.grad(nuclear)(x), np.diag([1.0, 1.0, 0.0]), atol=1e-15)
    assert not oe.grad(nuclear)(np.zeros((2, 3))).any()
