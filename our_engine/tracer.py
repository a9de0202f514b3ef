# ruff: noqa: D105 - the operators are what they say
"""The tracer: an array that writes what is done to it on a tape.

The operators on scalars are written out: they are what a program of many small steps spends its
time on. A scalar float64 is held as a Python float, and its partial derivatives go bare on the
tape. Everything else goes by the rule table.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .dispatch import array_function, array_ufunc
from .methods import ArrayMethods
from .primitives import TABLE
from .recording import record
from .types import Array, Settings

_new = object.__new__
_NONE: Settings = {}


class Tracer(ArrayMethods):
    """A traced array; see `our_engine.grad` for how one comes to be."""

    __slots__ = ()
    __array_ufunc__ = array_ufunc
    __array_function__ = array_function

    def __add__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float:
            tape = self.tape
            if type(other) is Tracer:
                b = other.value
                if type(b) is float and other.tape is tape:
                    y = _new(Tracer)
                    y.value = a + b
                    y.tape = tape
                    y.index = len(tape)
                    tape.append((self.index, 1.0, other.index, 1.0))
                    return y
            elif isinstance(other, (float, int)):
                y = _new(Tracer)
                y.value = a + float(other)
                y.tape = tape
                y.index = len(tape)
                tape.append((self.index, 1.0))
                return y
        return _binary(np.add, self, other)

    def __radd__(self, other: Any) -> Array:
        if type(self.value) is float and isinstance(other, (float, int)):
            return self + other
        return _binary(np.add, other, self)

    def __sub__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float:
            tape = self.tape
            if type(other) is Tracer:
                b = other.value
                if type(b) is float and other.tape is tape:
                    y = _new(Tracer)
                    y.value = a - b
                    y.tape = tape
                    y.index = len(tape)
                    tape.append((self.index, 1.0, other.index, -1.0))
                    return y
            elif isinstance(other, (float, int)):
                return _scalar(self, a - float(other), 1.0)
        return _binary(np.subtract, self, other)

    def __rsub__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float and isinstance(other, (float, int)):
            return _scalar(self, float(other) - a, -1.0)
        return _binary(np.subtract, other, self)

    def __mul__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float:
            tape = self.tape
            if type(other) is Tracer:
                b = other.value
                if type(b) is float and other.tape is tape:
                    y = _new(Tracer)
                    y.value = a * b
                    y.tape = tape
                    y.index = len(tape)
                    tape.append((self.index, b, other.index, a))
                    return y
            elif isinstance(other, (float, int)):
                b = float(other)
                y = _new(Tracer)
                y.value = a * b
                y.tape = tape
                y.index = len(tape)
                tape.append((self.index, b))
                return y
        return _binary(np.multiply, self, other)

    def __rmul__(self, other: Any) -> Array:
        if type(self.value) is float and isinstance(other, (float, int)):
            return self * other
        return _binary(np.multiply, other, self)

    def __truediv__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float:
            if type(other) is Tracer:
                b = other.value
                # A zero divisor takes NumPy's way, which is inf and a warning, not an exception.
                if type(b) is float and other.tape is self.tape and b:
                    q = a / b
                    y = _scalar(self, q, 0.0)
                    self.tape[-1] = (self.index, 1.0 / b, other.index, -q / b)
                    return y
            elif isinstance(other, (float, int)) and other:
                b = float(other)
                return _scalar(self, a / b, 1.0 / b)
        return _binary(np.divide, self, other)

    def __rtruediv__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float and a and isinstance(other, (float, int)):
            q = float(other) / a
            return _scalar(self, q, -q / a)
        return _binary(np.divide, other, self)

    def __pow__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float and a and isinstance(other, (float, int)):
            b = float(other)
            if b == 2.0:
                return _scalar(self, a * a, 2.0 * a)
            try:
                y = a**b
                if type(y) is float:
                    return _scalar(self, y, b * a ** (b - 1.0))
            except OverflowError:
                pass
        # NumPy's operator takes these two exponents this way, and so gives the same bits.
        elif other.__class__ in (int, float) and (other == 2 or other == 0.5):
            return record(TABLE[np.square if other == 2 else np.sqrt], (self,), _NONE)
        return _binary(np.power, self, other)

    def __rpow__(self, other: Any) -> Array:
        return _binary(np.power, other, self)

    def __neg__(self) -> Array:
        a = self.value
        if type(a) is float:
            return _scalar(self, -a, -1.0)
        return record(TABLE[np.negative], (self,), _NONE)

    def __pos__(self) -> Array:
        return record(TABLE[np.positive], (self,), _NONE)

    def __abs__(self) -> Array:
        return record(TABLE[np.absolute], (self,), _NONE)

    def __matmul__(self, other: Any) -> Array:
        return _binary(np.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Array:
        return _binary(np.matmul, other, self)

    def __mod__(self, other: Any) -> Array:
        return _binary(np.remainder, self, other)

    def __rmod__(self, other: Any) -> Array:
        return _binary(np.remainder, other, self)

    def __floordiv__(self, other: Any) -> Array:
        return _binary(np.floor_divide, self, other)

    def __rfloordiv__(self, other: Any) -> Array:
        return _binary(np.floor_divide, other, self)

    def __divmod__(self, other: Any) -> Any:
        return _binary(np.divmod, self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return _binary(np.divmod, other, self)


def _scalar(x: Tracer, value: float, factor: float) -> Tracer:
    tape = x.tape
    y = _new(Tracer)
    y.value = value
    y.tape = tape
    y.index = len(tape)
    tape.append((x.index, factor))
    return y


def _binary(ufunc: np.ufunc, a: Any, b: Any) -> Any:
    if isinstance(a, _FOREIGN) or isinstance(b, _FOREIGN):
        return NotImplemented
    return record(TABLE[ufunc], (a, b), _NONE)


_FOREIGN = (str, bytes, dict, set, type(None))


def new_tracer(value: Array, tape: Any) -> Tracer:
    """An input of the tape: a node with the empty entry."""
    x = _new(Tracer)
    x.value = value
    x.tape = tape
    x.index = len(tape)
    tape.append(())
    return x
