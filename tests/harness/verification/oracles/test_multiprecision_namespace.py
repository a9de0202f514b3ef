"""The namespace of many digits: the standard's functions, on both kinds of numbers."""

from __future__ import annotations

import importlib.util
import math

import mpmath
import numpy as np
import pytest

from harness.verification.oracles.multiprecision_namespace import (
    FloatNumbers,
    GmpyNumbers,
    MpmathNumbers,
    NumberArray,
    NumberNamespace,
    extended_numbers,
    multiprecision_numbers,
)
from harness.verification.oracles.multiprecision_namespace.arrays import plain
from harness.verification.oracles.multiprecision_namespace.decisions import (
    Forced,
    Recorded,
    Ties,
    deciding,
)

needs_gmpy2 = pytest.mark.skipif(
    importlib.util.find_spec("gmpy2") is None, reason="compares gmpy2's numbers with mpmath's"
)

RNG = np.random.default_rng(3)
X = RNG.uniform(0.1, 0.9, size=(3, 4))
Z = RNG.uniform(-2, 2, size=(3, 4))
V = RNG.uniform(0.5, 2, size=4)

UNARY = (
    *("abs", "acos", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "exp", "expm1"),
    *("floor", "log", "log10", "log1p", "log2", "negative", "positive", "reciprocal", "sign"),
    *("sin", "sinh", "sqrt", "square", "tan", "tanh"),
)
BINARY = (
    *("add", "atan2", "divide", "equal", "greater", "greater_equal", "hypot", "less"),
    *("less_equal", "logaddexp", "maximum", "minimum", "multiply", "not_equal", "pow", "subtract"),
)

