"""Specimens of products and linear algebra."""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.rules import (
    euclidean,
    factorizations,
    norms,
    polar,
    singular,
    singular_sums,
    spectral,
    ties,
)

from .specimen import Specimen, by, of

rng = np.random.default_rng(41)
N = 3
SQUARE = rng.normal(size=(N, N)) + 2.5 * np.eye(N)
STACK = rng.normal(size=(2, N, N)) + 2.5 * np.eye(N)
TALL = rng.normal(size=(4, N))
WIDE = rng.normal(size=(2, 2, 4))
COMPLEX = SQUARE + 1j * rng.normal(size=(N, N))
SYMMETRIC = SQUARE @ SQUARE.T + np.diag([0.5, 2.0, 5.0])
HERMITIAN = COMPLEX @ COMPLEX.conj().T + np.diag([0.5, 2.0, 5.0])
V = rng.normal(size=N)
W = rng.normal(size=N)
la = np.linalg


def products() -> list[Specimen]:
    """Sums of products."""
    a, b = rng.normal(size=(2, 3, 4)), rng.normal(size=(4, 2))
    pairs: list[tuple[Any, Any]] = [(V, W), (V, SQUARE), (TALL, V), (TALL, SQUARE), (a, b)]
    found = [of(f, x, y) for f in (np.matmul, np.dot) for x, y in pairs]
    found += [
        of(np.matmul, COMPLEX, V + 1j * W),
        of(np.matmul, rng.normal(size=(2, 1, 2, 3)), rng.normal(size=(3, 3, 2))),
        of(np.matmul, np.zeros((2, 0)), np.zeros((0, 3))),
        of(la.matmul, TALL, SQUARE),
        of(np.dot, 0.7, V),
        of(np.inner, a, rng.normal(size=(5, 4))),
        of(np.inner, 0.7, V),
        of(np.outer, V, WIDE[0]),
        of(la.outer, V, W[:2]),
        of(np.vdot, COMPLEX, COMPLEX[::-1]),
        of(np.vdot, V, W),
        of(np.tensordot, a, b, axes=1),
        of(np.tensordot, a, np.moveaxis(a, 0, -1), axes=((0, 2), (2, 1))),
        of(la.tensordot, a, b, axes=((2,), (0,))),
        of(np.kron, TALL[:2], SQUARE[:, :2]),
        of(np.kron, V, a[0, :2]),
        of(np.cross, STACK[0], V),
        of(np.cross, SQUARE[:, :2], SQUARE),
        of(np.cross, SQUARE, SQUARE.T[::-1], axis=0),
        of(np.cross, SQUARE, SQUARE.T, axisa=0, axisb=1, axisc=0),
        of(la.cross, SQUARE, STACK, axis=-2),
        of(la.matrix_transpose, STACK),
        of(np.vecdot, TALL, V),
        of(np.vecdot, COMPLEX, COMPLEX[::-1], axis=0),
        of(la.vecdot, TALL, V),
        of(np.vecdot, TALL, V, axis=-1, keepdims=True),
        of(la.vecdot, COMPLEX, COMPLEX[::-1], axis=-2),
        of(np.matvec, STACK, V),
        of(np.matvec, COMPLEX, V + 1j * W),
        of(np.vecmat, V, STACK),
        of(np.vecmat, V + 1j * W, COMPLEX),
        by(la.multi_dot, lambda *xs: la.multi_dot(xs), V, SQUARE, TALL.T, TALL @ W),
    ]
    einsums: list[tuple[str, tuple[Any, ...]]] = [
        ("ij,jk->ik", (TALL, SQUARE)),
        ("...ij,kj->i...k", (STACK, TALL)),
        ("ii->i", (SQUARE,)),
        ("iij->j", (rng.normal(size=(2, 2, 3)),)),
        ("ij,j,ik", (SQUARE, V, SQUARE)),
        ("i,j->", (V, W)),
        ("ij,jk", (np.zeros((2, 0)), np.zeros((0, 3)))),
    ]
    for subscripts, arrays in einsums:
        found.append(
            by(np.einsum, lambda *xs, s=subscripts: np.einsum(s, *xs), *arrays, label=subscripts)
        )
    found.append(
        by(
            np.einsum,
            lambda a, b, c: np.einsum(
                "ij,jk,k->i", a, b, c, optimize=["einsum_path", (1, 2), (0, 1)]
            ),
            TALL,
            SQUARE,
            V,
            label="optimize",
        )
    )
    return found


