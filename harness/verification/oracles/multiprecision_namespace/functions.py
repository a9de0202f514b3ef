"""The elementwise functions of gmpy2 and mpmath by their names in the array API standard."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Mapping
from typing import Any

import mpmath
import numpy as np

__all__ = ["Elementwise", "gmpy2_functions", "mpmath_functions"]

Elementwise = Mapping[str, Callable[..., Any]]
"""Functions of plain object arrays by name."""

# The array API standard's name, gmpy2's and mpmath's.
_UNARY: tuple[tuple[str, str, str], ...] = (
    ("acos", "acos", "acos"),
    ("acosh", "acosh", "acosh"),
    ("asin", "asin", "asin"),
    ("asinh", "asinh", "asinh"),
    ("atan", "atan", "atan"),
    ("atanh", "atanh", "atanh"),
    ("ceil", "ceil", "ceil"),
    ("cos", "cos", "cos"),
    ("cosh", "cosh", "cosh"),
    ("exp", "exp", "exp"),
    ("expm1", "expm1", "expm1"),
    ("floor", "floor", "floor"),
    ("log", "log", "log"),
    ("log10", "log10", "log10"),
    ("log1p", "log1p", "log1p"),
    ("sin", "sin", "sin"),
    ("sinh", "sinh", "sinh"),
    ("sqrt", "sqrt", "sqrt"),
    ("tan", "tan", "tan"),
    ("tanh", "tanh", "tanh"),
)


@functools.cache
def gmpy2_functions() -> Elementwise:
    """MPFR's, correctly rounded, NaN outside their domains; ImportError without gmpy2."""
    gmpy2 = importlib.import_module("gmpy2")
    functions = {name: getattr(gmpy2, theirs) for name, theirs, _ in _UNARY}
    functions["log2"] = gmpy2.log2
    return _vectorised(functions) | _vectorised(
        {"atan2": gmpy2.atan2, "hypot": gmpy2.hypot}, arity=2
    )


@functools.cache
def mpmath_functions() -> Elementwise:
    """mpmath's, kept to the reals; ``divide`` and ``pow`` among them, for its own ones raise."""
    functions = {name: _real(getattr(mpmath, theirs)) for name, _, theirs in _UNARY}
    functions["log2"] = _real(lambda x: mpmath.log(x, 2))
    binary = {
        "atan2": mpmath.atan2,
        "hypot": mpmath.hypot,
        "divide": _mpmath_divide,
        "pow": _mpmath_pow,
    }
    return _vectorised(functions) | _vectorised(binary, arity=2)


def _vectorised(
    functions: Mapping[str, Callable[..., Any]], arity: int = 1
) -> dict[str, Callable[..., Any]]:
    return {name: np.frompyfunc(f, arity, 1) for name, f in functions.items()}


def _real(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """``function`` on the reals: mpmath has a complex sqrt(-1), and raises at some poles."""

    def real(x: Any) -> Any:
        try:
            y = function(x)
        except (ValueError, ZeroDivisionError):
            return mpmath.nan
        return mpmath.nan if isinstance(y, mpmath.mpc) else y

    return real


def _mpmath_divide(x: Any, y: Any) -> Any:
    try:
        return mpmath.mpf(x) / y
    except ZeroDivisionError:
        if x == 0 or x != x:
            return mpmath.nan
        return mpmath.inf if x > 0 else -mpmath.inf


def _mpmath_pow(x: Any, y: Any) -> Any:
    try:
        power = mpmath.mpf(x) ** y
    except ZeroDivisionError:
        return mpmath.inf
    return mpmath.nan if isinstance(power, mpmath.mpc) else power
