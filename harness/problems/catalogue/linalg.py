"""Linear algebra of the array API standard 2024.12: determinants, inverses, norms, factors.

What is unique only up to signs or phases is asked through functions that do not depend on
them: squares of eigenvectors, Qᵀ-invariant products. ``eigh`` and ``cholesky`` read one triangle
of their input, and which is a convention; so they are asked of a symmetrised matrix.
"""

from __future__ import annotations

import numpy as np

from harness.contract import PointKind
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import At, Entry, Kind, Shape, Variant
from harness.problems.catalogue.points import Draw, edge, generic, uniform

__all__ = ["LINALG", "positive_definite", "well_conditioned"]

_SIGNED = uniform(-2.0, 2.0)


def well_conditioned(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A square matrix (or a stack) with a dominant diagonal, exact in float32."""
    x = uniform(-1.0, 1.0)(rng, shape)
    return np.asarray(x + 2.5 * np.eye(shape[-1]))


def positive_definite(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A symmetric positive definite matrix (or a stack), exact in float32."""
    x = uniform(-0.5, 0.5)(rng, shape)
    return np.asarray((x + np.swapaxes(x, -1, -2)) / 2 + 2.5 * np.eye(shape[-1]))


def _symmetric(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A symmetric matrix (or a stack) with eigenvalues near 1, 3, 5, …, exact in float32."""
    x = uniform(-0.5, 0.5)(rng, shape)
    return np.asarray((x + np.swapaxes(x, -1, -2)) / 2 + np.diag(1.0 + 2.0 * np.arange(shape[-1])))


def _of(name: str, text: str, *points: At, uses: tuple[str, ...] | None = None) -> Variant:
    return Variant(name, expression("a", text), points, ("a",), uses=uses, operations=12)


def _matrices(draw: Draw, *shape: int) -> tuple[At, ...]:
    return generic((draw, shape))


_IDENTITY = edge("identity", np.eye(2), both=True)
_IDENTITY_3 = edge("identity", np.eye(3), both=True)
_RANK_1 = edge("rank-1", [[1.0, 2.0], [2.0, 4.0]], both=True)
_RANK_2_OF_3 = edge("rank-2", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [5.0, 7.0, 9.0]], both=True)
_RANK_1_OF_3 = edge("rank-1", [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [-1.0, -2.0, -3.0]], both=True)
_ZERO_3 = edge("zero", np.zeros((3, 3)), both=True)
_PERMUTATION = edge("permutation", [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
_LARGE = edge("1e160", [[2e160, 1e160], [-1e160, 3e160]])
_SMALL = edge("1e-160", [[2e-160, 1e-160], [-1e-160, 3e-160]])
_UNEVEN = edge("1e8-and-1e-8", [[1e8, 1.0], [1.0, 3e-8]])
_EMPTY = edge("empty", np.zeros((0, 0)))

_DET = Entry(
    "linalg.det",
    "linalg.det",
    Kind.SMOOTH,
    "everywhere, singular matrices among them",
    (
        _of(
            "",
            "xp.linalg.det(a)",
            *_matrices(_SIGNED, 3, 3),
            _IDENTITY_3,
            _PERMUTATION,
            _RANK_2_OF_3,
            _RANK_1_OF_3,
            _ZERO_3,
        ),
        _of("2x2", "xp.linalg.det(a)", *_matrices(_SIGNED, 2, 2), _RANK_1, _UNEVEN, _EMPTY),
        _of("1x1", "xp.linalg.det(a)", edge("zero", [[0.0]]), edge("one", [[1.0]])),
        _of(
            "stack",
            "xp.linalg.det(a)",
            *_matrices(_SIGNED, 2, 2, 2),
            edge("one-singular", [[[1.0, 2.0], [2.0, 4.0]], [[1.0, 2.0], [3.0, 4.0]]], both=True),
        ),
    ),
)

_SLOGDET = Entry(
    "linalg.slogdet",
    "linalg.slogdet",
    Kind.SMOOTH,
    "invertible matrices",
    (
        _of(
            "",
            "xp.linalg.slogdet(a)[1]",
            *_matrices(well_conditioned, 3, 3),
            _IDENTITY_3,
            _PERMUTATION,
        ),
        _of(
            "2x2",
            "xp.linalg.slogdet(a)[1]",
            _LARGE,
            _SMALL,
            _UNEVEN,
            edge("negative", [[1.0, 2.0], [3.0, 4.0]]),
            edge("rank-1", [[1.0, 2.0], [2.0, 4.0]], kind=PointKind.INFINITE, max_order=1),
        ),
        _of("stack", "xp.linalg.slogdet(a)[1]", *_matrices(well_conditioned, 2, 2, 2)),
        _of(
            "sign",
            "xp.linalg.slogdet(a)[0] * xp.exp(xp.linalg.slogdet(a)[1])",
            *_matrices(well_conditioned, 2, 2),
        ),
    ),
)

_INV = Entry(
    "linalg.inv",
    "linalg.inv",
    Kind.SMOOTH,
    "invertible matrices",
    (
        _of("", "xp.linalg.inv(a)", *_matrices(well_conditioned, 3, 3), _PERMUTATION),
        _of("2x2", "xp.linalg.inv(a)", _IDENTITY, _LARGE, _SMALL, _UNEVEN),
        _of("stack", "xp.linalg.inv(a)", *_matrices(well_conditioned, 2, 2, 2)),
    ),
)


def _solving(name: str, left: Shape, right: Shape, *also: At) -> Variant:
    return Variant(
        name,
        expression("a b", "xp.linalg.solve(a, b)"),
        (*generic((well_conditioned, left), (_SIGNED, right)), *also),
        ("a", "b"),
        operations=12,
    )


_SOLVE = Entry(
    "linalg.solve",
    "linalg.solve",
    Kind.SMOOTH,
    "invertible a",
    (
        _solving(
            "",
            (2, 2),
            (2, 2),
            edge("identity", np.eye(2), [[1.0, 2.0], [3.0, 4.0]]),
            edge("zero-right-side", [[2.0, 1.0], [1.0, 3.0]], np.zeros((2, 2))),
        ),
        _solving("vector", (3, 3), (3,)),
        _solving("stack", (2, 2, 2), (2, 2, 1)),
        _solving("stack-broadcast", (2, 2, 2), (2, 1)),
        _solving("one-matrix,stack", (2, 2), (2, 2, 1)),
    ),
)

_TRIANGLE = "(a + xp.matrix_transpose(a)) / 2"

_CHOLESKY = Entry(
    "linalg.cholesky",
    "linalg.cholesky",
    Kind.SMOOTH,
    "symmetric positive definite matrices",
    (
        _of(
            "",
            f"xp.linalg.cholesky({_TRIANGLE})",
            *_matrices(positive_definite, 3, 3),
            _IDENTITY_3,
        ),
        _of(
            "2x2",
            f"xp.linalg.cholesky({_TRIANGLE})",
            edge("uneven", [[1e8, 1.0], [1.0, 3e-8]]),
            edge("1e160", [[2e160, 1e160], [1e160, 3e160]]),
        ),
        _of(
            "upper",
            f"xp.linalg.cholesky({_TRIANGLE}, upper=True)",
            *_matrices(positive_definite, 2, 2),
        ),
        _of("stack", f"xp.linalg.cholesky({_TRIANGLE})", *_matrices(positive_definite, 2, 2, 2)),
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
        _of(
            "",
            f"xp.linalg.eigvalsh({_TRIANGLE})",
            *_matrices(_symmetric, 3, 3),
            _DIAGONAL_3,
        ),
        _of(
            "2x2",
            f"xp.linalg.eigvalsh({_TRIANGLE})",
            _NEARLY,
            edge("1e160", [[2e160, 1e160], [1e160, 3e160]]),
        ),
        _of(
            "symmetric-function",
            f"xp.sum(xp.exp(xp.linalg.eigvalsh({_TRIANGLE})))",
            *_matrices(_symmetric, 3, 3),
            _REPEATED,
            _IDENTITY_3,
            _ZERO_3,
            uses=("linalg.eigvalsh", "exp"),
        ),
        _of("stack", f"xp.linalg.eigvalsh({_TRIANGLE})", *_matrices(_symmetric, 2, 2, 2)),
    ),
)

_EIGH = Entry(
    "linalg.eigh",
    "linalg.eigh",
    Kind.SMOOTH,
    "symmetric matrices with distinct eigenvalues",
    (
        _of(
            "squares",
            f"xp.linalg.eigh({_TRIANGLE})[1] ** 2",
            *_matrices(_symmetric, 2, 2),
            _NEARLY,
        ),
        _of(
            "both",
            f"xp.linalg.eigh({_TRIANGLE})[1] ** 2 @ xp.linalg.eigh({_TRIANGLE})[0]",
            *_matrices(_symmetric, 3, 3),
            _DIAGONAL_3,
        ),
        _of(
            "stack",
            f"xp.linalg.eigh({_TRIANGLE})[1] ** 2",
            *_matrices(_symmetric, 2, 2, 2),
        ),
    ),
)

_WIDE, _TALL = (2, 3), (3, 2)
_ORTHOGONAL = edge("orthogonal", [[0.0, -1.0], [1.0, 0.0]])

_SVDVALS = Entry(
    "linalg.svdvals",
    "linalg.svdvals",
    Kind.KINK,
    "where singular values are distinct and positive; their sum where they are positive",
    (
        _of("", "xp.linalg.svdvals(a)", *_matrices(well_conditioned, 2, 2)),
        _of("tall", "xp.linalg.svdvals(a)", *_matrices(_SIGNED, *_TALL)),
        _of("wide", "xp.linalg.svdvals(a)", *_matrices(_SIGNED, *_WIDE)),
        _of(
            "sum",
            "xp.sum(xp.linalg.svdvals(a))",
            *_matrices(well_conditioned, 2, 2),
            _IDENTITY,
            _ORTHOGONAL,
            edge("rank-1", [[1.0, 2.0], [2.0, 4.0]], kind=PointKind.KINK),
        ),
        _of(
            "squares",
            "xp.sum(xp.linalg.svdvals(a) ** 2)",
            *_matrices(_SIGNED, *_TALL),
            edge("identity", np.eye(3, 2)),
            edge("rank-1", [[1.0, 2.0], [2.0, 4.0], [3.0, 6.0]]),
            edge("zero", np.zeros((3, 2))),
        ),
        _of("stack", "xp.linalg.svdvals(a)", *_matrices(well_conditioned, 2, 2, 2)),
    ),
)

_SVD = Entry(
    "linalg.svd",
    "linalg.svd",
    Kind.SMOOTH,
    "where singular values are distinct and positive",
    (
        _of(
            "left-squares",
            "xp.linalg.svd(a, full_matrices=False)[0] ** 2",
            *_matrices(_SIGNED, *_TALL),
        ),
        _of(
            "right-squares",
            "xp.linalg.svd(a, full_matrices=False)[2] ** 2",
            *_matrices(_SIGNED, *_WIDE),
        ),
        _of(
            "polar-factor",
            "xp.linalg.svd(a, full_matrices=False)[0] @ xp.linalg.svd(a, full_matrices=False)[2]",
            *_matrices(well_conditioned, 2, 2),
        ),
        _of(
            "full,left-squares",
            "xp.linalg.svd(a)[0] ** 2",
            *_matrices(well_conditioned, 2, 2),
        ),
    ),
)

_QR = Entry(
    "linalg.qr",
    "linalg.qr",
    Kind.SMOOTH,
    "full column rank",
    (
        _of("q-squares", "xp.linalg.qr(a)[0] ** 2", *_matrices(well_conditioned, 3, 3)),
        _of("r-squares", "xp.linalg.qr(a)[1] ** 2", *_matrices(well_conditioned, 3, 3)),
        _of("tall,r-squares", "xp.linalg.qr(a)[1] ** 2", *_matrices(_SIGNED, *_TALL)),
        _of("tall,q-squares", "xp.linalg.qr(a)[0] ** 2", *_matrices(_SIGNED, *_TALL)),
        _of("wide,r-squares", "xp.linalg.qr(a)[1] ** 2", *_matrices(_SIGNED, *_WIDE)),
        _of(
            "mode=complete",
            "xp.linalg.qr(a, mode='complete')[1] ** 2",
            *_matrices(well_conditioned, 2, 2),
        ),
        _of("stack", "xp.linalg.qr(a)[1] ** 2", *_matrices(well_conditioned, 2, 2, 2)),
    ),
)

_PINV = Entry(
    "linalg.pinv",
    "linalg.pinv",
    Kind.SMOOTH,
    "where the rank is constant: full rank",
    (
        _of("", "xp.linalg.pinv(a)", *_matrices(well_conditioned, 2, 2), _IDENTITY),
        _of("tall", "xp.linalg.pinv(a)", *_matrices(_SIGNED, *_TALL)),
        _of("wide", "xp.linalg.pinv(a)", *_matrices(_SIGNED, *_WIDE)),
        _of("rtol", "xp.linalg.pinv(a, rtol=1e-6)", *_matrices(_SIGNED, *_TALL)),
    ),
)

_POWER = Entry(
    "linalg.matrix_power",
    "linalg.matrix_power",
    Kind.SMOOTH,
    "everywhere; invertible matrices for negative powers",
    (
        _of("n=3", "xp.linalg.matrix_power(a, 3)", *_matrices(_SIGNED, 2, 2), _RANK_1),
        _of("n=0", "xp.linalg.matrix_power(a, 0)", *_matrices(_SIGNED, 2, 2)),
        _of("n=1", "xp.linalg.matrix_power(a, 1)", *_matrices(_SIGNED, 2, 2)),
        _of("n=-2", "xp.linalg.matrix_power(a, -2)", *_matrices(well_conditioned, 2, 2)),
    ),
)

_DIAGONAL = Entry(
    "linalg.diagonal",
    "linalg.diagonal",
    Kind.SMOOTH,
    "everywhere",
    (
        _of("", "xp.linalg.diagonal(a)", *_matrices(_SIGNED, 3, 3)),
        _of("tall", "xp.linalg.diagonal(a)", *_matrices(_SIGNED, *_TALL)),
        _of("wide,offset=1", "xp.linalg.diagonal(a, offset=1)", *_matrices(_SIGNED, *_WIDE)),
        _of("offset=-1,stack", "xp.linalg.diagonal(a, offset=-1)", *_matrices(_SIGNED, 2, 2, 3)),
    ),
)

_TRACE = Entry(
    "linalg.trace",
    "linalg.trace",
    Kind.SMOOTH,
    "everywhere",
    (
        _of("", "xp.linalg.trace(a)", *_matrices(_SIGNED, 3, 3)),
        _of("wide,offset=1", "xp.linalg.trace(a, offset=1)", *_matrices(_SIGNED, *_WIDE)),
        _of("tall,offset=-1", "xp.linalg.trace(a, offset=-1)", *_matrices(_SIGNED, *_TALL)),
        _of("stack", "xp.linalg.trace(a)", *_matrices(_SIGNED, 2, 2, 2)),
    ),
)

LINALG: tuple[Entry, ...] = (
    _DET,
    _SLOGDET,
    _INV,
    _SOLVE,
    _CHOLESKY,
    _EIGVALSH,
    _EIGH,
    _SVDVALS,
    _SVD,
    _QR,
    _PINV,
    _POWER,
    _DIAGONAL,
    _TRACE,
)
