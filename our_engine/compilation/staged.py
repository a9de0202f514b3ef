# ruff: noqa: D102, D105 - each method is NumPy's or Python's own of that name
"""The staged value: an array that is known while a program is recorded, and changes in each call.

There is no way to its value but through the trace. An operation is written down; a look at the
value (its truth, a number made of it, a plain copy) is written down as a condition that has to
hold again; and what neither of these can repeat (writing in place, a view of the memory) ends the
recording. So nothing that depends on a value can be taken for a constant.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from our_engine.node import Node
from our_engine.stand_in import StandIn
from our_engine.types import Array, Shape

from .functions import METHODS, REFUSED, STATIC

if TYPE_CHECKING:
    from .operations import Variable
    from .trace import Trace

_LEFT_TO_NUMPY = ("__array_interface__", "__array_struct__", "__buffer__")


def _binary(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def operate(self: Staged, other: Any) -> Any:
        return self._operate(function, self, other)

    return operate


def _reflected(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def operate(self: Staged, other: Any) -> Any:
        return self._operate(function, other, self)

    return operate


def _unary(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def operate(self: Staged) -> Any:
        return self._trace.call(function, (self,), {})

    return operate


def _in_place(self: Staged, _: Any) -> Any:
    if self._is_array:
        raise self._trace.failed("an array is changed in place")
    return NotImplemented  # of a scalar the name is bound anew


def _attribute(name: str) -> Any:
    return property(lambda self: self._trace.call(name, (self,), {}))


class Staged(StandIn):
    """A value of the recording `_trace`; made by `new`."""

    __slots__ = ("__weakref__", "_is_array", "_payload", "_trace", "_variable", "_viewed", "_weak")

    _payload: Any
    _trace: Trace
    _variable: Variable
    _is_array: bool
    _viewed: bool
    _weak: bool

    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        """As isinstance sees it: the type of the value, for code that handles plain arrays."""
        return type(self._payload)

    @property
    def weak(self) -> bool:
        return self._weak

    def through(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        return self._trace.call(function, args, kwargs)

    def operand(self) -> Any:
        return self._trace.call(operator.getitem, (self, ()), {}) if self._is_array else self

    def anew(self) -> Any:
        return self._trace.anew(self)

    def as_derivative(self, dtype: np.dtype[Any], is_array: bool) -> Any:
        found: Any = self if self.dtype == dtype else self.astype(dtype)
        if found._is_array and not is_array:
            return found.operand()
        if is_array and not found._is_array:
            return self._trace.call(np.asarray, (found,), {})
        return found

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        if any(isinstance(x, Node) for x in inputs):
            return NotImplemented
        if any(out is not None for out in kwargs.pop("out", ())) or method == "at":
            raise self._trace.failed(f"{ufunc.__name__} writes in place")
        function = ufunc if method == "__call__" else getattr(ufunc, method)
        return self._trace.call(function, inputs, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if any(issubclass(kind, Node) for kind in types):
            return NotImplemented
        if function in STATIC:
            return self._trace.static(function, args, kwargs)
        if function in REFUSED or kwargs.get("out") is not None:
            raise self._trace.failed(f"{function.__name__} writes in place, or asks about memory")
        return self._trace.call(function, args, kwargs)

    def _operate(self, function: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
        other = b if a is self else a
        if isinstance(other, Node) or getattr(other, "__array_ufunc__", True) is None:
            return NotImplemented
        return self._trace.call(function, (a, b), {})

    shape: Shape = property(lambda self: self._payload.shape)  # type: ignore[assignment]
    dtype: np.dtype[Any] = property(lambda self: self._payload.dtype)  # type: ignore[assignment]
    ndim = property(lambda self: self._payload.ndim)
    size = property(lambda self: self._payload.size)
    nbytes = property(lambda self: self._payload.nbytes)
    itemsize = property(lambda self: self._payload.itemsize)
    device = property(lambda self: "cpu")
    T = _attribute("T")
    mT = _attribute("mT")  # noqa: N815 - NumPy's name
    real = _attribute("real")
    imag = _attribute("imag")

    @property
    def base(self) -> Any:
        """Something other than None if this is a view, or one was taken of it."""
        return self._payload if self._viewed else None

    def copy(self, order: Any = "C") -> Array:
        return self

    def __copy__(self) -> Array:
        return self

    def __deepcopy__(self, _: Any) -> Array:
        return self

    def __array_namespace__(self, *, api_version: Any = None) -> Any:
        return np

    def __getattr__(self, name: str) -> Any:
        if name in METHODS:
            return lambda *args, **kwargs: self._method(name, args, kwargs)
        if name not in _LEFT_TO_NUMPY and hasattr(np.ndarray, name):
            raise self._trace.failed(f"x.{name} is asked for")
        raise AttributeError(f"{type(self._payload).__name__!r} object has no attribute {name!r}")

    def _method(self, name: str, args: Any, kwargs: Any) -> Any:
        if kwargs.get("out") is not None:
            raise self._trace.failed(f"x.{name}(out=z) writes in place")
        return self._trace.call(f"{name}()", (self, *args), kwargs)

    def __len__(self) -> int:
        return len(self._payload)

    def __iter__(self) -> Iterator[Array]:
        if not self.shape:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self.shape[0]))

    def __getitem__(self, index: Any) -> Array:
        return self._trace.call(operator.getitem, (self, index), {})

    def __contains__(self, item: Any) -> bool:
        return bool(np.any(self == item))

    def __setitem__(self, index: Any, value: Any) -> NoReturn:
        raise self._trace.failed("an array is changed in place")

    def __delitem__(self, index: Any) -> NoReturn:
        raise self._trace.failed("an array is changed in place")

    def __bool__(self) -> bool:
        return self._trace.truth(self)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(self._trace.value(self), dtype)

    def item(self, *args: Any) -> Any:
        return self._trace.value(self).item(*args)

    def tolist(self) -> Any:
        return self._trace.value(self).tolist()

    def __float__(self) -> float:
        return float(self._trace.value(self))

    def __int__(self) -> int:
        return int(self._trace.value(self))

    def __index__(self) -> int:
        return operator.index(self._trace.value(self))

    def __complex__(self) -> complex:
        return complex(self._trace.value(self))

    def __round__(self, ndigits: Any = None) -> Any:
        return round(self._trace.value(self), ndigits)

    def __hash__(self) -> int:
        # What remembers it by its hash would compare it after the end.
        raise self._trace.failed("a value is hashed")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise self._trace.failed("a value is pickled")

    def __repr__(self) -> str:
        if not self._trace.is_open:
            return f"<{self.dtype} of shape {self.shape}, of a recording that has ended>"
        return repr(self._trace.value(self))

    def __str__(self) -> str:
        return str(self._trace.value(self))

    def __format__(self, spec: str) -> str:
        return format(self._trace.value(self), spec)

    __add__, __radd__ = _binary(operator.add), _reflected(operator.add)
    __sub__, __rsub__ = _binary(operator.sub), _reflected(operator.sub)
    __mul__, __rmul__ = _binary(operator.mul), _reflected(operator.mul)
    __truediv__, __rtruediv__ = _binary(operator.truediv), _reflected(operator.truediv)
    __floordiv__, __rfloordiv__ = _binary(operator.floordiv), _reflected(operator.floordiv)
    __mod__, __rmod__ = _binary(operator.mod), _reflected(operator.mod)
    __divmod__, __rdivmod__ = _binary(divmod), _reflected(divmod)
    __pow__, __rpow__ = _binary(operator.pow), _reflected(operator.pow)
    __matmul__, __rmatmul__ = _binary(operator.matmul), _reflected(operator.matmul)
    __and__, __rand__ = _binary(operator.and_), _reflected(operator.and_)
    __or__, __ror__ = _binary(operator.or_), _reflected(operator.or_)
    __xor__, __rxor__ = _binary(operator.xor), _reflected(operator.xor)
    __lshift__, __rlshift__ = _binary(operator.lshift), _reflected(operator.lshift)
    __rshift__, __rrshift__ = _binary(operator.rshift), _reflected(operator.rshift)
    __lt__, __le__ = _binary(operator.lt), _binary(operator.le)
    __gt__, __ge__ = _binary(operator.gt), _binary(operator.ge)
    __eq__, __ne__ = _binary(operator.eq), _binary(operator.ne)
    __neg__, __pos__ = _unary(operator.neg), _unary(operator.pos)
    __abs__, __invert__ = _unary(operator.abs), _unary(operator.invert)
    __iadd__ = __isub__ = __imul__ = __itruediv__ = __ifloordiv__ = _in_place
    __imod__ = __ipow__ = __imatmul__ = __iand__ = __ior__ = __ixor__ = _in_place
    __ilshift__ = __irshift__ = _in_place


def new(trace: Trace, variable: Variable, payload: Any, weak: bool) -> Staged:
    """The staged value `payload` of `variable`."""
    x = object.__new__(Staged)
    x._trace = trace
    x._variable = variable
    x._payload = payload
    x._is_array = isinstance(payload, np.ndarray)
    x._viewed = False
    x._weak = weak
    return x
