"""IEEE 754 at ±0, ±inf and NaN, as floats have it; and what is beyond the range of floats."""

import itertools
import math

import array_api_compat.numpy as numpy_namespace
import numpy as np
import pytest

from harness.verification.oracles.multiprecision_namespace.arrays import plain
from tests.harness.verification.oracles.number_arrays import KINDS, computing, entered, floats

NAN, INF = math.nan, math.inf
EDGES = np.array(
    [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -0.5, 1.5, 2.5, -2.5, 1e20, -1e20, INF, -INF, NAN]
)
UNARY = (
    *("abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "conj", "cos", "cosh"),
    *("exp", "expm1", "floor", "imag", "isfinite", "isinf", "isnan", "log", "log10", "log1p"),
    *("log2", "negative", "positive", "real", "reciprocal", "round", "sign", "signbit", "sin"),
    *("sinh", "sqrt", "square", "tan", "tanh", "trunc"),
)
BINARY = (
    *("add", "atan2", "copysign", "divide", "equal", "floor_divide", "greater", "greater_equal"),
    *("hypot", "less", "less_equal", "logaddexp", "maximum", "minimum", "multiply", "nextafter"),
    *("not_equal", "pow", "remainder", "subtract"),
)
SIGN_OF_ZERO = {"abs", "negative", "sqrt", "sin", "tan", "asin", "atan", "sinh", "tanh", "asinh"}


def both(kind, name, *operands):
    with computing(40, KINDS[kind]) as (xp, enter):
        found = floats(getattr(xp, name)(*map(enter, operands)))
    with np.errstate(all="ignore"):
        return found, np.asarray(getattr(numpy_namespace, name)(*operands))


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("kind", KINDS)
def test_functions_of_one_number(kind, name):
    x = EDGES
    if kind == "mpmath":
        # No negative zero there.
        x = x[~(np.signbit(x) & (x == 0))]
    found, wanted = both(kind, name, x)
    np.testing.assert_allclose(found, wanted, rtol=1e-13, atol=1e-15)
    if kind == "best" and name in SIGN_OF_ZERO and find_gmpy2():
        np.testing.assert_array_equal(np.signbit(found[:2]), np.signbit(wanted[:2]))


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("kind", KINDS)
def test_functions_of_two_numbers(kind, name):
    if kind == "mpmath" or not find_gmpy2():
        edges = EDGES[~(np.signbit(EDGES) & (EDGES == 0))]
    else:
        edges = EDGES
    x, y = (np.array(side) for side in zip(*itertools.product(edges, edges), strict=True))
    found, wanted = both(kind, name, x, y)
    for a, b, one, other in zip(x, y, found, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-15, err_msg=f"{name}({a}, {b})")


def find_gmpy2():
    with computing(20) as (xp, _):
        return xp.numbers.name == "gmpy2"


def test_nothing_overflows_until_it_is_made_a_float():
    with computing(40) as (xp, enter):
        x = enter([800.0, -800.0, 1e5])
        large = xp.exp(x)
        assert bool(xp.all(xp.isfinite(large)))
        assert bool(xp.all(large > 0))
        np.testing.assert_allclose(floats(xp.log(large)), [800.0, -800.0, 1e5], rtol=1e-15)
        np.testing.assert_array_equal(floats(large), [INF, np.exp(-800.0), INF])
        # Where a float would be inf - inf.
        np.testing.assert_allclose(floats(large[0] - large[0] / 2 - large[0] / 2), 0.0)
        np.testing.assert_allclose(floats(xp.logaddexp(x, -x)), [800.0, 800.0, 1e5])


@pytest.mark.parametrize("kind", KINDS)
def test_sums_over_nothing_are_numbers(kind):
    # Python's own 0 would raise where it divides.
    with computing(40, KINDS[kind]) as (xp, enter):
        nothing = enter(np.empty((0, 2)))
        for total in (xp.sum(nothing, axis=0), xp.matmul(nothing.T, nothing)[0]):
            np.testing.assert_array_equal(floats(1 / total), [INF, INF])
            np.testing.assert_array_equal(floats(total**-1), [INF, INF])
        assert np.isnan(floats(xp.mean(nothing)))
        assert np.isnan(floats(xp.var(enter([1.0]), correction=1)))
        with pytest.raises(ValueError, match="empty"):
            xp.max(nothing)
        with pytest.raises(ValueError, match="empty"):
            xp.argmin(nothing)


@pytest.mark.parametrize("kind", KINDS)
def test_operands_of_many_bits_keep_them(kind):
    # A third to 60 digits is no float: what goes through a float on the way shows.
    with computing(60, KINDS[kind]) as (xp, enter):
        third = enter([1.0, 2.0]) / 3
        for same in (
            *(xp.sort(third), xp.stack([third[0], third[1]]), xp.concat([third[:1], third[1:]])),
            *(xp.clip(third, 0, 1), xp.maximum(third, 0.1), xp.where(third > 0, third, 0.0)),
            *(xp.take(third, np.array([0, 1])), xp.asarray([third[0], third[1]]), xp.abs(third)),
            *(xp.copysign(third, 1.0 + third), xp.remainder(third, 7.0), xp.real(third + 0j)),
            *(xp.astype(third, xp.float64), xp.linalg.diagonal(xp.tril(xp.stack([third] * 2)).T)),
        ):
            assert same.shape == (2,)
            for element in plain(same)[plain(same) == plain(same)]:
                # 0 from below the diagonal, or a third or two of them.
                error = min(abs(3 * element - n) for n in (0, 1, 2))
                assert float(error) < 1e-58


def test_the_precision_of_complex_numbers_is_the_same():
    with computing(60) as (xp, enter):
        z = enter([1.0 + 2.0j]) / 3
        assert float(abs(3 * z - (1 + 2j))[0]) < 1e-59
        high, low = xp.numbers.split(plain(z))
        assert high[0] == complex(1 / 3, 2 / 3)
        assert 0 < abs(low[0]) < 1e-16
        again = entered(xp.numbers, high) + entered(xp.numbers, low)
        assert float(abs(again - z)[0]) < 1e-31
