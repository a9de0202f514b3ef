"""Rules of products of vectors and matrices: cross, kron, vecdot, matvec, vecmat, numpy.linalg's.

The first factor of vecdot and vecmat is conjugated, as NumPy does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import (
    Broadcast,
    Conj,
    LeftMul,
    LinearMap,
    Permute,
    Reshape,
    RightMul,
    Scale,
    Sum,
)
from our_engine.node import raw
from our_engine.primitives import Spec, composite, rule
from our_engine.types import Array, Shape

from .arguments import cast


def _cross(
    a: Array, b: Array, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None
) -> Any:
    if axis is not None:
        axisa = axisb = axisc = axis
    a = np.moveaxis(a, axisa, -1)
    b = np.moveaxis(b, axisb, -1)
    m, n = np.shape(a)[-1], np.shape(b)[-1]
    if m not in (2, 3) or n not in (2, 3):
        return np.cross(raw(a), raw(b))  # raises, in NumPy's words
    x, y = ([v[..., i] for i in range(np.shape(v)[-1])] for v in (a, b))
    z = x[0] * y[1] - x[1] * y[0]
    if m == n == 2:
        return z
    if m == n == 3:
        rest = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2]]
    elif m == 2:
        rest = [x[1] * y[2], -(x[0] * y[2])]
    else:
        rest = [-(x[2] * y[1]), x[2] * y[0]]
    return np.moveaxis(np.stack([*rest, z], axis=-1), -1, axisc)


def _cross_of_three(x1: Array, x2: Array, /, *, axis: int = -1) -> Any:
    if np.shape(x1)[axis] != 3 or np.shape(x2)[axis] != 3:
        return np.linalg.cross(raw(x1), raw(x2), axis=axis)  # raises, in NumPy's words
    return np.cross(x1, x2, axis=axis)


def _kron(a: Array, b: Array) -> Any:
    ndim = max(np.ndim(a), np.ndim(b))
    left = (1,) * (ndim - np.ndim(a)) + np.shape(a)
    right = (1,) * (ndim - np.ndim(b)) + np.shape(b)
    product = np.multiply(
        np.reshape(a, [n for size in left for n in (size, 1)]),
        np.reshape(b, [n for size in right for n in (1, size)]),
    )
    return np.reshape(product, [m * n for m, n in zip(left, right, strict=True)])


def _outer_of_vectors(x1: Array, x2: Array, /) -> Any:
    if np.ndim(x1) != 1 or np.ndim(x2) != 1:
        return np.linalg.outer(raw(x1), raw(x2))  # raises, in NumPy's words
    return np.outer(x1, x2)


def _matvec_matrix(_a: Spec, b: Array, _y: Spec) -> LinearMap:
    column = np.expand_dims(b, -1)
    product = RightMul(column, _a.shape)
    return Reshape(product.out_shape(), _y.shape) @ product @ cast(_a, _y)


def _matvec_vector(a: Array, _b: Spec, _y: Spec) -> LinearMap:
    product = LeftMul(a, (*_b.shape, 1))
    column = Reshape(_b.shape, product.in_shape)
    return Reshape(product.out_shape(), _y.shape) @ product @ column @ cast(_b, _y)


def _vecmat_vector(_a: Spec, b: Array, _y: Spec) -> LinearMap:
    product = RightMul(b, (*_a.shape[:-1], 1, _a.shape[-1]))
    row: LinearMap = Reshape(_a.shape, product.in_shape)
    if _a.dtype.kind == "c":
        row = row @ Conj()
    return Reshape(product.out_shape(), _y.shape) @ product @ row @ cast(_a, _y)


def _vecmat_matrix(a: Array, _b: Spec, _y: Spec) -> LinearMap:
    product = LeftMul(np.expand_dims(np.conj(a), -2), _b.shape)
    return Reshape(product.out_shape(), _y.shape) @ product @ cast(_b, _y)


def _vecdot_left(_a: Spec, b: Array, _y: Spec, axis: int = -1, keepdims: bool = False) -> LinearMap:
    change = Conj() @ cast(_a, _y) if _a.dtype.kind == "c" else cast(_a, _y)
    return _vecdot(_a.shape, b, _y, axis) @ change


def _vecdot_right(
    a: Array, _b: Spec, _y: Spec, axis: int = -1, keepdims: bool = False
) -> LinearMap:
    return _vecdot(_b.shape, np.conj(a), _y, axis) @ cast(_b, _y)


def _vecdot(shape: Shape, factor: Array, y: Spec, axis: int) -> LinearMap:
    """The sum over `axis` of the argument times `factor`, each broadcast to the other."""
    order = list(range(len(shape)))
    order.append(order.pop(axis))
    turn = Permute(tuple(order))
    factor = np.moveaxis(factor, axis, -1)
    turned_shape = turn.out_shape(shape)
    full = np.broadcast_shapes(turned_shape, np.shape(factor))
    product = Scale(np.broadcast_to(factor, full)) @ Broadcast(turned_shape, full) @ turn
    return Reshape(full[:-1], y.shape) @ Sum(full, -1) @ product


composite(np.cross, _cross)
composite(np.linalg.cross, _cross_of_three)
composite(np.kron, _kron)
composite(np.linalg.outer, _outer_of_vectors)
composite(np.linalg.tensordot, lambda x1, x2, /, *, axes=2: np.tensordot(x1, x2, axes))
composite(np.linalg.matmul, lambda x1, x2, /: np.matmul(x1, x2))
composite(np.linalg.matrix_transpose, lambda x, /: np.matrix_transpose(x))
rule(np.vecdot, _vecdot_left, _vecdot_right)
rule(np.linalg.vecdot, _vecdot_left, _vecdot_right)
if hasattr(np, "matvec"):  # NumPy 2.2
    rule(np.matvec, _matvec_matrix, _matvec_vector)
    rule(np.vecmat, _vecmat_vector, _vecmat_matrix)
