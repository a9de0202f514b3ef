"""What the rules of many families share about the arguments of a call."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from our_engine.linear_maps import ONE, Broadcast, Cast, Gather, LinearMap, Reshape, Select
from our_engine.linear_maps.shaping import normalized_axes
from our_engine.primitives import Spec
from our_engine.recording import Node, raw
from our_engine.stand_in import StandIn, as_array
from our_engine.types import Array, DifferentiationError, Shape


def refuse(function: str, **settings: Any) -> None:
    """Raise for a keyword that a composite does not honour; None and "no value" ask for nothing."""
    for name, value in settings.items():
        if value is not None and value is not np._NoValue:
            cure = f"write z = {function}(x)" if name == "out" else "leave it out"
            raise DifferentiationError(
                f"our_engine: {function} of a traced array does not support "
                f"{name}={value!r}; {cure}"
            )


def array(x: Any) -> Array:
    """A traced value as it is, anything else as an array."""
    return x if isinstance(x, Node) else as_array(x)


def fitted(x: Spec, y: Spec) -> LinearMap:
    """The broadcast and the cast from an argument to a result."""
    chain: LinearMap = ONE if x.dtype == y.dtype else Cast(x.dtype, y.dtype)
    return chain if x.shape == y.shape else Broadcast(x.shape, y.shape) @ chain


def cast(x: Spec, y: Spec) -> LinearMap:
    """The cast alone."""
    return ONE if x.dtype == y.dtype else Cast(x.dtype, y.dtype)


def selection(where: Any, shape: Shape) -> LinearMap:
    """The map of a `where` keyword: the chosen elements, and zero by structure elsewhere."""
    if where is True:
        return ONE
    return Select(np.broadcast_to(as_array(where, bool), shape))


def count(shape: Shape, axis: Any, where: Any = True) -> Any:
    """How many elements each result is made of: a number, or an array with the axes kept."""
    axes = normalized_axes(axis, len(shape))
    if where is True:
        return math.prod(shape[i] for i in axes)
    return np.sum(np.broadcast_to(where, shape), axis=axes, keepdims=True)


def kept(shape: Shape, axis: Any) -> Shape:
    """The shape of a result whose reduced axes are kept."""
    axes = normalized_axes(axis, len(shape))
    return tuple(1 if i in axes else n for i, n in enumerate(shape))


def relocation(source: Array, x: Spec, y: Spec) -> LinearMap:
    """Each element of y is one of x, or constant: `source` has its flat place in x, or -1.

    `source` has y's shape; it is what the function makes of the array of places.
    """
    source = np.reshape(source, -1)
    target = np.flatnonzero(source >= 0)
    chain: LinearMap = Reshape(x.shape, (x.size,))
    if target.size == x.size and np.array_equal(source[target], np.arange(x.size)):
        pass
    else:
        chain = Gather((x.size,), source[target]) @ chain
    if target.size != source.size:
        chain = Gather((source.size,), target).T @ chain
    return Reshape((source.size,), y.shape) @ chain @ cast(x, y)


def places(shape: Shape) -> Array:
    """The flat places of the elements of an array of `shape`."""
    return np.arange(math.prod(shape)).reshape(shape)


def with_value(y: Array, value: Array) -> Array:
    """The derivative of y with NumPy's own value, from which y differs by rounding."""
    with np.errstate(invalid="ignore"):
        correction = value - raw(y)
    # Whether values round alike is no condition to record a program under.
    if not isinstance(correction, StandIn) and not np.any(correction):
        return y
    return y + np.where(np.isfinite(correction), correction, 0)[()]


__all__ = [
    "array",
    "cast",
    "count",
    "fitted",
    "kept",
    "places",
    "refuse",
    "relocation",
    "selection",
    "with_value",
]
