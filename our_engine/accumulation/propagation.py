"""The pattern of a program's Jacobian, carried from map to map."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import (
    Add,
    Broadcast,
    Cast,
    Compose,
    Conj,
    Einsum,
    Gather,
    LeftMul,
    LinearMap,
    One,
    Outputs,
    Permute,
    Pick,
    Real,
    Reshape,
    RightMul,
    Scale,
    Scatter,
    Select,
    Sum,
)
from our_engine.linear_maps.base import Negative
from our_engine.recording import raw
from our_engine.types import Array, Shape

from .graph import LinearGraph
from .pattern import Pattern, flat_positions, stacked

PROBED = 1 << 22  # entries of a matrix that is formed to see its pattern

_DIAGONAL = (One, Negative, Scale, Cast, Conj, Real, Reshape)
Through = Callable[[Any, Any, Any], Any]


def jacobian_pattern(
    graph: LinearGraph, in_shapes: list[Shape], out_shapes: list[Shape]
) -> Pattern:
    """The pattern of all outputs by all inputs, flattened by rows, one after the other."""
    width = sum(map(math.prod, in_shapes))
    patterns: dict[int, Any] = {}
    start = 0
    for source, shape in enumerate(in_shapes):
        patterns[source] = Pattern.identity(math.prod(shape), start, width)
        start += math.prod(shape)
    for k in range(graph.inputs, len(graph.edges)):
        if graph.live[k]:
            found: Any = None
            for i, J in graph.edges[k]:
                pattern = patterns.get(i)
                if isinstance(pattern, tuple) and not isinstance(J, (Pick, Compose)):
                    found = _union(found, _dense(pattern, graph.sizes[k], width))
                elif pattern is not None:
                    found = _union(found, through(J, pattern, graph.shapes[i]))
            patterns[k] = found
    rows = []
    for end, shape in zip(graph.outputs, out_shapes, strict=True):
        pattern = None if end is None else patterns.get(end)
        rows.append(Pattern.empty(math.prod(shape), width) if pattern is None else pattern)
    return stacked(rows, width)


def through(J: Any, pattern: Any, shape: Any) -> Any:
    """The pattern of J X, where `pattern` is that of X and `shape` that of J's argument.

    For a node of many outputs a pattern is a tuple, with None where the derivative is zero.
    """
    if not isinstance(J, LinearMap) or isinstance(J, _DIAGONAL):
        return pattern
    known = _THROUGH.get(type(J))
    return known(J, pattern, shape) if known is not None else _probed(J, pattern, shape)


def _dense(parts: tuple[Any, ...], sizes: Any, width: int) -> Any:
    """Every number of the result, or of each of its parts, depends on all that the parts do."""
    given = stacked([part for part in parts if part is not None], width)
    if isinstance(sizes, tuple):
        return tuple(None if size is None else given.spread(size) for size in sizes)
    return given.spread(sizes)


def _union(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, tuple):
        return tuple(_union(x, y) for x, y in zip(a, b, strict=True))
    return a.union(b)


def _compose(J: Compose, pattern: Any, shape: Shape) -> Any:
    for m in reversed(J.maps):
        pattern = None if pattern is None else through(m, pattern, shape)
        shape = m.out_shape(shape)
    return pattern


def _add(J: Add, pattern: Pattern, shape: Shape) -> Any:
    total = None
    for m in J.maps:
        total = _union(total, through(m, pattern, shape))
    return total


def _outputs(J: Outputs, pattern: Pattern, shape: Shape) -> Any:
    return tuple(through(m, pattern, shape) for m in J.maps)


def _select(J: Select, pattern: Pattern, shape: Shape) -> Pattern:
    return pattern.kept(np.broadcast_to(J.mask, shape).reshape(-1))


def _permute(J: Permute, pattern: Pattern, shape: Shape) -> Pattern:
    return pattern.take(np.transpose(flat_positions(shape), J.axes).reshape(-1))


def _broadcast(J: Broadcast, pattern: Pattern, _shape: Shape) -> Pattern:
    return pattern.take(np.broadcast_to(flat_positions(J.in_shape), J.to_shape).reshape(-1))


def _gather(J: Gather, pattern: Pattern, _shape: Shape) -> Pattern:
    return pattern.take(positions(J).reshape(-1))


def _scatter(J: Scatter, pattern: Pattern, _shape: Shape) -> Pattern:
    return pattern.combined(positions(J.gather).reshape(-1), math.prod(J.out_shape()))


def positions(J: Gather) -> Array:
    """Which element of the flattened argument each element of a gather's result is."""
    return flat_positions(J.in_shape)[J.index]


