"""Rules of eig and eigvals, of matrices that need not be symmetric.

The vectors are as LAPACK scales them: of length 1, the largest component of a complex one real.
They have a derivative while the eigenvalues are apart; where two meet it is NaN, except along
changes that do not couple the two. At a matrix that has not n independent vectors no derivative
exists; there the results are NaN, or as large as rounding makes them. The gradient of a symmetric
function of the eigenvalues is right also where they meet, as long as the vectors are independent.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import (
    LeftMul,
    LinearMap,
    Operator,
    Outputs,
    RightMul,
    Scale,
    Sum,
)
from our_engine.linear_maps.quotient import Quotient
from our_engine.linear_maps.solving import LeftSolve, inverse, turned
from our_engine.node import raw
from our_engine.primitives import Spec, rule
from our_engine.types import Array

from .arguments import cast


def _eigvals(x: Array, y: Array) -> LinearMap:
    return _change_of_values(x, np.linalg.eig(x)[1], Spec(y))


def _eig(x: Array, y: Any) -> LinearMap:
    w, V = y
    n = x.shape[-1]
    rotate = LeftSolve(V, x.shape) @ RightMul(V, x.shape) @ cast(Spec(x), Spec(V))
    gap = np.expand_dims(w, -2) - np.expand_dims(w, -1)
    own = np.eye(n, dtype=bool)
    apart = n * np.finfo(w.dtype).eps * np.max(np.abs(raw(w)), axis=-1, initial=0)
    tie = (np.abs(raw(gap)) <= apart[..., None, None]) & ~own
    mix = Quotient(np.where(own, np.inf, gap), tie) @ rotate
    dV = _scaled_as_lapack(V) @ LeftMul(V, x.shape) @ mix
    return Outputs(_change_of_values(x, V, Spec(w)), dV)


def _change_of_values(x: Array, V: Array, w: Spec) -> LinearMap:
    """dw = diag(V^-1 dA V) as the sum over rows of V^-T * (dA V)."""
    product = RightMul(V, x.shape)
    return Sum(x.shape, -2) @ Scale(turned(inverse(V))) @ product @ cast(Spec(x), w)


def _scaled_as_lapack(V: Array) -> LinearMap:
    """The change of the columns of V, less what would change their length and phase."""
    complex_ = V.dtype.kind == "c"
    n = V.shape[-1]
    largest = np.argmax(np.abs(raw(V)), axis=-2) if n else np.zeros((*V.shape[:-2], 0), int)
    peak = np.arange(n)[:, None] == largest[..., None, :]
    top = np.sum(np.where(peak, np.real(V), 0), axis=-2, keepdims=True)

    def push(v: Array) -> Array:
        along = np.sum(np.real(np.conj(V) * v), axis=-2, keepdims=True)
        if not complex_:
            return v - V * along
        turn = np.sum(np.where(peak, np.imag(v), 0), axis=-2, keepdims=True) / top
        return v - V * (along + 1j * turn)

    def pull(u: Array) -> Array:
        along = np.sum(np.real(u * V), axis=-2, keepdims=True)
        if not complex_:
            return u - np.conj(V) * along
        turn = np.sum(np.imag(u * V), axis=-2, keepdims=True) / top
        return u - np.conj(V) * along - np.where(peak, 1j * turn, 0)

    return Operator(push, pull, V.shape, 3 * V.size)


rule(np.linalg.eig, _eig)
rule(np.linalg.eigvals, _eigvals)
