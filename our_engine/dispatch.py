"""NumPy's two protocols: how np.sin(t) and np.sum(t) find their rules."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from .primitives import COMPOSITE, CONSTANT, TABLE
from .recording import Node, call, raw, record
from .scalars import by_slope
from .types import DifferentiationError

_OPERATORS: dict[np.ufunc, tuple[str, str]] = {
    np.add: ("__add__", "__radd__"),
    np.subtract: ("__sub__", "__rsub__"),
    np.multiply: ("__mul__", "__rmul__"),
    np.divide: ("__truediv__", "__rtruediv__"),
}


def array_ufunc(self: Any, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
    """A ufunc was called on a tracer."""
    if method == "__call__":
        if not kwargs:
            if type(self.value) is float:
                if len(inputs) == 1:
                    y = by_slope(ufunc, self)
                    if y is not None:
                        return y
                elif ufunc in _OPERATORS and not self.weak:
                    forward, reflected = _OPERATORS[ufunc]
                    a, b = inputs
                    return getattr(a, forward)(b) if a is self else getattr(b, reflected)(a)
            primitive = TABLE.get(ufunc)
            if primitive is not None:
                return record(primitive, inputs, kwargs)
        out = kwargs.get("out")
        if out is not None and any(o is not None for o in out):
            raise DifferentiationError(
                f"our_engine: np.{ufunc.__name__}(..., out=z) or an operator like z += t cannot "
                "write a traced value into a plain array; write z = z + t, z = f(t)"
            )
        primitive = TABLE.get(ufunc)
        if primitive is not None:
            return call(primitive, inputs, kwargs)
        if ufunc in CONSTANT:
            return ufunc(*raw(inputs), **raw(kwargs))
        if ufunc in COMPOSITE:
            return COMPOSITE[ufunc](*inputs, **kwargs)
        # The method of a plain array, z.clip(t), calls a ufunc that is not public.
        if ufunc.__name__ == "clip" and np.clip in COMPOSITE:
            return COMPOSITE[np.clip](*inputs, **kwargs)
        if _loaded(ufunc):
            return array_ufunc(self, ufunc, method, *inputs, **kwargs)
        raise _unknown(ufunc.__name__)
    if method == "at":
        raise DifferentiationError(
            f"our_engine: np.{ufunc.__name__}.at writes in place, which cannot be recorded; "
            "add two arrays, or sum the result of indexing"
        )
    primitive = TABLE.get((ufunc, method))
    if primitive is not None:
        return call(primitive, inputs, kwargs)
    if (ufunc, method) in COMPOSITE:
        return COMPOSITE[ufunc, method](*inputs, **kwargs)
    if _loaded(ufunc):
        return array_ufunc(self, ufunc, method, *inputs, **kwargs)
    raise _unknown(f"{ufunc.__name__}.{method}")


def array_function(
    self: Any, function: Any, types: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """A NumPy function was called on a tracer, or on a list that holds one."""
    primitive = TABLE.get(function)
    if primitive is not None:
        return call(primitive, args, kwargs)
    if function in CONSTANT:
        return function(*raw(args), **raw(kwargs))
    implementation = COMPOSITE.get(function)
    if implementation is not None:
        return implementation(*args, **kwargs)
    if _loaded(function):
        return array_function(self, function, types, args, kwargs)
    if function is np.copyto or function is np.put or function is np.place:
        raise DifferentiationError(
            f"our_engine: np.{function.__name__} (and np.full(n, t)) would write a traced value "
            "into a plain array; write np.where(mask, t, z), np.ones(n) * t"
        )
    raise _unknown(getattr(function, "__name__", repr(function)))


def _loaded(function: Any) -> bool:
    """Whether there were rules to load, so that this one may be among them now."""
    from . import rules

    special = "scipy.special" in sys.modules and isinstance(function, np.ufunc)
    return rules.load() or (special and rules.load_special())


def _unknown(name: str) -> DifferentiationError:
    return DifferentiationError(
        f"our_engine: {name} has no derivative rule; give one with our_engine.rule, write it with "
        "functions that have one, or pass our_engine.stop_gradient(t)"
    )


__all__ = ["Node", "array_function", "array_ufunc"]
