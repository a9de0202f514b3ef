"""Functions of the array API standard 2024.12 that choose among arguments: kinks at ties."""

from __future__ import annotations

import math

from harness.contract import PointKind
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import At, Entry, Kind, Variant
from harness.problems.catalogue.points import at, broadcast, drawn, edge, generic, integers, uniform
from harness.problems.catalogue.ufuncs import (
    SIGNED,
    binary,
    complex_variant,
    scalars,
    spelling,
    unary,
)

__all__ = ["CHOICES"]

_INFINITY = math.inf


def _kinks(*values: float | tuple[float, ...]) -> tuple[At, ...]:
    return at(*values, kind=PointKind.KINK, max_order=1)


def _extreme(name: str, infinity: float) -> Entry:
    """``infinity`` is never chosen."""
    return binary(
        name,
        "the arguments differ; a tie is a kink",
        (SIGNED, SIGNED),
        at((1.0, 2.0), (2.0, 1.0), (1e300, 1e-300), (1e-8, 1e8), (1e160, -1e160), (1e-20, 1e20))
        + at((infinity, 1.0), (1.0, infinity))
        + _kinks((0.0, 0.0), (0.0, -0.0), (-0.0, 0.0), (1.0, 1.0), (-1.0, -1.0), (1e300, 1e300)),
        kind=Kind.KINK,
        variants=(
            *scalars(name, SIGNED, SIGNED),
            spelling("x2=0.0", f"xp.{name}(x, 0.0)", SIGNED, _kinks(0.0, -0.0), (name,)),
            spelling("itself", f"xp.{name}(x, x)", SIGNED, uses=(name,)),
        ),
    )


_WIDE = uniform(-3.0, 3.0)
_BOUNDS = at(0.0, -0.5, 20.0, -20.0, 1e300)
_AT_BOUNDS = _kinks(-1.0, 1.25)
_LOW, _HIGH = uniform(-2.0, -0.5), uniform(0.5, 2.0)

_CLIP = Entry(
    "array_api.clip",
    "clip",
    Kind.KINK,
    "x is at neither bound",
    (
        Variant(
            "min,max",
            expression("x", "xp.clip(x, min=-1.0, max=1.25)"),
            (*broadcast(_WIDE), *_BOUNDS, *_AT_BOUNDS),
        ),
        Variant(
            "min",
            expression("x", "xp.clip(x, min=-1.0)"),
            (*broadcast(_WIDE), *at(0.0, -20.0, -_INFINITY), *_kinks(-1.0)),
        ),
        Variant(
            "max",
            expression("x", "xp.clip(x, max=1.25)"),
            (*broadcast(_WIDE), *at(0.0, 20.0, _INFINITY), *_kinks(1.25)),
        ),
        Variant("", expression("x", "xp.clip(x)"), broadcast(_WIDE)),
        Variant(
            "min,max-arrays",
            expression("x low high", "xp.clip(x, low, high)"),
            (
                *broadcast(_WIDE, _LOW, _HIGH),
                *at((0.0, -1.0, 1.0), (2.0, -1.0, 1.0), (-2.0, -1.0, 1.0)),
                # The bounds are equal, and x is above both: the upper one counts.
                *at((2.0, 1.0, 1.0)),
                *_kinks((1.0, -1.0, 1.0), (-1.0, -1.0, 1.0), (0.0, 0.0, 1.0), (1.0, 1.0, 1.0)),
            ),
            ("x", "low", "high"),
        ),
    ),
)

_BRANCHES = ("c", "x1", "x2")
_MASK = integers(1, 0, 1)


def _branch(name: str, chosen: int, first: float, second: float) -> At:
    both = math.isfinite(first + second)
    return edge(name, [float(chosen)], [first], [second], both=both)


_WHERE = Entry(
    "array_api.where",
    "where",
    Kind.SMOOTH,
    "everywhere, for a condition that does not depend on what is differentiated",
    (
        Variant(
            "",
            expression("c x1 x2", "xp.where(c > 0, x1, x2)"),
            (
                drawn("generic-0", (_MASK, (3,)), (SIGNED, (3,)), (SIGNED, (3,)), both=True),
                drawn("generic-1", (_MASK, (3, 1)), (SIGNED, (2,)), (SIGNED, ())),
                drawn("generic-2", (_MASK, (3,)), (SIGNED, (2, 1)), (SIGNED, (1, 3))),
                drawn("empty", (integers(), (0,)), (SIGNED, (1,)), (SIGNED, (0,))),
                _branch("nan-unused-first", 0, math.nan, 1.5),
                _branch("nan-unused-second", 1, 1.5, math.nan),
                _branch("inf-unused-first", 0, _INFINITY, 1.5),
                _branch("inf-unused-second", 1, 1.5, -_INFINITY),
                _branch("equal", 1, 1.5, 1.5),
                _branch("zeros", 0, 0.0, -0.0),
            ),
            _BRANCHES,
            argnums=(1, 2),
        ),
        Variant(
            "x2=0.0",
            expression("c x", "xp.where(c > 0, x, 0.0)"),
            generic((_MASK, (3,)), (SIGNED, (3,))),
            ("c", "x"),
            argnums=(1,),
        ),
        Variant(
            "x1=0.0",
            expression("c x", "xp.where(c > 0, 0.0, x)"),
            generic((_MASK, (3,)), (SIGNED, (3,))),
            ("c", "x"),
            argnums=(1,),
        ),
        Variant(
            "itself",
            expression("c x", "xp.where(c > 0, x, x * x)"),
            generic((_MASK, (3,)), (SIGNED, (3,))),
            ("c", "x"),
            argnums=(1,),
            operations=2,
        ),
    ),
    third=True,
)

CHOICES: tuple[Entry, ...] = (
    unary(
        "abs",
        "x is not 0",
        SIGNED,
        at(1.0, -1.0, 1e-8, -1e-20, 1e-160, -1e-300, 1e300) + _kinks(0.0, -0.0),
        kind=Kind.KINK,
        variants=(
            spelling("operator", "abs(x)", SIGNED, _kinks(0.0, -0.0)),
            complex_variant(
                "abs",
                points=(
                    *at((1.0, 0.0), (0.0, -1.0), (1e160, 1e160), (1e-160, 1e-160)),
                    *_kinks((0.0, 0.0)),
                ),
                real=True,
            ),
        ),
    ),
    _extreme("maximum", -_INFINITY),
    _extreme("minimum", _INFINITY),
    _CLIP,
    _WHERE,
)
