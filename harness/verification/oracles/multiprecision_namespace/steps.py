"""Functions that jump: where they jump is a decision, so that each side of it is smooth.

At a jump the sides are put so that the second one is the value there: floor(2) is 2, not 1.
On plain arrays. Of ±0 the sign counts where IEEE 754 says so, if the numbers have one.
"""

from __future__ import annotations

import numpy as np

from harness.verification.oracles.multiprecision_namespace.decisions import settle
from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = [
    "ceil",
    "copysign",
    "floor",
    "floor_divide",
    "remainder",
    "round_half_even",
    "sign",
    "signbit",
    "trunc",
]


def sign(numbers: Numbers, x: np.ndarray) -> np.ndarray:
    """-1, 0 or 1; z/|z| of a complex number, and 0 of 0. Two decisions: x > 0 and 0 > x."""
    if numbers.is_complex(x):
        size = np.asarray(np.abs(x))
        zero = np.asarray(size == 0, dtype=bool)
        return np.asarray(np.where(zero, x, x / np.where(zero, numbers.number(1), size)))
    positive = settle(x, 0, np.asarray(x > 0, dtype=bool))
    negative = settle(0, x, np.asarray(x < 0, dtype=bool))
    step = positive.astype(np.int64) - negative.astype(np.int64)
    return _keeping_nan(numbers, x, step)


def signbit(numbers: Numbers, x: np.ndarray) -> np.ndarray:
    """Whether the sign is minus, that of -0 included; one decision at 0."""
    signed = numbers.each("is_signed", x)
    return settle(0, x, np.asarray(signed, dtype=bool))


def copysign(numbers: Numbers, x1: np.ndarray, x2: np.ndarray) -> np.ndarray:
    """|x1| with the sign of ``x2``; a decision at 0 for each."""
    size = np.where(settle(x1, 0, np.asarray(x1 >= 0, dtype=bool)), x1, -x1) + 0
    return np.asarray(np.where(signbit(numbers, x2), -size, size))


def floor(numbers: Numbers, x: np.ndarray) -> np.ndarray:
    """The largest integer not above x; a decision at each integer."""
    nearest = numbers.each("nearest", x)
    below = settle(nearest, x, np.asarray(nearest > x, dtype=bool))
    return np.asarray(np.where(below, nearest - 1, nearest))


def ceil(numbers: Numbers, x: np.ndarray) -> np.ndarray:
    """The smallest integer not below x; a decision at each integer."""
    nearest = numbers.each("nearest", x)
    above = settle(x, nearest, np.asarray(x > nearest, dtype=bool))
    return np.asarray(np.where(above, nearest + 1, nearest))


def trunc(numbers: Numbers, x: np.ndarray) -> np.ndarray:
    """The integer part; a decision at each integer but 0, where nothing jumps."""
    signed = np.asarray(x < 0, dtype=bool)
    size = np.where(signed, -x, x)
    nearest = numbers.each("nearest", size)
    jumps = np.asarray(nearest != 0, dtype=bool)
    first, second = np.where(jumps, nearest, 0), np.where(jumps, size, 1)
    below = settle(first, second, np.asarray(first > second, dtype=bool))
    below = below & jumps
    whole = np.where(below, nearest - 1, nearest)
    return np.asarray(np.where(signed, -whole, whole))


def round_half_even(numbers: Numbers, x: np.ndarray) -> np.ndarray:
    """The nearest integer, the even one of two; a decision at each half-integer."""
    whole = numbers.each("floor", x)
    middle = whole + numbers.number(0.5)
    even = np.asarray(numbers.each("nearest", whole / 2) * 2 == whole, dtype=bool)
    # From the even side, so that the second side, which a tie is on, is the even one.
    first, second = np.where(even, x, middle), np.where(even, middle, x)
    odd = settle(first, second, np.asarray(first > second, dtype=bool))
    return np.asarray(np.where(even ^ odd, whole, whole + 1))


def floor_divide(numbers: Numbers, x1: np.ndarray, x2: np.ndarray) -> np.ndarray:
    """floor(x1 / x2); a decision where the quotient is an integer."""
    quotient = numbers.each("divide", x1, x2)
    result = floor(numbers, quotient)
    # A finite number over an infinite one of the other sign lies just below 0.
    just_below = _infinite(x2) & ~_infinite(x1) & (_times_sign(x1, x2) < 0)
    result = np.where(just_below, numbers.number(-1), result)
    # Of an infinite number no fraction is known; over 0 NumPy calls the quotient infinite.
    unknown = _infinite(x1) & np.asarray(x2 != 0, dtype=bool)
    return np.asarray(np.where(unknown, numbers.number(np.nan), result))


def remainder(numbers: Numbers, x1: np.ndarray, x2: np.ndarray) -> np.ndarray:
    """x1 - floor(x1 / x2)·x2, with the sign of ``x2``; decisions as for ``floor_divide``."""
    whole = floor_divide(numbers, x1, x2)
    result = x1 - whole * x2
    endless = _infinite(x2) & ~_infinite(x1) & np.asarray(x1 == x1, dtype=bool)
    return np.asarray(np.where(endless, np.where(_times_sign(x1, x2) < 0, x2, x1), result))


def _infinite(x: np.ndarray) -> np.ndarray:
    difference = x - x
    return np.asarray((x == x) & (difference != difference), dtype=bool)


def _times_sign(x1: np.ndarray, x2: np.ndarray) -> np.ndarray:
    """The sign of the product, as integers; 0 for NaN."""
    signs = [np.greater(x, 0).astype(int) - np.less(x, 0).astype(int) for x in (x1, x2)]
    return np.asarray(signs[0] * signs[1])


def _keeping_nan(numbers: Numbers, x: np.ndarray, step: np.ndarray) -> np.ndarray:
    as_numbers = numbers.array(step.astype(np.float64))
    return np.asarray(np.where(np.asarray(x == x, dtype=bool), as_numbers, x))
