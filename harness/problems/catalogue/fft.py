"""Fourier transforms of the array API standard 2024.12, as real functions of real arrays.

A complex input is made of two real ones, and a complex output is split into its parts again,
so that derivatives are those of real calculus and no convention for complex ones enters.
"""

from __future__ import annotations

from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import Entry, Kind, Shape, Variant
from harness.problems.catalogue.points import generic, uniform

__all__ = ["FFT"]

_SIGNED = uniform(-2.0, 2.0)
_PARTS = "xp.stack([xp.real({0}), xp.imag({0})])"


def _from_complex(function: str, name: str, keywords: str, shape: Shape) -> Variant:
    """A transform of ``re + 1j * im``; complex output."""
    text = _PARTS.format(f"xp.fft.{function}(re + 1j * im{keywords})")
    return Variant(
        name,
        expression("re im", text),
        generic((_SIGNED, shape), (_SIGNED, shape)),
        ("re", "im"),
        operations=12,
    )


def _from_real(function: str, name: str, keywords: str, shape: Shape) -> Variant:
    """A transform of a real array; complex output."""
    text = _PARTS.format(f"xp.fft.{function}(x{keywords})")
    return Variant(name, expression("x", text), generic((_SIGNED, shape)), operations=12)


def _to_real(function: str, name: str, keywords: str, shape: Shape) -> Variant:
    """A transform of ``re + 1j * im``; real output."""
    text = f"xp.fft.{function}(re + 1j * im{keywords})"
    return Variant(
        name,
        expression("re im", text),
        generic((_SIGNED, shape), (_SIGNED, shape)),
        ("re", "im"),
        operations=12,
    )


def _entry(function: str, *variants: Variant) -> Entry:
    return Entry(f"fft.{function}", f"fft.{function}", Kind.SMOOTH, "everywhere", variants)


_ONE_AXIS = (
    ("", "", (4,)),
    ("odd", "", (3,)),
    ("n=5,padded", ", n=5", (3,)),
    ("n=2,cut", ", n=2", (4,)),
    ("axis=0", ", axis=0", (3, 2)),
    ("norm=ortho", ", norm='ortho'", (3,)),
    ("norm=forward", ", norm='forward'", (4,)),
)
_HALF_TO_REAL = (
    ("", "", (3,)),
    ("n=5,odd", ", n=5", (3,)),
    ("n=3,cut", ", n=3", (3,)),
    ("n=6,padded", ", n=6", (3,)),
    ("axis=0", ", axis=0", (3, 2)),
    ("norm=ortho", ", norm='ortho'", (3,)),
    ("norm=forward,n=3", ", n=3, norm='forward'", (2,)),
)
_MORE_AXES = (
    ("", "", (2, 3)),
    ("axes=(0,)", ", axes=(0,)", (3, 2)),
    ("s=(3,2),axes=(0,1)", ", s=(3, 2), axes=(0, 1)", (2, 3)),
    ("norm=ortho", ", norm='ortho'", (2, 2)),
)
_MORE_TO_REAL = (
    ("", "", (2, 2)),
    ("s=(2,3),axes=(0,1)", ", s=(2, 3), axes=(0, 1)", (2, 2)),
    ("norm=ortho", ", norm='ortho'", (2, 2)),
)

_SHIFTS = (("", "", (5,)), ("even", "", (4,)), ("axes=(0,)", ", axes=(0,)", (3, 2)))

FFT: tuple[Entry, ...] = (
    *(_entry(f, *(_from_complex(f, *row) for row in _ONE_AXIS)) for f in ("fft", "ifft")),
    *(_entry(f, *(_from_complex(f, *row) for row in _MORE_AXES)) for f in ("fftn", "ifftn")),
    *(_entry(f, *(_from_real(f, *row) for row in _ONE_AXIS)) for f in ("rfft", "ihfft")),
    *(_entry(f, *(_to_real(f, *row) for row in _HALF_TO_REAL)) for f in ("irfft", "hfft")),
    _entry("rfftn", *(_from_real("rfftn", *row) for row in _MORE_AXES)),
    _entry("irfftn", *(_to_real("irfftn", *row) for row in _MORE_TO_REAL)),
    *(
        _entry(
            f,
            *(
                Variant(name, expression("x", f"xp.fft.{f}(x{given})"), generic((_SIGNED, shape)))
                for name, given, shape in _SHIFTS
            ),
        )
        for f in ("fftshift", "ifftshift")
    ),
)
