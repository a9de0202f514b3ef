# ruff: noqa: D105 - the operators are what they say
"""The tracer: an array that writes what is done to it on a tape.

Operators are methods, which costs a sixth of a way through NumPy's protocols; those on scalars
are worked out here (see `scalars`), all others go by the rule table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .basis import Diagonal
from .dispatch import array_function, array_ufunc
from .in_place import in_place
from .methods import ArrayMethods
from .node import INPUTS
from .primitives import TABLE
from .recording import record_binary, record_unary
from .scalars import of_one, of_two
from .stand_in import StandIn
from .types import Array

_new = object.__new__
_NUMBER = (float, int)


class Tracer(ArrayMethods):
    """A traced array; see `our_engine.grad` for how one comes to be."""

    __slots__ = ()
    __array_ufunc__ = array_ufunc
    __array_function__ = array_function

    def __add__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float:
            if isinstance(other, Tracer):
                b = other.value
                if type(b) is float and other.tape is self.tape:
                    return of_two(self, 1.0, other, 1.0, a + b)
            elif isinstance(other, _NUMBER):
                return of_one(self, a + float(other), 1.0)
        return _direct(np.add, self, other)

    def __radd__(self, other: Any) -> Array:
        if type(self.value) is float and isinstance(other, _NUMBER):
            return self + other
        return _reflected(np.add, other, self)

    def __sub__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float:
            if isinstance(other, Tracer):
                b = other.value
                if type(b) is float and other.tape is self.tape:
                    return of_two(self, 1.0, other, -1.0, a - b)
            elif isinstance(other, _NUMBER):
                return of_one(self, a - float(other), 1.0)
        return _direct(np.subtract, self, other)

    def __rsub__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float and isinstance(other, _NUMBER):
            y = of_one(self, float(other) - a, -1.0)
            return _like_operands(y, self, other) if self.weak else y
        return _reflected(np.subtract, other, self)

    def __mul__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float:
            if isinstance(other, Tracer):
                b = other.value
                if type(b) is float and other.tape is self.tape:
                    return of_two(self, b, other, a, a * b)
            elif isinstance(other, _NUMBER):
                b = float(other)
                return of_one(self, a * b, b)
        return _direct(np.multiply, self, other)

    def __rmul__(self, other: Any) -> Array:
        if type(self.value) is float and isinstance(other, _NUMBER):
            return self * other
        return _reflected(np.multiply, other, self)

    def __truediv__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float:
            if isinstance(other, Tracer):
                b = other.value
                # A zero divisor takes NumPy's way, which is inf and a warning, not an exception.
                if type(b) is float and other.tape is self.tape and b:
                    q = a / b
                    return of_two(self, 1.0 / b, other, -q / b, q)
            elif isinstance(other, _NUMBER) and other:
                b = float(other)
                return of_one(self, a / b, 1.0 / b)
        return _direct(np.divide, self, other)

    def __rtruediv__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float and a and isinstance(other, _NUMBER):
            q = float(other) / a
            y = of_one(self, q, -q / a)
            return _like_operands(y, self, other) if self.weak else y
        return _reflected(np.divide, other, self)

    def __pow__(self, other: Any) -> Array:
        a = self.value
        if type(a) is float and a and isinstance(other, _NUMBER):
            b = float(other)
            if b == 2.0:
                return of_one(self, a * a, 2.0 * a)
            try:
                y = a**b
                if type(y) is float:
                    return of_one(self, y, b * a ** (b - 1.0))
            except OverflowError:
                pass
        # NumPy's operator takes these two exponents this way, and so gives the same bits.
        elif other.__class__ in _NUMBER and (other == 2 or other == 0.5):
            return record_unary(TABLE[np.square if other == 2 else np.sqrt], self)
        return _direct(np.power, self, other)

    def __rpow__(self, other: Any) -> Array:
        return _reflected(np.power, other, self)

    def __neg__(self) -> Array:
        a = self.value
        if type(a) is float:
            return of_one(self, -a, -1.0)
        return record_unary(TABLE[np.negative], self)

    def __pos__(self) -> Array:
        return record_unary(TABLE[np.positive], self)

    def __abs__(self) -> Array:
        return record_unary(TABLE[np.absolute], self)

    def __matmul__(self, other: Any) -> Array:
        return _direct(np.matmul, self, other)

    def __rmatmul__(self, other: Any) -> Array:
        return _reflected(np.matmul, other, self)

    def __mod__(self, other: Any) -> Array:
        return _direct(np.remainder, self, other)

    def __rmod__(self, other: Any) -> Array:
        return _reflected(np.remainder, other, self)

    def __floordiv__(self, other: Any) -> Array:
        return _direct(np.floor_divide, self, other)

    def __rfloordiv__(self, other: Any) -> Array:
        return _reflected(np.floor_divide, other, self)

    def __divmod__(self, other: Any) -> Any:
        return _direct(np.divmod, self, other)

    def __rdivmod__(self, other: Any) -> Any:
        return _reflected(np.divmod, other, self)

    __iadd__ = in_place(__add__, "+")
    __isub__ = in_place(__sub__, "-")
    __imul__ = in_place(__mul__, "*")
    __itruediv__ = in_place(__truediv__, "/")
    __ipow__ = in_place(__pow__, "**")
    __imatmul__ = in_place(__matmul__, "@")
    __imod__ = in_place(__mod__, "%")
    __ifloordiv__ = in_place(__floordiv__, "//")


def _direct(ufunc: np.ufunc, a: Tracer, b: Any) -> Any:
    return NotImplemented if type(b) in _FOREIGN else record_binary(TABLE[ufunc], a, b)


def _reflected(ufunc: np.ufunc, a: Any, b: Tracer) -> Any:
    y = NotImplemented if type(a) in _FOREIGN else record_binary(TABLE[ufunc], a, b)
    return _like_operands(y, a, b) if b.weak else y


def _like_operands(y: Any, *operands: Any) -> Any:
    """The new node y, at all its levels as weak as the operands are."""
    if all(type(x) in _WEAK for x in operands):
        level = y
        while type(level) is Tracer:
            level.__class__ = WeakTracer
            level = level.value
    return y


_FOREIGN = frozenset((str, bytes, dict, set, type(None), Diagonal))


class CellTracer(Tracer):
    """An array of no axes: unlike a scalar, it can be changed in place."""

    __slots__ = ()
    cell = True


class WeakTracer(Tracer):
    """A Python float: in NumPy's choice of dtypes it yields to arrays and NumPy's scalars.

    Operators on it and Python's numbers give one again. Its arithmetic is NumPy's none the less:
    1.0 / 0.0 is inf.
    """

    __slots__ = ()
    weak = True


INPUTS.update({CellTracer: Tracer, WeakTracer: Tracer})


def _weakly(operation: Callable[[Tracer, Any], Any]) -> Callable[..., Any]:
    def operate(self: Tracer, *others: Any) -> Any:
        return _like_operands(operation(self, *others), self, *others)

    return operate


_WEAK = (float, int, bool, WeakTracer)
_OPERATORS = ("add", "sub", "mul", "truediv", "pow", "mod", "floordiv")
# Reflected ones are left as they are: Python would try a subclass's own before the other's.
for _name in (*_OPERATORS, "neg", "pos", "abs"):
    setattr(WeakTracer, f"__{_name}__", _weakly(getattr(Tracer, f"__{_name}__")))
for _name in _OPERATORS:
    setattr(WeakTracer, f"__i{_name}__", getattr(WeakTracer, f"__{_name}__"))


def input_tracer(x: Array, tape: Any) -> Tracer:
    """An input of the tape, of the class that belongs to what x is."""
    kind: type[Tracer] = Tracer
    if type(x) is np.ndarray:
        if not x.ndim:
            kind = CellTracer
            x = float(x) if x.dtype == np.float64 else x
    elif isinstance(x, StandIn):
        if isinstance(x, np.ndarray):
            kind = Tracer if x.ndim else CellTracer
            x = x if x.ndim else x.operand()
        elif x.weak:
            kind = WeakTracer
    elif isinstance(x, float):
        kind = WeakTracer if type(x) is float else Tracer
        x = float(x)
    elif type(x) is WeakTracer or type(x) is CellTracer:
        kind = type(x)
    tracer = _new(kind)
    tracer.value = x
    tracer.tape = tape
    tracer.index = tape.place(())
    return tracer
