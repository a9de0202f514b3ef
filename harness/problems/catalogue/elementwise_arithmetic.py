"""Arithmetic of the array API standard 2024.12, as functions, operators and with Python scalars."""

from __future__ import annotations

from harness.contract import PointKind
from harness.problems.catalogue.entry import Entry, Variant
from harness.problems.catalogue.points import at, generic, uniform
from harness.problems.catalogue.ufuncs import (
    HUGE,
    MINUTE,
    POWERS_OF_TEN,
    SIGNED,
    binary,
    complex_variant,
    operators,
    parts,
    scalars,
    spelling,
    unary,
)

__all__ = ["ARITHMETIC"]

_POSITIVE = uniform(0.2, 3.0)
_NONZERO = uniform(0.5, 2.0)
_PAIR = (SIGNED, SIGNED)
_QUOTIENT = (SIGNED, _NONZERO)
_REMOTE = ((1e8, -1e-8), (1e20, 1e-20), (1e160, -1e-160), (1e300, 1e-300))


_OF_COMPLEX = {
    symbol: Variant(
        "operator,complex",
        parts(f"(a + 1j * b) {symbol} (c + 1j * d)", "a b c d"),
        generic((_NONZERO, (2,)), (SIGNED, (2,)), (_NONZERO, (2,)), (SIGNED, (2,))),
        ("a", "b", "c", "d"),
        uses=("real", "imag"),
        operations=6,
        third=False,
    )
    for symbol in ("*", "/")
}

ARITHMETIC: tuple[Entry, ...] = (
    unary(
        "negative",
        "everywhere",
        SIGNED,
        at(0.0, -0.0, -1e300),
        variants=(spelling("operator", "-x", SIGNED),),
    ),
    unary(
        "positive",
        "everywhere",
        SIGNED,
        at(0.0, -0.0, -1e300),
        variants=(spelling("operator", "+x", SIGNED),),
    ),
    binary(
        "add",
        "everywhere",
        _PAIR,
        at((0.0, -0.0), (1.0, 1.0), (1.0, -1.0), (1e160, -1e-160)),
        variants=(*scalars("add", *_PAIR), *operators("+", _PAIR)),
    ),
    binary(
        "subtract",
        "everywhere",
        _PAIR,
        at((0.0, -0.0), (1.0, 1.0), (1.0, -1.0), (1e160, -1e-160)),
        variants=(*scalars("subtract", *_PAIR), *operators("-", _PAIR)),
    ),
    binary(
        "multiply",
        "everywhere",
        _PAIR,
        at((0.0, 0.0), (0.0, -1.0), (1.0, -0.0), (1.0, 1.0), (-1.5, -1.5), *_REMOTE)
        # The product is out of range and its derivatives are not.
        + at((1e160, 1e160), (1e-300, -1e-300)),
        variants=(
            *scalars("multiply", *_PAIR),
            *operators("*", _PAIR),
            spelling("operator,itself", "x * x", SIGNED, at(0.0)),
            _OF_COMPLEX["*"],
        ),
    ),
    binary(
        "divide",
        "x2 is not 0",
        _QUOTIENT,
        at(
            (0.0, 1.0),
            (-0.0, -2.0),
            (1.0, -1.0),
            (1.5, 1.5),
            (-1e-8, 1e8),
            (1e-20, 1e20),
            (1e-300, 1e300),
        )
        + at((1e300, -1e300), (1e20, 1e20))
        # What else there is of derivatives is out of range.
        + at((1e-160, 1e-160), (1e-300, 1e-300), (1.0, 1e-160), max_order=1)
        + at((-1e-160, 1e160), (1e160, 1e160), max_order=1)
        + at((1.0, 0.0), (-1.0, -0.0), (0.0, 0.0), kind=PointKind.OUTSIDE, max_order=1),
        variants=(
            *scalars("divide", SIGNED, _NONZERO),
            *operators("/", _QUOTIENT),
            _OF_COMPLEX["/"],
        ),
    ),
    unary(
        "reciprocal",
        "x is not 0",
        _NONZERO,
        at(1.0, -1.0, -1e-20, 1e-8, -1e8, 1e20, 1e300)
        + at(1e-160, max_order=1)
        + at(0.0, -0.0, kind=PointKind.OUTSIDE, max_order=1),
        variants=(complex_variant("reciprocal", (_NONZERO, SIGNED)),),
    ),
    unary(
        "square",
        "everywhere",
        SIGNED,
        at(0.0, -0.0, 1.0, -1.0, 1e-300, -1e-160, 1e8, -1e160, 1e300),
        variants=(complex_variant("square"),),
    ),
    unary(
        "sqrt",
        "x > 0; the derivative is infinite at 0",
        _POSITIVE,
        at(1.0, *POWERS_OF_TEN, HUGE)
        + at(*MINUTE, max_order=1)
        + at(0.0, -0.0, kind=PointKind.INFINITE, max_order=1)
        + at(-1.0, kind=PointKind.OUTSIDE, max_order=1),
        variants=(complex_variant("sqrt", (_POSITIVE, SIGNED)),),
    ),
)