def systems() -> list[Specimen]:
    """Determinants, inverses, systems of equations, least squares."""
    singular_matrix = np.outer(V, W)
    return [
        of(la.det, SQUARE),
        of(la.det, STACK),
        of(la.det, COMPLEX),
        of(la.det, singular_matrix),
        of(la.det, np.zeros((0, 3, 3))),
        of(la.slogdet, STACK),
        of(la.slogdet, COMPLEX),
        of(la.inv, STACK),
        of(la.inv, COMPLEX),
        of(la.solve, SQUARE, V),
        of(la.solve, STACK, TALL[:3]),
        of(la.solve, SQUARE, STACK),
        of(la.solve, COMPLEX, V),
        of(la.pinv, TALL),
        of(la.pinv, WIDE, rcond=1e-9),
        of(la.pinv, TALL.T, rtol=1e-9),
        by(la.pinv, lambda x: la.pinv(x + x.T, hermitian=True), SYMMETRIC, label="hermitian"),
        by(la.lstsq, lambda a, b: la.lstsq(a, b)[0], TALL, rng.normal(size=4)),
        by(
            la.lstsq,
            lambda a, b: la.lstsq(a, b, rcond=1e-9)[:2],
            TALL,
            rng.normal(size=(4, 2)),
            label="rcond",
        ),
        of(la.tensorsolve, rng.normal(size=(2, 3, 6)), rng.normal(size=(2, 3))),
        of(la.tensorsolve, rng.normal(size=(2, 6, 3)), rng.normal(size=(2, 3)), axes=(1,)),
        of(la.tensorinv, (rng.normal(size=(6, 6)) + 4.0 * np.eye(6)).reshape(6, 2, 3), ind=1),
        by(la.matrix_power, lambda x: la.matrix_power(x, 3), STACK, label="3"),
        by(la.matrix_power, lambda x: la.matrix_power(x, -2), SQUARE, label="-2"),
        by(la.matrix_power, lambda x: la.matrix_power(x, 0), SQUARE, label="0"),
        of(la.diagonal, STACK, offset=1),
        of(la.trace, STACK, offset=-1),
        of(la.cond, TALL),
        of(la.cond, SQUARE, p=-2),
        of(la.cond, STACK, p="fro"),
        of(la.cond, SQUARE, p=1),
    ]