def _sum(J: Sum, pattern: Pattern, shape: Shape) -> Pattern:
    kept = tuple(1 if i in J.axes else n for i, n in enumerate(shape))
    into = np.broadcast_to(flat_positions(kept), shape).reshape(-1)
    return pattern.combined(into, math.prod(kept))


def _left(J: LeftMul, pattern: Pattern, shape: Shape) -> Pattern:
    out = J.out_shape()
    results = flat_positions(out)[..., :, None, :]
    arguments = flat_positions(shape)[..., None, :, :]
    return _entries(pattern, raw(J.A)[..., :, :, None] != 0, results, arguments, out)


def _right(J: RightMul, pattern: Pattern, shape: Shape) -> Pattern:
    out = J.out_shape()
    results = flat_positions(out)[..., :, None, :]
    arguments = flat_positions(shape)[..., :, :, None]
    return _entries(pattern, raw(J.B)[..., None, :, :] != 0, results, arguments, out)


def _einsum(J: Einsum, pattern: Pattern, shape: Shape) -> Pattern:
    """One entry for each tuple of index values at which no factor is zero."""
    inputs = [*J.inputs[: J.place], *J.inputs[J.place + 1 :]]
    letters = sorted(set(J.output).union(*J.inputs))
    out = J.out_shape()

    def along(array: Array, subscripts: str) -> Array:
        order = sorted(range(len(subscripts)), key=lambda i: subscripts[i])
        sizes = dict(zip(subscripts, array.shape, strict=True))
        return np.transpose(array, order).reshape([sizes.get(s, 1) for s in letters])

    mask = np.ones((1,) * len(letters), bool)
    for subscripts, operand in zip(inputs, J.others, strict=True):
        mask = mask & along(np.asarray(raw(operand)) != 0, subscripts)
    arguments = along(flat_positions(shape), J.inputs[J.place])
    return _entries(pattern, mask, along(flat_positions(out), J.output), arguments, out)


def _entries(
    pattern: Pattern, mask: Array, results: Array, arguments: Array, out: Shape
) -> Pattern:
    """The product with the matrix that has an entry where the mask is True."""
    mask, results, arguments = np.broadcast_arrays(mask, results, arguments)
    return pattern.after(results[mask], arguments[mask], math.prod(out))


def _probed(J: LinearMap, pattern: Pattern, shape: Shape) -> Any:
    """The pattern of a map of a rule's own: its matrix is formed if it is small, else dense."""
    zero = np.zeros(shape)
    y = J.apply(zero)
    if y is None:
        return None
    if isinstance(y, tuple):
        return tuple(None if part is None else pattern.spread(int(np.size(part))) for part in y)
    height = int(np.size(y))
    if height * math.prod(shape) > PROBED:
        return pattern.spread(height)
    rows, middle = np.nonzero(np.reshape(J.pattern(shape), (height, math.prod(shape))))
    return pattern.after(rows, middle, height)


def _place(J: Any, pattern: Pattern, _shape: Shape) -> Any:
    return J.apply(pattern)  # moves what it is given into a tuple


_THROUGH: dict[type, Through] = {
    Pick: lambda J, pattern, _shape: pattern[J.i],
    type(Pick(0, 1).transpose()): _place,
    Compose: _compose,
    Add: _add,
    Outputs: _outputs,
    Select: _select,
    Permute: _permute,
    Broadcast: _broadcast,
    Gather: _gather,
    Scatter: _scatter,
    Sum: _sum,
    LeftMul: _left,
    RightMul: _right,
    Einsum: _einsum,
}
