"""``pow`` of the array API standard 2024.12: by arrays and by Python scalars, of any base.

x1^x2 is exp(x2·log x1) where x1 > 0; of a base that is 0 or negative only some exponents have a
power, and which derivatives there are depends on whether the exponent moves.
"""

from __future__ import annotations

from harness.contract import PointKind
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import At, Entry, Variant
from harness.problems.catalogue.points import at, broadcast, uniform
from harness.problems.catalogue.ufuncs import SIGNED, binary, operators, scalars, spelling

__all__ = ["POWERS"]

_BASE = uniform(0.2, 3.0)
_ARRAYS = ("x1", "x2")

_BOTH = (
    *at((1.0, 1.0), (2.0, 0.0), (2.0, 0.5), (0.5, -1.0), (1.5, 1.5), (1.0, 400.0), (20.0, 8.0)),
    *at((1e8, 20.0), (1e-20, 8.0), (1e20, 8.0), (1e160, 1.0), (1e300, 0.5)),
    *at((1e-300, 0.5), max_order=1),
    # On the boundary of the domain the base can go one way only, or the exponent none at all.
    # By the exponent it jumps there: only the value can be asked.
    *at((0.0, 0.0), kind=PointKind.INFINITE, max_order=0),
    *at((0.0, 0.5), kind=PointKind.INFINITE, max_order=1),
    *at((0.0, 1.0), (0.0, 1.5), (0.0, 2.0), (0.0, 3.0), max_order=1),
    *at((-2.0, 3.0), (-2.0, 2.0), (-1.5, -3.0), kind=PointKind.INFINITE, max_order=1),
    *at((-2.0, 0.5), (0.0, -1.0), kind=PointKind.OUTSIDE, max_order=1),
)

_BY_BASE = Variant(
    "of-x1",
    expression("x1 x2", "xp.pow(x1, x2)"),
    (
        *broadcast(_BASE, SIGNED),
        *at((0.0, 2.0), (0.0, 3.0), (-1.0, 0.0)),
        # The third derivative by the exponent, which conditions it, grows without bound.
        *at((0.0, 0.0), (-0.0, 0.0), (0.0, 1.0), (-0.0, 1.0), (1e-160, 2.0), max_order=2),
        *at((-2.0, 3.0), (-2.0, 2.0), (-1.5, -3.0), (1e160, 1.0)),
        *at((0.0, 0.5), kind=PointKind.INFINITE, max_order=1),
        # The first derivative is 0, the second is infinite.
        *at((0.0, 1.5), kind=PointKind.INFINITE, max_order=2),
        *at((-2.0, 0.5), kind=PointKind.OUTSIDE, max_order=1),
    ),
    _ARRAYS,
    argnums=(0,),
)

_BY_EXPONENT = Variant(
    "of-x2",
    expression("x1 x2", "xp.pow(x1, x2)"),
    (
        *broadcast(_BASE, SIGNED),
        *at((1.0, 0.0), (2.0, 0.0), (1.0, -800.0), (0.0, 0.5), (0.0, 1.0), (0.0, 2.0), (0.0, 3.0)),
    ),
    _ARRAYS,
    argnums=(1,),
)


def _by(exponent: str, edges: tuple[At, ...]) -> Variant:
    return spelling(f"x2={exponent}", f"xp.pow(x, {exponent})", _BASE, edges, ("pow",))


def _by_operator(exponent: str, edges: tuple[At, ...]) -> Variant:
    return spelling(f"operator,x2={exponent}", f"x**{exponent}", _BASE, edges)


_ANYWHERE = at(0.0, -0.0, -1.5)
_POLE = (*at(-1.5, 1e-20), *at(0.0, kind=PointKind.OUTSIDE, max_order=1))
_ROOT = (
    *at(1e-300, max_order=1),
    *at(0.0, kind=PointKind.INFINITE, max_order=1),
    *at(-1.5, kind=PointKind.OUTSIDE, max_order=1),
)

POWERS: tuple[Entry, ...] = (
    binary(
        "pow",
        "x1 > 0; where x1 = 0 and x2 > 0; where x1 < 0 and x2 is a constant integer",
        (_BASE, SIGNED),
        _BOTH,
        variants=(
            _BY_BASE,
            _BY_EXPONENT,
            _by("0.0", _ANYWHERE),
            _by("0.5", _ROOT),
            _by("2.0", _ANYWHERE),
            _by("3.0", _ANYWHERE),
            scalars("pow", _BASE, SIGNED)[1],
            *operators("**", (_BASE, SIGNED), at((2.0, 0.0))),
            *(_by_operator(exponent, _ANYWHERE) for exponent in ("0.0", "1.0", "2.0", "0", "2")),
            *(_by_operator(exponent, _POLE) for exponent in ("-1.0", "-1")),
            _by_operator("0.5", _ROOT),
        ),
    ),
)
