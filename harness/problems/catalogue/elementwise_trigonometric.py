"""Trigonometric and hyperbolic functions of the array API standard 2024.12, and ``hypot``."""

from __future__ import annotations

import math

from harness.contract import PointKind
from harness.problems.catalogue.entry import Entry
from harness.problems.catalogue.points import at, uniform
from harness.problems.catalogue.ufuncs import (
    HUGE,
    LARGE,
    SIGNED,
    TINY,
    TURNING_TAILS,
    binary,
    complex_variant,
    scalars,
    unary,
)

__all__ = ["TRIGONOMETRIC"]

_INSIDE = uniform(-0.9, 0.9)
_INFINITY = math.inf
_NEAR_ZERO = (0.0, -0.0, 1.0, -1.0, *TINY)
_FAR = (1e8, -1e20, -1e300)
_TURNS = (math.pi / 2, 20.0, -40.0, 400.0, -800.0, 1e8, -1e20)
_NO_LIMIT = at(_INFINITY, kind=PointKind.OUTSIDE, max_order=1)

_PERIODIC = tuple(
    unary(
        name,
        domain,
        SIGNED,
        at(*_NEAR_ZERO, *_TURNS) + _NO_LIMIT,
        variants=(complex_variant(name),) if name == "sin" else (),
    )
    for name, domain in (
        ("sin", "everywhere"),
        ("cos", "everywhere"),
        ("tan", "x is not an odd multiple of pi / 2"),
    )
)

_HYPERBOLIC = (
    unary("sinh", "everywhere", SIGNED, at(*_NEAR_ZERO, *TURNING_TAILS)),
    unary("cosh", "everywhere", SIGNED, at(*_NEAR_ZERO, *TURNING_TAILS)),
    unary(
        "tanh",
        "everywhere",
        SIGNED,
        at(*_NEAR_ZERO, *TURNING_TAILS, *LARGE, _INFINITY, -_INFINITY),
        variants=(complex_variant("tanh"),),
    ),
)

_INVERSE = (
    *(
        unary(
            name,
            "-1 < x < 1; the derivative is infinite at the bounds",
            _INSIDE,
            at(0.0, -0.0, 0.5, *TINY, 1.0 - 2.0**-20, 2.0**-20 - 1.0)
            + at(1.0, -1.0, kind=PointKind.INFINITE, max_order=1)
            + at(2.0, kind=PointKind.OUTSIDE, max_order=1),
        )
        for name in ("asin", "acos", "atanh")
    ),
    unary(
        "atan", "everywhere", SIGNED, at(*_NEAR_ZERO, 20.0, -400.0, *_FAR, _INFINITY, -_INFINITY)
    ),
    unary(
        "asinh", "everywhere", SIGNED, at(*_NEAR_ZERO, 20.0, -400.0, *_FAR) + at(HUGE, max_order=1)
    ),
    unary(
        "acosh",
        "x > 1; the derivative is infinite at 1",
        uniform(1.5, 3.0),
        at(1.0 + 2.0**-20, 2.0, 20.0, 400.0, 1e8, 1e20, 1e300)
        + at(HUGE, max_order=1)
        + at(1.0, kind=PointKind.INFINITE, max_order=1)
        + at(0.5, kind=PointKind.OUTSIDE, max_order=1),
    ),
)

_OF_TWO = (
    binary(
        "atan2",
        "not at (0, 0); it jumps where x1 = 0 and x2 < 0",
        (SIGNED, SIGNED),
        at((0.0, 1.0), (-0.0, 1.0), (1.0, 0.0), (1.0, -0.0), (-1.0, 0.0), (1.0, 1.0), (1.0, -1.0))
        + at((1e-8, 1.0), (1e-20, -1.0), (1e300, -1.0), (1e8, 1e-8))
        + at((1e-300, 1e-300), (1e-160, 1e-160), (1e160, 1e160), max_order=1)
        + at((0.0, -1.0), (-0.0, -1.0), kind=PointKind.KINK, max_order=1)
        # Every slope is a limit of slopes there: only the value can be asked.
        + at((0.0, 0.0), kind=PointKind.KINK, max_order=0),
        variants=scalars("atan2", SIGNED, SIGNED),
    ),
    binary(
        "hypot",
        "not at (0, 0), where it has a kink",
        (SIGNED, SIGNED),
        at((1.0, 1.0), (-1.0, 1.0), (0.0, 1.0), (-0.0, -1.0), (1.0, 0.0), (1.5, 2.0))
        + at((1e8, 1e-8), (3.0, 4e-300), (1e300, 1e300), (1e-20, 1e20))
        + at((1e160, 1e160), (1e-160, 1e-160), (1e-300, 1e-300), max_order=2)
        + at((1e160, 1.0), max_order=1)
        + at((0.0, 0.0), (-0.0, 0.0), kind=PointKind.KINK, max_order=1),
        variants=scalars("hypot", SIGNED, SIGNED),
    ),
)

TRIGONOMETRIC: tuple[Entry, ...] = (*_PERIODIC, *_HYPERBOLIC, *_INVERSE, *_OF_TWO)
