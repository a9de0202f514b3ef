"""Rules of eigh and eigvalsh.

They read one triangle, and so do their derivatives: those by the other one are zero, as UPLO says.

Eigenvectors have a derivative while the eigenvalues are apart (by more than n ulp of the largest);
where two meet it is NaN, except along changes that do not couple the two. The phase of a complex
eigenvector is arbitrary: its derivative is taken orthogonal to the vector.

Eigenvalues: at a tie the gradient of every symmetric function of them is right, because it does
not ask which eigenvector is whose. So is the derivative of such a gradient, in either mode (see
`ties`), and of a directional derivative (see `undetermined`). A third derivative is NaN there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import (
    ZERO,
    Broadcast,
    Cast,
    LeftMul,
    LinearMap,
    Operator,
    Outputs,
    Reshape,
    RightMul,
    Scale,
)
from our_engine.linear_maps.diagonal import real_dtype
from our_engine.linear_maps.hermitian import Hermitian, adjoint
from our_engine.linear_maps.quotient import Quotient
from our_engine.node import Node, raw
from our_engine.primitives import rule
from our_engine.types import Array
from our_engine.undetermined import meet

from .ties import (
    KINKED,
    clusters,
    distinct_probe,
    nearness,
    response,
    rounding,
    slopes,
    tied,
    together,
    unknown,
)


def _eigvalsh(x: Array, y: Array, UPLO: Any = "L") -> LinearMap:
    return _eigenvalues(x, y, np.linalg.eigh(x, UPLO)[1], UPLO)


def _eigh(x: Array, y: Any, UPLO: Any = "L") -> LinearMap:
    w, U = y
    return Outputs(_eigenvalues(x, w, U, UPLO), _eigenvectors(x, w, U, UPLO))


def _eigenvalues(x: Array, w: Array, U: Array, UPLO: Any) -> LinearMap:
    """dw = diag(U^H dA U); in a cluster of equal ones the sorted eigenvalues of that block."""
    read = Hermitian(x.shape, UPLO.upper() == "L")
    labels = clusters(raw(w), rounding(raw(w)))

    def push(v: Array) -> Array:
        P = np.matmul(adjoint(U), np.matmul(read.apply(v), U))
        w_dot = np.real(np.einsum("...ii->...i", P))
        return w_dot + _beyond_diagonal(x, raw(P), labels)

    def pull(u: Array) -> Array:
        if isinstance(x, Node):
            total = spectral_sum(x, u, _slopes(w, u), UPLO=UPLO)
        else:
            total = np.matmul(U * np.expand_dims(u, -2), adjoint(U))
        return read.pull(np.conj(total))

    return Operator(push, pull, x.shape, 2 * U.size * x.shape[-1])


def _beyond_diagonal(x: Array, P: Array, labels: Array) -> Array:
    """What the sorted eigenvalues of the blocks of ties in P have more than its diagonal."""
    mask = tied(labels)
    if not mask.any():
        return np.zeros((), real_dtype(P.dtype))
    extra = block_eigenvalues(P, labels) - np.real(np.diagonal(P, axis1=-2, axis2=-1))
    if not isinstance(x, Node):
        return extra
    meet()
    return extra + unknown(x, mask=mask.any(axis=-1))


def block_eigenvalues(P: Array, labels: Array) -> Array:
    """The eigenvalues of each block of P whose places share a label, in ascending order."""
    n = labels.shape[-1]
    w = np.real(np.diagonal(P, axis1=-2, axis2=-1)).reshape(-1, n).copy()
    for row, block, label in zip(w, P.reshape(-1, n, n), labels.reshape(-1, n), strict=True):
        for first in np.unique(label):
            place = np.flatnonzero(label == first)
            if place.size > 1:
                row[place] = np.linalg.eigvalsh(block[np.ix_(place, place)])
    return w.reshape(labels.shape)


def _eigenvectors(x: Array, w: Array, U: Array, UPLO: Any) -> LinearMap:
    """dU = U (G * (U^H dA U)), G_ij = 1 / (w_j - w_i), 0 on the diagonal."""
    n = x.shape[-1]
    gap = np.expand_dims(w, -2) - np.expand_dims(w, -1)
    own = np.eye(n, dtype=bool)
    tie = tied(clusters(raw(w), rounding(raw(w))))
    return (
        LeftMul(U, x.shape)
        @ Quotient(np.where(own, np.inf, gap), tie)
        @ LeftMul(adjoint(U), x.shape)
        @ RightMul(U, x.shape)
        @ Hermitian(x.shape, UPLO.upper() == "L")
    )


def _spectral_sum(x: Array, u: Array, limits: Array, UPLO: Any = "L") -> Array:
    """The sum of u_i v_i v_i^H over the eigenvectors v_i; `limits` are read by its derivative."""
    U = np.linalg.eigh(x, UPLO)[1]
    return np.matmul(U * u[..., None, :], adjoint(U))


def _by_matrix(x: Array, u: Array, limits: Array, _y: Any, UPLO: Any = "L") -> LinearMap:
    """U (G * (U^H dA U)) U^H with G_ij = (u_i - u_j) / (w_i - w_j), at a tie its limit.

    Forward, the change of u is that along the sorted eigenvalues of dA's block at a tie, as
    `_eigenvalues` gives it; what the block has more than these is added here.
    """
    w, U = np.linalg.eigh(x, UPLO)
    labels = clusters(raw(w), rounding(raw(w)))
    near = together(clusters(raw(w), nearness(raw(w))))
    rise = np.expand_dims(u, -1) - np.expand_dims(u, -2)
    run = np.expand_dims(w, -1) - np.expand_dims(w, -2)
    size = np.max(np.abs(raw(u)), axis=-1, initial=0)[..., None, None]
    near = near & (together(labels) | (limits != 0))
    near = near & (np.abs(raw(rise)) <= 100 * nearness(raw(w)) * size)
    G = np.where(near, limits.astype(w.dtype), rise / np.where(near, 1, run))
    read = Hermitian(x.shape, UPLO.upper() == "L")
    mask = tied(labels)
    own = np.where(mask.any(axis=-1), np.diagonal(limits, axis1=-2, axis2=-1), 0.0)

    def push(v: Array) -> Array:
        P = np.matmul(adjoint(U), np.matmul(read.apply(v), U))
        core = np.where(np.eye(P.shape[-1], dtype=bool), 0.0, G) * P
        if mask.any():
            missing = np.real(np.diagonal(raw(P), axis1=-2, axis2=-1))
            missing = own * (missing - block_eigenvalues(raw(P), labels))
            core = core + missing[..., None] * np.eye(P.shape[-1])
        return np.matmul(U, np.matmul(core, adjoint(U)))

    turn = LeftMul(adjoint(U), x.shape) @ RightMul(U, x.shape) @ read
    back = LeftMul(U, x.shape) @ RightMul(adjoint(U), x.shape)
    pull = (back @ Scale(G * (1 - np.eye(x.shape[-1]))) @ turn).pull
    return Operator(push, pull, x.shape, 4 * U.size * x.shape[-1])


def _by_values(x: Array, u: Array, limits: Array, _y: Any, UPLO: Any = "L") -> LinearMap:
    U = np.linalg.eigh(x, UPLO)[1]
    row = (*u.shape[:-1], 1, u.shape[-1])
    spread: LinearMap = Broadcast(row, x.shape) @ Reshape(u.shape, row)
    if x.dtype != u.dtype:
        spread = spread @ Cast(u.dtype, x.dtype)
    return RightMul(adjoint(U), x.shape) @ Scale(U) @ spread


def _slopes(w: Array, u: Array) -> Array:
    """What the divided differences of u by w tend to at ties."""
    labels = _near(raw(w))
    if labels.size == 0 or (np.diff(labels, axis=-1) > 0).all():
        return np.zeros((*labels.shape, labels.shape[-1]))
    return slopes(w, u, response(w, u, _probe), labels)


def _probe(w: Array) -> Array:
    return distinct_probe(_near(w))


def _near(w: Array) -> Array:
    return clusters(w, nearness(w))


spectral_sum = rule(_spectral_sum, _by_matrix, _by_values, ZERO)
rule(np.linalg.eigh, _eigh)
rule(np.linalg.eigvalsh, _eigvalsh)
KINKED[_eigvalsh] = None, _probe
KINKED[_eigh] = 0, _probe
