"""Rules of det and slogdet, right at singular matrices.

The derivative of det is the matrix of cofactors, a polynomial in the elements: it exists where
the inverse does not, and so do all its derivatives. Where a matrix is well conditioned it is
det(A) A^-T. Where some singular values are small they are first lifted, M = A + U D V^H with the
singular vectors U, V held constant, and taken out again by the determinant lemma, in which the
small matrix W = I - D V^H M^-1 U stays polynomial:

    det A = det M det W        adj A = det M (det W M^-1 + M^-1 U adj(W) D V^H M^-1)

Both sides are equal for every A, not only at the point, so that derivatives of any order follow.
Rows and columns are first scaled by powers of two, which costs no rounding.

slogdet of a singular matrix is -inf, and its derivative inf, or NaN where det does not change.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import ZERO, Cast, LinearMap, Operator, Outputs, Real, Scale, Sum
from our_engine.linear_maps.diagonal import real_dtype
from our_engine.linear_maps.solving import turned
from our_engine.node import raw
from our_engine.primitives import rule
from our_engine.stand_in import as_array
from our_engine.types import Array

_LAST_TWO = (-2, -1)


def _det(x: Array, _y: Any) -> LinearMap:
    return Sum(x.shape, _LAST_TWO) @ Scale(cofactors(x))


def _slogdet(x: Array, y: Any) -> LinearMap:
    singular = raw(y[0]) == 0
    if np.any(singular) and x.dtype.kind != "c":
        return Outputs(ZERO, _log_slope_at_singular(x, as_array(singular)))
    log_slope = Sum(x.shape, _LAST_TWO) @ Scale(_turned_inverse(x))
    if x.dtype.kind != "c":
        return Outputs(ZERO, log_slope)
    real = Real(x.dtype)
    # d sign / sign is the imaginary part of d det / det, turned by 90 degrees.
    around = Scale(1j * y[0]) @ Cast(real_dtype(x.dtype), x.dtype) @ real @ Scale(-1j)
    return Outputs(around @ log_slope, real @ log_slope)


def _log_slope_at_singular(x: Array, singular: Array) -> LinearMap:
    """At a singular matrix log |det| rises without bound in each direction that changes det."""
    slope = cofactors(x)
    det = np.linalg.det(x)
    divisor = np.where(singular, 0.0, det)
    spread = np.expand_dims(singular, _LAST_TWO)

    def push(v: Array) -> Array:
        change = np.sum(slope * v, axis=_LAST_TWO)
        return np.where(singular, np.abs(change), change) / divisor

    def pull(u: Array) -> Array:
        steep = np.where(spread, np.abs(slope), slope) / np.expand_dims(divisor, _LAST_TWO)
        return steep * np.expand_dims(u, _LAST_TWO)

    return Operator(push, pull, x.shape, x.size)


def _turned_inverse(x: Array) -> Array:
    try:
        return turned(np.linalg.inv(x))
    except np.linalg.LinAlgError:
        return cofactors(x) / np.expand_dims(np.linalg.det(x), _LAST_TWO)


def cofactors(x: Array) -> Array:
    """The matrices of cofactors, adj(x)^T, of shape (..., n, n) like x; differentiable."""
    n = x.shape[-1]
    if n <= 3:
        return _of_small(x, n)
    plain = raw(x)
    rows, columns = _exponents(plain)
    down = -(rows + columns)
    scaled = _times_power_of_two(x, down)
    lifted = _small_singular_values(raw(scaled))
    if not lifted.any():
        found = _of_regular(scaled)
    else:
        flat = np.reshape(scaled, (-1, n, n))
        counts = lifted.reshape(-1)
        groups = [(int(k), np.flatnonzero(counts == k)) for k in np.unique(counts)]
        parts = [_of_rank(flat[where], k) for k, where in groups]
        back = np.argsort(np.concatenate([where for _, where in groups]))
        found = np.reshape(np.concatenate(parts)[back], x.shape)
    total = np.sum(rows, axis=_LAST_TWO, keepdims=True)
    total = total + np.sum(columns, axis=_LAST_TWO, keepdims=True)
    return _times_power_of_two(found, total + down)


def _of_small(x: Array, n: int) -> Array:
    """Written out: products of elements, each rounded once."""
    if n < 2:
        return np.ones_like(raw(x))
    if n == 2:
        return x[..., ::-1, ::-1] * np.array([[1.0, -1.0], [-1.0, 1.0]], real_dtype(x.dtype))
    one, two = np.array([1, 2, 0]), np.array([2, 0, 1])

    def turned_by(rows: Array, columns: Array) -> Array:
        return x[..., rows[:, None], columns]

    return turned_by(one, one) * turned_by(two, two) - turned_by(one, two) * turned_by(two, one)


def _of_regular(A: Array) -> Array:
    return np.expand_dims(np.linalg.det(A), _LAST_TWO) * turned(np.linalg.inv(A))


def _of_rank(A: Array, k: int) -> Array:
    """The cofactors of matrices (N, n, n) with k small singular values each."""
    if k == 0:
        return _of_regular(A)
    n = A.shape[-1]
    U, s, Vh = np.linalg.svd(raw(A))
    U, Vh = U[..., n - k :], Vh[..., n - k :, :]
    target = s[..., n - k - 1 : n - k] if k < n else np.ones_like(s[..., :1])
    D = (target - s[..., n - k :])[..., None]
    DVh = D * Vh
    M = A + U @ DVh
    B = np.linalg.inv(M)
    BU, DVhB = np.matmul(B, U), np.matmul(DVh, B)
    det_W, adj_W = _det_and_adjugate(np.eye(k, dtype=A.dtype) - np.matmul(DVh, BU))
    det_M = np.expand_dims(np.linalg.det(M), _LAST_TWO)
    return turned(det_M * (det_W * B + np.matmul(BU, np.matmul(adj_W, DVhB))))


def _det_and_adjugate(W: Array) -> tuple[Array, Array]:
    """Both by Faddeev and LeVerrier: no division but by integers, hence polynomial in W."""
    k = W.shape[-1]
    eye = np.eye(k, dtype=W.dtype)
    N: Array = np.broadcast_to(eye, W.shape)
    for j in range(1, k + 1):
        WN = np.matmul(W, N)
        c = np.expand_dims(np.einsum("...ii->...", WN), _LAST_TWO) / -j
        if j < k:
            N = WN + c * eye
    sign = -1.0 if k % 2 else 1.0
    return sign * c, -sign * N


def _small_singular_values(A: Array) -> Array:
    """How many singular values of each matrix are small compared to its largest."""
    tolerance = np.finfo(A.dtype).eps ** 0.2
    none = np.zeros(A.shape[:-2], int)
    if not A.shape[-1] or not np.isfinite(A).all():
        return none
    try:
        size = np.linalg.norm(A, axis=_LAST_TWO) * np.linalg.norm(np.linalg.inv(A), axis=_LAST_TWO)
        if (size * tolerance < 1).all():
            return none
    except np.linalg.LinAlgError:
        pass
    s = np.linalg.svd(A, compute_uv=False)
    small = (s < tolerance * s[..., :1]) | (s[..., :1] == 0)
    return as_array(np.sum(small, axis=-1))


def _exponents(A: Array) -> tuple[Array, Array]:
    """The exponents e_i, f_j of two such that the elements of A / 2^(e_i + f_j) are near 1."""
    size = np.abs(A)
    limit = np.finfo(A.dtype).maxexp - 2
    rows = _exponent(size, -1, limit)
    columns = _exponent(_times_power_of_two(size, -rows), -2, limit)
    return rows, columns


def _exponent(size: Array, axis: int, limit: int) -> Array:
    most = np.max(size, axis=axis, keepdims=True, initial=0)
    known = np.isfinite(most) & (most > 0)
    return np.clip(np.where(known, np.frexp(np.where(known, most, 1))[1], 0), -limit, limit)


def _times_power_of_two(A: Array, exponent: Array) -> Array:
    """A 2^exponent in two steps, neither of which leaves the range if the result does not."""
    if not np.any(exponent):
        return A
    dtype = real_dtype(A.dtype)
    half = exponent // 2
    return A * np.ldexp(dtype.type(1), half) * np.ldexp(dtype.type(1), exponent - half)


rule(np.linalg.det, _det)
rule(np.linalg.slogdet, _slogdet)
