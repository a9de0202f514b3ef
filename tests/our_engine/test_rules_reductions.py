"""Sums and means: every keyword, both modes, NaN, zero-size and masked elements."""

import random

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(1)
A = rng.normal(size=(3, 4))
B = rng.normal(size=(2, 3, 4))
Z = rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))
MASK = np.array([[True, False, True, True], [False, True, True, False], [True, True, True, True]])
HOLES = np.where(MASK, A, np.nan)
REAL = {"truth": "real"}

CASES = {
    "sum": (np.sum, np.sum, [A]),
    "sum axis": (np.sum, lambda x: np.sum(x, -1), [A]),
    "sum axes": (np.sum, lambda x: np.sum(x, axis=(0, -1), keepdims=True), [B]),
    "sum no axes": (np.sum, lambda x: np.sum(x, axis=()), [A]),
    "sum where": (np.sum, lambda x: np.sum(x, axis=0, where=MASK), [A]),
    "sum where broadcast": (np.sum, lambda x: np.sum(x, where=MASK[:1], initial=2.5), [A]),
    "sum initial": (np.sum, lambda x: np.sum(x, initial=3.0), [A]),
    "sum of a scalar": (np.sum, lambda x: np.sum(x), [0.7]),
    "sum complex": (np.sum, lambda x: np.sum(x, axis=1), [Z], {"truth": "steps"}),
    "sum method": (np.sum, lambda x: x.sum(axis=1, keepdims=True), [A]),
    "mean": (np.mean, np.mean, [A]),
    "mean axes": (np.mean, lambda x: np.mean(x, axis=(-1, 0)), [B]),
    "mean keepdims": (np.mean, lambda x: np.mean(x, axis=1, keepdims=True), [A]),
    "mean where": (np.mean, lambda x: np.mean(x, axis=1, where=MASK), [A]),
    "mean where all": (np.mean, lambda x: np.mean(x, where=MASK, keepdims=True), [A]),
    "mean complex": (np.mean, lambda x: np.mean(x, axis=0), [Z], {"truth": "steps"}),
    "add.reduce": ((np.add, "reduce"), lambda x: np.add.reduce(x), [A]),
    "add.reduce axis": (
        (np.add, "reduce"),
        lambda x: np.add.reduce(x, axis=(0, 2), keepdims=True, initial=1.0),
        [B],
    ),
    "add.reduce where": ((np.add, "reduce"), lambda x: np.add.reduce(x, 1, where=MASK), [A]),
    "logaddexp.reduce": ((np.logaddexp, "reduce"), lambda x: np.logaddexp.reduce(x), [A], REAL),
    "logaddexp.reduce keepdims": (
        (np.logaddexp, "reduce"),
        lambda x: np.logaddexp.reduce(x, axis=1, keepdims=True, initial=0.5),
        [A],
        REAL,
    ),
    "logaddexp.reduce where": (
        (np.logaddexp, "reduce"),
        lambda x: np.logaddexp.reduce(x, axis=1, where=MASK, initial=-np.inf),
        [A],
        REAL,
    ),
    "nansum": (np.nansum, lambda x: np.nansum(x, axis=1, keepdims=True), [A]),
    "nanmean": (np.nanmean, lambda x: np.nanmean(x, axis=1), [A]),
    "nanmean where": (np.nanmean, lambda x: np.nanmean(x, axis=1, where=MASK), [A]),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", random.Random(3).sample(sorted(CASES), 8))
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def test_nan_is_left_out_with_derivative_zero():
    counts = MASK.sum(axis=1, keepdims=True)
    for f, want in (
        (np.nansum, MASK * 1.0),
        (lambda x: np.sum(np.nanmean(x, axis=1)), MASK / counts),
    ):
        np.testing.assert_array_equal(oe.grad(lambda x, f=f: np.sum(f(x)))(HOLES), want)
        _, y_dot = oe.jvp(lambda x, f=f: np.sum(f(x)), (HOLES,), (A,))
        assert y_dot == pytest.approx(np.sum(want * A))
    # What is NaN was computed by a function whose slope there is NaN too.
    x = np.array([-1.0, 1.0, 4.0])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(oe.grad(lambda x: np.nansum(np.sqrt(x)))(x), [0, 0.5, 0.25])


def test_masked_elements_may_be_infinite_before():
    x = np.array([0.0, 1.0, 2.0])
    with np.errstate(all="ignore"):
        for f in (np.sum, np.mean):
            g = oe.grad(lambda x, f=f: f(np.log(x), where=x > 0))(x)
            np.testing.assert_array_equal(g, [0, 1, 0.5] if f is np.sum else [0, 0.5, 0.25])


def test_empty():
    x = np.zeros((0, 3))
    assert oe.grad(lambda x: np.sum(np.sum(x, axis=0)))(x).shape == (0, 3)
    assert oe.grad(lambda x: np.sum(np.mean(x, axis=1)))(x).shape == (0, 3)


def test_logsumexp_in_the_tails():
    x = np.array([1000.0, 0.0, -np.inf])
    np.testing.assert_array_equal(oe.grad(np.logaddexp.reduce)(x), [1.0, 0.0, 0.0])


@pytest.mark.parametrize(
    "call",
    [
        lambda x: np.sum(x, out=np.zeros(4), axis=0),
        lambda x: np.var(x, dtype=np.float32),
        lambda x: np.nanmean(x, out=np.zeros(())),
        lambda x: np.sum(x, initial=x[0, 0]),
    ],
)
def test_refused_by_name(call):
    with pytest.raises(oe.DifferentiationError, match=r"dtype|out|initial"):
        oe.grad(lambda x: np.sum(call(x)))(A)


@pytest.mark.parametrize("f", [np.sum, np.nansum, np.mean, np.nanmean, np.add.reduce, np.trace])
def test_a_dtype_is_a_cast_before(f):
    x = np.full((2, 2), 0.1)
    y, pull = oe.vjp(lambda x: f(x, dtype=np.float32), (x,))
    np.testing.assert_allclose(y, f(x.astype(np.float32)), rtol=1e-6)
    assert y.dtype == np.float32
    assert pull(np.ones(np.shape(y), np.float32))[0].dtype == np.float64
    if f is np.nanmean:
        return  # refuses integers itself
    counted = oe.grad(lambda x: np.sum(f(x * 30, dtype=np.int64)) * np.sum(x))(x)
    np.testing.assert_array_equal(counted, np.full((2, 2), np.sum(f(x * 30, dtype=np.int64))))
