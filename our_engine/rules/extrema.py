"""Rules of the largest and smallest elements.

At a tie the derivative is shared equally by the elements that attain the extremum, and with
`initial` where that is one of them: inside the interval of one-sided derivatives, and the only
choice that does not depend on the order of the elements. A running extremum takes it from the
last element that attains it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import Gather, LinearMap, Scale, Select, Sum
from our_engine.linear_maps.diagonal import real_dtype
from our_engine.primitives import composite, rule
from our_engine.recording import raw
from our_engine.stand_in import as_array
from our_engine.types import Array

from .arguments import kept, refuse
from .reductions import along_first


def _extremum(
    x: Array,
    y: Array,
    axis: Any = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = True,
) -> LinearMap:
    y = np.reshape(raw(y), kept(x.shape, axis))
    attained = _same(raw(x), y)
    if where is not True:
        attained = attained & as_array(where, bool)
    total = Sum(x.shape, axis, bool(keepdims))
    shares = np.sum(attained, axis=total.axes, keepdims=True)
    if initial is not None:
        shares = shares + (y == initial)
    chosen = total @ Select(attained)
    if np.all(shares <= 1):
        return chosen
    share = (1.0 / np.maximum(shares, 1)).astype(real_dtype(x.dtype))
    return chosen @ Scale(np.broadcast_to(share, x.shape))


def _same(x: Array, y: Array) -> Array:
    """Where x is y; a result that is NaN comes from the elements that are NaN."""
    attained = x == y
    undefined = np.isnan(y)
    return attained | (np.isnan(x) & undefined) if np.any(undefined) else attained


def _running(x: Array, y: Array, axis: int = 0) -> LinearMap:
    """Each result is the last element so far that attains it."""
    axis %= x.ndim
    n = x.shape[axis]
    along = np.arange(n).reshape((n,) + (1,) * (x.ndim - axis - 1))
    attained = _same(raw(x), raw(y))
    last = np.maximum.accumulate(np.where(attained, along, 0), axis=axis)
    index = np.ogrid[tuple(slice(size) for size in x.shape)]
    return Gather(x.shape, (*index[:axis], last, *index[axis + 1 :]))


def _ptp(a: Array, axis: Any = None, out: Any = None, keepdims: Any = np._NoValue) -> Any:
    refuse("ptp", out=out)
    high, low = np.max(a, axis, keepdims=keepdims), np.min(a, axis, keepdims=keepdims)
    return np.subtract(high, low)


for _extreme in (np.max, np.min, np.amax, np.amin, np.nanmax, np.nanmin):
    rule(_extreme, _extremum)
for _ufunc in (np.maximum, np.minimum, np.fmax, np.fmin):
    rule(
        (_ufunc, "reduce"),
        _extremum,
        evaluate=_ufunc.reduce,
        name=f"{_ufunc.__name__}.reduce",
        bind=along_first,
    )
    rule(
        (_ufunc, "accumulate"),
        _running,
        evaluate=_ufunc.accumulate,
        name=f"{_ufunc.__name__}.accumulate",
        bind=along_first,
    )
composite(np.ptp, _ptp)
