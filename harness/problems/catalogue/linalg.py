"""Linear algebra of the array API standard 2024.12: determinants, inverses, powers, diagonals."""

from __future__ import annotations

import numpy as np

from harness.contract import PointKind
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import At, Entry, Kind, Shape, Variant
from harness.problems.catalogue.points import Draw, edge, generic, uniform

__all__ = [
    "IDENTITY",
    "IDENTITY_3",
    "LINALG",
    "SIGNED",
    "TALL",
    "WIDE",
    "ZERO_3",
    "matrices",
    "of_a",
    "positive_definite",
    "well_conditioned",
]

SIGNED = uniform(-2.0, 2.0)


def well_conditioned(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A square matrix (or a stack) with a dominant diagonal, exact in float32."""
    x = uniform(-1.0, 1.0)(rng, shape)
    return np.asarray(x + 2.5 * np.eye(shape[-1]))


def positive_definite(rng: np.random.Generator, shape: Shape) -> np.ndarray:
    """A symmetric positive definite matrix (or a stack), exact in float32."""
    x = uniform(-0.5, 0.5)(rng, shape)
    return np.asarray((x + np.swapaxes(x, -1, -2)) / 2 + 2.5 * np.eye(shape[-1]))


def of_a(name: str, text: str, *points: At, operations: int = 12) -> Variant:
    """A variant of one matrix, a."""
    return Variant(name, expression("a", text), points, ("a",), operations=operations)


def matrices(draw: Draw, *shape: int) -> tuple[At, ...]:
    """Generic points of one matrix, or of a stack of them."""
    return generic((draw, shape))


WIDE, TALL = (2, 3), (3, 2)
IDENTITY = edge("identity", np.eye(2), both=True)
IDENTITY_3 = edge("identity", np.eye(3), both=True)
_RANK_1 = edge("rank-1", [[1.0, 2.0], [2.0, 4.0]], both=True)
_RANK_2_OF_3 = edge("rank-2", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [5.0, 7.0, 9.0]], both=True)
_RANK_1_OF_3 = edge("rank-1", [[1.0, 2.0, 3.0], [2.0, 4.0, 6.0], [-1.0, -2.0, -3.0]], both=True)
ZERO_3 = edge("zero", np.zeros((3, 3)), both=True)
_PERMUTATION = edge("permutation", [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])
_LARGE = edge("1e160", [[2e160, 1e160], [-1e160, 3e160]])
_MINUTE = [[2e-160, 1e-160], [-1e-160, 3e-160]]
_SMALL = edge("1e-160", _MINUTE)
_UNEVEN = edge("1e8-and-1e-8", [[1e8, 1.0], [1.0, 3e-8]])
_EMPTY = edge("empty", np.zeros((0, 0)))

_DET = Entry(
    "linalg.det",
    "linalg.det",
    Kind.SMOOTH,
    "everywhere, singular matrices among them",
    (
        of_a(
            "",
            "xp.linalg.det(a)",
            *matrices(SIGNED, 3, 3),
            IDENTITY_3,
            _PERMUTATION,
            _RANK_2_OF_3,
            _RANK_1_OF_3,
            ZERO_3,
        ),
        of_a("2x2", "xp.linalg.det(a)", *matrices(SIGNED, 2, 2), _RANK_1, _UNEVEN, _EMPTY),
        of_a("1x1", "xp.linalg.det(a)", edge("zero", [[0.0]]), edge("one", [[1.0]])),
        of_a(
            "stack",
            "xp.linalg.det(a)",
            *matrices(SIGNED, 2, 2, 2),
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
        of_a(
            "",
            "xp.linalg.slogdet(a)[1]",
            *matrices(well_conditioned, 3, 3),
            IDENTITY_3,
            _PERMUTATION,
        ),
        of_a(
            "2x2",
            "xp.linalg.slogdet(a)[1]",
            _LARGE,
            # The second derivative is 1e320, out of range.
            edge("1e-160", _MINUTE, max_order=1),
            _UNEVEN,
            edge("negative", [[1.0, 2.0], [3.0, 4.0]]),
            # The logarithm of |det| has no value there, and no side of it is its domain alone.
            edge("rank-1", [[1.0, 2.0], [2.0, 4.0]], kind=PointKind.OUTSIDE, max_order=1),
        ),
        of_a("stack", "xp.linalg.slogdet(a)[1]", *matrices(well_conditioned, 2, 2, 2)),
        of_a(
            "sign",
            "xp.linalg.slogdet(a)[0] * xp.exp(xp.linalg.slogdet(a)[1])",
            *matrices(well_conditioned, 2, 2),
        ),
    ),
)

_INV = Entry(
    "linalg.inv",
    "linalg.inv",
    Kind.SMOOTH,
    "invertible matrices",
    (
        of_a("", "xp.linalg.inv(a)", *matrices(well_conditioned, 3, 3), _PERMUTATION),
        of_a(
            "2x2",
            "xp.linalg.inv(a)",
            IDENTITY,
            _LARGE,
            # The first derivative is 1e320, out of range.
            edge("1e-160", _MINUTE, max_order=0),
            _UNEVEN,
        ),
        of_a("stack", "xp.linalg.inv(a)", *matrices(well_conditioned, 2, 2, 2)),
    ),
)


def _solving(name: str, left: Shape, right: Shape, *also: At) -> Variant:
    return Variant(
        name,
        expression("a b", "xp.linalg.solve(a, b)"),
        (*generic((well_conditioned, left), (SIGNED, right)), *also),
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

_PINV = Entry(
    "linalg.pinv",
    "linalg.pinv",
    Kind.SMOOTH,
    "where the rank is constant: full rank",
    (
        of_a("", "xp.linalg.pinv(a)", *matrices(well_conditioned, 2, 2), IDENTITY),
        of_a("tall", "xp.linalg.pinv(a)", *matrices(SIGNED, *TALL)),
        of_a("wide", "xp.linalg.pinv(a)", *matrices(SIGNED, *WIDE)),
        of_a("rtol", "xp.linalg.pinv(a, rtol=1e-6)", *matrices(SIGNED, *TALL)),
    ),
)

_POWER = Entry(
    "linalg.matrix_power",
    "linalg.matrix_power",
    Kind.SMOOTH,
    "everywhere; invertible matrices for negative powers",
    (
        of_a("n=3", "xp.linalg.matrix_power(a, 3)", *matrices(SIGNED, 2, 2), _RANK_1),
        of_a("n=0", "xp.linalg.matrix_power(a, 0)", *matrices(SIGNED, 2, 2)),
        of_a("n=1", "xp.linalg.matrix_power(a, 1)", *matrices(SIGNED, 2, 2)),
        of_a("n=-2", "xp.linalg.matrix_power(a, -2)", *matrices(well_conditioned, 2, 2)),
    ),
)

_DIAGONAL = Entry(
    "linalg.diagonal",
    "linalg.diagonal",
    Kind.SMOOTH,
    "everywhere",
    (
        of_a("", "xp.linalg.diagonal(a)", *matrices(SIGNED, 3, 3)),
        of_a("tall", "xp.linalg.diagonal(a)", *matrices(SIGNED, *TALL)),
        of_a("wide,offset=1", "xp.linalg.diagonal(a, offset=1)", *matrices(SIGNED, *WIDE)),
        of_a("offset=-1,stack", "xp.linalg.diagonal(a, offset=-1)", *matrices(SIGNED, 2, 2, 3)),
    ),
)

_TRACE = Entry(
    "linalg.trace",
    "linalg.trace",
    Kind.SMOOTH,
    "everywhere",
    (
        of_a("", "xp.linalg.trace(a)", *matrices(SIGNED, 3, 3)),
        of_a("wide,offset=1", "xp.linalg.trace(a, offset=1)", *matrices(SIGNED, *WIDE)),
        of_a("tall,offset=-1", "xp.linalg.trace(a, offset=-1)", *matrices(SIGNED, *TALL)),
        of_a("stack", "xp.linalg.trace(a)", *matrices(SIGNED, 2, 2, 2)),
        of_a(
            "dtype=float64",
            "xp.linalg.trace(a, dtype=xp.float64)",
            *matrices(SIGNED, 3, 3)[1:],
        ),
    ),
)

LINALG: tuple[Entry, ...] = (
    _DET,
    _SLOGDET,
    _INV,
    _SOLVE,
    _PINV,
    _POWER,
    _DIAGONAL,
    _TRACE,
)
