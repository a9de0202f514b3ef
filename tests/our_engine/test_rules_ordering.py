"""Sorting, partitioning, unique elements and quantiles: every method, ties, NaN."""

import random

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(6)
A = rng.permutation(12.0 + rng.uniform(0, 0.5, 12) + np.arange(12)).reshape(3, 4)
B = rng.permutation(np.arange(24.0) + rng.uniform(0, 0.5, 24)).reshape(2, 3, 4)
REAL = {"truth": "real"}
METHODS = [
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
    "lower",
    "higher",
    "midpoint",
    "nearest",
]

CASES = {
    "sort": (np.sort, np.sort, [A], REAL),
    "sort axis": (np.sort, lambda x: np.sort(x, axis=0, kind="stable"), [B], REAL),
    "sort flat": (np.sort, lambda x: np.sort(x, axis=None), [A], REAL),
    "sort stable": (np.sort, lambda x: np.sort(x, axis=1, stable=True), [B], REAL),
    "sort ties": (np.sort, lambda x: np.sort(x[[0, 1, 2, 1]], axis=0), [A], REAL),
    "sort_complex": (
        np.sort_complex,
        lambda x: np.real(np.sort_complex(x) * (1 + 1j)),
        [A],
        {"truth": "real", "single": False},
    ),
    "partition": (np.partition, lambda x: np.partition(x, 2), [A], REAL),
    "partition axis": (np.partition, lambda x: np.partition(x, (0, 2), axis=0), [A], REAL),
    "partition flat": (np.partition, lambda x: np.partition(x, 3, axis=None), [A], REAL),
    "unique": (np.unique, np.unique, [A], REAL),
    "unique repeated": (np.unique, lambda x: np.unique(x[[0, 1, 2, 1]]), [A], REAL),
    "unique_values": (np.unique_values, np.unique_values, [A], REAL),
    "median": (np.median, np.median, [A], REAL),
    "median axis": (np.median, lambda x: np.median(x, axis=-2), [A], REAL),
    "median axes": (np.median, lambda x: np.median(x, axis=(0, 2), keepdims=True), [B], REAL),
    "nanmedian": (np.nanmedian, lambda x: np.nanmedian(x, axis=1), [A], REAL),
    "percentile": (np.percentile, lambda x: np.percentile(x, 37.0), [A], REAL),
    "percentile many": (
        np.percentile,
        lambda x: np.percentile(x, [[10.0, 37.0], [50.0, 99.0]], axis=(-1, 0), keepdims=True),
        [B],
        REAL,
    ),
    "nanpercentile": (np.nanpercentile, lambda x: np.nanpercentile(x, [3, 60], axis=0), [A], REAL),
    "quantile weights": (
        np.quantile,
        lambda x: np.quantile(
            x, [0.2, 0.7], axis=1, method="inverted_cdf", weights=np.array([1.0, 2.0, 0.5, 1.0])
        ),
        [A],
        REAL,
    ),
    "nanquantile": (np.nanquantile, lambda x: np.nanquantile(x, 0.3, keepdims=True), [A], REAL),
    **{
        f"quantile {method}": (
            np.quantile,
            lambda x, method=method: np.quantile(x, [0.0, 0.31, 0.5, 1.0], axis=-1, method=method),
            [A],
            REAL,
        )
        for method in METHODS
    },
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", random.Random(8).sample(sorted(CASES), 10))
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def test_ties_share_their_derivative_as_in_max():
    x = np.array([2.0, 1.0, 2.0, 3.0, 2.0])
    third = np.array([1, 0, 1, 0, 1]) / 3
    J = oe.jacobian(np.sort)(x)
    np.testing.assert_allclose(J, [[0, 1, 0, 0, 0], third, third, third, [0, 0, 0, 1, 0]])
    for f in (np.median, lambda x: np.percentile(x, 50), lambda x: np.partition(x, 2)[2]):
        np.testing.assert_allclose(oe.grad(f)(x), third)
    np.testing.assert_allclose(oe.jacobian(np.unique)(x)[1], third)
    equal = np.array([0.1, 0.1, 0.1])
    np.testing.assert_array_equal(oe.linearize(np.unique, equal)[0], [0.1])


def test_nan():
    x = np.array([[3.0, np.nan, 1.0, 2.0], [4.0, 5.0, 6.0, 7.0]])
    g = oe.grad(lambda x: np.sum(np.nanmedian(x, axis=1)))(x)
    np.testing.assert_array_equal(g, [[0, 0, 0, 1], [0, 0.5, 0.5, 0]])
    g = oe.grad(lambda x: np.sum(np.nanquantile(x, 0.25, axis=1)))(x)
    np.testing.assert_array_equal(g, [[0, 0, 0.5, 0.5], [0.25, 0.75, 0, 0]])


def test_elements_not_selected_may_have_an_infinite_slope():
    x = np.array([0.0, 1.0, 4.0])
    with np.errstate(all="ignore"):
        for f in (np.median, lambda x: np.sort(x)[1], lambda x: np.quantile(x, 0.5)):
            np.testing.assert_array_equal(oe.grad(lambda x, f=f: f(np.sqrt(x)))(x), [0, 0.5, 0])


def test_unique_with_the_indices():
    x = np.array([2.0, 1.0, 2.0])
    values, index, inverse, counts = oe.linearize(lambda x: np.unique(x, True, True, True), x)[0]
    for got, want in zip(
        (values, index, inverse, counts), np.unique(x, True, True, True), strict=True
    ):
        np.testing.assert_array_equal(got, want)
    assert oe.grad(lambda x: np.sum(np.unique_all(x).values * [1.0, 4.0]))(x).tolist() == [2, 1, 2]
    assert oe.grad(lambda x: np.sum(np.unique_counts(x).values))(x).tolist() == [0.5, 1, 0.5]
    assert oe.grad(lambda x: np.sum(np.unique_inverse(x).values))(x).tolist() == [0.5, 1, 0.5]


def test_places_are_plain():
    x = np.array([2.0, 1.0, 3.0])

    def f(x):
        order = np.argsort(x)
        assert type(order) is np.ndarray
        assert type(np.argpartition(x, 1)) is np.ndarray
        assert np.searchsorted(x[order], 1.5) == 1
        assert np.digitize(1.5, x[order]) == 1
        assert np.nonzero(x > 1.5)[0].tolist() == [0, 2]
        return np.sum(x[order] * np.arange(3.0))

    np.testing.assert_array_equal(oe.grad(f)(x), [1, 0, 2])


def test_empty():
    assert oe.jacobian(np.sort)(np.zeros((2, 0))).shape == (2, 0, 2, 0)
    assert oe.jacobian(np.unique)(np.zeros(0)).shape == (0, 0)
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning):
        assert oe.grad(np.median)(np.zeros(0)).shape == (0,)


def test_refused_by_name():
    x = np.arange(3.0)
    for f in (np.sort, lambda x: np.partition(x, 1)):
        assert oe.grad(lambda x, f=f: f(x)[0])(x).tolist() == [1, 0, 0]
    cases = {
        "order": lambda x: np.sort(x, order="name"),
        "axis": lambda x: np.unique(x, axis=0),
        "overwrite_input": lambda x: np.median(x, overwrite_input=True),
        "out": lambda x: np.quantile(x, 0.5, out=np.zeros(())),
        "argument 2": lambda x: np.quantile(np.arange(3.0), x[0]),
        "argument 3": lambda x: np.quantile(
            np.arange(3.0), 0.5, weights=x + 1.0, method="inverted_cdf"
        ),
    }
    for name, f in cases.items():
        with pytest.raises((oe.DifferentiationError, ValueError), match=name):
            oe.grad(lambda x, f=f: np.sum(f(x)))(x)
