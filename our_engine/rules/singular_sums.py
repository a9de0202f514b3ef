"""Sums u_1 v_1^H + ... over singular pairs with weights: the gradients of singular values.

The sum U diag(u) V^H of a matrix A with A = U diag(s) V^H changes with A by divided differences,
which are all that is left of the singular vectors' own changes: with E = U^H dA V, and its
Hermitian and skew parts,

    U (even * herm(E) + odd * skew(E)) V^H + (1 - U U^H) dA V diag(u/s) V^H
                                           + U diag(u/s) U^H dA (1 - V V^H)

    even_ij = (u_i - u_j) / (s_i - s_j)        odd_ij = (u_i + u_j) / (s_i + s_j)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import (
    NEGATIVE,
    ZERO,
    Broadcast,
    Cast,
    LeftMul,
    LinearMap,
    Operator,
    Reshape,
    RightMul,
    Scale,
)
from our_engine.linear_maps.hermitian import Adjoint, adjoint
from our_engine.node import raw
from our_engine.primitives import rule
from our_engine.stand_in import as_array
from our_engine.types import Array, Shape

from .ties import (
    clusters,
    distinct_probe,
    infinitesimal,
    nearness,
    response,
    rounding,
    slopes,
    tied,
    together,
)


def core(shape: Shape, U: Array, V: Array) -> LinearMap:
    """dA -> E = U^H dA V, shape (..., k, k)."""
    right = RightMul(V, shape)
    return LeftMul(adjoint(U), right.out_shape()) @ right


def complement(U: Array) -> Array:
    """The projection 1 - U U^H on what is orthogonal to the columns of U."""
    return np.eye(U.shape[-2], dtype=U.dtype) - np.matmul(U, adjoint(U))


def variation(shape: Shape, U: Array, V: Array, even: Array, odd: Array, ratio: Array) -> LinearMap:
    """The map of the module's formula, for given quotients (..., k, k) and u/s (..., k)."""
    E = core(shape, U, V)
    square = E.out_shape()
    turn = Adjoint(square) @ E
    inner = Scale(0.5 * even) @ (E + turn) + Scale(0.5 * odd) @ (E + NEGATIVE @ turn)
    left = LeftMul(U, square)
    total = RightMul(adjoint(V), left.out_shape()) @ left @ inner
    if shape[-2] > U.shape[-1]:
        weight = np.matmul(V * np.expand_dims(ratio, -2), adjoint(V))
        total = total + LeftMul(complement(U), shape) @ RightMul(weight, shape)
    if shape[-1] > V.shape[-1]:
        weight = np.matmul(U * np.expand_dims(ratio, -2), adjoint(U))
        total = total + RightMul(complement(V), shape) @ LeftMul(weight, shape)
    return total


def directional(v: Array, E: Array, U: Array, V: Array, s: Array) -> Array:
    """The derivatives of sorted singular values along v: at a tie the eigenvalues of that block.

    The block is that of E's Hermitian part. For values that are zero the part that E does not
    see is added, times a number too small to count: it remembers the direction, which even
    functions ask for in their second derivative.
    """
    k = s.shape[-1]
    H = 0.5 * (E + adjoint(E))
    out = np.real(np.einsum("...ii->...i", H)).reshape(-1, k).copy()
    labels = clusters(s, rounding(s)).reshape(-1, k)
    zero = vanishing(s).reshape(-1, k)
    matrices = (np.reshape(z, (-1, *z.shape[-2:])) for z in (v, H, U, V))
    for row, label, none, v_i, H_i, U_i, V_i in zip(out, labels, zero, *matrices, strict=True):
        for first in np.unique(label):
            place = np.flatnonzero(label == first)
            if place.size > 1:
                row[place] = np.linalg.eigvalsh(H_i[np.ix_(place, place)])[::-1]
            if none[place[0]]:
                rest = complement(U_i[:, ~none]) @ v_i @ complement(V_i[:, ~none])
                row[place] += (
                    infinitesimal(s.dtype) * np.linalg.svd(rest, compute_uv=False)[: place.size]
                )
    return out.reshape(s.shape)


