"""Rules of joining arrays and of taking them apart."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from our_engine.linear_maps import Gather, LinearMap, Reshape
from our_engine.primitives import Spec, composite, each, rule
from our_engine.types import Array

from .arguments import array, cast
from .shaping import at_least


def _concatenate(k: int, _xs: Any, _y: Spec, axis: Any = 0) -> LinearMap:
    x = _xs[k]
    if axis is None:
        start = sum(other.size for other in _xs[:k])
        place = Gather(_y.shape, slice(start, start + x.size)).T @ Reshape(x.shape, (x.size,))
    else:
        axis %= _y.ndim
        start = sum(other.shape[axis] for other in _xs[:k])
        index = (slice(None),) * axis + (slice(start, start + x.shape[axis]),)
        place = Gather(_y.shape, index).T
    return place @ cast(x, _y)


def _stack(k: int, _xs: Any, _y: Spec, axis: int = 0) -> LinearMap:
    axis %= _y.ndim
    return Gather(_y.shape, (slice(None),) * axis + (k,)).T @ cast(_xs[k], _y)


def _hstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    arrays = [at_least(1, x) for x in tup]
    axis = 0 if arrays and arrays[0].ndim == 1 else 1
    return np.concatenate(arrays, axis, dtype=dtype, casting=casting)


def _vstack(tup: Any, *, dtype: Any = None, casting: Any = "same_kind") -> Any:
    return np.concatenate([at_least(2, x) for x in tup], 0, dtype=dtype, casting=casting)


def _dstack(tup: Any) -> Any:
    return np.concatenate([at_least(3, x, 3, 1, 0) for x in tup], 2)


def _column_stack(tup: Any) -> Any:
    columns = [array(x) for x in tup]
    return np.concatenate([x if x.ndim >= 2 else at_least(2, x).T for x in columns], 1)


def _block(arrays: Any) -> Any:
    depth = _depth(arrays)
    return _joined(arrays, max(depth, _most_axes(arrays)), depth)


def _depth(arrays: Any) -> int:
    """How deep the lists are nested, which must be the same everywhere."""
    if isinstance(arrays, tuple):
        raise TypeError(
            "arrays is a tuple. Only lists can be used to arrange blocks, and np.block does not "
            "allow implicit conversion from tuple to ndarray."
        )
    if not isinstance(arrays, list):
        return 0
    if not arrays:
        raise ValueError("List at arrays cannot be empty")
    depths = {_depth(inner) for inner in arrays}
    if len(depths) > 1:
        raise ValueError(f"List depths are mismatched: {sorted(depths)} lists deep in one list")
    return depths.pop() + 1


def _most_axes(arrays: Any) -> int:
    if isinstance(arrays, list):
        return max(_most_axes(inner) for inner in arrays)
    return int(np.ndim(arrays))


def _joined(arrays: Any, ndim: int, depth: int) -> Array:
    if not isinstance(arrays, list):
        return at_least(ndim, arrays)
    return np.concatenate([_joined(inner, ndim, depth - 1) for inner in arrays], axis=-depth)


def _array_split(ary: Array, indices_or_sections: Any, axis: int = 0) -> list[Array]:
    axis = int(axis) % max(ary.ndim, 1)
    n = ary.shape[axis]
    if np.ndim(indices_or_sections):
        ends = [0, *(int(i) for i in indices_or_sections), n]
    else:
        sections = int(indices_or_sections)
        if sections <= 0:
            raise ValueError("number sections must be larger than 0.")
        size, longer = divmod(n, sections)
        lengths = [size + 1] * longer + [size] * (sections - longer)
        ends = [0, *(int(end) for end in np.cumsum(lengths))]
    lead = (slice(None),) * axis
    return [ary[(*lead, slice(a, b))] for a, b in itertools.pairwise(ends)]


def _split(ary: Array, indices_or_sections: Any, axis: int = 0) -> list[Array]:
    if not np.ndim(indices_or_sections) and ary.shape[axis] % indices_or_sections:
        raise ValueError("array split does not result in an equal division")
    return _array_split(ary, indices_or_sections, axis)


def _hsplit(ary: Array, indices_or_sections: Any) -> list[Array]:
    if not ary.ndim:
        raise ValueError("hsplit only works on arrays of 1 or more dimensions")
    return _split(ary, indices_or_sections, 1 if ary.ndim > 1 else 0)


def _vsplit(ary: Array, indices_or_sections: Any) -> list[Array]:
    if ary.ndim < 2:
        raise ValueError("vsplit only works on arrays of 2 or more dimensions")
    return _split(ary, indices_or_sections, 0)


def _dsplit(ary: Array, indices_or_sections: Any) -> list[Array]:
    if ary.ndim < 3:
        raise ValueError("dsplit only works on arrays of 3 or more dimensions")
    return _split(ary, indices_or_sections, 2)


def _unstack(x: Array, /, *, axis: int = 0) -> tuple[Array, ...]:
    if not x.ndim:
        raise ValueError("Input array must be at least 1-d.")
    lead = (slice(None),) * (axis % x.ndim)
    return tuple(x[(*lead, i)] for i in range(x.shape[axis]))


rule(np.concatenate, each(_concatenate), sequence=True)
rule(np.stack, each(_stack), sequence=True)
composite(np.hstack, _hstack)
composite(np.vstack, _vstack)
composite(np.dstack, _dstack)
composite(np.column_stack, _column_stack)
composite(np.block, _block)
composite(np.array_split, _array_split)
composite(np.split, _split)
composite(np.hsplit, _hsplit)
composite(np.vsplit, _vsplit)
composite(np.dsplit, _dsplit)
composite(np.unstack, _unstack)
