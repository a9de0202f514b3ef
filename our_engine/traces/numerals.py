"""Numbers and arrays as text, rounded and, if they are large, cut short."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

ELEMENTS = 6
"""Arrays of more elements are shown by their shape and the first ones."""


def number_text(value: Any, digits: int) -> str:
    """A number with so many significant digits; booleans by name, integers in full."""
    kind = np.result_type(value).kind
    if kind == "b":
        return str(bool(value))
    if kind in "iu":
        return str(int(value))
    if kind == "c":
        imaginary = number_text(abs(value.imag), digits)
        sign = "-" if math.copysign(1.0, value.imag) < 0 else "+"
        return f"({number_text(value.real, digits)} {sign} {imaginary}i)"
    # Adding zero turns -0 into 0.
    return f"{float(value) + 0.0:.{digits}g}"


def array_text(array: Any, digits: int) -> str:
    """[1, 2, 3], or shape (16, 10): [0.1, 0.2, 0.3, …]; a tuple output by output."""
    if isinstance(array, tuple):
        return "(" + ", ".join(array_text(a, digits) for a in array) + ")"
    x = np.asarray(array)
    if not x.ndim:
        return number_text(x[()], digits)
    if x.size <= ELEMENTS:
        return _nested(x, digits)
    shown = ", ".join(number_text(v, min(digits, 4)) for v in x.reshape(-1)[:3])
    return f"shape {shape_text(x.shape)}: [{shown}, …]"


def shape_text(shape: tuple[int, ...]) -> str:
    """(16, 10), or (16,)."""
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def _nested(x: Any, digits: int) -> str:
    if x.ndim == 1:
        return "[" + ", ".join(number_text(v, digits) for v in x) + "]"
    return "[" + ", ".join(_nested(row, digits) for row in x) + "]"
