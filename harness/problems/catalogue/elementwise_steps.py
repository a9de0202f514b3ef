"""Functions of the array API standard 2024.12 that jump: their derivative is 0 between the jumps.

At a jump there is no derivative; each side of it is smooth, and what it gives there, 0 for a step,
is what may be chosen. So a jump is a kink here.
"""

from __future__ import annotations

from harness.contract import PointKind
from harness.problems.catalogue.entry import At, Entry, Kind
from harness.problems.catalogue.points import at, uniform
from harness.problems.catalogue.ufuncs import SIGNED, binary, operators, scalars, unary

__all__ = ["STEPS"]

_DIVISOR = uniform(0.5, 2.0)
_DIVIDEND = uniform(-5.0, 5.0)
_QUOTIENT = (_DIVIDEND, _DIVISOR)


def _jumps(*values: float | tuple[float, ...]) -> tuple[At, ...]:
    return at(*values, kind=PointKind.KINK, max_order=1)


def _step(name: str, domain: str, points: tuple[At, ...]) -> Entry:
    return unary(name, domain, SIGNED, points, kind=Kind.STEP)


_SIGNS = at((5.5, 2.0), (-5.5, 2.0), (5.5, -2.0), (-5.5, -2.0), (0.5, 0.75), (1e8, 0.75))
_MULTIPLES = _jumps((4.0, 2.0), (-4.0, 2.0), (4.0, -2.0), (0.0, 2.0), (-0.0, 2.0), (1.5, 1.5))
_BY_ZERO = at((1.0, 0.0), (0.0, 0.0), kind=PointKind.OUTSIDE, max_order=1)

STEPS: tuple[Entry, ...] = (
    _step(
        "floor",
        "x is no integer",
        at(0.5, -0.5, 1e-8, -1e-300, 4194304.5) + _jumps(0.0, -0.0, 1.0, -1.0, 1e20),
    ),
    _step(
        "ceil",
        "x is no integer",
        at(0.5, -0.5, 1e-8, -1e-300, 4194304.5) + _jumps(0.0, -0.0, 1.0, -1.0, 1e20),
    ),
    _step(
        "trunc",
        "x is no integer, or 0",
        at(0.0, -0.0, 0.5, -0.5, 1e-8, -1e-300, 4194304.5) + _jumps(1.0, -1.0, 1e20),
    ),
    _step(
        "round",
        "x is not half way between two integers",
        at(0.0, -0.0, 1.0, -1.0, 0.25, 1e-300, 1e20) + _jumps(0.5, -0.5, 1.5, 2.5),
    ),
    _step(
        "sign",
        "x is not 0",
        at(1.0, -1.0, 1e-300, -1e-300, 1e300) + _jumps(0.0, -0.0),
    ),
    binary(
        "floor_divide",
        "x1 / x2 is no integer",
        _QUOTIENT,
        _SIGNS + _MULTIPLES,
        kind=Kind.STEP,
        variants=(*scalars("floor_divide", *_QUOTIENT), *operators("//", _QUOTIENT)),
    ),
    binary(
        "remainder",
        "x1 / x2 is no integer",
        _QUOTIENT,
        _SIGNS + _MULTIPLES + _BY_ZERO,
        kind=Kind.STEP,
        variants=(*scalars("remainder", *_QUOTIENT), *operators("%", _QUOTIENT)),
    ),
    binary(
        "copysign",
        "neither argument is 0; it has a kink where x1 is 0, and jumps where x2 is",
        (SIGNED, SIGNED),
        at((1.0, 1.0), (1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0), (1e300, -1e-300), (1e-160, -1e160))
        + _jumps((0.0, 1.0), (0.0, -1.0), (-0.0, 1.0), (1.0, 0.0), (1.0, -0.0)),
        kind=Kind.STEP,
        variants=scalars("copysign", SIGNED, SIGNED),
    ),
)
