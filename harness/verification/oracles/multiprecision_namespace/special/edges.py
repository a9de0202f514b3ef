"""What the special functions ask of a number before they compute."""

from __future__ import annotations

import math
from typing import Any

from harness.verification.oracles.multiprecision_namespace.precision import Numbers

__all__ = ["exponent", "is_finite", "is_integer", "is_pole", "negligible"]


def is_finite(x: Any) -> bool:
    """Whether it is neither infinite nor NaN."""
    return bool(x - x == 0)


def is_integer(numbers: Numbers, x: Any) -> bool:
    """Whether a finite number is whole."""
    return bool(is_finite(x) and numbers.scalars.nearest(x) == x)


def is_pole(numbers: Numbers, x: Any) -> bool:
    """Whether it is 0, -1, -2, …, where Γ has its poles."""
    return bool(x <= 0 and is_integer(numbers, x))


def exponent(*xs: Any) -> int:
    """Bits before the point of the largest of finite ``xs``; 0 for small ones.

    So many guard bits let two numbers of that size cancel down to 1.
    """
    most = 0
    for x in xs:
        size = abs(x)
        if size > 1:
            leading = float(size)
            # Beyond the range of floats the square root is within it.
            halvings = 0
            while math.isinf(leading) and halvings < 40:
                size, halvings = size**0.5, halvings + 1
                leading = float(size)
            most = max(most, math.ceil(math.log2(leading)) * 2**halvings)
    return most


def negligible(numbers: Numbers, guard: int) -> Any:
    """Half a unit in the last place, with ``guard`` bits more: where a sum of terms may end."""
    return numbers.number(2) ** -(numbers.bits + guard)
