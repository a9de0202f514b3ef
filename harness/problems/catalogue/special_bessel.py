"""Bessel functions, under SciPy's names."""

from __future__ import annotations

from harness.contract import PointKind
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import Entry, Kind, Variant
from harness.problems.catalogue.points import at, broadcast, uniform
from harness.problems.catalogue.ufuncs import SIGNED, TINY, unary

__all__ = ["BESSEL"]

_POSITIVE = uniform(0.5, 3.0)
_WAVES = (0.0, -0.0, 1.0, -1.0, *TINY, 20.0, -40.0, 400.0, -800.0, 1e8)


def _of_first_kind(order: int) -> Variant:
    return Variant(
        f"n={order}",
        expression("x", f"xp.special.jn({order}, x)"),
        (*broadcast(SIGNED), *at(0.0, 1.0, 1e-8, -1e-20, 20.0, -40.0, 400.0)),
    )


BESSEL: tuple[Entry, ...] = (
    unary(
        "i0",
        "everywhere",
        SIGNED,
        at(0.0, -0.0, 1.0, *TINY, 20.0, -40.0, 400.0, -800.0),
        group="special",
    ),
    unary(
        "i0e",
        "x is not 0: exp(-|x|) has a kink there",
        SIGNED,
        at(1.0, -1.0, 1e-8, -1e-20, 20.0, -40.0, 400.0, -800.0, 1e8, 1e20)
        + at(0.0, -0.0, kind=PointKind.KINK, max_order=1),
        kind=Kind.KINK,
        group="special",
    ),
    unary(
        "i1",
        "everywhere",
        SIGNED,
        at(0.0, -0.0, 1.0, *TINY, 20.0, -40.0, 400.0, -800.0),
        group="special",
    ),
    unary(
        "i1e",
        "everywhere; there is no second derivative at 0",
        SIGNED,
        at(1.0, -1.0, 1e-8, -1e-20, 20.0, -40.0, 400.0, -800.0, 1e8, 1e20)
        + at(0.0, -0.0, max_order=1),
        kind=Kind.KINK,
        group="special",
    ),
    unary("j0", "everywhere", SIGNED, at(*_WAVES), group="special"),
    unary("j1", "everywhere", SIGNED, at(*_WAVES), group="special"),
    *(
        unary(
            name,
            "x > 0",
            _POSITIVE,
            at(1.0, 1e-8, 1e-20, 20.0, 40.0, 400.0, 800.0, 1e8)
            + at(0.0, -1.0, kind=PointKind.OUTSIDE, max_order=1),
            group="special",
        )
        for name in ("y0", "y1")
    ),
    Entry(
        "special.jn",
        "special.jn",
        Kind.SMOOTH,
        "everywhere",
        (_of_first_kind(1), _of_first_kind(3)),
    ),
)
