"""The polar factor of a matrix, the gradient of its nuclear norm, to any order.

A = P H with P^H P = 1 and H Hermitian, positive definite for a matrix of full column rank (of a
matrix of fewer rows than columns, take the transpose). P does not ask which singular vector is
whose, nor does its derivative:

    dP = P X + (1 - P P^H) dA H^-1        H X + X H = P^H dA - dA^H P

Singular values that are zero but for rounding are left out: at such a matrix the norm has a kink,
and this is its subgradient of least size.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import NEGATIVE, LeftMul, LinearMap, Operator, RightMul
from our_engine.linear_maps.hermitian import Adjoint, adjoint
from our_engine.linear_maps.solving import RightSolve
from our_engine.primitives import rule
from our_engine.types import Array

from .singular_sums import complement, vanishing


def polar_factor(A: Array) -> Array:
    """P = U V^H of A = U diag(s) V^H, of A's shape (..., m, n); differentiable."""
    if np.shape(A)[-2] < np.shape(A)[-1]:
        return adjoint(_tall(adjoint(A)))
    return _tall(A)


def _tall_polar(A: Array) -> Array:
    U, s, Vh = np.linalg.svd(A, full_matrices=False)
    return np.matmul(U * ~vanishing(s)[..., None, :], Vh)


def _tall_rule(A: Array, P: Array) -> LinearMap:
    H = np.matmul(adjoint(P), A)
    H = 0.5 * (H + adjoint(H))
    inner = LeftMul(adjoint(P), A.shape)
    square = inner.out_shape()
    skew = inner + NEGATIVE @ Adjoint(square) @ inner

    def solve(C: Array) -> Array:
        return sylvester(H, C)

    def solve_transposed(C: Array) -> Array:
        return sylvester(np.conj(H), C)

    X = Operator(solve, solve_transposed, square, 4 * H.size * H.shape[-1]) @ skew
    dP = LeftMul(P, square) @ X
    if A.shape[-2] == A.shape[-1]:
        return dP
    return dP + RightSolve(H, A.shape) @ LeftMul(complement(P), A.shape)


def _sylvester(H: Array, C: Array) -> Array:
    """The X with H X + X H = C, for positive definite H."""
    h, V = np.linalg.eigh(H)
    inner = np.matmul(adjoint(V), np.matmul(C, V)) / (h[..., :, None] + h[..., None, :])
    return np.matmul(V, np.matmul(inner, adjoint(V)))


def _by_right_side(H: Array, _C: Any, _y: Any) -> LinearMap:
    return Operator(
        lambda v: sylvester(H, v), lambda u: sylvester(np.conj(H), u), _C.shape, 4 * H.size
    )


def _by_matrix(H: Array, _C: Any, y: Array) -> LinearMap:
    """dX solves for -(dH X + X dH)."""
    change = RightMul(y, H.shape) + LeftMul(y, H.shape)
    return NEGATIVE @ _by_right_side(H, _C, None) @ change


sylvester = rule(_sylvester, _by_matrix, _by_right_side)
_tall = rule(_tall_polar, _tall_rule, name="the polar factor")
