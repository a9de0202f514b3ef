"""Values at the door of the engine: inputs, seeds and results, with their shapes and dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np

from .basis import Diagonal
from .recording import Node, raw
from .stand_in import StandIn, as_array
from .tracer import Tracer
from .types import Array, DifferentiationError


def primal(who: str, x: Any) -> Array:
    """An input in memory that the caller cannot change."""
    if type(x) is np.ndarray:
        if x.dtype.kind not in "fc":
            raise DifferentiationError(
                f"our_engine.{who}: cannot differentiate with respect to an array of {x.dtype}; "
                "pass x.astype(float)"
            )
        return x.copy()
    if isinstance(x, (float, np.inexact)):
        return x
    if isinstance(x, Node):
        return x.twin()
    if isinstance(x, complex):
        return np.complex128(x)
    if isinstance(x, (bool, int, np.integer, np.bool_)):
        raise DifferentiationError(
            f"our_engine.{who}: cannot differentiate with respect to the integer {x!r}; pass "
            f"{float(x)!r}"
        )
    if isinstance(x, (np.matrix, np.ma.MaskedArray)):
        raise DifferentiationError(
            f"our_engine.{who}: cannot differentiate with respect to a {type(x).__name__}, whose "
            "operations are not those of an array; pass np.asarray(x)"
        )
    if isinstance(x, StandIn):
        if np.result_type(x).kind not in "fc":
            raise DifferentiationError(
                f"our_engine.{who}: cannot differentiate with respect to an array of integers"
            )
        return x
    if isinstance(x, np.ndarray):
        return primal(who, np.asarray(x))
    raise DifferentiationError(
        f"our_engine.{who}: cannot differentiate with respect to a {type(x).__name__}; pass "
        "floats, arrays, or tuples, lists and dicts of them"
    )


def unboxed(x: Array) -> Array:
    """A scalar float64 as the Python float that the tape computes with."""
    if type(x) is np.ndarray:
        return float(x) if not x.ndim and x.dtype == np.float64 else x
    return float(x) if isinstance(x, float) else x


def given(y: Any) -> Any:
    """A value as the plain function would give it, in memory of its own."""
    if type(y) is float:
        return np.float64(y)
    if isinstance(y, Node):
        return y.twin()
    return y.copy() if isinstance(y, np.ndarray) else y


def fitted(what: str, x: Any, seed: Any) -> Any:
    """A tangent or cotangent of the shape and dtype of x."""
    if type(x) is float and isinstance(seed, (float, int)):
        return float(seed)
    if type(x) is tuple:
        return seed
    if isinstance(seed, Tracer):
        if seed.shape != np.shape(x):
            raise _misfit(what, seed.shape, np.shape(x))
        return seed
    dtype = np.dtype(float) if type(x) is float else x.dtype
    array = as_array(seed)
    if array.shape != np.shape(x):
        raise _misfit(what, array.shape, np.shape(x))
    if array.dtype.kind == "c" and dtype.kind != "c":
        raise DifferentiationError(f"our_engine: the {what} of a real value must be real")
    if not array.ndim:
        if isinstance(array, StandIn):
            return array.as_derivative(dtype, is_array=False)
        return unboxed(dtype.type(array[()]))
    return array.astype(dtype, copy=False)


def _misfit(what: str, got: Any, expected: Any) -> DifferentiationError:
    return DifferentiationError(
        f"our_engine: the {what} has shape {got}, expected the shape of the value, {expected}"
    )


def zeros(x: Any) -> Any:
    """Plain zeros of the shape and dtype of x."""
    if isinstance(x, Tracer):
        return np.zeros(x.shape, x.dtype)[()] if not x.shape else np.zeros(x.shape, x.dtype)
    return np.zeros_like(x) if isinstance(x, np.ndarray) else np.result_type(x).type(0)


def finished(x: Any, derivative: Any, copy: bool = False) -> Any:
    """The derivative with the shape and dtype of x; zeros where there is none."""
    if type(derivative) is np.ndarray and type(x) is np.ndarray and derivative.dtype == x.dtype:
        return derivative.copy() if copy else derivative
    if derivative is None:
        return zeros(x)
    if isinstance(derivative, Tracer):
        dtype = np.result_type(raw(x))
        alike = np.result_type(raw(derivative)) == dtype
        return derivative.twin() if alike else derivative.astype(dtype)
    if isinstance(derivative, StandIn):
        return derivative.as_derivative(np.result_type(raw(x)), isinstance(x, np.ndarray))
    if isinstance(x, np.ndarray):
        return np.array(derivative, dtype=x.dtype).reshape(x.shape)
    if type(derivative) is float and isinstance(x, (float, Tracer)):
        return np.float64(derivative)
    return np.result_type(x.dtype if isinstance(x, Tracer) else x).type(derivative)


def finished_stack(x: Any, derivative: Any, stack: int, copy: bool = False) -> Any:
    """The same for a stack of derivatives, in memory that can be written."""
    if isinstance(derivative, Diagonal):
        derivative = derivative.formed()
    shape, dtype = (stack, *np.shape(raw(x))), np.result_type(raw(x))
    if isinstance(derivative, Tracer):
        return derivative if derivative.dtype == dtype else derivative.astype(dtype)
    if derivative is None:
        return np.zeros(shape, dtype)
    if isinstance(derivative, StandIn):
        spread = np.broadcast_to(derivative, shape)
        return spread if spread.dtype == dtype else spread.astype(dtype)
    if type(derivative) is not np.ndarray or not derivative.flags.writeable:
        return np.array(np.broadcast_to(derivative, shape), dtype)
    return derivative.astype(dtype, copy=copy)
