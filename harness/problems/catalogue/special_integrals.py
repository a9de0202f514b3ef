"""Exponential integrals and the dilogarithm, under SciPy's names."""

from __future__ import annotations

from harness.contract import PointKind
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import At, Entry, Kind, Variant
from harness.problems.catalogue.points import at, broadcast, uniform
from harness.problems.catalogue.ufuncs import unary

__all__ = ["INTEGRALS"]

_POSITIVE = uniform(0.5, 3.0)


def _outside(*values: float) -> tuple[At, ...]:
    return at(*values, kind=PointKind.OUTSIDE, max_order=1)


def _of_order(order: int, at_zero: tuple[At, ...]) -> Variant:
    return Variant(
        f"n={order}",
        expression("x", f"xp.special.expn({order}, x)"),
        (*broadcast(_POSITIVE), *at(1.0, 1e-8, 20.0, 40.0, 400.0), *at_zero, *_outside(-1.0)),
    )


INTEGRALS: tuple[Entry, ...] = (
    unary(
        "exp1",
        "x > 0",
        _POSITIVE,
        at(1.0, 1e-8, 20.0, 40.0, 400.0) + at(1e-160, max_order=1) + _outside(0.0),
        group="special",
    ),
    unary(
        "expi",
        "x is not 0",
        _POSITIVE,
        at(1.0, -1.0, 1e-8, 20.0, -20.0, 40.0, 400.0) + at(-1e-160, max_order=1) + _outside(0.0),
        group="special",
    ),
    Entry(
        "special.expn",
        "special.expn",
        Kind.SMOOTH,
        "x > 0",
        (
            _of_order(1, _outside(0.0)),
            _of_order(2, at(0.0, kind=PointKind.INFINITE, max_order=1)),
            _of_order(3, at(0.0, max_order=1)),
        ),
    ),
    unary(
        "spence",
        "x > 0; the derivative is infinite at 0",
        _POSITIVE,
        at(1.0, 2.0, 1.0 + 2.0**-20, 1e-8, 20.0, 400.0, 1e8)
        + at(1e-160, max_order=2)
        + at(1e160, max_order=1)
        + at(0.0, kind=PointKind.INFINITE, max_order=1)
        + _outside(-1.0),
        group="special",
    ),
)
