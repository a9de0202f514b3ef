"""Rules of pinv and lstsq.

Singular values at or below rcond (rtol) times the largest are cut off, and the derivative is that
of the result with the same number of them kept: at constant rank. Where those that are cut off are
no more than rounding, it is written with the pseudoinverse itself, and has derivatives of any order
also where singular values meet; else by the singular vectors.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import (
    NEGATIVE,
    ZERO,
    LeftMul,
    LinearMap,
    Outputs,
    Real,
    Reshape,
    RightMul,
    Scale,
    Sum,
)
from our_engine.linear_maps.hermitian import Adjoint, Hermitian, adjoint
from our_engine.node import raw
from our_engine.primitives import Spec, rule
from our_engine.stand_in import as_array
from our_engine.types import Array, Shape

from .arguments import cast
from .singular import change_of_values
from .singular_sums import probe, variation
from .ties import KINKED


def _pinv(
    x: Array, y: Array, rcond: Any = None, hermitian: bool = False, rtol: Any = np._NoValue
) -> LinearMap:
    if x.size == 0:
        return Reshape(x.shape, y.shape)
    if rtol is not np._NoValue:
        rcond = max(x.shape[-2:]) * np.finfo(x.dtype).eps if rtol is None else rtol
    elif rcond is None:
        rcond = 1e-15
    if not hermitian:
        return _change(x, y, rcond)
    read = Hermitian(x.shape)
    return _change(read.apply(x), y, rcond) @ read


def _change(x: Array, Y: Array, rcond: Any) -> LinearMap:
    """dY for dX; see the module."""
    rows, columns, negligible = _rank(raw(x), rcond)
    if not negligible:
        return _with_vectors(x, rcond)
    left = RightMul(Y, x.shape)
    total = NEGATIVE @ LeftMul(Y, left.out_shape()) @ left
    turn = Adjoint(x.shape)
    shape = turn.out_shape()
    m, n = x.shape[-2:]
    if not rows:
        rest = np.eye(m, dtype=Y.dtype) - np.matmul(x, Y)
        total = total + LeftMul(np.matmul(Y, adjoint(Y)), shape) @ RightMul(rest, shape) @ turn
    if not columns:
        rest = np.eye(n, dtype=Y.dtype) - np.matmul(Y, x)
        total = total + RightMul(np.matmul(adjoint(Y), Y), shape) @ LeftMul(rest, shape) @ turn
    return total


def _rank(x: Array, rcond: Any) -> tuple[bool, bool, bool]:
    """Whether all matrices have full rank by rows, by columns; whether what is cut is rounding."""
    s = np.linalg.svd(x, compute_uv=False)
    largest = np.max(s, axis=-1, keepdims=True, initial=0)
    kept = s > as_array(rcond)[..., None] * largest
    rank = np.sum(kept, axis=-1)
    rounding = 4 * max(x.shape[-2:]) * np.finfo(s.dtype).eps * largest
    rows, columns = (rank == n for n in x.shape[-2:])
    return bool(rows.all()), bool(columns.all()), bool((kept | (s <= rounding)).all())


def _with_vectors(x: Array, rcond: Any) -> LinearMap:
    """The divided differences of g(s) = 1/s where s is kept and 0 where it is cut off."""
    U, s, Vh = np.linalg.svd(x, full_matrices=False)
    plain = raw(s)
    largest = np.max(plain, axis=-1, keepdims=True, initial=0)
    kept = plain > as_array(rcond)[..., None] * largest
    g = np.where(kept, 1 / np.where(kept, s, 1), 0)
    column, row = np.expand_dims(s, -1), np.expand_dims(s, -2)
    g_column, g_row = np.expand_dims(g, -1), np.expand_dims(g, -2)
    both = kept[..., :, None] & kept[..., None, :]
    mixed = kept[..., :, None] ^ kept[..., None, :]
    inside = np.where(both, g_column * g_row, 0)
    apart = np.where(mixed, column - row, 1)
    together = np.where(mixed, column + row, 1)
    even = np.where(mixed, (g_column - g_row) / apart, -inside)
    odd = np.where(mixed, (g_column + g_row) / together, inside)
    dY = variation(x.shape, U, adjoint(Vh), even, odd, g * g)
    return Adjoint(x.shape) @ dY


def _lstsq_matrix(a: Array, b: Array, y: Any, rcond: Any = None) -> LinearMap:
    """dx = dA^+ b, written with x and the residual where that is possible."""
    x, residuals = y[0], y[1]
    X, B = _columns(x), _columns(b)
    change = cast(Spec(a), Spec(x))
    product = RightMul(X, a.shape)
    R = B - np.matmul(a, X)
    dx = (
        Reshape(X.shape, x.shape)
        @ _lstsq_change(a, X, B, R, _cutoff(a.shape, x.dtype, rcond))
        @ change
    )
    ds = change_of_values(a, y[3])
    if not residuals.size:
        return Outputs(dx, ZERO, ZERO, ds)
    return Outputs(dx, _of_squares(R, residuals) @ NEGATIVE @ product @ change, ZERO, ds)


def _lstsq_change(a: Array, X: Array, B: Array, R: Array, rcond: float) -> LinearMap:
    rows, columns, negligible = _rank(raw(a), rcond)
    if not negligible:
        return RightMul(B, a.shape[::-1]) @ _with_vectors(a, rcond)
    Y = np.linalg.pinv(a, rcond)
    product = RightMul(X, a.shape)
    total = NEGATIVE @ LeftMul(Y, product.out_shape()) @ product
    turn = Adjoint(a.shape)
    shape = turn.out_shape()
    if not rows:
        residual = RightMul(R, shape)
        total = total + LeftMul(np.matmul(Y, adjoint(Y)), residual.out_shape()) @ residual @ turn
    if not columns:
        rest = np.eye(shape[0], dtype=Y.dtype) - np.matmul(Y, a)
        source = RightMul(np.matmul(adjoint(Y), X), shape)
        total = total + LeftMul(rest, source.out_shape()) @ source @ turn
    return total


def _lstsq_right_side(a: Array, b: Array, y: Any, rcond: Any = None) -> LinearMap:
    x, residuals = y[0], y[1]
    X, B = _columns(x), _columns(b)
    Y = np.linalg.pinv(a, _cutoff(a.shape, x.dtype, rcond))
    column = Reshape(b.shape, B.shape) @ cast(Spec(b), Spec(x))
    dx = Reshape(X.shape, x.shape) @ LeftMul(Y, B.shape) @ column
    if not residuals.size:
        return Outputs(dx, ZERO, ZERO, ZERO)
    return Outputs(dx, _of_squares(B - np.matmul(a, X), residuals) @ column, ZERO, ZERO)


def _of_squares(R: Array, residuals: Array) -> LinearMap:
    """dR -> d sum |R|^2, over each column; what dx contributes is orthogonal to R."""
    total = Sum(R.shape, -2) @ Scale(2 * np.conj(R))
    total = Real(R.dtype) @ total if R.dtype.kind == "c" else total
    return Reshape((R.shape[-1],), np.shape(residuals)) @ total


def _columns(b: Array) -> Array:
    return np.expand_dims(b, -1) if np.ndim(b) == 1 else b


def _cutoff(shape: Shape, dtype: Any, rcond: Any) -> float:
    eps = float(np.finfo(dtype).eps)
    if rcond is None:
        return eps * max(shape)
    return eps if rcond < 0 else float(rcond)


rule(np.linalg.pinv, _pinv)
rule(np.linalg.lstsq, _lstsq_matrix, _lstsq_right_side)
KINKED[_lstsq_matrix] = 3, probe
