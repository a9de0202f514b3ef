"""Exponentials and logarithms of the array API standard 2024.12."""

from __future__ import annotations

import math

from harness.contract import PointKind
from harness.problems.catalogue.entry import Entry
from harness.problems.catalogue.points import at, uniform
from harness.problems.catalogue.ufuncs import (
    HUGE,
    MINUTE,
    POWERS_OF_TEN,
    SIGNED,
    TAILS,
    TINY,
    binary,
    complex_variant,
    scalars,
    unary,
)

__all__ = ["EXPONENTIAL"]

_POSITIVE = uniform(0.2, 3.0)
_INFINITY = math.inf


def _logarithm(name: str, base: float) -> Entry:
    return unary(
        name,
        "x > 0",
        _POSITIVE,
        at(1.0, base, 20.0, 400.0, *POWERS_OF_TEN)
        + at(*MINUTE, HUGE, max_order=1)
        + at(0.0, -0.0, kind=PointKind.INFINITE, max_order=1)
        + at(-1.0, kind=PointKind.OUTSIDE, max_order=1),
        variants=(complex_variant(name, (_POSITIVE, SIGNED)),) if name == "log" else (),
    )


EXPONENTIAL: tuple[Entry, ...] = (
    unary(
        "exp",
        "everywhere",
        SIGNED,
        at(0.0, -0.0, 1.0, -1.0, *TINY, *TAILS, -1e8, -_INFINITY),
        variants=(complex_variant("exp"),),
    ),
    unary(
        "expm1",
        "everywhere",
        SIGNED,
        at(0.0, -0.0, 1.0, -1.0, *TINY, *TAILS, -1e8, -_INFINITY),
    ),
    _logarithm("log", math.e),
    _logarithm("log2", 2.0),
    _logarithm("log10", 10.0),
    unary(
        "log1p",
        "x > -1",
        uniform(-0.5, 2.0),
        at(0.0, -0.0, 1.0, -0.5, *TINY, 20.0, 400.0, 1e8, 1e20, 1e300)
        + at(HUGE, max_order=1)
        + at(-1.0, kind=PointKind.INFINITE, max_order=1)
        + at(-2.0, kind=PointKind.OUTSIDE, max_order=1),
    ),
    binary(
        "logaddexp",
        "everywhere; where one argument is -inf it does not count",
        (SIGNED, SIGNED),
        at((0.0, 0.0), (0.0, -0.0), (1.0, -1.0), (1.0, 1.0), (20.0, -20.0), (-40.0, 40.0))
        + at((400.0, 400.0), (800.0, 800.0), (-800.0, -800.0), (800.0, -800.0), (-800.0, 799.0))
        + at((1e-8, -1e-8), (1e20, 1e20), (1e160, -1e160), (1e300, 1e300))
        + at((-_INFINITY, 1.0), (1.0, -_INFINITY))
        + at((-_INFINITY, -_INFINITY), kind=PointKind.OUTSIDE, max_order=1),
        variants=scalars("logaddexp", SIGNED, SIGNED),
    ),
)
