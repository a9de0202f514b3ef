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
from our_engine.primitives import Spec, composite, each, rule
from our_engine.types import Array

from .arguments import cast


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


def _multi_dot(k: int, xs: tuple[Array, ...], _y: Spec) -> LinearMap:
    """L dX R, with what stands to the left and to the right of the k-th factor."""
    first, last = np.ndim(xs[0]) == 1, np.ndim(xs[-1]) == 1
    matrices = list(xs)
    if first:
        matrices[0] = np.reshape(xs[0], (1, -1))
    if last:
        matrices[-1] = np.reshape(xs[-1], (-1, 1))
    shape = np.shape(matrices[k])
    chain: LinearMap = Reshape(np.shape(xs[k]), shape) @ cast(Spec(xs[k]), _y)
    if k:
        left = LeftMul(_product(matrices[:k]), shape)
        shape, chain = left.out_shape(), left @ chain
    if k + 1 < len(matrices):
        right = RightMul(_product(matrices[k + 1 :]), shape)
        shape, chain = right.out_shape(), right @ chain
    return Reshape(shape, _y.shape) @ chain


def _product(matrices: Sequence[Array]) -> Array:
    return np.linalg.multi_dot(matrices) if len(matrices) > 1 else matrices[0]


rule(np.linalg.inv, _inv)
rule(np.linalg.solve, _solve_matrix, _solve_right_side)
composite(np.linalg.tensorsolve, _tensorsolve)
composite(np.linalg.tensorinv, _tensorinv)
composite(np.linalg.matrix_power, _matrix_power)
rule(np.linalg.multi_dot, each(_multi_dot), sequence=True)
