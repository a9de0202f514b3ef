"""Entries of elementwise functions: calls, operators, Python scalars, complex numbers."""

from __future__ import annotations

from collections.abc import Sequence

from harness.contract import Written
from harness.problems.catalogue.calls import call, expression
from harness.problems.catalogue.entry import At, Entry, Kind, Variant
from harness.problems.catalogue.points import Draw, broadcast, empty, uniform

__all__ = [
    "HUGE",
    "LARGE",
    "MINUTE",
    "POWERS_OF_TEN",
    "SIGNED",
    "TAILS",
    "TINY",
    "TURNING_TAILS",
    "binary",
    "complex_variant",
    "operators",
    "parts",
    "scalars",
    "spelling",
    "unary",
]

SIGNED = uniform(-2.0, 2.0)

# Of odd and even functions one sign says as much as the other; so the signs take turns.
TINY = (1e-8, -1e-20, 1e-160, -1e-300)
LARGE = (1e8, -1e20, 1e160, -1e300)
POWERS_OF_TEN = (1e-20, 1e-8, 1e8, 1e20, 1e300)
# At some of these a derivative of some order overflows, or is a subnormal number of few digits: no
# more is asked there than is within range.
MINUTE = (1e-300, 1e-160)
HUGE = 1e160
TURNING_TAILS = (20.0, -40.0, 400.0, -800.0)
TAILS = (20.0, -20.0, 40.0, -40.0, 400.0, -400.0, 800.0, -800.0)


def unary(
    name: str,
    domain: str,
    draw: Draw,
    points: Sequence[At],
    *,
    kind: Kind = Kind.SMOOTH,
    variants: Sequence[Variant] = (),
    group: str = "array_api",
) -> Entry:
    """An elementwise function of one argument: generic points by ``draw``, then ``points``.

    ``group`` is the name's first part; the functions of ``special`` are under ``xp.special``.
    """
    function = name if group == "array_api" else f"{group}.{name}"
    plain = Variant("", call(function, "x"), (*broadcast(draw), empty(draw), *points))
    return _entry(group, name, function, kind, domain, (plain, *variants))


def binary(
    name: str,
    domain: str,
    draws: tuple[Draw, Draw],
    points: Sequence[At],
    *,
    kind: Kind = Kind.SMOOTH,
    variants: Sequence[Variant] = (),
    group: str = "array_api",
    arguments: tuple[str, str] = ("x1", "x2"),
) -> Entry:
    """An elementwise function of two arguments, which broadcast; both are differentiated."""
    function = name if group == "array_api" else f"{group}.{name}"
    plain = Variant(
        "", call(function, *arguments), (*broadcast(*draws), empty(*draws), *points), arguments
    )
    return _entry(group, name, function, kind, domain, (plain, *variants))


def _entry(
    group: str,
    name: str,
    function: str,
    kind: Kind,
    domain: str,
    variants: tuple[Variant, ...],
) -> Entry:
    return Entry(f"{group}.{name}", function, kind, domain, variants, third=kind is Kind.SMOOTH)


def scalars(name: str, first: Draw, second: Draw, number: float = 1.75) -> tuple[Variant, ...]:
    """A Python scalar as the second operand, and as the first."""
    return (
        spelling(f"x2={number}", f"xp.{name}(x, {number})", first, uses=(name,)),
        spelling(f"x1={number}", f"xp.{name}({number}, x)", second, uses=(name,)),
    )


def operators(
    symbol: str,
    draws: tuple[Draw, Draw],
    points: Sequence[At] = (),
    number: float = 1.75,
) -> tuple[Variant, ...]:
    """The array's operator: between two arrays, and with a Python scalar on either side."""
    first, second = draws
    return (
        Variant(
            "operator",
            expression("x1 x2", f"x1 {symbol} x2"),
            (*broadcast(*draws, count=3), *points),
            ("x1", "x2"),
            uses=(),
            third=False,
        ),
        spelling(f"operator,x2={number}", f"x {symbol} {number}", first),
        spelling(f"operator,x1={number}", f"{number} {symbol} x", second),
    )


def spelling(
    name: str, text: str, draw: Draw, points: Sequence[At] = (), uses: tuple[str, ...] = ()
) -> Variant:
    """Another way to write a function of x, such as ``1.75 * x``: few points, no third order."""
    points = (*broadcast(draw, count=2), *points)
    return Variant(name, expression("x", text), points, uses=uses, third=False)


def parts(text: str, arguments: str = "re im") -> Written:
    """The real and the imaginary part of the complex expression ``text``, as one real array."""
    return expression(arguments, f"(lambda w: xp.stack([xp.real(w), xp.imag(w)]))({text})")


def complex_variant(
    name: str,
    draws: tuple[Draw, Draw] = (SIGNED, SIGNED),
    points: Sequence[At] = (),
    *,
    real: bool = False,
) -> Variant:
    """The function of z = re + i·im, as a function of two real arrays; ``real`` if its value is."""
    text = f"xp.{name}(re + 1j * im)"
    return Variant(
        "complex",
        expression("re im", text) if real else parts(text),
        (*broadcast(*draws, count=2), *points),
        ("re", "im"),
        uses=(name,) if real else (name, "real", "imag"),
        operations=4,
        third=False,
    )