def vanishing(s: Array) -> Array:
    """Which singular values count as zero."""
    return as_array(s <= rounding(s) * np.max(s, axis=-1, keepdims=True, initial=0))


def _singular_sum(x: Array, u: Array, limits: Array) -> Array:
    """U diag(u) V^H; `limits` are read by its derivative."""
    U, _, Vh = np.linalg.svd(x, full_matrices=False)
    return np.matmul(U * u[..., None, :], Vh)


def _by_matrix(x: Array, u: Array, limits: Array, _y: Any) -> LinearMap:
    U, s, Vh = np.linalg.svd(x, full_matrices=False)
    V = adjoint(Vh)
    plain = raw(s)
    zero = vanishing(plain)
    labels = clusters(plain, rounding(plain))
    size = 100 * nearness(plain) * np.max(np.abs(raw(u)), axis=-1, keepdims=True, initial=0)
    limits = limits.astype(plain.dtype)
    own = np.einsum("...ii->...i", limits)

    def quotient(rise: Array, run: Array, limit: Array, near: Array) -> Array:
        return np.where(near, limit, rise / np.where(near, 1, run))

    rise, run = _pairs(np.subtract, u), _pairs(np.subtract, s)
    near = together(_near(plain)) & (together(labels) | (limits != 0))
    even = quotient(rise, run, limits, near & (np.abs(raw(rise)) <= size[..., None]))
    even = np.where(np.eye(plain.shape[-1], dtype=bool), 0, even)
    rise, run = _pairs(np.add, u), _pairs(np.add, s)
    both = zero[..., :, None] & zero[..., None, :]
    odd = quotient(rise, run, limits, both & (np.abs(raw(rise)) <= size[..., None]))
    ratio = quotient(u, s, own, zero & (np.abs(raw(u)) <= size))
    full = variation(x.shape, U, V, even, odd, ratio)
    kinked = tied(labels).any(axis=-1) | zero

    def push(v: Array) -> Array:
        change = full.apply(v)
        if kinked.any():
            E = np.matmul(adjoint(raw(U)), np.matmul(raw(v), raw(V)))
            diagonal = np.real(np.einsum("...ii->...i", E))
            missing = diagonal - directional(raw(v), E, raw(U), raw(V), plain)
            missing = np.where(kinked, own * missing, 0)
            change = change + np.matmul(U * missing[..., None, :], Vh)
        return change

    return Operator(push, full.pull, x.shape, full.flops())


def _by_weights(x: Array, u: Array, limits: Array, _y: Any) -> LinearMap:
    U, _, Vh = np.linalg.svd(x, full_matrices=False)
    row = (*u.shape[:-1], 1, u.shape[-1])
    spread: LinearMap = Broadcast(row, U.shape) @ Reshape(u.shape, row)
    if x.dtype != u.dtype:
        spread = spread @ Cast(u.dtype, x.dtype)
    return RightMul(Vh, U.shape) @ Scale(U) @ spread


def limits_of(s: Array, u: Array) -> Array:
    """What the divided differences of u by s tend to where singular values meet or vanish."""
    plain = raw(s)
    labels = _near(plain)
    zero = vanishing(plain)
    if not zero.any() and not tied(labels).any():
        return np.zeros((*labels.shape, labels.shape[-1]))
    return slopes(s, u, response(s, u, probe), labels, zero)


def probe(s: Array) -> Array:
    """How singular values are moved where they meet or vanish."""
    return np.where(vanishing(s), 1.0, distinct_probe(_near(s)))


def _pairs(of: Any, u: Array) -> Array:
    return of(np.expand_dims(u, -1), np.expand_dims(u, -2))


def _near(s: Array) -> Array:
    """Labels of values that are near each other; the zeros share one with no other value."""
    labels = clusters(s, nearness(s))
    return np.where(vanishing(s), -1, labels)


singular_sum = rule(_singular_sum, _by_matrix, _by_weights, ZERO)
