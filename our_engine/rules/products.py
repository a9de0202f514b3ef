"""Rules of products along axes, right also where factors are zero, to any order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from our_engine.linear_maps import LinearMap, Operator, Scale, Sum
from our_engine.node import raw
from our_engine.primitives import Spec, composite, rule
from our_engine.stand_in import as_array
from our_engine.types import Array

from .arguments import selection
from .cumulative import after_first, along_last, to_last
from .recurrences import products_of_others, shifted, unrolled
from .reductions import along_first, without_nan


def _prod(
    x: Array,
    _y: Spec,
    axis: Any = None,
    keepdims: bool = False,
    initial: Any = 1,
    where: Any = True,
) -> LinearMap:
    total = Sum(x.shape, axis, bool(keepdims))
    factors = x
    if where is not True:
        factors = np.where(np.broadcast_to(where, x.shape), x, np.ones((), x.dtype))
    turned, back = to_last(x.shape, total.axes)
    n = math.prod(x.shape[i] for i in total.axes)
    rest = [size for i, size in enumerate(x.shape) if i not in total.axes]
    others = products_of_others(np.reshape(np.transpose(factors, turned), (*rest, n)))
    if initial != 1:
        others = others * as_array(initial, x.dtype)
    others = np.transpose(np.reshape(others, [x.shape[i] for i in turned]), back)
    return total @ selection(where, x.shape) @ Scale(others)


def _cumprod(x: Array, y: Array, axis: Any = None) -> LinearMap:
    """dy_k = x_k dy_(k-1) + y_(k-1) dx_k; a change of zero annihilates an infinite product."""

    def along(x: Array, y: Array) -> LinearMap:
        before = shifted(y, 1.0)
        plain = raw(before)
        finite = np.isfinite(plain)
        if finite.all():
            return unrolled(x) @ Scale(before)

        def scale(v: Array) -> Array:
            return np.where(finite | (raw(v) != 0), before * v, 0)

        return unrolled(x) @ Operator(scale, scale, np.shape(plain), np.size(plain))

    return along_last(along, axis, x, y)


def _cumulative_prod(
    x: Array, y: Array, axis: Any = None, include_initial: bool = False
) -> LinearMap:
    if not include_initial:
        return _cumprod(x, y, axis=axis)
    axis = 0 if axis is None else axis % max(x.ndim, 1)
    later = y[(slice(None),) * axis + (slice(1, None),)]
    return after_first(y.shape, axis) @ _cumprod(x, later, axis=axis)


def _nanprod(
    a: Array, axis: Any = None, dtype: Any = None, out: Any = None, **settings: Any
) -> Any:
    return np.prod(without_nan(a, 1), axis=axis, dtype=dtype, out=out, **settings)


def _nancumprod(a: Array, *args: Any, **settings: Any) -> Any:
    return np.cumprod(without_nan(a, 1), *args, **settings)


rule(np.prod, _prod, casts=True)
rule(
    (np.multiply, "reduce"),
    _prod,
    evaluate=np.multiply.reduce,
    name="multiply.reduce",
    bind=along_first,
    casts=True,
)
rule(np.cumprod, _cumprod, casts=True)
rule(
    (np.multiply, "accumulate"),
    _cumprod,
    evaluate=np.multiply.accumulate,
    name="multiply.accumulate",
    bind=along_first,
    casts=True,
)
rule(np.cumulative_prod, _cumulative_prod, casts=True)
composite(np.nanprod, _nanprod)
composite(np.nancumprod, _nancumprod)
