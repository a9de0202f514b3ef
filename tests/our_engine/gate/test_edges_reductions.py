"""Where arguments are hard for reductions and matrix functions: ties, zeros, repeated rows.

The derivatives are known from mathematics, and forward and reverse mode must agree.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import our_engine as oe

from .hard import examples, vectors

FINITE = (0.0, -0.0, 1.0, 1.0, -1.0, 2.0, 0.5, 3.0)
INFINITE = (*FINITE, math.inf, -math.inf)


@st.composite
def matrices(draw: Any, square: bool = True) -> Any:
    """Matrices of small integers, often singular: with rows that repeat, and rows of zeros."""
    n = draw(st.integers(1, 4))
    m = n if square else draw(st.integers(1, 4))
    row = st.lists(st.integers(-2, 2), min_size=m, max_size=m)
    rows = draw(st.lists(row, min_size=n, max_size=n))
    if draw(st.booleans()):
        rows[-1] = list(rows[0])
    return np.array(rows, float)


@pytest.fixture(autouse=True)
def _as_numpy_does():
    with np.errstate(all="ignore"):
        yield


def jacobians(f, x):
    """The Jacobian in both modes, as matrices, which must be equal."""
    size = np.size(x)
    J, K = (np.reshape(oe.jacobian(f, mode=m)(x), (-1, size)) for m in ("forward", "reverse"))
    # Sums in another order: infinite and undefined elements are in the same places.
    np.testing.assert_allclose(J, K, rtol=1e-13, atol=1e-13)
    return K


REDUCTIONS = {
    "sum": np.sum,
    "mean": np.mean,
    "prod": np.prod,
    "max": np.max,
    "min": np.min,
    "ptp": np.ptp,
    "median": np.median,
    "var": np.var,
    "cumsum": np.cumsum,
    "cumprod": np.cumprod,
    "sort": np.sort,
    "maximum.accumulate": np.maximum.accumulate,
    "logaddexp.reduce": np.logaddexp.reduce,
    "quantile": lambda x: np.quantile(x, [0.0, 0.3, 1.0]),
    "nanmax": np.nanmax,
    "nansum": np.nansum,
}


# Their derivatives grow with the elements: an infinite one times the zeros of a direction is NaN.
UNBOUNDED = ("prod", "var", "cumprod", "logaddexp.reduce")


@pytest.mark.parametrize("name", REDUCTIONS)
@given(finite=vectors(FINITE), infinite=vectors(INFINITE))
@examples
def test_reductions_agree_in_both_modes(name, finite, infinite):
    x = finite if name in UNBOUNDED else infinite
    assert jacobians(REDUCTIONS[name], x).shape[1] == x.size


@given(x=vectors(FINITE))
@examples
def test_the_product_by_each_is_the_product_of_the_others(x):
    want = [math.prod(np.delete(x, i)) for i in range(x.size)]
    np.testing.assert_allclose(jacobians(np.prod, x)[0], want, rtol=1e-15)


@pytest.mark.parametrize(("function", "python"), [(np.max, max), (np.min, min)])
@given(x=vectors((*FINITE, math.inf)))
@examples
def test_ties_of_extrema_share_equally(function, python, x):
    hit = x == python(x)
    np.testing.assert_array_equal(jacobians(function, x)[0], hit / hit.sum())


@given(x=vectors(FINITE))
@examples
def test_sorted_elements_share_their_places(x):
    J = jacobians(np.sort, x)
    # Each place is the mean of the elements that tie for it, so that every symmetric sum is right.
    y = np.sort(x)
    want = (y[:, None] == x[None, :]).astype(float)
    np.testing.assert_allclose(J, want / want.sum(axis=1, keepdims=True), rtol=1e-15)


@given(x=vectors(FINITE))
@examples
def test_the_variance_is_quadratic_also_where_all_are_equal(x):
    n = x.size
    centring = np.eye(n) - 1.0 / n
    np.testing.assert_allclose(jacobians(np.var, x)[0], 2.0 / n * centring @ x, atol=1e-15)
    for outer, inner in itertools.product(("forward", "reverse"), repeat=2):
        H = oe.jacobian(oe.jacobian(np.var, mode=inner), mode=outer)(x)
        np.testing.assert_allclose(H, 2.0 / n * centring, atol=1e-14)


@given(x=vectors((0.0, -0.0, 3.0, 4.0, -4.0)))
@examples
def test_the_square_of_the_norm_is_quadratic_also_at_the_origin(x):
    square = lambda x: np.linalg.norm(x) ** 2  # noqa: E731
    np.testing.assert_allclose(jacobians(square, x)[0], 2.0 * x, rtol=1e-14)
    np.testing.assert_allclose(oe.hessian(square)(x), 2.0 * np.eye(x.size), atol=1e-13)


def cofactors(A):
    """The gradient of the determinant, by minors in exact arithmetic."""
    n = len(A)
    rows = [[int(v) for v in row] for row in A]

    def minor(i, j):
        return [[v for k, v in enumerate(r) if k != j] for m, r in enumerate(rows) if m != i]

    def det(M):
        if not M:
            return 1
        return sum(
            (-1) ** j * M[0][j] * det([r[:j] + r[j + 1 :] for r in M[1:]]) for j in range(len(M))
        )

    return np.array(
        [[(-1) ** (i + j) * det(minor(i, j)) for j in range(n)] for i in range(n)], float
    )


@given(A=matrices())
@examples
def test_the_determinant_has_its_adjugate_also_where_rows_repeat(A):
    J = jacobians(np.linalg.det, A)
    np.testing.assert_allclose(J.reshape(A.shape), cofactors(A), atol=1e-12)


@given(A=matrices())
@examples
def test_symmetric_sums_of_eigenvalues_also_where_they_repeat(A):
    S = A + A.T
    for power in (1, 2, 3):
        f = lambda x, p=power: np.sum(np.linalg.eigvalsh(0.5 * (x + x.T)) ** p)  # noqa: E731
        want = power * np.linalg.matrix_power(S, power - 1)
        np.testing.assert_allclose(jacobians(f, S).reshape(S.shape), want, atol=1e-11)


@given(A=matrices(square=False))
@examples
def test_sums_of_squared_singular_values_also_where_they_repeat_or_vanish(A):
    f = lambda x: np.sum(np.linalg.svdvals(x) ** 2)  # noqa: E731
    np.testing.assert_allclose(jacobians(f, A).reshape(A.shape), 2.0 * A, atol=1e-12)


@pytest.mark.parametrize("name", ["inv", "solve", "slogdet", "cholesky", "pinv", "qr", "norm"])
@given(A=matrices())
@examples
def test_matrix_functions_fail_where_numpy_fails_and_nowhere_else(name, A):
    b = np.arange(1.0, len(A) + 1.0)
    function = getattr(np.linalg, name)
    f = (lambda x: function(x, b)) if name == "solve" else function
    try:
        f(A)
    except np.linalg.LinAlgError:
        with pytest.raises(np.linalg.LinAlgError):
            oe.linearize(f, A)
        return
    y, J = oe.linearize(f, A)
    with contextlib.suppress(np.linalg.LinAlgError):
        # At a singular matrix R of qr has no derivative: a system that NumPy refuses to solve.
        J.apply(np.ones_like(A))
        J.T.apply(y)
