"""Weighted means, variances, covariances: every keyword, constants, weights that are traced."""

import itertools
import random
from fractions import Fraction

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(5)
A = rng.normal(size=(3, 4)) + 0.3
B = rng.normal(size=(2, 3, 4))
Y = rng.normal(size=(2, 4))
Z = rng.normal(size=(3, 4)) + 1j * rng.normal(size=(3, 4))
W = rng.uniform(0.5, 2.0, size=(3, 4))
ROW = rng.uniform(0.5, 2.0, size=4)
TIMES = np.array([1, 2, 3, 1])
MASK = np.array([[True, False, True, True], [False, True, True, False], [True, True, True, True]])
STEPS = {"truth": "steps"}


def spread(f, x=A, **keywords):
    return f, lambda x: f(x, **keywords), [x], STEPS


CASES = {
    "average": (np.average, lambda x: np.average(x, axis=1), [A]),
    "average weights": (np.average, lambda x, w: np.average(x, weights=w), [A, W]),
    "average along": (np.average, lambda x, w: np.average(x, -1, w, keepdims=True), [A, ROW]),
    "average axes": (
        np.average,
        lambda x, w: np.average(x, axis=(2, 1), weights=w),
        [B, W.T.copy()],
    ),
    "average returned": (
        np.average,
        lambda x, w: np.average(x, axis=0, weights=w, returned=True),
        [A, W],
    ),
    "var": spread(np.var),
    "var axis": spread(np.var, axis=-1, ddof=1),
    "var axes": spread(np.var, B, axis=(0, -1), keepdims=True, correction=2),
    "var where": spread(np.var, axis=1, where=MASK, ddof=0.5),
    "var method": (np.var, lambda x: x.var(axis=0), [A], STEPS),
    "var mean": (np.var, lambda x, m: np.var(x, axis=1, mean=m), [A, A[:, :1]], STEPS),
    "var mean where": (
        np.var,
        lambda x, m: np.var(x, axis=0, mean=m, where=MASK, ddof=1),
        [A, A[:1]],
        {"truth": "steps", "second": False},
    ),
    "var of its mean": (
        np.var,
        lambda x: np.var(x, axis=0, mean=np.mean(x, axis=0, keepdims=True)),
        [A],
        STEPS,
    ),
    "var complex": spread(np.var, Z, axis=1, ddof=1),
    "std": spread(np.std),
    "std axis": spread(np.std, axis=-2, ddof=1, keepdims=True),
    "std where": spread(np.std, axis=1, where=MASK, correction=1),
    "std complex": spread(np.std, Z, axis=0),
    "std mean": (np.std, lambda x, m: np.std(x, axis=1, mean=m), [A, A[:, :1]], STEPS),
    "nanvar": spread(np.nanvar, axis=0, ddof=1),
    "nanvar where": spread(np.nanvar, axis=1, where=MASK, keepdims=True),
    "nanstd": spread(np.nanstd, correction=1),
    "cov": spread(np.cov),
    "cov columns": spread(np.cov, rowvar=False, bias=True),
    "cov of one": spread(np.cov, A[0]),
    "cov two": (np.cov, lambda x, y: np.cov(x, y, ddof=0), [A, Y], STEPS),
    "cov two columns": (np.cov, lambda x, y: np.cov(x, y, rowvar=False), [A, A[:, :1]], STEPS),
    "cov fweights": spread(np.cov, fweights=TIMES),
    "cov aweights": (np.cov, lambda x, w: np.cov(x, aweights=w), [A, ROW], STEPS),
    "cov both weights": (
        np.cov,
        lambda x, w: np.cov(x, aweights=w, fweights=TIMES, ddof=1),
        [A, ROW],
        STEPS,
    ),
    "cov weights biased": (np.cov, lambda x, w: np.cov(x, aweights=w, bias=True), [A, ROW], STEPS),
    "cov complex": spread(np.cov, Z),
    "corrcoef": spread(np.corrcoef),
    "corrcoef two": (
        np.corrcoef,
        lambda x, y: np.corrcoef(x, y, rowvar=False),
        [A, A[:, :2] ** 2],
        STEPS,
    ),
    "corrcoef of one": spread(np.corrcoef, A[0]),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", random.Random(7).sample(sorted(CASES), 12))
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def test_var_by_fractions():
    x = [Fraction(1, 3), Fraction(7, 2), Fraction(-2), Fraction(5, 4)]
    mean = sum(x) / 4
    g = oe.grad(lambda x: np.var(x, ddof=1))(np.array(x, float))
    np.testing.assert_allclose(g, [float(2 * (v - mean) / 3) for v in x], rtol=4e-16)
    H = oe.hessian(np.var)(np.array(x, float))
    np.testing.assert_allclose(H, (np.eye(4) - 0.25) / 2, atol=1e-16)


def test_constants():
    x = np.full(4, 0.1)
    for f in (np.std, lambda x: np.std(x) ** 2, np.var, np.nanstd):
        np.testing.assert_allclose(oe.grad(f)(x), np.zeros(4), atol=1e-16)
        # The mean of three times 0.1 is not 0.1, and NumPy's std of them not 0.
        np.testing.assert_allclose(oe.grad(f)(np.full(3, 0.1)), np.zeros(3), atol=1e-15)
    for outer, inner in itertools.product(("forward", "reverse"), repeat=2):
        H = oe.jacobian(oe.jacobian(np.var, mode=inner), mode=outer)(x)
        np.testing.assert_allclose(H, (np.eye(4) - 0.25) / 2, atol=1e-16)
    for x in (np.zeros(4), np.full(4, 0.5)):
        for outer in ("forward", "reverse"):
            H = oe.jacobian(oe.grad(lambda x: np.std(x) ** 2), mode=outer)(x)
            np.testing.assert_allclose(H, (np.eye(4) - 0.25) / 2, atol=1e-15)


@pytest.mark.parametrize("scale", [1e-200, 1e-160, 1.0, 1e160, 1e200])
def test_std_of_very_large_and_very_small_numbers(scale):
    x = np.array([1.0, 2.0, 4.0])
    with np.errstate(over="ignore"):
        got = oe.grad(np.std)(x * scale)
    np.testing.assert_allclose(got, oe.grad(np.std)(x), rtol=1e-14)


def test_std_of_numbers_that_hardly_differ():
    # The exact derivative, by fractions: (x - mean) / (n std).
    x = 1.0 + np.array([0.0, 1.0, 3.0]) * 2.0**-40
    d = np.array([-4.0, -1.0, 5.0]) / 3
    np.testing.assert_allclose(oe.grad(np.std)(x), d / (3 * np.sqrt(np.mean(d * d))), rtol=1e-3)


def test_nan_has_derivative_zero():
    x = np.array([1.0, np.nan, 2.0, 4.0])
    rest = np.array([1.0, 2.0, 4.0])
    for nan, f in ((np.nanvar, np.var), (np.nanstd, np.std)):
        want = oe.grad(f)(rest)
        np.testing.assert_array_equal(oe.grad(nan)(x), [want[0], 0, want[1], want[2]])
        _, y_dot = oe.jvp(nan, (x,), (np.ones(4),))
        assert y_dot == pytest.approx(0.0, abs=1e-15)


def test_perfect_correlation_is_stationary():
    x = np.array([[1.0, 2.0, 4.0], [3.0, 5.0, 9.0]])
    np.testing.assert_allclose(oe.jacobian(np.corrcoef)(x), np.zeros((2, 2, 2, 3)), atol=1e-15)


def test_numpys_own_errors_and_warnings():
    with pytest.raises(ZeroDivisionError):
        oe.grad(lambda w: np.average(np.ones(2), weights=w))(np.array([1.0, -1.0]))
    with np.errstate(all="ignore"), pytest.raises(ZeroDivisionError):
        oe.grad(lambda x: np.sum(np.average(x, 0)))(np.zeros((3, 0)))
    with pytest.raises(TypeError, match="Axis must be specified"):
        oe.grad(lambda x: np.average(x, weights=np.ones(4)))(A)
    with pytest.raises(TypeError, match="integer"):
        oe.grad(lambda x: np.sum(np.cov(x, fweights=ROW)))(A)
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning, match="Degrees of freedom"):
        oe.grad(lambda x: np.var(x, ddof=2))(np.ones(2))


def test_refused_by_name():
    with pytest.raises(oe.DifferentiationError, match="fweights"):
        oe.grad(lambda w: np.sum(np.cov(A, fweights=w)))(ROW)
    for f in (np.var, np.nanstd):
        with pytest.raises(oe.DifferentiationError, match="dtype"):
            oe.grad(lambda x, f=f: f(x, dtype=np.float32))(A)