CALLS = {
    **{name: lambda xp, x, z, v, f=name: getattr(xp, f)(x) for name in UNARY},
    **{name: lambda xp, x, z, v, f=name: getattr(xp, f)(x, xp.abs(z)) for name in BINARY},
    "acosh": lambda xp, x, z, v: xp.acosh(1 + x),
    "clip": lambda xp, x, z, v: xp.clip(z, -0.5, 0.5),
    "clip above": lambda xp, x, z, v: xp.clip(z, max=0.25),
    "where": lambda xp, x, z, v: xp.where(z > 0, z, 2 * z),
    "where numbers": lambda xp, x, z, v: xp.where(z > 0, 1.0, 0.0) * x,
    "isnan": lambda xp, x, z, v: xp.isnan(xp.log(z)),
    "isinf": lambda xp, x, z, v: xp.isinf(1 / xp.maximum(z, 0)),
    "isfinite": lambda xp, x, z, v: xp.isfinite(1 / xp.maximum(z, 0)),
    "sum": lambda xp, x, z, v: xp.sum(z),
    "sum axis": lambda xp, x, z, v: xp.sum(z, axis=-1, keepdims=True),
    "sum axes": lambda xp, x, z, v: xp.sum(z, axis=(0, 1)),
    "prod": lambda xp, x, z, v: xp.prod(z, axis=0),
    "mean": lambda xp, x, z, v: xp.mean(z, axis=1),
    "var": lambda xp, x, z, v: xp.var(z, axis=1, correction=1),
    "std": lambda xp, x, z, v: xp.std(z),
    "max": lambda xp, x, z, v: xp.max(z),
    "max axis": lambda xp, x, z, v: xp.max(z, axis=1, keepdims=True),
    "min": lambda xp, x, z, v: xp.min(z, axis=(0, 1)),
    "cumulative_sum": lambda xp, x, z, v: xp.cumulative_sum(v, include_initial=True),
    "cumulative_prod": lambda xp, x, z, v: xp.cumulative_prod(z, axis=1),
    "any": lambda xp, x, z, v: xp.any(z > 1, axis=0),
    "all": lambda xp, x, z, v: xp.all(z > -1, axis=0),
    "matmul": lambda xp, x, z, v: xp.matmul(x, xp.matrix_transpose(z)),
    "matmul operator": lambda xp, x, z, v: x @ v,
    "matmul vectors": lambda xp, x, z, v: v @ v,
    "vecdot": lambda xp, x, z, v: xp.vecdot(x, z),
    "tensordot": lambda xp, x, z, v: xp.tensordot(x, v, axes=1),
    "outer": lambda xp, x, z, v: xp.linalg.outer(v, v),
    "trace": lambda xp, x, z, v: xp.linalg.trace(x),
    "diagonal": lambda xp, x, z, v: xp.linalg.diagonal(x, offset=1),
    "vector_norm": lambda xp, x, z, v: xp.linalg.vector_norm(z, axis=1),
    "vector_norm 1": lambda xp, x, z, v: xp.linalg.vector_norm(z, ord=1),
    "reshape": lambda xp, x, z, v: xp.reshape(z, (2, -1)),
    "permute_dims": lambda xp, x, z, v: xp.permute_dims(z, (1, 0)),
    "moveaxis": lambda xp, x, z, v: xp.moveaxis(z, 0, 1),
    "expand_dims": lambda xp, x, z, v: xp.expand_dims(z, axis=1),
    "squeeze": lambda xp, x, z, v: xp.squeeze(xp.expand_dims(z, axis=1), 1),
    "broadcast_to": lambda xp, x, z, v: xp.broadcast_to(v, (3, 4)) * z,
    "broadcast_arrays": lambda xp, x, z, v: xp.broadcast_arrays(v, z)[0] + z,
    "concat": lambda xp, x, z, v: xp.concat([x, z], axis=1),
    "stack": lambda xp, x, z, v: xp.stack([x, z], axis=-1),
    "stack scalars": lambda xp, x, z, v: xp.stack([v[0], v[1] * 2]),
    "unstack": lambda xp, x, z, v: xp.unstack(z)[1],
    "flip": lambda xp, x, z, v: xp.flip(z, axis=0),
    "roll": lambda xp, x, z, v: xp.roll(z, 1, axis=1),
    "tile": lambda xp, x, z, v: xp.tile(z, (2, 1)),
    "repeat": lambda xp, x, z, v: xp.repeat(z, 2, axis=1),
    "tril": lambda xp, x, z, v: xp.tril(z, k=-1),
    "triu": lambda xp, x, z, v: xp.triu(z, k=1),
    "take": lambda xp, x, z, v: xp.take(z, np.array([2, 0]), axis=0),
    "take_along_axis": lambda xp, x, z, v: xp.take_along_axis(z, np.array([[1], [0], [3]])),
    "meshgrid": lambda xp, x, z, v: xp.meshgrid(v, v, indexing="ij")[0],
    "diff": lambda xp, x, z, v: xp.diff(z, axis=0),
    "zeros_like": lambda xp, x, z, v: xp.zeros_like(z) + z,
    "ones_like": lambda xp, x, z, v: xp.ones_like(z) * z,
    "full_like": lambda xp, x, z, v: xp.full_like(z, 0.1) * z,
    "eye": lambda xp, x, z, v: xp.eye(3) @ z,
    "arange": lambda xp, x, z, v: xp.arange(4) * v,
    "linspace": lambda xp, x, z, v: xp.linspace(0.0, 1.0, 4) * v,
    "asarray": lambda xp, x, z, v: xp.asarray([0.1, 0.2, 0.3, 0.4]) * v,
    "asarray nested": lambda xp, x, z, v: xp.asarray([[v[0], 1.0], [0.5, v[1]]]),
    "astype": lambda xp, x, z, v: xp.astype(z > 0, xp.float64) * z,
    "zeros, indices": lambda xp, x, z, v: z[1:, ::2] + z[0, 0],
    "boolean mask": lambda xp, x, z, v: z[z > 0],
    "iteration": lambda xp, x, z, v: sum((row * row for row in z), xp.zeros(4)),
    "transpose": lambda xp, x, z, v: x.T @ z.mT.T.mT.T,
    "power": lambda xp, x, z, v: x**3 + x**0.5 + 2**z,
    "reflected": lambda xp, x, z, v: 1 - x / (1 + x) - 0.1 * x,
}


def evaluated(numbers, call):
    with numbers.computing():
        operands = [NumberArray.of(numbers.array(a), numbers) for a in (X, Z, V)]
        return np.asarray(plain(call(NumberNamespace(numbers), *operands)))


