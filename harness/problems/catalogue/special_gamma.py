"""The gamma function and its kin, under SciPy's names."""

from __future__ import annotations

from harness.contract import PointKind
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import At, Entry, Kind, Variant
from harness.problems.catalogue.points import at, broadcast, empty, generic, uniform
from harness.problems.catalogue.ufuncs import HUGE, MINUTE, binary, unary

__all__ = ["GAMMA"]

_POSITIVE = uniform(0.5, 3.0)
_NEGATIVE_HALVES = (-0.5, -1.5, -2.5, -20.5)


def _poles(*values: float | tuple[float, ...]) -> tuple[At, ...]:
    return at(*values, kind=PointKind.OUTSIDE, max_order=1)


def _polygamma(order: int) -> Variant:
    return Variant(
        f"n={order}",
        expression("x", f"xp.special.polygamma({order}, x)"),
        (
            *broadcast(_POSITIVE),
            *at(0.5, 1.0, 1e-8, 20.0, 40.0, 400.0, 1e8, -0.5, -1.5),
            *_poles(0.0, -1.0),
        ),
    )


def _incomplete(name: str) -> Entry:
    function = f"special.{name}"
    call = expression("a x", f"xp.{function}(a, x)")
    return Entry(
        function,
        function,
        Kind.SMOOTH,
        "a > 0 and x > 0; at x = 0 the derivative is infinite where a < 1",
        (
            Variant(
                "",
                call,
                (
                    *broadcast(_POSITIVE, _POSITIVE),
                    empty(_POSITIVE, _POSITIVE),
                    *at((1.0, 1.0), (0.5, 1e-8), (2.0, 20.0), (20.0, 20.0)),
                    *at((40.0, 20.0), (400.0, 400.0), (2.0, 400.0), (1e-8, 1.0), (1.5, 800.0)),
                    *at((0.5, 1e-160), max_order=2),
                    *at((1.0, 0.0), (2.0, 0.0), max_order=1),
                    *at((0.5, 0.0), kind=PointKind.INFINITE, max_order=1),
                    *_poles((0.5, -1.0)),
                ),
                ("a", "x"),
                argnums=(1,),
            ),
            Variant(
                "of-a-and-x",
                call,
                broadcast(_POSITIVE, _POSITIVE, count=3),
                ("a", "x"),
            ),
        ),
        third=True,
    )


_BETAINC = expression("a b x", "xp.special.betainc(a, b, x)")
_UNIT = uniform(0.1, 0.9)

_INCOMPLETE_BETA = Entry(
    "special.betainc",
    "special.betainc",
    Kind.SMOOTH,
    "a > 0, b > 0 and 0 < x < 1; at the bounds the derivative may be infinite",
    (
        Variant(
            "",
            _BETAINC,
            (
                *broadcast(_POSITIVE, _POSITIVE, _UNIT),
                *at((1.0, 1.0, 0.5), (2.0, 3.0, 1e-8), (20.0, 40.0, 0.5), (400.0, 400.0, 0.5)),
                *at((2.0, 3.0, 1.0 - 2.0**-20)),
                *at((0.5, 0.5, 1e-160), max_order=2),
                *at((1.0, 1.0, 0.0), (2.0, 3.0, 0.0), (2.0, 3.0, 1.0), max_order=1),
                *at((0.5, 0.5, 0.0), (0.5, 0.5, 1.0), kind=PointKind.INFINITE, max_order=1),
                *_poles((2.0, 3.0, 1.5)),
            ),
            ("a", "b", "x"),
            argnums=(2,),
        ),
        Variant(
            "of-a-b-and-x",
            _BETAINC,
            generic((_POSITIVE, (2,)), (_POSITIVE, (2,)), (_UNIT, (2,))),
            ("a", "b", "x"),
        ),
    ),
    third=True,
)

