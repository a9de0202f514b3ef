"""Logistic functions, entropies, products with a logarithm, and ``sinc``, under SciPy's names."""

from __future__ import annotations

import math

from harness.contract import PointKind
from harness.problems.catalogue.entry import At, Entry
from harness.problems.catalogue.points import at, uniform
from harness.problems.catalogue.ufuncs import (
    HUGE,
    LARGE,
    MINUTE,
    POWERS_OF_TEN,
    SIGNED,
    TAILS,
    TINY,
    binary,
    unary,
)

__all__ = ["ENTROPY"]

_INFINITY = math.inf
_POSITIVE = uniform(0.2, 3.0)


def _boundary(*values: float | tuple[float, ...]) -> tuple[At, ...]:
    return at(*values, kind=PointKind.INFINITE, max_order=1)


def _outside(*values: float | tuple[float, ...]) -> tuple[At, ...]:
    return at(*values, kind=PointKind.OUTSIDE, max_order=1)


_PAIRS = (
    *at((1.0, 1.0), (1e300, 1e300), (1e-8, 1e8), (1e20, 1e-20), (20.0, 40.0)),
    # The third derivatives are out of range.
    *at((1e-300, 1e-300), (1e-160, 1e-160), (1e160, 1e160), (1e-160, 1e100), max_order=2),
)

ENTROPY: tuple[Entry, ...] = (
    unary(
        "expit",
        "everywhere",
        SIGNED,
        at(0.0, -0.0, 1e-8, -1e-20, *TAILS, 1e8, -1e20, _INFINITY, -_INFINITY),
        group="special",
    ),
    unary(
        "log_expit",
        "everywhere",
        SIGNED,
        at(0.0, -0.0, 1e-8, -1e-20, *TAILS, 1e8, -1e20, 1e300, _INFINITY),
        group="special",
    ),
    unary(
        "logit",
        "0 < x < 1; the derivative is infinite at the bounds",
        uniform(0.05, 0.95),
        at(0.5, 1e-20, 1e-8, 1.0 - 2.0**-20)
        + at(*MINUTE, max_order=1)
        + _boundary(0.0, 1.0)
        + _outside(-1.0, 2.0),
        group="special",
    ),
    unary(
        "entr",
        "x > 0; the derivative is infinite at 0",
        _POSITIVE,
        at(1.0, *POWERS_OF_TEN) + at(*MINUTE, HUGE, max_order=2) + _boundary(0.0) + _outside(-1.0),
        group="special",
    ),
    binary(
        "rel_entr",
        "x > 0 and y > 0",
        (_POSITIVE, _POSITIVE),
        _PAIRS + _boundary((0.0, 1.0)) + _outside((1.0, 0.0), (-1.0, 1.0)),
        group="special",
        arguments=("x", "y"),
    ),
    binary(
        "kl_div",
        "x > 0 and y > 0",
        (_POSITIVE, _POSITIVE),
        _PAIRS + _boundary((0.0, 1.0)) + _outside((1.0, 0.0), (-1.0, 1.0)),
        group="special",
        arguments=("x", "y"),
    ),
    binary(
        "xlogy",
        "y > 0",
        (SIGNED, _POSITIVE),
        at((0.0, 1.0), (-0.0, 2.0))
        + _PAIRS
        + _boundary((0.0, 0.0))
        + _outside((1.0, 0.0), (1.0, -1.0)),
        group="special",
        arguments=("x", "y"),
    ),
    binary(
        "xlog1py",
        "y > -1",
        (SIGNED, uniform(-0.5, 2.0)),
        at((0.0, 0.0), (0.0, 1.0), (1.0, 1e-20), (1e-300, 1e-300), (1.0, 1e300))
        + at((1e160, 1e160), max_order=2)
        + _boundary((0.0, -1.0))
        + _outside((1.0, -1.0), (1.0, -2.0)),
        group="special",
        arguments=("x", "y"),
    ),
    unary(
        "sinc",
        "everywhere; sin(pi x) / (pi x), and 1 at 0",
        SIGNED,
        at(0.0, -0.0, 1.0, -1.0, 0.5, *TINY, 20.0, -40.5, *LARGE[:2]),
        group="special",
    ),
)
