"""Rules of running sums and of sums by segments."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import Gather, LinearMap, Operator, Permute, Reshape
from our_engine.primitives import Spec, composite, rule
from our_engine.types import Array, Settings, Shape

from .indexing import positions, scatter_add
from .reductions import along_first, without_nan


def to_last(shape: Shape, axes: tuple[int, ...]) -> tuple[list[int], list[int]]:
    """The permutation that moves `axes` to the end, and its inverse."""
    turned = [i for i in range(len(shape)) if i not in axes] + sorted(axes)
    return turned, sorted(range(len(shape)), key=turned.__getitem__)


def along_last(map_of: Callable[..., LinearMap], axis: Any, *arrays: Array) -> LinearMap:
    """The map that `map_of` makes along the last axis of the arrays, along `axis` of theirs.

    Without an axis it acts on the flattened array, and its results are flat.
    """
    shape = arrays[0].shape
    if axis is None or not shape:
        flat: Shape = (math.prod(shape),)
        return map_of(*(np.reshape(a, flat) for a in arrays)) @ Reshape(shape, flat)
    turned, back = to_last(shape, (int(axis) % len(shape),))
    if turned == back == sorted(turned):
        return map_of(*arrays)
    J = map_of(*(np.transpose(a, turned) for a in arrays))
    return Permute(tuple(back)) @ J @ Permute(tuple(turned))


def after_first(shape: Shape, axis: int) -> LinearMap:
    """Into an array of `shape`, whose first elements along the axis stay zero."""
    return Gather(shape, (slice(None),) * axis + (slice(1, None),)).T


def _cumsum(_x: Spec, _y: Spec, axis: Any = None) -> LinearMap:
    if axis is None or not _x.shape:
        flat = (_x.size,)
        return _running_sum(flat, 0) @ Reshape(_x.shape, flat)
    return _running_sum(_x.shape, int(axis) % _x.ndim)


def _running_sum(shape: Shape, axis: int) -> LinearMap:
    turned = (slice(None),) * axis + (slice(None, None, -1),)
    return Operator(
        lambda v: np.cumsum(v, axis=axis),
        lambda u: np.cumsum(u[turned], axis=axis)[turned],
        shape,
    )


def _cumulative_sum(
    _x: Spec, _y: Spec, axis: Any = None, include_initial: bool = False
) -> LinearMap:
    if not include_initial:
        return _cumsum(_x, _y, axis=axis)
    axis = 0 if axis is None else int(axis) % max(_x.ndim, 1)
    return after_first(_y.shape, axis) @ _cumsum(_x, _y, axis=axis)


def _nancumsum(a: Array, *args: Any, **settings: Any) -> Any:
    return np.cumsum(without_nan(a, 0), *args, **settings)


def _bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """The sums of the weights by the label of each."""
    if weights is None:
        return np.bincount(positions(x), minlength=minlength)
    size = len(np.bincount(positions(x), minlength=minlength))
    return scatter_add(np.astype(weights, np.float64), shape=(size,), index=positions(x))


def _add_reduceat(_x: Spec, _y: Spec, indices: Any = (), axis: int = 0) -> LinearMap:
    """Sums over [i_k, i_(k+1)), or the one element i_k where that is empty."""
    axis = int(axis) % _x.ndim
    starts = np.asarray(indices)
    stops = np.maximum(np.append(starts[1:], _x.shape[axis]), starts + 1)
    lead = (slice(None),) * axis
    segments = np.repeat(np.arange(starts.size), stops - starts)
    ranges = [np.arange(start, stop) for start, stop in zip(starts, stops, strict=True)]
    sources = np.concatenate([np.zeros(0, int), *ranges])
    return Gather(_y.shape, (*lead, segments)).T @ Gather(_x.shape, (*lead, sources))


def _bind_reduceat(
    array: Array, indices: Any, axis: int = 0, **settings: Any
) -> tuple[tuple[Array], Settings]:
    return (array,), {"indices": np.asarray(indices), "axis": axis, **settings}


rule(np.cumsum, _cumsum, casts=True)
rule(
    (np.add, "accumulate"),
    _cumsum,
    evaluate=np.add.accumulate,
    name="add.accumulate",
    bind=along_first,
    casts=True,
)
rule(np.cumulative_sum, _cumulative_sum, casts=True)
rule(
    (np.add, "reduceat"),
    _add_reduceat,
    evaluate=np.add.reduceat,
    name="add.reduceat",
    bind=_bind_reduceat,
)
composite(np.nancumsum, _nancumsum)
composite(np.bincount, _bincount)