_HURWITZ = expression("x q", "xp.special.zeta(x, q)")
_ZETA = Entry(
    "special.zeta",
    "special.zeta",
    Kind.SMOOTH,
    "x > 1 and q > 0",
    (
        Variant(
            "",
            _HURWITZ,
            (
                *broadcast(uniform(1.5, 5.0), _POSITIVE),
                *at((2.0, 1.0), (2.0, 0.5), (2.0, 1e-8), (2.0, 1e8), (20.0, 1.0), (3.0, 40.0)),
                *_poles((2.0, 0.0)),
            ),
            ("x", "q"),
            argnums=(1,),
        ),
        Variant(
            "of-x-and-q",
            _HURWITZ,
            broadcast(uniform(1.5, 5.0), _POSITIVE, count=3),
            ("x", "q"),
        ),
    ),
    third=True,
)


def _multivariate(dimension: int) -> Variant:
    """Its first argument must be more than (d - 1) / 2, where it has a pole."""
    return Variant(
        f"d={dimension}",
        expression("x", f"xp.special.multigammaln(x, {dimension})"),
        (
            *broadcast(uniform(1.5, 4.0)),
            *at(2.0, 20.0, 400.0, 1e8),
            *_poles((dimension - 1) / 2),
        ),
        operations=dimension,
    )


GAMMA: tuple[Entry, ...] = (
    unary(
        "gamma",
        "x is not 0, -1, -2, …",
        _POSITIVE,
        at(1.0, 2.0, *_NEGATIVE_HALVES, -40.5, 20.0, 30.0, 170.5, 1e-8, -1e-20)
        + at(1e-160, max_order=1)
        + _poles(0.0, -1.0, -2.0),
        group="special",
    ),
    unary(
        "gammaln",
        "x is not 0, -1, -2, …; the logarithm of the size of gamma",
        _POSITIVE,
        at(0.5, 1.0, 2.0, *_NEGATIVE_HALVES, 20.0, 40.0, 400.0, 800.0)
        + at(-1e-20, 1e-8, 1e8, 1e20, 1e300)
        + at(*MINUTE, max_order=1)
        + at(HUGE, max_order=2)
        + _poles(0.0, -1.0),
        group="special",
    ),
    unary(
        "digamma",
        "x is not 0, -1, -2, …",
        _POSITIVE,
        at(0.5, 1.0, 2.0, *_NEGATIVE_HALVES, 20.0, 40.0, 400.0, -1e-20, 1e-8, 1e8, 1e20)
        + at(1e-160, HUGE, max_order=1)
        + _poles(0.0, -1.0),
        group="special",
    ),
    Entry(
        "special.polygamma",
        "special.polygamma",
        Kind.SMOOTH,
        "x is not 0, -1, -2, …",
        (_polygamma(1), _polygamma(2)),
    ),
    _incomplete("gammainc"),
    _incomplete("gammaincc"),
    binary(
        "beta",
        "neither a nor b is 0, -1, -2, …",
        (_POSITIVE, _POSITIVE),
        at((1.0, 1.0), (0.5, 0.5), (1e-8, 1.0), (20.0, 40.0), (400.0, 400.0))
        + at((-0.5, 2.25), (2.25, -1.5))
        + at((1e-160, 2.0), max_order=1)
        + _poles((0.0, 1.0)),
        group="special",
        arguments=("a", "b"),
    ),
    binary(
        "betaln",
        "neither a nor b is 0, -1, -2, …; the logarithm of the size of beta",
        (_POSITIVE, _POSITIVE),
        at((1.0, 1.0), (0.5, 0.5), (1e-20, 1.0), (20.0, 40.0), (800.0, 800.0))
        + at((1e-160, 2.0), max_order=1)
        + at((400.0, 0.5), (1e8, 1e8), (1e20, 2.0))
        + _poles((0.0, 1.0)),
        group="special",
        arguments=("a", "b"),
    ),
    _INCOMPLETE_BETA,
    Entry(
        "special.multigammaln",
        "special.multigammaln",
        Kind.SMOOTH,
        "x > (d - 1) / 2",
        (_multivariate(1), _multivariate(3)),
    ),
    binary(
        "poch",
        "a and a + m are positive",
        (_POSITIVE, _POSITIVE),
        at((1.0, 0.0), (2.0, 1.0), (0.5, 20.0), (40.0, 1.0), (1e8, 1.0), (1e-8, 2.0)),
        group="special",
        arguments=("a", "m"),
    ),
    _ZETA,
)