def factorized() -> list[Specimen]:
    """Cholesky, QR, eigenvalues, singular values; distinct ones, real vectors or none."""
    general = np.array([[1.0, 0.4, 0.1], [0.2, 2.5, 0.3], [0.1, -0.3, 4.0]])
    gram = lambda x: x @ np.conj(np.swapaxes(x, -1, -2))  # noqa: E731
    labels = np.zeros((2, 2), bool)
    return [
        of(la.cholesky, SYMMETRIC),
        of(la.cholesky, SYMMETRIC, upper=True),
        by(la.cholesky, lambda x: la.cholesky(gram(x)), STACK),
        by(la.cholesky, lambda x: la.cholesky(gram(x)), COMPLEX),
        of(la.qr, TALL),
        of(la.qr, STACK, mode="reduced"),
        of(la.qr, TALL, mode="r"),
        by(la.qr, lambda x: la.qr(x, mode="complete")[1], TALL, label="mode='complete'"),
        of(factorizations.reduced, TALL),
        of(factorizations.right_factor, TALL),
        by(factorizations.by_reflections, lambda x: la.qr(x, mode="raw"), TALL, label="mode='raw'"),
        by(
            factorizations.by_reflections,
            lambda x: la.qr(x, mode="complete")[1],
            TALL,
            label="mode='complete'",
        ),
        of(polar._tall, TALL),
        of(la.eigvalsh, SYMMETRIC),
        of(la.eigvalsh, HERMITIAN, UPLO="U"),
        of(la.eigvalsh, np.zeros((0, 0))),
        of(la.eigh, SYMMETRIC),
        of(la.eigh, np.stack([SYMMETRIC, SYMMETRIC + np.diag([3.0, 0, 0])]), UPLO="U"),
        by(la.eigh, lambda x: np.abs(la.eigh(x)[1]), HERMITIAN),
        of(la.eig, general),
        of(la.eigvals, general),
        of(la.eigvals, COMPLEX),
        of(la.svd, TALL, full_matrices=False),
        by(la.svd, lambda x: la.svd(x)[1], STACK),
        of(la.svd, WIDE, compute_uv=False),
        by(la.svd, lambda x: la.svd(x + x.T, hermitian=True), SYMMETRIC, label="hermitian"),
        of(la.svdvals, WIDE),
        of(la.svdvals, COMPLEX),
        of(singular.factors, TALL, full_matrices=False),
        of(singular.values, STACK),
        by(polar.sylvester, lambda h, c: polar.sylvester(h + h.T, c), SYMMETRIC, SQUARE),
        by(
            singular_sums.singular_sum,
            lambda x, u: singular_sums.singular_sum(x, u, np.zeros((3, 3))),
            TALL,
            V,
        ),
        by(
            spectral.spectral_sum,
            lambda x, u: spectral.spectral_sum(x, u, np.zeros((3, 3)), UPLO="U"),
            SYMMETRIC,
            V,
            label="UPLO",
        ),
        by(ties.unknown, lambda x: ties.unknown(x, mask=labels), SQUARE[:2, :2], label="mask"),
    ]


def lengths() -> list[Specimen]:
    """Norms of vectors and of matrices."""
    found = [
        of(la.norm, V),
        of(la.norm, STACK),
        of(la.norm, COMPLEX),
        of(la.norm, STACK, axis=1, keepdims=True, ord=3),
        of(la.norm, V, ord=np.inf),
        of(la.norm, V, ord=-np.inf),
        of(la.norm, V, ord=1),
        of(la.norm, V, ord=-1.5),
        of(la.vector_norm, STACK, axis=(0, 2), keepdims=True, ord=1.5),
        of(la.vector_norm, V, ord=np.inf),
        of(la.matrix_norm, STACK, keepdims=True, ord="nuc"),
    ]
    for kind in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
        found.append(of(la.norm, TALL, ord=kind))
        found.append(of(la.matrix_norm, STACK, ord=kind))
    found += [
        by(
            norms.of_vectors,
            lambda x: norms.of_vectors(x, ord=3, axis=1, keepdims=True),
            STACK,
            label="ord, axis, keepdims",
        ),
        by(
            norms.any_axes,
            lambda x: norms.any_axes(x, ord=3, axis=(0, 1), keepdims=True),
            STACK,
            label="ord, axis, keepdims",
        ),
        of(norms.nuclear, STACK),
        by(euclidean.direction, lambda x: euclidean.direction(x, axes=(1,)), TALL, label="axes"),
        by(
            euclidean.radial,
            lambda x, u: euclidean.radial(x, u, np.zeros((4, 1)), axes=(1,)),
            TALL,
            rng.normal(size=(4, 1)),
            label="axes",
        ),
    ]
    return found


def specimens() -> list[Specimen]:
    """All of this family."""
    return [*products(), *systems(), *factorized(), *lengths()]
