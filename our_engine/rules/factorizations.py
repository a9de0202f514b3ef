"""Rules of cholesky and qr.

cholesky reads one triangle, as `upper` says; derivatives by the other one are zero. Where a factor
is singular (qr of linearly dependent columns) the derivative does not exist, and is NaN.

The factors of qr "complete" beyond the columns of the matrix, and those of "raw", have no meaning
but by LAPACK's algorithm, reflections by Householder: these modes differentiate the algorithm.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import (
    NEGATIVE,
    Cast,
    Gather,
    LeftMul,
    LinearMap,
    Operator,
    Outputs,
    Real,
    RightMul,
    Scale,
    plain,
)
from our_engine.linear_maps.diagonal import real_dtype
from our_engine.linear_maps.hermitian import Adjoint, Hermitian, adjoint
from our_engine.linear_maps.solving import LeftSolve, RightSolve
from our_engine.primitives import composite, rule
from our_engine.types import Array, DifferentiationError

from .reflections import complete_qr, raw_qr
from .singular_sums import complement


def _cholesky(x: Array, y: Array, upper: bool = False) -> LinearMap:
    """dL = L phi(L^-1 dA L^-H): phi takes the lower triangle with half the diagonal."""
    L = adjoint(y) if upper else y
    n = x.shape[-1]
    phi = (np.tri(n) - 0.5 * np.eye(n)).astype(real_dtype(x.dtype))
    sides = LeftSolve(L, x.shape) @ RightSolve(adjoint(L), x.shape)
    halved = Scale(np.broadcast_to(phi, x.shape))
    dL = LeftMul(L, x.shape) @ halved @ sides @ Hermitian(x.shape, lower=not upper)
    return Adjoint(x.shape) @ dL if upper else dL


def _qr(a: Array, mode: str = "reduced") -> Any:
    m, n = np.shape(a)[-2:]
    if mode == "r":
        return right_factor(a)
    if mode == "reduced" or (mode == "complete" and m <= n):
        return reduced(a)
    if mode in ("complete", "raw"):
        return by_reflections(a, mode=mode)
    raise DifferentiationError(
        f"our_engine: qr of a traced array does not support mode={mode!r}; write 'reduced'"
    )


def _reduced_rule(x: Array, y: Any) -> LinearMap:
    return Outputs(_left_change(x, *y), _right_change(x, *y))


def _right_rule(x: Array, y: Array) -> LinearMap:
    return _right_change(x, np.linalg.qr(x)[0], y)


def _left_change(x: Array, Q: Array, R: Array) -> LinearMap:
    """dQ = Q X + (1 - Q Q^H) dA R^-1, X = Q^H dQ skew."""
    columns, square = _columns(x, R)
    inner = LeftMul(Q, (*R.shape[:-1], R.shape[-2])) @ _rotation(x, Q, R)
    if Q.shape[-2] == Q.shape[-1]:
        return inner
    return inner + LeftMul(complement(Q), Q.shape) @ RightSolve(square, Q.shape) @ columns


def _right_change(x: Array, Q: Array, R: Array) -> LinearMap:
    """dR = Q^H dA - X R, of which the lower triangle cancels."""
    turn = LeftMul(adjoint(Q), x.shape)
    rotated = RightMul(R, (*R.shape[:-1], R.shape[-2])) @ _rotation(x, Q, R)
    k, n = R.shape[-2:]
    triangle = np.tri(k, n, k=-1, dtype=real_dtype(x.dtype))
    return Scale(np.broadcast_to(1 - triangle, R.shape)) @ (turn + NEGATIVE @ rotated)


def _rotation(x: Array, Q: Array, R: Array) -> LinearMap:
    """dA -> X = tril(C) - tril(C)^H for C = Q^H dA R^-1; R has a real diagonal, so dR has, too."""
    columns, square = _columns(x, R)
    C = RightSolve(square, square.shape) @ LeftMul(adjoint(Q), Q.shape) @ columns
    k = square.shape[-1]
    strict = np.broadcast_to(np.tri(k, k=-1, dtype=real_dtype(x.dtype)), square.shape)
    lower = Scale(strict) @ C
    X = lower + NEGATIVE @ Adjoint(square.shape) @ lower
    if x.dtype.kind != "c":
        return X
    eye = np.broadcast_to(np.eye(k, dtype=real_dtype(x.dtype)), square.shape)
    imaginary = Cast(real_dtype(x.dtype), x.dtype) @ Real(x.dtype) @ Scale(-1j * eye) @ C
    return X + Scale(1j) @ imaginary


def _columns(x: Array, R: Array) -> tuple[LinearMap, Array]:
    """The first k columns, which determine Q, and their k x k factor."""
    k = R.shape[-2]
    return Gather(x.shape, (..., slice(k))), R[..., :k]


def _by_reflections(x: Array, mode: Any = "raw") -> Any:
    return np.linalg.qr(x, mode=mode)


def _reflections_rule(x: Array, y: Any, mode: Any = "raw") -> LinearMap:
    """The derivative of the algorithm, recorded anew."""
    from our_engine.transforms import linearize

    linear = linearize(complete_qr if mode == "complete" else raw_qr, x)[1]

    def pull(u: Any) -> Array:
        u_bars = (
            np.zeros(z.shape, z.dtype) if b is None else plain(b) for z, b in zip(y, u, strict=True)
        )
        return linear.pull(type(y)(*u_bars) if mode == "complete" else tuple(u_bars))

    return Operator(lambda v: tuple(linear.apply(v)), pull, x.shape)


def _right_factor(x: Array) -> Array:
    return np.linalg.qr(x, mode="r")


def _left_and_right(x: Array) -> Any:
    return np.linalg.qr(x)


rule(np.linalg.cholesky, _cholesky)
composite(np.linalg.qr, _qr)
reduced = rule(_left_and_right, _reduced_rule, name="qr")
by_reflections = rule(_by_reflections, _reflections_rule, name="qr")
right_factor = rule(_right_factor, _right_rule, name="qr(mode='r')")
