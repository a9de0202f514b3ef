"""Ways in and out of the namespace of many digits, for its tests."""

import contextlib

import numpy as np

from harness.verification.oracles.multiprecision_namespace import (
    MpmathNumbers,
    NumberArray,
    NumberNamespace,
    multiprecision_numbers,
)
from harness.verification.oracles.multiprecision_namespace.arrays import plain

KINDS = {"best": multiprecision_numbers, "mpmath": MpmathNumbers}
"""How to make numbers of so many digits: MPFR's where there are any, and mpmath's."""


@contextlib.contextmanager
def computing(digits=60, make=multiprecision_numbers):
    """A namespace with arithmetic of so many digits, and ``enter`` for its arrays."""
    numbers = make(digits)
    with numbers.computing():
        yield NumberNamespace(numbers), lambda x: entered(numbers, x)


def entered(numbers, x):
    """A NumPy array as an array of numbers; integers stay."""
    array = np.asarray(x)
    return array if array.dtype.kind in "iub" else NumberArray.of(numbers.array(array), numbers)


def floats(x):
    """A result as NumPy's floats, complex where it is; integers and booleans as they are."""
    if isinstance(x, tuple):
        return tuple(floats(part) for part in x)
    if isinstance(x, NumberArray):
        return x.numbers.split(plain(x))[0]
    return np.asarray(x)


def largest(x):
    """The largest modulus of an array of numbers, as a float; NaN where any is NaN."""
    return float(np.max(np.abs(np.asarray(plain(abs(x))).astype(np.float64)), initial=0.0))


def close_to_numpy(result, expected, rtol=1e-12, atol=1e-13):
    """Both are the same array, or tuple of arrays: shape, NaN, infinities and values."""
    if isinstance(expected, tuple):
        assert len(result) == len(expected)
        for one, other in zip(result, expected, strict=True):
            close_to_numpy(one, other, rtol, atol)
        return
    found, wanted = floats(result), np.asarray(expected)
    assert found.shape == wanted.shape
    assert (found.dtype.kind in "iub") == (wanted.dtype.kind in "iub")
    np.testing.assert_allclose(found, wanted, rtol=rtol, atol=atol)
