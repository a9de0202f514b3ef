"""``real``, ``imag`` and ``conj`` of the array API standard 2024.12, of real and complex arrays.

A complex number comes in as two real arrays and goes out as two, so that what is judged is real.
"""

from __future__ import annotations

from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import Entry, Kind, Variant
from harness.problems.catalogue.points import at, broadcast
from harness.problems.catalogue.ufuncs import SIGNED, complex_variant

__all__ = ["COMPLEX"]


def _of_real(name: str) -> Variant:
    """``real`` and ``conj`` of a real array are that array, which a library may hand back."""
    points = (*broadcast(SIGNED), *at(0.0, -0.0))
    return Variant("", expression("x", f"1.5 * xp.{name}(x)"), points, operations=2)


def _of_square(name: str) -> Variant:
    """A part of z², which depends on both parts of z."""
    return Variant(
        "complex,of-square",
        expression("re im", f"(lambda z: xp.{name}(z * z))(re + 1j * im)"),
        broadcast(SIGNED, SIGNED, count=3),
        ("re", "im"),
        operations=4,
    )


COMPLEX: tuple[Entry, ...] = (
    Entry(
        "array_api.real",
        "real",
        Kind.SMOOTH,
        "everywhere",
        (_of_real("real"), complex_variant("real", real=True), _of_square("real")),
    ),
    Entry(
        "array_api.imag",
        "imag",
        Kind.SMOOTH,
        "everywhere; of complex arrays alone",
        (complex_variant("imag", real=True), _of_square("imag")),
    ),
    Entry(
        "array_api.conj",
        "conj",
        Kind.SMOOTH,
        "everywhere, as a function of the real and the imaginary part",
        (_of_real("conj"), complex_variant("conj")),
    ),
)
