"""Basis sweeps, and a tuple of arrays taken for one vector: the tools of derived operators."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from harness.contract.backend import Backend
from harness.contract.problem import Array

__all__ = ["Results", "inner", "jvp_of_tuple", "move_leading_to_end", "sweep"]

Results = tuple[Array, ...]


def sweep(
    backend: Backend, primals: Results, column: Callable[[Results], Results]
) -> list[Results]:
    """Run ``column`` on each basis tangent; for each primal, its results stacked over its index.

    Part k of the list at position i has the shape ``(*x_i.shape, *shape of result k)``.
    """
    xp = backend.xp
    swept: list[Results] = []
    for position, x in enumerate(primals):
        columns = [column(basis) for basis in _basis(backend, primals, position)]
        if columns:
            stacked = [xp.stack(list(parts)) for parts in zip(*columns, strict=True)]
        else:
            # A zero-size primal has no basis; what a column looks like is seen along zero.
            shaped = column(tuple(xp.zeros_like(z) for z in primals))
            stacked = [xp.stack([part])[:0, ...] for part in shaped]
        swept.append(tuple(xp.reshape(s, (*x.shape, *s.shape[1:])) for s in stacked))
    return swept


def jvp_of_tuple(
    backend: Backend, fun: Callable[..., Results], primals: Results, tangents: Results
) -> Results:
    """The jvp of a function with several results, by one jvp of all of them in one vector."""
    xp = backend.xp
    shapes: list[tuple[int, ...]] = []

    def flat(*xs: Array) -> Array:
        parts = fun(*xs)
        shapes[:] = [tuple(part.shape) for part in parts]
        return xp.concat([xp.reshape(part, (-1,)) for part in parts])

    y_dot = backend.jvp(flat, primals, tangents)[1]
    results, start = [], 0
    for shape in shapes:
        stop = start + int(np.prod(shape, dtype=int))
        results.append(xp.reshape(y_dot[start:stop], shape))
        start = stop
    return tuple(results)


def inner(backend: Backend, left: Results, right: Results) -> Array:
    """⟨left, right⟩ over a tuple of arrays."""
    total = backend.xp.sum(left[0] * right[0])
    for a, b in zip(left[1:], right[1:], strict=True):
        total = total + backend.xp.sum(a * b)
    return total


def move_leading_to_end(backend: Backend, block: Array, count: int) -> Array:
    """Move the first ``count`` axes behind the others."""
    axes = tuple(range(len(block.shape)))
    return backend.xp.permute_dims(block, axes[count:] + axes[:count])


def _basis(backend: Backend, primals: Results, position: int) -> Iterator[Results]:
    """The basis tangents of the primal at ``position``, zero for all the others."""
    xp = backend.xp
    zeros = [xp.zeros_like(x) for x in primals]
    dtype = str(primals[position].dtype).rsplit(".", 1)[-1]
    shape = tuple(primals[position].shape)
    for index in range(int(np.prod(shape, dtype=int))):
        unit = np.zeros(shape, dtype)
        unit.flat[index] = 1.0
        yield (*zeros[:position], backend.asarray(unit), *zeros[position + 1 :])
