"""QR by Householder's reflections, as LAPACK does it, written so that it can be traced.

H_i = 1 - tau_i v_i v_i^H with v_i = (1, ...) brings column i to (beta_i, 0, ...), where beta_i is
real and has not the sign of the element it replaces. Q = H_1 H_2 ... H_k.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps.diagonal import real_dtype
from our_engine.node import raw
from our_engine.types import Array


def raw_qr(a: Array) -> tuple[Array, Array]:
    """(h, tau) as of qr(a, mode="raw"): h^T has R in its upper triangle, and the v_i below."""
    R, vectors, taus = _reflected(a)
    m, n = np.shape(a)[-2:]
    k = len(taus)
    below = [_padded(v[..., 1:], i + 1, 0) for i, v in enumerate(vectors)]
    lower = _stacked(below, (*np.shape(a)[:-2], m, 0), a.dtype)
    h = _fit(R, m - k, -2) + _fit(lower, n - k, -1)
    tau = _stacked(taus, (*np.shape(a)[:-2], 0), a.dtype)
    return np.swapaxes(h, -1, -2), tau


def complete_qr(a: Array) -> Any:
    """(Q, R) as of qr(a, mode="complete"): Q is m x m."""
    R, vectors, taus = _reflected(a)
    m = np.shape(a)[-2]
    Q: Array = np.broadcast_to(np.eye(m, dtype=a.dtype), (*np.shape(a)[:-2], m, m))
    for i in range(len(taus) - 1, -1, -1):
        Q = _reflect(taus[i], _padded(vectors[i], i, 0), Q)
    result: Any = type(np.linalg.qr(np.eye(1)))
    return result(Q, _fit(R, m - len(taus), -2))


def _reflected(a: Array) -> tuple[Array, list[Array], list[Array]]:
    """R of shape (..., k, n), the v_i of lengths m - i, and the tau_i."""
    m, n = np.shape(a)[-2:]
    rows, vectors, taus = [], [], []
    work = a
    for i in range(min(m, n)):
        beta, tau, v = _reflector(work[..., 0])
        rest = _reflect(np.conj(tau), v, work[..., 1:])
        row = np.concatenate((np.expand_dims(beta, -1), rest[..., 0, :]), axis=-1)
        rows.append(_padded(row, i, 0))
        vectors.append(v)
        taus.append(tau)
        work = rest[..., 1:, :]
    if not rows:
        return np.zeros((*np.shape(a)[:-2], 0, n), a.dtype), vectors, taus
    return np.stack(rows, axis=-2), vectors, taus


def _reflector(column: Array) -> tuple[Array, Array, Array]:
    """beta, tau and v for one column; tau is 0 where there is nothing to bring to zero."""
    alpha = column[..., 0]
    plain = raw(column)
    trivial = ~plain[..., 1:].any(axis=-1) & (plain[..., 0].imag == 0)
    square = np.sum(np.real(np.conj(column) * column), axis=-1)
    length = np.sqrt(np.where(trivial, 1, square))
    sign = np.where(np.signbit(plain[..., 0].real), -1, 1).astype(real_dtype(plain.dtype))
    beta = -sign * length
    tau = np.where(trivial, 0, (beta - alpha) / beta)
    tail = column[..., 1:] / np.expand_dims(np.where(trivial, 1, alpha - beta), -1)
    one = np.ones((*plain.shape[:-1], 1), plain.dtype)
    v = np.concatenate((one, np.where(trivial[..., None], 0, tail)), axis=-1)
    return np.where(trivial, alpha, beta), tau, v


def _reflect(tau: Array, v: Array, A: Array) -> Array:
    """(1 - tau v v^H) A."""
    inner = np.matmul(np.expand_dims(np.conj(v), -2), A)
    return A - np.expand_dims(tau, (-2, -1)) * np.expand_dims(v, -1) * inner


def _padded(v: Array, before: int, after: int) -> Array:
    """V with zeros before and after along its last axis."""
    batch = np.shape(v)[:-1]
    parts = (np.zeros((*batch, before), v.dtype), v, np.zeros((*batch, after), v.dtype))
    return np.concatenate(parts, axis=-1)


def _fit(A: Array, more: int, axis: int) -> Array:
    """A with `more` lines of zeros at the end of an axis."""
    shape = list(np.shape(A))
    shape[axis] = more
    return np.concatenate((A, np.zeros(shape, A.dtype)), axis=axis)


def _stacked(parts: list[Array], empty: tuple[int, ...], dtype: Any) -> Array:
    """The parts along a new last axis."""
    return np.stack(parts, axis=-1) if parts else np.zeros(empty, dtype)
