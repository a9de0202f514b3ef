"""Rules of sums and means along axes."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from our_engine.linear_maps import LinearMap, Scale, Sum
from our_engine.linear_maps.diagonal import real_dtype
from our_engine.primitives import Spec, composite, constant, rule
from our_engine.recording import raw
from our_engine.stand_in import as_array
from our_engine.types import Array, Settings

from .arguments import count, kept, selection


def along_first(array: Array, axis: Any = 0, **settings: Any) -> tuple[tuple[Array], Settings]:
    """The arguments of a ufunc's reduce and accumulate, whose axis is 0 unless given."""
    return (array,), {"axis": axis, **settings}


def without_nan(a: Array, value: float) -> Array:
    """The array with `value` in the place of NaN; its derivative there is zero by structure."""
    undefined = np.isnan(raw(a))
    return np.where(undefined, value, a) if np.any(undefined) else a


def _sum(
    _x: Spec,
    _y: Spec,
    axis: Any = None,
    keepdims: bool = False,
    initial: Any = 0,
    where: Any = True,
) -> LinearMap:
    return Sum(_x.shape, axis, bool(keepdims)) @ selection(where, _x.shape)


def _mean(
    _x: Spec, _y: Spec, axis: Any = None, keepdims: bool = False, where: Any = True
) -> LinearMap:
    total = Sum(_x.shape, axis, bool(keepdims))
    n = count(_x.shape, axis, where)
    if where is True:
        return Scale(1.0 / n if n else math.nan) @ total
    weights = np.broadcast_to((1.0 / n).astype(real_dtype(_x.dtype)), _x.shape)
    return total @ selection(where, _x.shape) @ Scale(weights)


def _nanmean(
    x: Array, _y: Spec, axis: Any = None, keepdims: bool = False, where: Any = True
) -> LinearMap:
    valid = ~np.isnan(raw(x)) & as_array(where, bool)
    return _mean(Spec(x), _y, axis=axis, keepdims=keepdims, where=valid)


def _nansum(a: Array, *args: Any, **settings: Any) -> Any:
    return np.sum(without_nan(a, 0), *args, **settings)


def _logaddexp_reduce(
    x: Array,
    y: Array,
    axis: Any = 0,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> LinearMap:
    """The shares exp(x - y), as of logsumexp; elements that tie with an infinite y share it."""
    y = np.reshape(y, kept(x.shape, axis))
    endless = np.isinf(raw(y))
    if endless.any():
        hit = endless & (raw(x) == raw(y))
        count_hit = np.sum(hit & as_array(where, bool), axis=axis, keepdims=True)
        if initial is not None:
            count_hit = count_hit + (initial == raw(y))
        rest = x - np.where(endless, 0, y)
        shares = np.where(endless, hit / np.maximum(count_hit, 1), np.exp(rest)).astype(x.dtype)
    else:
        shares = np.exp(x - y)
    total = Sum(x.shape, axis, bool(keepdims))
    return total @ selection(where, x.shape) @ Scale(shares)


# What np.sum calls in the end.
rule(
    np.sum,
    _sum,
    eager=True,
    evaluate=functools.partial(np.add.reduce, axis=None),
    casts=True,
)
rule(np.mean, _mean, casts=True)
rule(np.nanmean, _nanmean, casts=True)
rule(
    (np.add, "reduce"),
    _sum,
    evaluate=np.add.reduce,
    name="add.reduce",
    bind=along_first,
    casts=True,
)
rule(
    (np.logaddexp, "reduce"),
    _logaddexp_reduce,
    evaluate=np.logaddexp.reduce,
    name="logaddexp.reduce",
    bind=along_first,
)
composite(np.nansum, _nansum)

constant(np.argmax, np.argmin, np.argsort, np.count_nonzero, np.nanargmax, np.nanargmin)
