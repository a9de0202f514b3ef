"""Local Jacobians applied to many tangents at once.

A block holds c tangents of a node along its first axis: shape (c, *shape of the node). For a node
with many outputs it is a tuple of blocks, with None for zero. `push_block(J, V, shape)` is J
applied to each of them, `pull_block(J, U, shape)` is J^T, with `shape` that of J's argument. The
maps of the engine are applied to the whole block by one call of NumPy, and by one product of
matrices where there is one; a map of a rule's own is applied one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
    Zero,
    plain,
)
from our_engine.linear_maps.base import Negative
from our_engine.types import Shape

from . import block_rules as rules
from .block_rules import Block

_ELEMENTWISE = (One, Negative, Scale, Cast, Conj, Real, Zero)


def push_block(J: Any, V: Block, shape: Shape) -> Block:
    """J v for each v of the block V; `shape` is that of v."""
    if V is None:
        return None
    if not isinstance(J, LinearMap):
        return J * V
    push = _PUSH.get(type(J))
    if push is not None:
        return push(J, V, shape)
    return J.apply(V) if isinstance(J, _ELEMENTWISE) else rules.one_by_one(J.apply, V)


def pull_block(J: Any, U: Block, shape: Shape) -> Block:
    """J^T u for each u of the block U; `shape` is that of J's argument."""
    if U is None:
        return None
    if not isinstance(J, LinearMap):
        return J * U
    pull = _PULL.get(type(J))
    if pull is not None:
        return pull(J, U, shape)
    return plain(J.pull(U)) if isinstance(J, _ELEMENTWISE) else rules.one_by_one(J.pull, U)


def plus(a: Block, b: Block) -> Block:
    """The sum of two blocks."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, tuple):
        return tuple(plus(x, y) for x, y in zip(a, b, strict=True))
    return a + b


def _push_compose(J: Compose, V: Block, shape: Shape) -> Block:
    for m in reversed(J.maps):
        V = push_block(m, V, shape)
        shape = m.out_shape(shape)
    return V


def _pull_compose(J: Compose, U: Block, shape: Shape) -> Block:
    shapes = [shape]
    for m in reversed(J.maps[1:]):
        shapes.append(m.out_shape(shapes[-1]))
    for m, in_shape in zip(J.maps, reversed(shapes), strict=True):
        U = pull_block(m, U, in_shape)
    return U


def _push_add(J: Add, V: Block, shape: Shape) -> Block:
    total: Block = None
    for m in J.maps:
        total = plus(total, push_block(m, V, shape))
    return total


def _pull_add(J: Add, U: Block, shape: Shape) -> Block:
    total: Block = None
    for m in J.maps:
        total = plus(total, pull_block(m, U, shape))
    return total


def _push_outputs(J: Outputs, V: Block, shape: Shape) -> Block:
    return tuple(push_block(m, V, shape) for m in J.maps)


def _pull_outputs(J: Outputs, U: Block, shape: Shape) -> Block:
    total: Block = None
    for m, u in zip(J.maps, U, strict=True):
        total = plus(total, pull_block(m, u, shape))
    return total


_PUSH: dict[type, Callable[[Any, Block, Shape], Block]] = {
    Compose: _push_compose,
    Add: _push_add,
    Outputs: _push_outputs,
    Pick: lambda J, V, _shape: V[J.i],
    Select: rules.push_select,
    Sum: rules.push_sum,
    Broadcast: rules.push_broadcast,
    Reshape: rules.push_reshape,
    Permute: rules.push_permute,
    Gather: rules.push_gather,
    Scatter: lambda J, V, _shape: rules.pull_gather(J.gather, V, J.gather.in_shape),
    LeftMul: rules.push_left,
    RightMul: rules.push_right,
    Einsum: rules.push_einsum,
}
_PULL: dict[type, Callable[[Any, Block, Shape], Block]] = {
    Compose: _pull_compose,
    Add: _pull_add,
    Outputs: _pull_outputs,
    Pick: lambda J, U, _shape: J.pull(U),
    Select: rules.push_select,
    Sum: rules.pull_sum,
    Broadcast: rules.pull_broadcast,
    Reshape: rules.pull_reshape,
    Permute: rules.pull_permute,
    Gather: rules.pull_gather,
    Scatter: lambda J, U, _shape: rules.push_gather(J.gather, U, J.gather.in_shape),
    LeftMul: rules.pull_left,
    RightMul: rules.pull_right,
    Einsum: rules.pull_einsum,
}
