"""Extrema: ties, NaN, initial, where, running extrema."""

import random

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(2)
A = rng.normal(size=(3, 4))
B = rng.normal(size=(2, 3, 4))
MASK = rng.random(size=(3, 4)) < 0.6
MASK[:, 0] = True
REAL = {"truth": "real"}


def reduce(name, **keywords):
    ufunc = getattr(np, name)
    return (ufunc, "reduce"), lambda x: ufunc.reduce(x, **keywords), [A], REAL


CASES = {
    "max": (np.max, np.max, [A]),
    "max axis": (np.max, lambda x: np.max(x, -1), [A]),
    "max axes": (np.max, lambda x: np.max(x, axis=(0, -1), keepdims=True), [B]),
    "max initial": (np.max, lambda x: np.max(x, axis=0, initial=0.1), [A], REAL),
    "max where": (np.max, lambda x: np.max(x, axis=1, where=MASK, initial=-9.0), [A], REAL),
    "max method": (np.max, lambda x: x.max(axis=0), [A]),
    "max of a scalar": (np.max, np.max, [0.3]),
    "amax": (np.amax, lambda x: np.amax(x, axis=0, keepdims=True), [A]),
    "min": (np.min, lambda x: np.min(x, axis=0), [A]),
    "min where": (np.min, lambda x: np.min(x, where=MASK, initial=9.0), [A], REAL),
    "amin": (np.amin, lambda x: np.amin(x, axis=(1,)), [A]),
    "nanmax": (np.nanmax, lambda x: np.nanmax(x, axis=1, keepdims=True), [A], REAL),
    "nanmax where": (np.nanmax, lambda x: np.nanmax(x, where=MASK, initial=-9.0), [A], REAL),
    "nanmin": (np.nanmin, lambda x: np.nanmin(x, axis=-2), [B], REAL),
    "ptp": (np.ptp, lambda x: np.ptp(x), [A]),
    "ptp axis": (np.ptp, lambda x: np.ptp(x, axis=-1, keepdims=True), [A]),
    "maximum.reduce": reduce("maximum"),
    "maximum.reduce axis": reduce("maximum", axis=(0, 1), keepdims=True, initial=0.0),
    "minimum.reduce": reduce("minimum", axis=-1),
    "fmax.reduce": reduce("fmax", axis=1),
    "fmin.reduce": reduce("fmin", axis=None),
    "maximum.accumulate": (
        (np.maximum, "accumulate"),
        lambda x: np.maximum.accumulate(x, axis=-1),
        [B],
        REAL,
    ),
    "minimum.accumulate": ((np.minimum, "accumulate"), np.minimum.accumulate, [A], REAL),
    "fmax.accumulate": ((np.fmax, "accumulate"), np.fmax.accumulate, [A], REAL),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", random.Random(4).sample(sorted(CASES), 8))
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


@pytest.mark.parametrize("f", [np.max, np.amax, np.nanmax, np.maximum.reduce, np.fmax.reduce])
def test_ties_are_shared_equally(f):
    x = np.array([2.0, 1.0, 2.0, 2.0])
    third = np.array([1, 0, 1, 1]) / 3
    np.testing.assert_array_equal(oe.grad(f)(x), third)
    np.testing.assert_array_equal(oe.grad(lambda x: -f(-x))(-x), third)
    assert oe.jvp(f, (x,), (np.array([3.0, 5.0, 0.0, 0.0]),))[1] == 1.0
    # The constant is one of those that attain it.
    np.testing.assert_array_equal(oe.grad(lambda x: f(x, initial=2.0))(x), third * 3 / 4)


def test_ptp_of_a_constant_is_flat():
    np.testing.assert_array_equal(oe.grad(np.ptp)(np.ones(4)), np.zeros(4))


def test_nan():
    x = np.array([1.0, np.nan, 3.0, 2.0])
    np.testing.assert_array_equal(oe.grad(np.max)(x), [0, 1, 0, 0])
    for f in (np.nanmax, np.fmax.reduce):
        np.testing.assert_array_equal(oe.grad(f)(x), [0, 0, 1, 0])
    running = oe.jacobian(lambda x: np.fmax.accumulate(x))(x)
    np.testing.assert_array_equal(running.argmax(axis=1), [0, 0, 2, 2])
    running = oe.jacobian(lambda x: np.maximum.accumulate(x))(x)
    np.testing.assert_array_equal(running.argmax(axis=1), [0, 1, 1, 1])


def test_elements_that_lost_may_have_an_infinite_slope():
    x = np.array([0.0, 1.0, 4.0])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(oe.grad(lambda x: np.max(np.sqrt(x)))(x), [0, 0, 0.25])
        np.testing.assert_array_equal(
            oe.grad(lambda x: np.maximum.accumulate(np.sqrt(x))[-1])(x), [0, 0, 0.25]
        )


def test_empty_along_the_other_axis():
    assert oe.jacobian(lambda x: np.max(x, axis=1))(np.zeros((0, 3))).shape == (0, 0, 3)
    with pytest.raises(ValueError, match="zero-size array"):
        oe.grad(lambda x: np.max(x))(np.zeros(0))


@pytest.mark.parametrize("f", [np.max, np.nanmin, np.ptp])
def test_out_is_refused(f):
    with pytest.raises(oe.DifferentiationError, match="out"):
        oe.grad(lambda x: f(x, out=np.zeros(())))(A)
