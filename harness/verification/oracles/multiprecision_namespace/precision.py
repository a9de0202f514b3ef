"""Numbers of a chosen precision, real or complex, and NumPy arrays of them.

Three kinds: MPFR numbers (gmpy2, about 0.1 µs a multiplication), mpmath's own (ten times
slower, always installed), and NumPy's extended floating point. All of them are exact on what
they are given: a float64 argument or a constant such as 0.1 in a problem's code enters as the
number that the float is.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import math
import operator
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import ModuleType
from typing import Any

import mpmath
import numpy as np

from harness.verification.oracles.multiprecision_namespace.float_numbers import FloatNumbers
from harness.verification.oracles.multiprecision_namespace.functions import (
    Scalars,
    gmpy2_scalars,
    mpmath_scalars,
    vectorised,
)
from harness.verification.oracles.multiprecision_namespace.kinds import Numbers

__all__ = [
    "FloatNumbers",
    "GmpyNumbers",
    "MpmathNumbers",
    "Numbers",
    "extended_numbers",
    "multiprecision_numbers",
]

_BITS_PER_DIGIT = math.log2(10)


class _ObjectNumbers(Numbers):
    """What the two kinds of object arrays share; a subclass knows its scalar constructor."""

    dtype = np.dtype(object)

    def __init__(self, name: str, digits: int, scalars: Scalars) -> None:
        self.name = name
        self.digits = digits
        self.scalars = scalars
        self.elementwise = vectorised(scalars)
        self._scalar: Callable[[Any], Any] = scalars.number

    @abstractmethod
    def _precision(self) -> AbstractContextManager[Any]:
        """The library's own context."""

    @contextmanager
    def computing(self) -> Iterator[None]:
        """The library's precision, and NumPy silent about what does not fit into a float."""
        with np.errstate(all="ignore"), self._precision():
            yield

    def array(self, x: Any) -> np.ndarray:
        """Each float as the number that it is; a long double as the sum of two floats."""
        plain = np.asarray(x)
        if plain.dtype.kind == "c":
            unit = self.scalars.complex_number(0, 1)
            return np.asarray(self.array(plain.real) + unit * self.array(plain.imag), dtype=object)
        if plain.dtype.kind != "f":
            return plain
        if plain.dtype.itemsize > 8:
            high, low = plain.astype(np.float64), np.zeros(plain.shape)
            finite = np.isfinite(high)
            low[finite] = (plain[finite] - high[finite]).astype(np.float64)
            return np.asarray(self._each(high) + self._each(low), dtype=object)
        return self._each(plain.astype(np.float64))

    def each(self, name: str, *operands: Any) -> np.ndarray:
        """Element by element, in Python."""
        function = np.frompyfunc(getattr(self.scalars, name), len(operands), 1)
        return np.asarray(function(*operands), dtype=object)

    def number(self, x: float) -> Any:
        """The float, or the integer, that it is."""
        return self._scalar(x)

    def split(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The nearest float, and the float nearest to what is left."""
        plain = np.asarray(x)
        if self.is_complex(plain):
            parts = (np.frompyfunc(operator.attrgetter(part), 1, 1) for part in ("real", "imag"))
            real, imag = (self.split(np.asarray(part(plain))) for part in parts)
            return real[0] + 1j * imag[0], real[1] + 1j * imag[1]
        high, low = np.empty(plain.shape), np.zeros(plain.shape)
        for index, number in np.ndenumerate(plain):
            high[index] = leading = float(number)
            if math.isfinite(leading):
                low[index] = float(number - self._scalar(leading))
        return high, low

    def _each(self, x: np.ndarray) -> np.ndarray:
        # frompyfunc turns a 0-d array into a scalar; the shape is wanted back.
        return np.asarray(np.frompyfunc(self._scalar, 1, 1)(x), dtype=object).reshape(x.shape)


class GmpyNumbers(_ObjectNumbers):
    """MPFR numbers with ``digits`` decimal digits, correctly rounded, through gmpy2."""

    def __init__(self, digits: int) -> None:
        """ImportError without gmpy2."""
        self._gmpy2: ModuleType = importlib.import_module("gmpy2")
        super().__init__("gmpy2", digits, gmpy2_scalars())

    @property
    def bits(self) -> int:
        """MPFR's precision."""
        return math.ceil(self.digits * _BITS_PER_DIGIT)

    def guarded(self, bits: int) -> AbstractContextManager[Any]:
        """The present precision and ``bits`` more."""
        precision = self._gmpy2.get_context().precision + bits
        context: AbstractContextManager[Any] = self._gmpy2.context(precision=precision)
        return context

    def _precision(self) -> AbstractContextManager[Any]:
        # A new context: a user's traps and rounding do not reach into the judge. Built anew
        # each time, for a context that is entered twice forgets where it came from.
        context: AbstractContextManager[Any] = self._gmpy2.context(precision=self.bits)
        return context


class MpmathNumbers(_ObjectNumbers):
    """mpmath's numbers with ``digits`` decimal digits: what is there without gmpy2."""

    def __init__(self, digits: int) -> None:
        """Any number of digits."""
        super().__init__("mpmath", digits, mpmath_scalars())

    @property
    def bits(self) -> int:
        """mpmath's precision."""
        return int(mpmath.libmp.dps_to_prec(self.digits))

    def guarded(self, bits: int) -> AbstractContextManager[Any]:
        """The present precision and ``bits`` more."""
        context: AbstractContextManager[Any] = mpmath.extraprec(bits)
        return context

    def _precision(self) -> AbstractContextManager[Any]:
        context: AbstractContextManager[Any] = mpmath.workdps(self.digits)
        return context


def multiprecision_numbers(digits: int) -> Numbers:
    """Numbers of ``digits`` decimal digits: gmpy2's where it is installed, else mpmath's."""
    return GmpyNumbers(digits) if _has_gmpy2() else MpmathNumbers(digits)


def extended_numbers() -> Numbers:
    """What closed forms are evaluated in: 64-bit significands, or 34 digits without them.

    ``longdouble`` is IEEE double on some platforms, which would prove nothing there.
    """
    if np.finfo(np.longdouble).eps < 2.0**-60:
        return FloatNumbers(np.longdouble)
    return multiprecision_numbers(34)


@functools.cache
def _has_gmpy2() -> bool:
    return importlib.util.find_spec("gmpy2") is not None
