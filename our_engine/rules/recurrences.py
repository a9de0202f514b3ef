"""The linear recurrence y_k = a_k y_(k-1) + b_k, and products of all elements but one.

Both are what products along an axis need for their derivatives. They divide by nothing, so that
zeros among the factors are factors like others, and they are closed under differentiation.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import LinearMap, Operator, Scale
from our_engine.primitives import rule
from our_engine.stand_in import one_operation
from our_engine.types import Array


@one_operation
def _recurrence(a: Array, b: Array) -> Array:
    """y_k = a_k y_(k-1) + b_k along the last axis, from y_(-1) = 0; shapes are equal."""
    shape, dtype = np.shape(b), np.result_type(a, b)
    if np.size(b) == shape[-1]:
        pairs = zip(np.ravel(a).tolist(), np.ravel(b).tolist(), strict=True)
        # A zero is one by structure before the first term: it annihilates an infinite factor.
        steps = itertools.accumulate(
            pairs, lambda y, ab: ab[0] * y + ab[1] if y else ab[1], initial=0.0
        )
        return np.array(list(steps)[1:], dtype).reshape(shape)
    columns = np.empty((shape[-1], *shape[:-1]), dtype)
    y: Any = 0.0
    for k in range(shape[-1]):
        y = columns[k] = b[..., k] + (np.where(y == 0, 0, a[..., k] * y) if k else 0)
    return np.moveaxis(columns, 0, -1)


def _backwards(a: Array, u: Array) -> Array:
    """The transpose in b: r_k = a_(k+1) r_(k+1) + u_k."""
    factors = np.concatenate([np.zeros_like(a[..., :1]), a[..., :0:-1]], axis=-1)
    return recurrence(factors, u[..., ::-1])[..., ::-1]


def unrolled(a: Array) -> LinearMap:
    """The map b -> y of `recurrence`."""
    return Operator(lambda v: recurrence(a, v), lambda u: _backwards(a, u), np.shape(a))


recurrence: Callable[..., Any] = rule(
    _recurrence,
    lambda a, _b, y: unrolled(a) @ Scale(shifted(y, 0.0)),
    lambda a, _b, _y: unrolled(a),
    name="recurrence",
)


def shifted(y: Array, first: float) -> Array:
    """The elements along the last axis moved up by one, with `first` before them."""
    start = np.full((*np.shape(y)[:-1], min(1, np.shape(y)[-1])), first, y.dtype)
    return np.concatenate([start, y[..., :-1]], axis=-1)


def products_of_others(x: Array) -> Array:
    """For each element the product of all others along the last axis: a tree of products.

    3 n multiplications in 2 log2(n) steps; recorded on the tapes of traced elements, so that
    derivatives of any order follow.
    """
    levels = []
    product = x
    while product.shape[-1] > 1:
        if product.shape[-1] % 2:
            one = np.ones((*product.shape[:-1], 1), product.dtype)
            product = np.concatenate([product, one], axis=-1)
        levels.append(product)
        product = product[..., ::2] * product[..., 1::2]
    others: Array = np.ones(product.shape, x.dtype)
    for level in reversed(levels):
        pairs = (*level.shape[:-1], level.shape[-1] // 2, 2)
        siblings = np.reshape(level, pairs)[..., ::-1]
        above = others[..., : pairs[-2], None]
        others = np.reshape(above * siblings, level.shape)
    return others[..., : x.shape[-1]]
