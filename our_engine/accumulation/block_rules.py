"""How one map of the engine acts on a block; see `blocks`. Each takes (J, block, shape of v)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import (
    Broadcast,
    Einsum,
    Gather,
    LeftMul,
    Permute,
    Reshape,
    RightMul,
    Select,
    Sum,
    plain,
)
from our_engine.types import Array, Shape

Block = Any
"""An array of shape (c, *shape), a tuple of blocks, or None for zero."""


def push_select(J: Select, V: Array, _shape: Shape) -> Array:
    """The chosen part, both ways."""
    return np.where(J.mask, V, 0)


def push_sum(J: Sum, V: Array, _shape: Shape) -> Array:
    """The sums."""
    return np.sum(V, axis=tuple(a + 1 for a in J.axes), keepdims=J.keepdims)


def pull_sum(J: Sum, U: Array, _shape: Shape) -> Array:
    """U spread over the summed axes."""
    kept = tuple(1 if i in J.axes else n for i, n in enumerate(J.in_shape))
    return np.broadcast_to(U.reshape(len(U), *kept), (len(U), *J.in_shape))


def push_broadcast(J: Broadcast, V: Array, _shape: Shape) -> Array:
    """V repeated."""
    lead = (1,) * (len(J.to_shape) - len(J.in_shape))
    return np.broadcast_to(V.reshape(len(V), *lead, *J.in_shape), (len(V), *J.to_shape))


def pull_broadcast(J: Broadcast, U: Array, _shape: Shape) -> Array:
    """The sums over repetitions."""
    return _summed_to(U, J.in_shape)


def push_reshape(J: Reshape, V: Array, _shape: Shape) -> Array:
    """V in the other shape."""
    return V.reshape(len(V), *J.to_shape)


def pull_reshape(J: Reshape, U: Array, _shape: Shape) -> Array:
    """U in the shape of the argument."""
    return U.reshape(len(U), *J.in_shape)


def push_permute(J: Permute, V: Array, _shape: Shape) -> Array:
    """V with its axes permuted."""
    return np.transpose(V, (0, *(a + 1 for a in J.axes)))


def pull_permute(J: Permute, U: Array, _shape: Shape) -> Array:
    """U with its axes permuted back."""
    return np.transpose(U, (0, *(a + 1 for a in J.transpose().axes)))


def push_gather(J: Gather, V: Array, _shape: Shape) -> Array:
    """The elements at the index."""
    places = positions(J)
    flat = V.reshape(len(V), math.prod(J.in_shape))
    return flat[:, places.reshape(-1)].reshape(len(V), *places.shape)


def pull_gather(J: Gather, U: Array, _shape: Shape) -> Array:
    """Zeros with U added at the index."""
    places = positions(J).reshape(-1)
    total = np.zeros((len(U), math.prod(J.in_shape)), U.dtype)
    flat = U.reshape(len(U), places.size)
    if J.unique:
        total[:, places] = flat
    else:
        np.add.at(total.T, places, flat.T)
    return total.reshape(len(U), *J.in_shape)


def push_left(J: LeftMul, V: Array, shape: Shape) -> Array:
    """A V; of vectors as one product of matrices."""
    A = J.A
    if np.ndim(A) == 2 and len(shape) == 2 and shape[1] == 1:
        return (V[:, :, 0] @ A.T)[:, :, None]
    lead = (1,) * max(np.ndim(A) - len(shape), 0)
    return np.matmul(A, V.reshape(len(V), *lead, *shape))


def pull_left(J: LeftMul, U: Array, shape: Shape) -> Array:
    """A^T U."""
    A = J.A
    if np.ndim(A) == 2 and len(shape) == 2 and shape[1] == 1:
        return (U[:, :, 0] @ A)[:, :, None]
    return _summed_to(np.matmul(A.mT, U), shape)


def push_right(J: RightMul, V: Array, shape: Shape) -> Array:
    """V B, as one product of matrices."""
    B = J.B
    if np.ndim(B) == 2:
        flat = V.reshape(math.prod(V.shape[:-1]), shape[-1])
        return (flat @ B).reshape(*V.shape[:-1], B.shape[1])
    lead = (1,) * max(np.ndim(B) - len(shape), 0)
    return np.matmul(V.reshape(len(V), *lead, *shape), B)


def pull_right(J: RightMul, U: Array, shape: Shape) -> Array:
    """U B^T."""
    return _summed_to(np.matmul(U, J.B.mT), shape)


def push_einsum(J: Einsum, V: Array, _shape: Shape) -> Array:
    """The contraction with one more index."""
    c = _spare(J)
    inputs = [*J.inputs]
    inputs[J.place] = c + inputs[J.place]
    operands = (*J.others[: J.place], V, *J.others[J.place :])
    return np.einsum(f"{','.join(inputs)}->{c}{J.output}", *operands, optimize=True)


def pull_einsum(J: Einsum, U: Array, shape: Shape) -> Array:
    """The contraction with the output in place of V."""
    rest = [*J.inputs[: J.place], *J.inputs[J.place + 1 :]]
    mine = J.inputs[J.place]
    if not set(mine) <= set(J.output).union(*rest) or J.out_shape() != U.shape[1:]:
        return one_by_one(J.pull, U)
    c = _spare(J)
    subscripts = f"{','.join([c + J.output, *rest])}->{c}{mine}"
    total = np.einsum(subscripts, U, *J.others, optimize=True)
    return total if total.shape[1:] == shape else one_by_one(J.pull, U)


def _spare(J: Einsum) -> str:
    used = set(J.output).union(*J.inputs)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    return next(letter for letter in letters if letter not in used)


def positions(J: Gather) -> Array:
    """Which element of the flattened argument each element of a gather's result is."""
    return np.arange(math.prod(J.in_shape)).reshape(J.in_shape)[J.index]


def _summed_to(U: Array, shape: Shape) -> Array:
    """The sums over the axes, after the first, along which an array of `shape` was broadcast."""
    lead = U.ndim - 1 - len(shape)
    axes = tuple(range(1, 1 + lead)) + tuple(
        1 + lead + i for i, n in enumerate(shape) if n == 1 and U.shape[1 + lead + i] != 1
    )
    return np.sum(U, axis=axes).reshape(len(U), *shape) if axes else U


def one_by_one(f: Callable[[Any], Any], V: Block) -> Block:
    """f of each member of a block."""
    if isinstance(V, tuple):
        count = next(len(v) for v in V if v is not None)
        vs: list[Any] = [tuple(None if v is None else v[i] for v in V) for i in range(count)]
    else:
        vs = list(V)
    return _stacked([plain(f(v)) for v in vs])


def _stacked(rows: list[Any]) -> Block:
    """Rows of which None is zero as a block; None if all of them are."""
    first = next((row for row in rows if row is not None), None)
    if first is None:
        return None
    if isinstance(first, tuple):
        parts = range(len(first))
        return tuple(
            _stacked([None if row is None else plain(row[i]) for row in rows]) for i in parts
        )
    return np.stack([np.zeros_like(first) if row is None else row for row in rows])
