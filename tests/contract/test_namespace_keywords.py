"""Keywords of the standard that a namespace translates, held against NumPy's own values."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import scipy.special

from harness.contract import UnsupportedOperatorError

X = np.array([[3.0, -1.0, 2.0], [2.0, 5.0, -1.0]])
TIES = np.array([[2.0, 1.0, 2.0, 3.0], [1.0, 1.0, 0.0, 1.0]])
STACK = np.arange(24.0).reshape(2, 3, 4) - 7.0
LOWER = np.array([[2.0, 0.0, 0.0], [1.0, 4.0, 0.0], [-3.0, 0.5, 1.0]])
HOLES = np.array([[1.0, np.nan, 4.0], [np.nan, 2.0, 0.5]])

# name: (function of xp and one array, the array, what comes out)
CASES = {
    "sort descending": (
        lambda xp, x: xp.sort(x, axis=0, descending=True),
        X,
        [[3.0, 5.0, 2.0], [2.0, -1.0, -1.0]],
    ),
    "argsort descending, ties in place": (
        lambda xp, x: xp.argsort(x, axis=-1, descending=True),
        TIES,
        [[3, 0, 2, 1], [0, 1, 3, 2]],
    ),
    "argsort, ties in place": (
        lambda xp, x: xp.argsort(x, stable=True),
        TIES,
        [[1, 0, 2, 3], [2, 0, 1, 3]],
    ),
    "cumulative_sum initial": (
        lambda xp, x: xp.cumulative_sum(x, axis=-2, include_initial=True),
        X,
        [[0.0, 0.0, 0.0], [3.0, -1.0, 2.0], [5.0, 4.0, 1.0]],
    ),
    "cumulative_prod initial": (
        lambda xp, x: xp.cumulative_prod(x, axis=1, include_initial=True),
        X,
        [[1.0, 3.0, -3.0, -6.0], [1.0, 2.0, 10.0, -10.0]],
    ),
    "std correction": (
        lambda xp, x: xp.std(x, axis=(-1, 0), correction=1, keepdims=True),
        X,
        [[np.std(X, ddof=1)]],
    ),
    "vector_norm axes": (
        lambda xp, x: xp.linalg.vector_norm(x, axis=(0, -1), ord=1, keepdims=True),
        STACK,
        np.abs(STACK).sum(axis=(0, 2), keepdims=True),
    ),
    "vector_norm keepdims": (
        lambda xp, x: xp.linalg.vector_norm(x, keepdims=True),
        STACK,
        [[[np.sqrt(np.sum(STACK**2))]]],
    ),
    "matrix_norm of a stack": (
        lambda xp, x: xp.linalg.matrix_norm(x, keepdims=True),
        STACK,
        np.sqrt(np.sum(STACK**2, axis=(1, 2), keepdims=True)),
    ),
    "diagonal of a stack": (
        lambda xp, x: xp.linalg.diagonal(x, offset=1),
        STACK,
        STACK[:, [0, 1, 2], [1, 2, 3]],
    ),
    "diagonal below": (lambda xp, x: xp.linalg.diagonal(x, offset=-1), X, [2.0]),
    "trace of a stack": (
        lambda xp, x: xp.linalg.trace(x, offset=-1),
        STACK,
        STACK[:, [1, 2], [0, 1]].sum(axis=1),
    ),
    "solve_triangular by a vector": (
        lambda xp, x: xp.linalg.solve_triangular(xp.asarray(LOWER.copy()), x, lower=True),
        X[0],
        scipy.linalg.solve_triangular(LOWER, X[0], lower=True),
    ),
    "nansum of all": (lambda xp, x: xp.nansum(x), HOLES, 7.5),
    "nanmean keepdims": (
        lambda xp, x: xp.nanmean(x, axis=1, keepdims=True),
        HOLES,
        [[2.5], [1.25]],
    ),
    "quantile keepdims": (
        lambda xp, x: xp.quantile(x, 0.5, axis=1, keepdims=True),
        X,
        [[2.0], [2.0]],
    ),
    "logsumexp of all": (
        lambda xp, x: xp.special.logsumexp(x, keepdims=True),
        X,
        [[np.log(np.sum(np.exp(X)))]],
    ),
    "std correction is any number": (
        lambda xp, x: xp.std(x, axis=-1, correction=0.5),
        X,
        np.std(X, axis=-1, ddof=0.5),
    ),
    "var correction is any number": (
        lambda xp, x: xp.var(x, correction=0.5, keepdims=True),
        X,
        [[np.var(X, ddof=0.5)]],
    ),
    "std over no axis": (lambda xp, x: xp.std(x, axis=()), X, np.zeros(X.shape)),
    "clip min, max": (lambda xp, x: xp.clip(x, min=0.0, max=2.5), X, [[2.5, 0, 2], [2, 2.5, 0]]),
    "clip min": (lambda xp, x: xp.clip(x, min=0.0), X, [[3, 0, 2], [2, 5, 0]]),
    "clip max": (lambda xp, x: xp.clip(x, max=2.5), X, [[2.5, -1, 2], [2, 2.5, -1]]),
    "clip by position": (lambda xp, x: xp.clip(x, 0.0, 2.5), X, [[2.5, 0, 2], [2, 2.5, 0]]),
    "clip by nothing": (lambda xp, x: xp.clip(x), X, X),
    "trace dtype": (
        lambda xp, x: xp.linalg.trace(x, dtype=xp.float64),
        X.astype(np.float32),
        np.array(8.0),
    ),
    "cumulative_sum dtype": (
        lambda xp, x: xp.cumulative_sum(x, axis=1, dtype=xp.float64),
        X.astype(np.float32),
        np.cumsum(X, axis=1),
    ),
    "asarray dtype": (
        lambda xp, x: xp.asarray(x, dtype=xp.float64, copy=True),
        X.astype(np.float32),
        X,
    ),
    "fft norm": (
        lambda xp, x: xp.real(xp.fft.fft(x, n=4, axis=0, norm="ortho")),
        X,
        np.fft.fft(X, n=4, axis=0, norm="ortho").real,
    ),
    "sinc is normalised": (lambda xp, x: xp.special.sinc(x / 2), X, np.sinc(X / 2)),
}


@pytest.mark.parametrize("name", CASES)
def test_a_keyword_means_what_it_means_in_numpy(ad_backend, name):
    function, x, expected = CASES[name]
    found = ad_backend.to_numpy(function(ad_backend.xp, ad_backend.asarray(x)))
    assert found.shape == np.shape(expected)
    assert found.dtype == (np.int64 if "argsort" in name else np.float64)
    np.testing.assert_allclose(found, expected, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("indexing", ["xy", "ij"])
def test_meshgrid_returns_a_tuple(ad_backend, indexing):
    arrays = [np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0]), np.array([6.0])]
    found = ad_backend.xp.meshgrid(*map(ad_backend.asarray, arrays), indexing=indexing)
    assert isinstance(found, tuple)
    for mine, theirs in zip(found, np.meshgrid(*arrays, indexing=indexing), strict=True):
        np.testing.assert_array_equal(ad_backend.to_numpy(mine), theirs)


def test_broadcast_arrays_and_unstack_return_tuples(ad_backend):
    xp, x = ad_backend.xp, ad_backend.asarray(X)
    row, column = xp.broadcast_arrays(ad_backend.asarray(X[0]), ad_backend.asarray(X[:, :1]))
    np.testing.assert_array_equal(ad_backend.to_numpy(row), [X[0], X[0]])
    np.testing.assert_array_equal(ad_backend.to_numpy(column), X[:, :1] + np.zeros(3))
    parts = xp.unstack(x, axis=-1)
    assert isinstance(parts, tuple)
    np.testing.assert_array_equal([ad_backend.to_numpy(part) for part in parts], X.T)
    assert isinstance(xp.broadcast_arrays(x), tuple)


def test_the_order_of_a_bessel_function_comes_first(ad_backend):
    """J_2(1), and not J_1(2): DLMF 10.2."""
    if not hasattr(ad_backend.xp.special, "jn"):
        pytest.skip("the library has no Bessel functions of integer order")
    found = ad_backend.to_numpy(ad_backend.xp.special.jn(2, ad_backend.asarray(np.array([1.0]))))
    assert float(found[0]) == pytest.approx(0.11490348493190048, rel=1e-13)


def test_the_parameters_come_before_the_argument(ad_backend):
    # To eight digits: PyTorch's polygamma has no more, and it is the order that is asked here.
    special, asarray = ad_backend.xp.special, ad_backend.asarray
    a, x = asarray(np.array([2.5])), asarray(np.array([0.4]))
    for name in ("gammainc", "gammaincc"):
        expected = getattr(scipy.special, name)(2.5, 0.4)
        found = ad_backend.to_numpy(getattr(special, name)(a, x))
        np.testing.assert_allclose(found, [expected], rtol=1e-8)
    found = ad_backend.to_numpy(special.polygamma(1, x))
    np.testing.assert_allclose(found, [scipy.special.polygamma(1, 0.4)], rtol=1e-8)
    if hasattr(special, "zeta"):
        found = ad_backend.to_numpy(special.zeta(a, x))
        np.testing.assert_allclose(found, [scipy.special.zeta(2.5, 0.4)], rtol=1e-8)


def test_pytorch_gives_no_median_which_is_the_lower_one(backend_named):
    assert not hasattr(backend_named("pytorch").xp, "median")


def test_weights_of_logsumexp_count(ad_backend):
    """log(2 e⁰ + 3 e¹); never the value without weights."""
    asarray = ad_backend.asarray
    x, b = asarray(np.array([0.0, 1.0])), asarray(np.array([2.0, 3.0]))

    def found():
        return ad_backend.to_numpy(ad_backend.xp.special.logsumexp(x, axis=-1, b=b))

    if type(ad_backend).__name__ == "PyTorchBackend":
        with pytest.raises(UnsupportedOperatorError, match=r"special\.logsumexp .* no weights b"):
            found()
    else:
        assert float(found()) == pytest.approx(np.log(2 + 3 * np.e), rel=1e-15)


# name: (function of xp and one array, its derivative in the direction of ones)
SLOPES = {
    "clip min, max": (lambda xp, x: xp.clip(x, min=0.0, max=2.5), [[0, 0, 1], [1, 0, 0]]),
    "clip min": (lambda xp, x: xp.clip(x, min=0.0), [[1, 0, 1], [1, 1, 0]]),
    "clip max": (lambda xp, x: xp.clip(x, max=2.5), [[0, 1, 1], [1, 0, 1]]),
    "clip by nothing": (lambda xp, x: xp.clip(x), np.ones((2, 3))),
    "std correction": (lambda xp, x: xp.std(x * x, correction=0.5), None),
}


@pytest.mark.parametrize("name", SLOPES)
def test_a_keyword_is_differentiated(ad_backend, name):
    function, expected = SLOPES[name]
    x = ad_backend.asarray(X)

    def fun(x):
        return ad_backend.xp.sum(function(ad_backend.xp, x))

    _, pullback = ad_backend.vjp(fun, (x,))
    found = ad_backend.to_numpy(pullback(ad_backend.asarray(np.array(1.0)))[0])
    if expected is None:
        # d std(z) = (z - mean) / ((n - correction) std) dz, with z = x².
        z = X * X
        expected = 2 * X * (z - z.mean()) / ((z.size - 0.5) * z.std(ddof=0.5))
    np.testing.assert_allclose(found, expected, rtol=1e-13)
