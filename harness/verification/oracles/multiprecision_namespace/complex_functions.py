"""Elementary functions of complex numbers that MPC lacks, from those that it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

__all__ = ["with_complex_operands"]


def with_complex_operands(
    functions: Mapping[str, Callable[..., Any]], real: SimpleNamespace, complex_type: type
) -> dict[str, Callable[..., Any]]:
    """``functions`` of one number, where those for reals alone take ``complex_type`` too."""
    theirs = {"expm1": _expm1, "log1p": _log1p, "log2": _log2}

    def either(name: str) -> Callable[[Any], Any]:
        of_real, of_complex = functions[name], theirs[name]

        def function(x: Any) -> Any:
            return of_complex(real, complex_type, x) if type(x) is complex_type else of_real(x)

        return function

    return {**functions, **{name: either(name) for name in theirs}}


def _expm1(real: SimpleNamespace, complex_type: type, z: Any) -> Any:
    """exp(x + iy) - 1 without cancellation: expm1(x) cos y - 2 sin²(y/2), exp(x) sin y."""
    x, y = z.real, z.imag
    half = real.sin(y / 2)
    return complex_type(real.expm1(x) * real.cos(y) - 2 * half * half, real.exp(x) * real.sin(y))


def _log1p(real: SimpleNamespace, complex_type: type, z: Any) -> Any:
    """log(1 + z): its real part is log1p(2x + x² + y²)/2."""
    x, y = z.real, z.imag
    return complex_type(real.log1p(2 * x + x * x + y * y) / 2, real.atan2(y, 1 + x))


def _log2(real: SimpleNamespace, complex_type: type, z: Any) -> Any:
    return real.log(z) / real.log(2)
