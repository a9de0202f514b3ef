"""Absolute values and hypot at zero, inside another derivative: what even functions of them ask.

The derivative of |x| at 0 is 0 by choice, but |x|^2 has the second derivative 2 there. Of a real x,
where the cotangent of |x| is 0 at a zero of x, either branch, x or -x, gives every derivative of
what is smooth; x is taken. A complex modulus and hypot are norms of two numbers (see `euclidean`).
"""

from __future__ import annotations

import numpy as np

from our_engine.linear_maps import LinearMap, Operator
from our_engine.node import Node, raw
from our_engine.stand_in import as_array
from our_engine.types import Array
from our_engine.undetermined import meet

from .euclidean import euclidean_rule, limit_at_zero, radial
from .ties import infinitesimal


def even_branch(x: Array) -> LinearMap:
    """The map of |x| for a real traced x with zeros."""
    plain = raw(x)
    sign = np.sign(plain)

    def push(v: Array) -> Array:
        meet()
        return sign * v

    def pull(u: Array) -> Array:
        free = (plain == 0) & (raw(u) == 0)
        return np.where(free, np.ones_like(sign), sign)[()] * u

    return Operator(push, pull, np.shape(plain), np.size(plain))


def complex_modulus(x: Array, y: Array) -> LinearMap:
    """The map of |x| for a complex traced x with zeros."""
    return euclidean_rule(x, y, axis=())


def hypot_side(a: Array, b: Array, y: Array, side: int) -> LinearMap:
    """The map of hypot(a, b) by its argument number `side`, where it is zero for some."""
    shape = np.shape(raw(y))
    both = np.stack([np.broadcast_to(a, shape), np.broadcast_to(b, shape)])
    own = both[side]
    zero = as_array(raw(y) == 0)
    factor = own / np.where(zero, 1, y)
    tiny = infinitesimal(np.result_type(raw(y)))

    def push(v: Array) -> Array:
        if isinstance(y, Node):
            meet()
        return factor * v + np.where(zero, np.abs(raw(v)) * tiny, 0)[()]

    def pull(u: Array) -> Array:
        if not isinstance(y, Node):
            return factor * u
        limit = limit_at_zero(y, u, zero)
        return radial(both, np.expand_dims(u, 0), np.expand_dims(limit, 0), axes=(0,))[side]

    return Operator(push, pull, shape, np.size(zero))
