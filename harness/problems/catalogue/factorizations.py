"""Matrix factorisations of the array API standard 2024.12, and their spectra.

What is unique only up to signs or phases is asked through functions that do not depend on
them: squares of eigenvectors, products of two factors. ``eigh`` and ``cholesky`` read one triangle
of their input, and which is a convention; so they are asked of a symmetrised matrix.
"""

from __future__ import annotations

import numpy as np

from harness.contract import PointKind
from harness.problems.catalogue.entry import Entry, Kind, Shape
from harness.problems.catalogue.linalg import (
    IDENTITY,
    IDENTITY_3,
    SIGNED,
    TALL,
    WIDE,
    ZERO_3,
    matrices,
    of_a,
    positive_definite,
    well_conditioned,
)
from harness.problems.catalogue.points import edge, uniform

__all__ = ["FACTORIZATIONS"]


def _symmetric(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A symmetric matrix (or a stack) with eigenvalues near 1, 3, 5, …, exact in float32."""
    x = uniform(-0.5, 0.5)(rng, shape)
    return np.asarray((x + np.swapaxes(x, -1, -2)) / 2 + np.diag(1.0 + 2.0 * np.arange(shape[-1])))


_TRIANGLE = "(a + xp.matrix_transpose(a)) / 2"

_CHOLESKY = Entry(
    "linalg.cholesky",
    "linalg.cholesky",
    Kind.SMOOTH,
    "symmetric positive definite matrices",
    (
        of_a(
            "",
            f"xp.linalg.cholesky({_TRIANGLE})",
            *matrices(positive_definite, 3, 3),
            IDENTITY_3,
        ),
        of_a(
            "2x2",
            f"xp.linalg.cholesky({_TRIANGLE})",
            edge("uneven", [[1e8, 1.0], [1.0, 3e-8]]),
            # By directions of size 1 the terms of the second derivative are subnormal, 1e-320.
            edge("1e160", [[2e160, 1e160], [1e160, 3e160]], max_order=1),
        ),
        of_a(
            "upper",
            f"xp.linalg.cholesky({_TRIANGLE}, upper=True)",
            *matrices(positive_definite, 2, 2),
        ),
        of_a("stack", f"xp.linalg.cholesky({_TRIANGLE})", *matrices(positive_definite, 2, 2, 2)),
    ),
)

_DIAGONAL_3 = edge("diagonal", np.diag([3.0, -1.0, 2.0]))
_REPEATED = edge("repeated", [[2.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 2.0]], both=True)
_NEARLY = edge("nearly-repeated", [[1.0, 0.0], [0.0, 1.0 + 2.0**-20]])

_EIGVALSH = Entry(
    "linalg.eigvalsh",
    "linalg.eigvalsh",
    Kind.KINK,
    "symmetric matrices with distinct eigenvalues; sums over equal ones everywhere",
    (
        of_a(
            "",
            f"xp.linalg.eigvalsh({_TRIANGLE})",
            *matrices(_symmetric, 3, 3),
            _DIAGONAL_3,
        ),
        of_a(
            "2x2",
            f"xp.linalg.eigvalsh({_TRIANGLE})",
            _NEARLY,
            edge("1e160", [[2e160, 1e160], [1e160, 3e160]]),
        ),
        of_a(
            "symmetric-function",
            f"xp.sum(xp.exp(xp.linalg.eigvalsh({_TRIANGLE})))",
            *matrices(_symmetric, 3, 3),
            _REPEATED,
            IDENTITY_3,
            ZERO_3,
        ),
        of_a("stack", f"xp.linalg.eigvalsh({_TRIANGLE})", *matrices(_symmetric, 2, 2, 2)),
    ),
)

_EIGH = Entry(
    "linalg.eigh",
    "linalg.eigh",
    Kind.SMOOTH,
    "symmetric matrices with distinct eigenvalues",
    (
        of_a(
            "squares",
            f"xp.linalg.eigh({_TRIANGLE})[1] ** 2",
            *matrices(_symmetric, 2, 2),
            _NEARLY,
        ),
        of_a(
            "both",
            f"xp.linalg.eigh({_TRIANGLE})[1] ** 2 @ xp.linalg.eigh({_TRIANGLE})[0]",
            *matrices(_symmetric, 3, 3),
            _DIAGONAL_3,
        ),
        of_a(
            "stack",
            f"xp.linalg.eigh({_TRIANGLE})[1] ** 2",
            *matrices(_symmetric, 2, 2, 2),
        ),
    ),
)

_ORTHOGONAL = edge("orthogonal", [[0.0, -1.0], [1.0, 0.0]])

_SVDVALS = Entry(
    "linalg.svdvals",
    "linalg.svdvals",
    Kind.KINK,
    "where singular values are distinct and positive; their sum where they are positive",
    (
        of_a("", "xp.linalg.svdvals(a)", *matrices(well_conditioned, 2, 2)),
        of_a("tall", "xp.linalg.svdvals(a)", *matrices(SIGNED, *TALL)),
        of_a("wide", "xp.linalg.svdvals(a)", *matrices(SIGNED, *WIDE)),
        of_a(
            "sum",
            "xp.sum(xp.linalg.svdvals(a))",
            *matrices(well_conditioned, 2, 2),
            IDENTITY,
            _ORTHOGONAL,
            edge("rank-1", [[1.0, 2.0], [2.0, 4.0]], kind=PointKind.KINK),
        ),
        of_a(
            "squares",
            "xp.sum(xp.linalg.svdvals(a) ** 2)",
            *matrices(SIGNED, *TALL),
            edge("identity", np.eye(3, 2)),
            edge("rank-1", [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]),
            edge("zero", np.zeros((3, 2))),
        ),
        of_a("stack", "xp.linalg.svdvals(a)", *matrices(well_conditioned, 2, 2, 2)),
    ),
)

_SVD = Entry(
    "linalg.svd",
    "linalg.svd",
    Kind.SMOOTH,
    "where singular values are distinct and positive",
    (
        of_a(
            "left-squares",
            "xp.linalg.svd(a, full_matrices=False)[0] ** 2",
            *matrices(SIGNED, *TALL),
        ),
        of_a(
            "right-squares",
            "xp.linalg.svd(a, full_matrices=False)[2] ** 2",
            *matrices(SIGNED, *WIDE),
        ),
        of_a(
            "polar-factor",
            "xp.linalg.svd(a, full_matrices=False)[0] @ xp.linalg.svd(a, full_matrices=False)[2]",
            *matrices(well_conditioned, 2, 2),
            # Two decompositions and a product of what they give.
            operations=32,
        ),
        of_a(
            "full,left-squares",
            "xp.linalg.svd(a)[0] ** 2",
            *matrices(well_conditioned, 2, 2),
        ),
    ),
)

_QR = Entry(
    "linalg.qr",
    "linalg.qr",
    Kind.SMOOTH,
    "full column rank",
    (
        of_a("q-squares", "xp.linalg.qr(a)[0] ** 2", *matrices(well_conditioned, 3, 3)),
        of_a("r-squares", "xp.linalg.qr(a)[1] ** 2", *matrices(well_conditioned, 3, 3)),
        of_a("tall,r-squares", "xp.linalg.qr(a)[1] ** 2", *matrices(SIGNED, *TALL)),
        of_a("tall,q-squares", "xp.linalg.qr(a)[0] ** 2", *matrices(SIGNED, *TALL)),
        of_a("wide,r-squares", "xp.linalg.qr(a)[1] ** 2", *matrices(SIGNED, *WIDE)),
        of_a(
            "mode=complete",
            "xp.linalg.qr(a, mode='complete')[1] ** 2",
            *matrices(well_conditioned, 2, 2),
        ),
        of_a("stack", "xp.linalg.qr(a)[1] ** 2", *matrices(well_conditioned, 2, 2, 2)),
    ),
)


FACTORIZATIONS: tuple[Entry, ...] = (_CHOLESKY, _EIGVALSH, _EIGH, _SVDVALS, _SVD, _QR)
