"""The error functions and the normal distribution, under SciPy's names."""

from __future__ import annotations

import math

from harness.contract import PointKind
from harness.problems.catalogue.entry import At, Entry
from harness.problems.catalogue.points import at, uniform
from harness.problems.catalogue.ufuncs import MINUTE, SIGNED, TINY, unary

__all__ = ["ERROR"]

_INFINITY = math.inf
_NEAR_ZERO = (0.0, -0.0, 1.0, -1.0, *TINY)
_SMALL = (1e-20, 1e-8)


def _bounds(low: float, high: float, outside: float) -> tuple[At, ...]:
    """Where an inverse is infinite, and so is its derivative; and a place beyond."""
    return (
        *at(low, high, kind=PointKind.INFINITE, max_order=1),
        *at(outside, kind=PointKind.OUTSIDE, max_order=1),
    )


ERROR: tuple[Entry, ...] = (
    unary(
        "erf",
        "everywhere",
        SIGNED,
        at(*_NEAR_ZERO, 5.0, 20.0, -40.0, 400.0, _INFINITY, -_INFINITY),
        group="special",
    ),
    unary(
        "erfc",
        "everywhere",
        SIGNED,
        at(*_NEAR_ZERO, 5.0, 20.0, -20.0, 40.0, -40.0, -800.0, _INFINITY, -_INFINITY),
        group="special",
    ),
    unary(
        "erfcx",
        "everywhere",
        SIGNED,
        at(0.0, 1.0, -1.0, 1e-8, -20.0, 20.0, 40.0, 400.0, 1e8, 1e20, 1e150),
        group="special",
    ),
    unary(
        "erfinv",
        "-1 < x < 1; the derivative is infinite at the bounds",
        uniform(-0.9, 0.9),
        at(0.0, -0.0, *TINY, 1.0 - 2.0**-20, 2.0**-20 - 1.0) + _bounds(-1.0, 1.0, 2.0),
        group="special",
    ),
    unary(
        "erfcinv",
        "0 < x < 2; the derivative is infinite at the bounds",
        uniform(0.1, 1.9),
        at(1.0, *_SMALL, 2.0 - 2.0**-20) + at(*MINUTE, max_order=1) + _bounds(0.0, 2.0, 3.0),
        group="special",
    ),
    unary(
        "ndtr",
        "everywhere",
        SIGNED,
        at(*_NEAR_ZERO, 5.0, 20.0, -20.0, 40.0, -40.0, 400.0, _INFINITY, -_INFINITY),
        group="special",
    ),
    unary(
        "log_ndtr",
        "everywhere",
        SIGNED,
        at(0.0, 1.0, -1.0, 1e-8, 20.0, -20.0, 40.0, -40.0, 400.0, -400.0, -800.0)
        + at(-1e8, -1e20, 1e160),
        group="special",
    ),
    unary(
        "ndtri",
        "0 < x < 1; the derivative is infinite at the bounds",
        uniform(0.05, 0.95),
        at(0.5, *_SMALL, 1.0 - 2.0**-20) + at(*MINUTE, max_order=1) + _bounds(0.0, 1.0, -1.0),
        group="special",
    ),
)
