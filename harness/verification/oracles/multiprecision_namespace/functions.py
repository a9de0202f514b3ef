"""The functions of one number that gmpy2, mpmath and NumPy have, by their names in the standard.

gmpy2's are MPFR's and MPC's: correctly rounded, NaN outside their domains, IEEE 754 at ±0 and
±inf. mpmath's are kept to the reals for real operands, and give NaN where it raises; it has no
negative zero. Neither overflows where a float does: exp(800) is a number here, and becomes
infinite only when a result is made a float. MPFR's exponents end at ±2^30, mpmath's nowhere.
"""

from __future__ import annotations

import functools
import importlib
import operator
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import mpmath
import numpy as np

from harness.verification.oracles.multiprecision_namespace.complex_functions import (
    with_complex_operands,
)

__all__ = [
    "Elementwise",
    "Scalars",
    "float_scalars",
    "gmpy2_scalars",
    "mpmath_scalars",
    "vectorised",
]

Elementwise = Mapping[str, Callable[..., Any]]
"""Functions of plain object arrays by name."""

Scalars = SimpleNamespace
"""Functions of single numbers, among them ``number`` and ``complex_number``, the constructors."""

_UNARY = (
    *("acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "exp", "expm1"),
    *("floor", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh"),
)
_BINARY = ("atan2", "hypot")

# NumPy's name where it is not the standard's.
_ARC = {f"a{name}": f"arc{name}" for name in ("cos", "cosh", "sin", "sinh", "tan", "tan2", "tanh")}


@functools.cache
def gmpy2_scalars() -> Scalars:
    """MPFR's and MPC's; ImportError without gmpy2."""
    gmpy2 = importlib.import_module("gmpy2")
    real = {name: getattr(gmpy2, name) for name in (*_UNARY, *_BINARY)}
    # Its floor and ceil give integers, and so raise at infinities and NaN.
    real |= {"floor": gmpy2.rint_floor, "ceil": gmpy2.rint_ceil}
    return Scalars(
        **with_complex_operands(real, SimpleNamespace(**real), gmpy2.mpc),
        divide=_gmpy2_divide(gmpy2),
        power=operator.pow,
        number=gmpy2.mpfr,
        complex_number=gmpy2.mpc,
        complex_type=gmpy2.mpc,
        nearest=gmpy2.rint,
        trunc=gmpy2.rint_trunc,
        is_signed=gmpy2.is_signed,
        **{name: getattr(gmpy2, name) for name in ("gamma", "digamma", "erf", "erfc")},
        lgamma=lambda x: gmpy2.lgamma(x)[0],
        li2=gmpy2.li2,
        ei=gmpy2.eint,
        jn=lambda n, x: gmpy2.jn(int(n), x),
        yn=lambda n, x: gmpy2.yn(int(n), x),
        pi=gmpy2.const_pi,
        to_mpmath=_to_mpmath,
        from_mpmath=_from_mpmath(gmpy2),
    )


@functools.cache
def mpmath_scalars() -> Scalars:
    """mpmath's, on the reals for real operands."""
    functions = {name: _real(getattr(mpmath, name)) for name in _UNARY if name != "log2"}
    functions["log2"] = _real(lambda x: mpmath.log(x, 2))
    return Scalars(
        **functions,
        atan2=_mpmath_atan2,
        hypot=_mpmath_hypot,
        divide=_mpmath_divide,
        power=_mpmath_pow,
        number=mpmath.mpf,
        complex_number=mpmath.mpc,
        complex_type=mpmath.mpc,
        nearest=mpmath.nint,
        trunc=lambda x: mpmath.ceil(x) if x < 0 else mpmath.floor(x),
        is_signed=lambda x: x < 0,
        gamma=_real(mpmath.gamma),
        lgamma=_mpmath_lgamma,
        digamma=_real(mpmath.digamma),
        erf=_real(mpmath.erf),
        erfc=_real(mpmath.erfc),
        li2=lambda x: mpmath.re(mpmath.polylog(2, x)),
        ei=_real(mpmath.ei),
        jn=lambda n, x: _real(functools.partial(mpmath.besselj, int(n)))(x),
        yn=_mpmath_yn,
        pi=lambda: +mpmath.pi,
        to_mpmath=lambda x: x,
        from_mpmath=lambda x: x,
    )


@functools.cache
def float_scalars(dtype: np.dtype[Any]) -> Scalars:
    """NumPy's, as far as factorisations need them."""
    functions = {name: getattr(np, _ARC.get(name, name)) for name in (*_UNARY, *_BINARY)}
    complex_type = np.result_type(dtype, np.complex64).type
    return Scalars(
        **functions,
        divide=operator.truediv,
        power=operator.pow,
        number=dtype.type,
        complex_number=lambda x, y=0.0: complex_type(x) + complex_type(1j) * complex_type(y),
        complex_type=np.complexfloating,
        nearest=np.rint,
        trunc=np.trunc,
        is_signed=np.signbit,
        pi=lambda: dtype.type(4) * np.arctan(dtype.type(1)),
    )


def vectorised(scalars: Scalars) -> Elementwise:
    """The standard's functions among ``scalars``, on object arrays."""
    unary = {name: np.frompyfunc(getattr(scalars, name), 1, 1) for name in _UNARY}
    return unary | {
        **{name: np.frompyfunc(getattr(scalars, name), 2, 1) for name in _BINARY},
        "divide": np.frompyfunc(scalars.divide, 2, 1),
        "pow": np.frompyfunc(scalars.power, 2, 1),
    }


def _gmpy2_divide(gmpy2: Any) -> Callable[[Any, Any], Any]:
    def divide(x: Any, y: Any) -> Any:
        # Two integers would give a fraction of Python's, or raise.
        return gmpy2.mpfr(x) / y if isinstance(x, int) else x / y

    return divide


def _to_mpmath(x: Any) -> Any:
    """An MPFR or MPC number as mpmath's, exactly."""
    if not hasattr(x, "as_mantissa_exp"):
        return mpmath.mpc(_to_mpmath(x.real), _to_mpmath(x.imag))
    if x - x != 0:
        return mpmath.mpf(float(x))
    mantissa, exponent = x.as_mantissa_exp()
    return mpmath.mp.make_mpf(mpmath.libmp.from_man_exp(mpmath.libmp.MPZ(mantissa), int(exponent)))


def _from_mpmath(gmpy2: Any) -> Callable[[Any], Any]:
    def convert(x: Any) -> Any:
        """mpmath's number as an MPFR or MPC number, rounded to the context."""
        if isinstance(x, mpmath.mpc):
            return gmpy2.mpc(convert(x.real), convert(x.imag))
        if not mpmath.isfinite(x):
            return gmpy2.mpfr(float(x))
        sign, mantissa, exponent, _ = x._mpf_
        return gmpy2.mpfr(-mantissa if sign else mantissa) * gmpy2.mpfr(2) ** exponent

    return convert


def _real(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """``function`` on the reals: mpmath has a complex sqrt(-1), and raises at some poles."""

    def real(x: Any) -> Any:
        try:
            y = function(x)
        except (ValueError, ZeroDivisionError):
            return mpmath.nan
        is_left = isinstance(y, mpmath.mpc) and not isinstance(x, mpmath.mpc)
        return mpmath.nan if is_left else y

    return real


def _mpmath_divide(x: Any, y: Any) -> Any:
    try:
        return (x if isinstance(x, mpmath.mpc) else mpmath.mpf(x)) / y
    except ZeroDivisionError:
        if x == 0 or x != x:
            return mpmath.nan
        if isinstance(x, mpmath.mpc):
            return mpmath.mpc(mpmath.inf, mpmath.inf)
        return mpmath.inf if x > 0 else -mpmath.inf


def _mpmath_pow(x: Any, y: Any) -> Any:
    if y == 0 or x == 1:
        return mpmath.mpf(1)
    if abs(y) == mpmath.inf and not isinstance(x, mpmath.mpc):
        size = abs(mpmath.mpf(x))
        if size == 1 or size != size:
            return size
        return mpmath.inf if (size > 1) == (y > 0) else mpmath.mpf(0)
    if x == -mpmath.inf and y == y and not mpmath.isint(y):
        return mpmath.inf if y > 0 else mpmath.mpf(0)
    given = isinstance(x, mpmath.mpc) or isinstance(y, mpmath.mpc)
    try:
        power = (x if isinstance(x, mpmath.mpc) else mpmath.mpf(x)) ** y
    except ZeroDivisionError:
        return mpmath.inf
    return mpmath.nan if isinstance(power, mpmath.mpc) and not given else power


def _mpmath_atan2(y: Any, x: Any) -> Any:
    if x != x or y != y:
        return mpmath.nan
    if abs(x) == mpmath.inf and abs(y) == mpmath.inf:
        x, y = mpmath.sign(x), mpmath.sign(y)
    return mpmath.atan2(y, x)


def _mpmath_hypot(x: Any, y: Any) -> Any:
    # An infinite leg is enough, whatever the other one is.
    return mpmath.inf if mpmath.inf in (abs(x), abs(y)) else mpmath.hypot(x, y)


def _mpmath_lgamma(x: Any) -> Any:
    """log|Γ(x)|, infinite at the poles."""
    if x <= 0 and mpmath.isint(x):
        return mpmath.inf
    return mpmath.inf if mpmath.isinf(x) else mpmath.re(mpmath.loggamma(x))


def _mpmath_yn(n: int, x: Any) -> Any:
    if x == 0:
        return -mpmath.inf
    return mpmath.nan if x < 0 else _real(functools.partial(mpmath.bessely, int(n)))(x)
