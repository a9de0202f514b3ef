"""Local Jacobians that are not computed yet, and what is kept for the day when they are."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from .linear_maps import ONE, Broadcast, Cast, LinearMap, One, Scale, Zero
from .types import Array, Settings, Shape


class Spec:
    """What is left of an argument that a rule does not keep: shape and dtype."""

    __slots__ = ("dtype", "shape")

    def __init__(self, x: Array) -> None:
        """The shape and dtype of x, which may be a Python number."""
        try:
            self.shape: Shape = x.shape
            self.dtype: np.dtype[Any] = x.dtype
        except AttributeError:
            self.shape = np.shape(x)
            self.dtype = np.result_type(x)

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return math.prod(self.shape)


class Deferred:
    """A local Jacobian not yet computed: it is built when a sweep needs it, and only then."""

    __slots__ = ("args", "jacobian", "settings")
    kinds: ClassVar[set[type]] = set()

    def __init_subclass__(cls) -> None:
        """Keep a list of all kinds, which is quicker to look into than isinstance."""
        Deferred.kinds.add(cls)

    def __init__(self, jacobian: Callable[..., Any], args: Any, settings: Settings) -> None:
        """To call jacobian(*args, **settings)."""
        self.jacobian = jacobian
        self.args = args
        self.settings = settings

    def force(self) -> Any:
        """The map, or a bare factor."""
        return self.jacobian(*self.args, **self.settings)


Deferred.kinds.add(Deferred)


class DeferredBroadcast(Deferred):
    """The same for an elementwise factor where shapes or dtypes of input and output differ."""

    __slots__ = ("x", "y")

    def __init__(self, jacobian: Any, args: Any, settings: Settings, x: Array, y: Array) -> None:
        """Hold shape and dtype of x and y, not their data."""
        super().__init__(jacobian, args, settings)
        self.x = Spec(x)
        self.y = Spec(y)

    def force(self) -> Any:
        """The factor after the broadcast after the cast."""
        return broadcast_factor(self.jacobian(*self.args, **self.settings), self.x, self.y)


def broadcast_factor(factor: Any, x: Spec, y: Spec) -> LinearMap:
    """An elementwise factor, of y's shape, after the broadcast and the cast from x to y."""
    if isinstance(factor, Zero):
        return factor
    chain: LinearMap = ONE
    if not isinstance(factor, LinearMap):
        factor = Scale(factor)
        if x.dtype != y.dtype:
            chain = Cast(x.dtype, y.dtype)
    elif isinstance(factor, One) and x.dtype != y.dtype:
        chain = Cast(x.dtype, y.dtype)
    if x.shape != y.shape:
        chain = Broadcast(x.shape, y.shape) @ chain
    after: LinearMap = factor
    return after @ chain
