"""Rules of medians, percentiles and quantiles: sort, take two neighbours, interpolate.

All methods of NumPy are honoured. Where the quantile falls between the elements is asked of NumPy
itself: the quantile of 0, 1, ..., n - 1 is the place among n sorted elements. Equal elements share
their derivative, see `ordering`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import ZERO, Gather, LinearMap, Permute, Reshape, Scale
from our_engine.linear_maps.shaping import normalized_axes
from our_engine.primitives import refused, rule
from our_engine.recording import raw
from our_engine.types import Array, Settings

from .arguments import kept
from .cumulative import to_last
from .ordering import along_last, sorting

Places = Callable[[int], Array]


def _interpolation(
    x: Array, y: Array, axis: Any, keepdims: bool, places: Callable[[Array, Array], Array]
) -> LinearMap:
    """The map for `places(rows, results)`: where results (..., m) lie in sorted rows (..., n)."""
    axes = normalized_axes(tuple(axis) if isinstance(axis, list) else axis, x.ndim)
    turned, _ = to_last(x.shape, axes)
    rest = [x.shape[i] for i in turned[: x.ndim - len(axes)]]
    rows_shape = (*rest, math.prod(x.shape[i] for i in axes))
    if not rows_shape[-1]:
        return ZERO
    rows = np.reshape(np.transpose(raw(x), turned), rows_shape)
    # The axes of the quantiles come first in the result, and last here.
    one = kept(x.shape, axis) if keepdims else tuple(rest)
    many = y.shape[: y.ndim - len(one)]
    results = np.reshape(raw(y), (math.prod(many), *rest))
    last = tuple(range(1, len(rest) + 1))
    place = np.broadcast_to(places(rows, np.transpose(results, (*last, 0))), (*rest, len(results)))
    below = np.floor(place).astype(int)
    weight = (place - below).astype(x.dtype)
    J: LinearMap = Gather(rows_shape, along_last(below, rows_shape))
    if weight.any():
        above = Gather(rows_shape, along_last(np.ceil(place).astype(int), rows_shape))
        J = Scale(1 - weight) @ J + Scale(weight) @ above
    J = J @ sorting(rows) @ Reshape(tuple(x.shape[i] for i in turned), rows_shape)
    front = Permute((len(rest), *range(len(rest))))
    return Reshape(results.shape, y.shape) @ front @ J @ Permute(tuple(turned))


def _uniform(ramp: Places) -> Callable[[Array, Array], Array]:
    """Places that depend only on how many elements of a row are not NaN."""

    def places(rows: Array, results: Array) -> Array:
        n = np.sum(~np.isnan(rows), axis=-1)
        table = {m: np.reshape(ramp(int(m)), -1) if m else 0.0 for m in np.unique(n)}
        places = np.zeros((*n.shape, results.shape[-1]))
        for m, place in table.items():
            places[n == m] = place
        return places

    return places


def _median(x: Array, y: Array, axis: Any = None, keepdims: bool = False) -> LinearMap:
    n = math.prod(x.shape[i] for i in normalized_axes(axis, x.ndim))
    return _interpolation(x, y, axis, keepdims, lambda _rows, _y: np.asarray((n - 1) / 2))


def _nanmedian(x: Array, y: Array, axis: Any = None, keepdims: bool = False) -> LinearMap:
    return _interpolation(x, y, axis, keepdims, _uniform(lambda n: np.asarray((n - 1) / 2)))


def _quantile_rule(function: Callable[..., Any]) -> None:
    """Enter the rule of a quantile; `function` gives the places too."""

    def by_x(
        x: Array,
        q: Array,
        weights: Any,
        y: Array,
        axis: Any = None,
        method: str = "linear",
        keepdims: bool = False,
    ) -> LinearMap:
        def ramp(n: int) -> Array:
            return np.asarray(function(np.arange(float(n)), raw(q), method=method))

        def weighted(rows: Array, results: Array) -> Array:
            # By weights it is one of the elements.
            return np.sum(rows[..., None, :] < results[..., None], axis=-1)

        places = _uniform(ramp) if weights is None else weighted
        return _interpolation(x, y, axis, keepdims, places)

    def bind(
        a: Array,
        q: Any,
        axis: Any = None,
        out: Any = None,
        overwrite_input: bool = False,
        method: str = "linear",
        keepdims: Any = False,
        *,
        weights: Any = None,
    ) -> tuple[tuple[Any, Any, Any], Settings]:
        settings = {"axis": axis, "out": out, "method": method, "keepdims": keepdims}
        if overwrite_input:
            settings["overwrite_input"] = True
        return (a, q, weights), settings

    def evaluate(x: Array, q: Any, weights: Any, **settings: Any) -> Any:
        return function(x, q, weights=weights, **settings)

    rule(function, by_x, refused, refused, bind=bind, evaluate=evaluate)


def _bind_median(
    a: Array,
    axis: Any = None,
    out: Any = None,
    overwrite_input: bool = False,
    keepdims: Any = False,
) -> tuple[tuple[Array], Settings]:
    settings = {"axis": axis, "out": out, "keepdims": keepdims}
    if overwrite_input:
        settings["overwrite_input"] = True
    return (a,), settings


rule(np.median, _median, bind=_bind_median)
rule(np.nanmedian, _nanmedian, bind=_bind_median)
for _function in (np.quantile, np.percentile, np.nanquantile, np.nanpercentile):
    _quantile_rule(_function)
