"""Elementwise functions of the array API standard 2024.12."""

from __future__ import annotations

from harness.contract import PointKind
from harness.problems.catalogue.entry import Entry, Kind, Variant
from harness.problems.catalogue.points import edge, edges, generic, uniform

__all__ = ["ELEMENTWISE"]

_SQRT = Entry(
    "array_api.sqrt",
    "sqrt",
    Kind.SMOOTH,
    "x > 0; the derivative is infinite at 0",
    (
        Variant(
            "",
            lambda xp, x: xp.sqrt(x),
            (
                *generic((uniform(0.2, 3.0), (3,))),
                *edges([("one", 1.0), ("tiny", 1e-300), ("huge", 1e300)]),
                edge("zero", [0.0], kind=PointKind.INFINITE, max_order=1),
                edge("negative", [-1.0], kind=PointKind.OUTSIDE, max_order=1),
            ),
        ),
    ),
    third=True,
)

ELEMENTWISE: tuple[Entry, ...] = (_SQRT,)
