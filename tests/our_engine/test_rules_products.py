"""Products and running products, with zeros among the factors, to second order."""

import itertools
import math
import random

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(3)
A = rng.normal(size=(3, 4))
ZEROS = np.where(rng.random(size=(3, 5)) < 0.4, 0.0, rng.normal(size=(3, 5)))
ZEROS[0] = [0.0, 2.0, 0.0, 3.0, 0.0]
ZEROS[1] = [1.5, 0.0, 2.0, -3.0, 0.5]
B = rng.normal(size=(2, 3, 2))
Z = rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))
MASK = rng.random(size=(3, 5)) < 0.6
STEPS = {"truth": "steps"}

CASES = {
    "prod": (np.prod, np.prod, [A]),
    "prod zeros": (np.prod, lambda x: np.prod(x, axis=-1), [ZEROS]),
    "prod axes": (np.prod, lambda x: np.prod(x, axis=(-1, 0), keepdims=True), [B]),
    "prod no axes": (np.prod, lambda x: np.prod(x, axis=()), [A]),
    "prod where": (np.prod, lambda x: np.prod(x, axis=1, where=MASK, initial=2.0), [ZEROS]),
    "prod of one": (np.prod, np.prod, [0.4]),
    "prod complex": (np.prod, lambda x: np.prod(x, axis=0), [Z], STEPS),
    "multiply.reduce": ((np.multiply, "reduce"), lambda x: np.multiply.reduce(x), [ZEROS]),
    "multiply.reduce axes": (
        (np.multiply, "reduce"),
        lambda x: np.multiply.reduce(x, axis=None, keepdims=True, initial=0.5),
        [A],
    ),
    "cumprod": (np.cumprod, np.cumprod, [A]),
    "cumprod axis": (np.cumprod, lambda x: np.cumprod(x, axis=-1), [ZEROS]),
    "cumprod first axis": (np.cumprod, lambda x: np.cumprod(x, 0), [ZEROS]),
    "cumprod middle axis": (np.cumprod, lambda x: x.cumprod(axis=1), [B]),
    "cumprod complex": (np.cumprod, lambda x: np.cumprod(x, axis=1), [Z], STEPS),
    "cumprod of a scalar": (np.cumprod, np.cumprod, [0.4]),
    "cumulative_prod": (np.cumulative_prod, np.cumulative_prod, [ZEROS[0]]),
    "cumulative_prod initial": (
        np.cumulative_prod,
        lambda x: np.cumulative_prod(x, axis=-1, include_initial=True),
        [ZEROS],
    ),
    "multiply.accumulate": ((np.multiply, "accumulate"), np.multiply.accumulate, [ZEROS]),
    "nanprod": (np.nanprod, lambda x: np.nanprod(x, axis=1), [ZEROS]),
    "nancumprod": (np.nancumprod, lambda x: np.nancumprod(x, axis=1), [ZEROS]),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", random.Random(5).sample(sorted(CASES), 6))
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def elementary(x, left_out):
    return math.prod(v for i, v in enumerate(x) if i not in left_out)


@pytest.mark.parametrize(
    "x",
    [
        [2.0, 3.0, 5.0],
        [0.0, 3.0, 5.0, 7.0],
        [0.0, 3.0, 0.0, 7.0, 2.0],
        [0.0, 0.0, 0.0, 2.0],
        [1e-100, 1e-100, 1e100, 1e100],
        [4.0],
    ],
)
def test_prod_is_exact_at_zeros_to_second_order(x):
    n = len(x)
    x = np.array(x)
    gradient = [elementary(x, {i}) for i in range(n)]
    H = [[0.0 if i == j else elementary(x, {i, j}) for j in range(n)] for i in range(n)]
    np.testing.assert_allclose(oe.grad(np.prod)(x), gradient, rtol=1e-15)
    for outer, inner in itertools.product(("forward", "reverse"), repeat=2):
        got = oe.jacobian(oe.jacobian(np.prod, mode=inner), mode=outer)(x)
        np.testing.assert_allclose(got, H, rtol=1e-15)


def test_cumprod_is_exact_at_zeros_to_third_order():
    x = np.array([2.0, 0.0, 3.0, 0.0, 5.0])
    J = oe.jacobian(np.cumprod)(x)
    want = [[elementary(x[: k + 1], {i}) * (i <= k) for i in range(5)] for k in range(5)]
    np.testing.assert_array_equal(J, want)
    third = oe.grad(lambda x: oe.grad(lambda x: oe.grad(lambda x: np.cumprod(x)[-1])(x)[1])(x)[3])(
        x
    )
    np.testing.assert_array_equal(third, [15, 0, 10, 0, 6])


def test_a_long_running_product():
    x = np.exp(rng.normal(size=2000) * 0.1)
    g = oe.grad(lambda x: np.cumprod(x)[-1])(x)
    np.testing.assert_allclose(g, np.prod(x) / x, rtol=1e-12)
    np.testing.assert_allclose(oe.grad(np.prod)(x), np.prod(x) / x, rtol=1e-12)


def test_empty_and_nan():
    assert oe.grad(np.prod)(np.zeros(0)).shape == (0,)
    assert oe.jacobian(np.cumprod)(np.zeros(0)).shape == (0, 0)
    assert oe.jacobian(lambda x: np.prod(x, axis=0))(np.zeros((0, 2))).shape == (2, 0, 2)
    x = np.array([2.0, np.nan, 3.0])
    np.testing.assert_array_equal(oe.grad(np.nanprod)(x), [3, 0, 2])
    np.testing.assert_array_equal(oe.grad(lambda x: np.nancumprod(x)[-1])(x), [3, 0, 2])


@pytest.mark.parametrize(
    "f", [np.prod, np.cumprod, np.nanprod, np.nancumprod, np.cumsum, np.nancumsum]
)
def test_a_dtype_is_a_cast_before(f):
    narrow = A.astype(np.float32)
    y, pull = oe.vjp(lambda x: f(x, dtype=np.float64), (narrow,))
    want, wanted = oe.vjp(f, (narrow.astype(np.float64),))
    np.testing.assert_array_equal(y, f(narrow, dtype=np.float64))
    np.testing.assert_allclose(y, want, rtol=1e-15)
    assert y.dtype == np.float64
    got = pull(np.ones(np.shape(y)))[0]
    assert got.dtype == np.float32
    np.testing.assert_array_equal(got, wanted(np.ones(np.shape(y)))[0].astype(np.float32))
