"""Rules of sorting, partitioning and unique elements.

Where elements are equal the order among them is arbitrary, and their derivatives are shared
equally: the mean of all permutations that sort. So the largest of sort(x) has the derivative of
max(x), and no result depends on the kind of the sort. Where the cotangents of equal elements are
equal too, as those of a function symmetric in them are, sharing makes no difference at first order,
and in higher ones the order that was found is right where the shared one is not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import ONE, Gather, LinearMap, Operator, Permute, Reshape, Scale, plain
from our_engine.primitives import Spec, composite, constant, rule
from our_engine.recording import Node, raw
from our_engine.types import Array, Shape
from our_engine.undetermined import meet

from .arguments import refuse, with_value
from .indexing import scatter_add


def sorting(x: Array) -> LinearMap:
    """The map from plain x to x sorted along its last axis."""
    gather = _permutation(x)
    ordered = x[gather.index]
    tied = ordered[..., 1:] == ordered[..., :-1]
    if not tied.any():
        return gather
    first = np.zeros((*x.shape[:-1], 1), int)
    groups = np.concatenate([first, np.cumsum(~tied, axis=-1)], axis=-1)
    index = along_last(groups, x.shape)
    sizes = np.zeros(x.shape, int)
    np.add.at(sizes, index, 1)
    members = Gather(x.shape, index)
    share = (1.0 / sizes[index]).astype(x.real.dtype)
    return Scale(share) @ members @ members.T @ gather


def along_last(index: Array, shape: Shape) -> tuple[Array, ...]:
    """The index that takes `index` along the last axis of an array of `shape`."""
    return (*np.ogrid[tuple(slice(n) for n in (*shape[:-1], 1))][:-1], index)


def _permutation(x: Array) -> Gather:
    gather = Gather(x.shape, along_last(np.argsort(x, axis=-1), x.shape))
    gather.unique = True
    return gather


def _turned(x: Array, axis: Any) -> tuple[LinearMap, LinearMap, Array]:
    """To the shape in which `axis` is last, back from it, and x there; flat without an axis."""
    if axis is None:
        return Reshape(x.shape, (x.size,)), ONE, x.reshape(-1)
    axes = list(range(x.ndim))
    axes.append(axes.pop(axis))
    turn = Permute(tuple(axes))
    return turn, turn.transpose(), np.transpose(x, axes)


def _sort(x: Array, _y: Spec, axis: Any = -1, kind: Any = None, stable: Any = None) -> LinearMap:
    there, back, value = _turned(raw(x), axis)
    return back @ sorting(value) @ there


def _nested_sort(
    x: Array, _y: Spec, axis: Any = -1, kind: Any = None, stable: Any = None
) -> LinearMap:
    """The order that was found: what is symmetric in the elements has every derivative by it."""
    there, back, value = _turned(raw(x), axis)
    return back @ _permutation(value) @ there


def _sort_again(
    x: Array, _y: Spec, axis: Any = -1, kind: Any = None, stable: Any = None
) -> LinearMap:
    """As `_sort`, but by the order that was found where sharing makes no difference."""
    if not isinstance(x, Node):
        return _sort(x, _y, axis)
    there, back, value = _turned(raw(x), axis)
    shared, found = sorting(value), _permutation(value)
    if type(shared) is Gather:
        return back @ found @ there

    def push(v: Array) -> Array:
        meet()
        return shared.apply(v)

    def pull(u: Array) -> Array:
        ours = found.pull(u)
        alike = np.array_equal(raw(plain(shared.pull(raw(u)))), raw(plain(ours)))
        return plain(ours if alike else shared.pull(u))

    return back @ Operator(push, pull, value.shape) @ there


def _partition(
    x: Array, y: Array, kth: Any = 0, axis: Any = -1, kind: str = "introselect"
) -> LinearMap:
    """Sort x, and undo what sorts y."""
    there, back, value = _turned(raw(x), axis)
    result = _turned(raw(y), -1 if axis is None else axis)[2]
    return back @ _permutation(result).T @ sorting(value) @ there


def _sort_complex(a: Array) -> Any:
    ordered = np.sort(a)
    return ordered if ordered.dtype.kind == "c" else ordered.astype(np.complex128)


def _unique(
    ar: Array,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: Any = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,  # noqa: A002 - NumPy's name
) -> Any:
    """Each unique value has the mean of the derivatives of the elements that are equal to it."""
    refuse("unique", axis=axis)
    flags: Any = (return_index, return_inverse, return_counts)
    found: Any = np.unique(raw(ar), *flags, equal_nan=equal_nan, sorted=sorted)
    many = any(flags)
    values = found[0] if many else found
    order = np.argsort(values)
    flat = np.reshape(ar, -1)
    places = np.searchsorted(values[order], raw(flat))
    group = order[np.minimum(places, max(values.size - 1, 0))]
    sizes = np.bincount(group, minlength=values.size).astype(values.real.dtype)
    mean = scatter_add(flat, shape=values.shape, index=group) / np.maximum(sizes, 1)
    unique = with_value(mean, values)
    return (unique, *found[1:]) if many else unique


def _unique_all(x: Array, /) -> Any:
    found = np.unique_all(raw(x))
    return type(found)(_unique(x, equal_nan=False), *found[1:])


def _unique_counts(x: Array, /) -> Any:
    found = np.unique_counts(raw(x))
    return type(found)(_unique(x, equal_nan=False), *found[1:])


def _unique_inverse(x: Array, /) -> Any:
    found = np.unique_inverse(raw(x))
    return type(found)(_unique(x, equal_nan=False), *found[1:])


rule(np.sort, _sort_again, nested=(_nested_sort,))
rule(np.partition, _partition)
composite(np.sort_complex, _sort_complex)
composite(np.unique, _unique)
composite(np.unique_values, lambda x, /: _unique(x, equal_nan=False, sorted=False))
composite(np.unique_all, _unique_all)
composite(np.unique_counts, _unique_counts)
composite(np.unique_inverse, _unique_inverse)

constant(
    np.argpartition,
    np.lexsort,
    np.searchsorted,
    np.digitize,
    np.nonzero,
    np.flatnonzero,
    np.argwhere,
    np.isin,
    np.diag_indices_from,
    np.tril_indices_from,
    np.triu_indices_from,
)