def numpys(call):
    import array_api_compat.numpy as xp

    with np.errstate(all="ignore"):
        return np.asarray(call(xp, X, Z, V))


def as_float(x):
    return x if x.dtype == bool else x.astype(np.float64)


@pytest.mark.parametrize("make", [multiprecision_numbers, MpmathNumbers], ids=["best", "mpmath"])
@pytest.mark.parametrize("name", CALLS)
def test_every_function_means_what_numpy_means(name, make):
    result, expected = as_float(evaluated(make(40), CALLS[name])), numpys(CALLS[name])
    assert result.shape == expected.shape
    np.testing.assert_allclose(result, expected, rtol=2e-14, atol=1e-15)


@pytest.mark.parametrize("name", CALLS)
def test_extended_floats_mean_the_same(name):
    numbers = FloatNumbers(np.longdouble)
    result, expected = evaluated(numbers, CALLS[name]), numpys(CALLS[name])
    assert result.dtype.kind in "gfbi"
    np.testing.assert_allclose(as_float(result), expected, rtol=2e-14, atol=1e-15)


@needs_gmpy2
@pytest.mark.parametrize("name", CALLS)
def test_both_kinds_of_numbers_agree_to_all_digits(name):
    a, b = evaluated(GmpyNumbers(60), CALLS[name]), evaluated(MpmathNumbers(60), CALLS[name])
    if a.dtype == bool:
        assert (a == b).all()
        return
    with mpmath.workdps(70):
        for one, other in zip(a.reshape(-1), b.reshape(-1), strict=True):
            # All digits of an MPFR number, as text, so that no double comes between.
            first, second = mpmath.mpf(str(one)), other
            if mpmath.isnan(first) or mpmath.isinf(first):
                assert str(first) == str(mpmath.mpf(second))
            else:
                assert abs(first - second) <= abs(first) * mpmath.mpf(10) ** -55


@pytest.mark.parametrize("make", [multiprecision_numbers, MpmathNumbers], ids=["best", "mpmath"])
def test_constants_are_the_floats_that_they_are(make):
    numbers = make(60)
    with numbers.computing():
        xp = NumberNamespace(numbers)
        x = NumberArray.of(numbers.array(np.array(3.0)), numbers)
        tenth = (0.1 * x) / 3 - xp.asarray(0.1)
        half = 0.5 * x - 1.5
        assert abs(float(tenth)) < 1e-59
        assert float(half) == 0
        # And 0.1 is not 1/10: the float is 5.55e-18 larger.
        difference = float(0.1 * x - x / 10)
    np.testing.assert_allclose(difference, 3 * (0.1 - math.nextafter(0.1, 0)) * 0.4, rtol=1e-9)


@pytest.mark.parametrize("make", [multiprecision_numbers, MpmathNumbers], ids=["best", "mpmath"])
def test_outside_a_domain_there_is_nan_or_infinity_and_no_exception(make):
    numbers = make(30)
    with numbers.computing():
        xp = NumberNamespace(numbers)
        x = NumberArray.of(numbers.array(np.array([-1.0, 0.0, 2.0])), numbers)
        results = {
            "log": xp.log(x),
            "sqrt": xp.sqrt(x),
            "asin": xp.asin(x),
            "divide": 1 / x,
            "divide zero": (x * 0) / (x * 0),
            "pow": x**0.5,
            "pow -1": x**-1,
            "log1p": xp.log1p(x),
            "atanh": xp.atanh(x),
        }
    floats = {name: np.asarray(r).astype(float) for name, r in results.items()}
    nan, inf = math.nan, math.inf
    np.testing.assert_array_equal(floats["log"], [nan, -inf, float(mpmath.log(2))])
    np.testing.assert_array_equal(floats["sqrt"], [nan, 0, 2**0.5])
    np.testing.assert_array_equal(floats["asin"], [-math.pi / 2, 0, nan])
    np.testing.assert_array_equal(floats["divide"], [-1, inf, 0.5])
    np.testing.assert_array_equal(floats["divide zero"], [nan] * 3)
    np.testing.assert_array_equal(floats["pow"], [nan, 0, 2**0.5])
    np.testing.assert_array_equal(floats["pow -1"], [-1, inf, 0.5])
    np.testing.assert_array_equal(floats["log1p"], [-inf, 0, float(mpmath.log(3))])
    np.testing.assert_array_equal(floats["atanh"], [-inf, 0, nan])


