"""Rules of inverses and linear systems: inv, solve, tensorsolve, tensorinv, powers, chains.

A singular matrix raises as the plain function does. All functions take stacks of matrices, and
`solve` follows NumPy 2: b is a vector only if it has one axis.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from our_engine.linear_maps import NEGATIVE, LeftMul, LinearMap, Reshape, RightMul
from our_engine.linear_maps.solving import LeftSolve
from our_engine.node import raw
from our_engine.primitives import Spec, composite, rule
from our_engine.types import Array

from .arguments import cast, refuse


def _inv(_x: Spec, y: Array) -> LinearMap:
    return NEGATIVE @ LeftMul(y, _x.shape) @ RightMul(y, _x.shape)


def _solve_matrix(a: Array, _b: Spec, y: Array) -> LinearMap:
    """dx = -a^-1 (da x), with x as the column that a vector is."""
    X = y if _b.ndim > 1 else np.expand_dims(y, -1)
    product = RightMul(X, a.shape)
    solve = LeftSolve(a, product.out_shape())
    chain = NEGATIVE @ solve @ product @ cast(Spec(a), Spec(y))
    return chain if _b.ndim > 1 else Reshape(solve.out_shape(), np.shape(y)) @ chain


def _solve_right_side(a: Array, _b: Spec, _y: Spec) -> LinearMap:
    change = cast(_b, _y)
    if _b.ndim > 1:
        return LeftSolve(a, _b.shape) @ change
    solve = LeftSolve(a, (*_b.shape, 1))
    column = Reshape(_b.shape, solve.in_shape)
    return Reshape(solve.out_shape(), _y.shape) @ solve @ column @ change


def _tensorsolve(a: Array, b: Array, axes: Any = None) -> Any:
    n = np.ndim(a)
    if axes is not None:
        order = list(range(n))
        for k in axes:
            order.remove(k)
            order.insert(n, k)
        a = np.transpose(a, order)
    shape = np.shape(a)[-(n - np.ndim(b)) :]
    size = int(np.prod(shape, dtype=int))
    if np.size(a) != size**2:
        raise np.linalg.LinAlgError(
            "Input arrays must satisfy the requirement prod(a.shape[b.ndim:]) == "
            "prod(a.shape[:b.ndim])"
        )
    return np.reshape(np.linalg.solve(np.reshape(a, (size, size)), np.ravel(b)), shape)


def _tensorinv(a: Array, ind: int = 2) -> Any:
    if ind <= 0:
        raise ValueError("Invalid ind argument.")
    shape = np.shape(a)
    rows = int(np.prod(shape[ind:], dtype=int))
    return np.reshape(np.linalg.inv(np.reshape(a, (rows, -1))), shape[ind:] + shape[:ind])


def _matrix_power(a: Array, n: int) -> Any:
    n = operator.index(n)
    if np.ndim(a) < 2 or np.shape(a)[-1] != np.shape(a)[-2]:
        return np.linalg.matrix_power(raw(a), n)  # raises, in NumPy's words
    if n == 0:
        return np.broadcast_to(np.eye(np.shape(a)[-1], dtype=a.dtype), np.shape(a)).copy()
    if n < 0:
        a, n = np.linalg.inv(a), -n
    if n == 3:
        return np.matmul(np.matmul(a, a), a)
    power, result = a, None
    while True:
        n, bit = divmod(n, 2)
        if bit:
            result = power if result is None else np.matmul(result, power)
        if not n:
            return result
        power = np.matmul(power, power)


def _multi_dot(arrays: Sequence[Array], *, out: Any = None) -> Any:
    refuse("np.linalg.multi_dot", out=out)
    if len(arrays) < 2:
        raise ValueError("Expecting at least two arrays.")
    first, *middle, last = arrays
    rows = np.reshape(first, (1, -1)) if np.ndim(first) == 1 else first
    columns = np.reshape(last, (-1, 1)) if np.ndim(last) == 1 else last
    matrices = [rows, *middle, columns]
    for m in matrices:
        if np.ndim(m) != 2:
            raise np.linalg.LinAlgError(
                f"{np.ndim(m)}-dimensional array given. Array must be two-dimensional"
            )
    sizes = [np.shape(m)[0] for m in matrices] + [np.shape(matrices[-1])[1]]
    product = _in_order(matrices, _splits(sizes), 0, len(matrices) - 1)
    if np.ndim(first) == 1 and np.ndim(last) == 1:
        return product[0, 0]
    return np.ravel(product) if 1 in (np.ndim(first), np.ndim(last)) else product


def _splits(sizes: Sequence[int]) -> dict[tuple[int, int], int]:
    """Where to split the chain i..j for the fewest multiplications, by dynamic programming."""
    n = len(sizes) - 1
    cost = {(i, i): 0 for i in range(n)}
    split = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            costs = [
                cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1]
                for k in range(i, j)
            ]
            cost[i, j] = min(costs)
            split[i, j] = i + costs.index(cost[i, j])
    return split


def _in_order(
    matrices: Sequence[Array], split: dict[tuple[int, int], int], i: int, j: int
) -> Array:
    if i == j:
        return matrices[i]
    k = split[i, j]
    return np.dot(_in_order(matrices, split, i, k), _in_order(matrices, split, k + 1, j))


rule(np.linalg.inv, _inv)
rule(np.linalg.solve, _solve_matrix, _solve_right_side)
composite(np.linalg.tensorsolve, _tensorsolve)
composite(np.linalg.tensorinv, _tensorinv)
composite(np.linalg.matrix_power, _matrix_power)
composite(np.linalg.multi_dot, _multi_dot)