@pytest.mark.parametrize("make", [multiprecision_numbers, MpmathNumbers], ids=["best", "mpmath"])
def test_numbers_split_into_two_floats_and_nothing_is_lost(make):
    numbers = make(60)
    with numbers.computing():
        third = numbers.array(np.array([1.0])) / 3
        high, low = numbers.split(third)
        left = (third - numbers.array(high)) - numbers.array(low)
        assert high[0] == 1 / 3
        assert 0 < abs(float(left[0])) < 1e-32
        infinite = numbers.array(np.array([np.inf]))
        assert numbers.split(infinite)[0][0] == np.inf
        assert numbers.split(infinite)[1][0] == 0


def test_a_user_s_own_precision_is_left_alone():
    gmpy2 = pytest.importorskip("gmpy2", reason="the user's context is gmpy2's")
    before = gmpy2.get_context().precision
    with GmpyNumbers(60).computing():
        assert gmpy2.get_context().precision >= 199
    assert gmpy2.get_context().precision == before
    digits = mpmath.mp.dps
    with MpmathNumbers(60).computing():
        assert mpmath.mp.dps == 60
    assert mpmath.mp.dps == digits


def test_elements_and_reductions_are_arrays():
    numbers = multiprecision_numbers(30)
    with numbers.computing():
        xp = NumberNamespace(numbers)
        x = NumberArray.of(numbers.array(np.arange(3.0)), numbers)
        for scalar in (x[0], xp.sum(x), x[0] * 2, x @ x, -x[1], xp.reshape(x[0], (1,))[0]):
            assert isinstance(scalar, NumberArray)
            assert scalar.shape == ()
        in_place = x.copy()
        in_place[1:] += x[1:]
        assert in_place.astype(float).tolist() == [0, 2, 4]


def test_an_unknown_function_is_told_by_name():
    with pytest.raises(AttributeError, match="no 'kaiser' yet"):
        _ = NumberNamespace(multiprecision_numbers(30)).kaiser
    # For floats there is all of NumPy.
    assert NumberNamespace(extended_numbers()).sort is not None


def test_decisions_are_recorded_and_forced():
    numbers = multiprecision_numbers(30)
    xp = NumberNamespace(numbers)

    def program(x):
        return xp.where(x > 0, 10 * x + 1, 0) + xp.maximum(x, 0.5) + xp.abs(x - 1)

    with numbers.computing():
        x = NumberArray.of(numbers.array(np.array([0.0, 1.0])), numbers)
        recorded = Recorded()
        with deciding(recorded):
            result = program(x)
        assert result.astype(float).tolist() == [1.5, 12.0]
        margins = [np.asarray(m).astype(float).tolist() for m in recorded.margins]
        assert margins == [[0.0, 1.0], [-0.5, 0.5], [-1.0, 0.0]]
        tie = np.array([True, False])
        other = np.array([False, True])
        for side, expected in ((True, [2.5, 12.0]), (False, [1.5, 12.0])):
            with deciding(Forced(Ties((tie, None, other), exact=True), side)):
                assert program(x).astype(float).tolist() == expected
        # A forced maximum takes the other side, whatever the numbers are.
        with deciding(Forced(Ties((None, tie, None), exact=True), first_side=True)):
            assert program(x).astype(float).tolist() == [1.0, 12.0]


@pytest.mark.parametrize("comparison", ["x < 0", "0 > x", "x <= 0", "0 >= x"])
def test_a_forced_comparison_knows_its_direction(comparison):
    numbers = multiprecision_numbers(30)
    with numbers.computing():
        x = NumberArray.of(numbers.array(np.array(0.0)), numbers)
        tie = Ties((np.array(True),), exact=True)
        # On its first side x is the larger one, so "x < 0" fails.
        for side in (True, False):
            with deciding(Forced(tie, first_side=side)):
                outcome = eval(comparison, {"x": x})
            assert bool(outcome) is (not side)
