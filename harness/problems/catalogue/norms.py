"""Norms of vectors and matrices, with every order that the array API standard 2024.12 has."""

from __future__ import annotations

from typing import Any

import numpy as np

from harness.contract import PointKind
from harness.problems.catalogue.calls import call, expression
from harness.problems.catalogue.entry import At, Entry, Kind, Variant
from harness.problems.catalogue.points import edge, generic, uniform

__all__ = ["NORMS"]

_SIGNED = uniform(-2.0, 2.0)
_VECTOR = generic((_SIGNED, (3,)))
_MATRIX = generic((_SIGNED, (2, 3)))
_ZERO = edge("zero", [0.0, 0.0, 0.0], kind=PointKind.KINK, both=True)
_ONE_ZERO = edge("one-zero", [3.0, 0.0, -4.0], both=True)
_LARGE = edge("1e160", [3e160, -4e160, 1e159])
_SMALL = edge("1e-160", [3e-160, -4e-160, 1e-161])
_HUGE = edge("1e300", [3e300, -4e300, 1e299])


def _vector(name: str, points: tuple[At, ...], **keywords: Any) -> Variant:
    return Variant(name, call("linalg.vector_norm", "x", **keywords), points, operations=6)


_VECTOR_NORM = Entry(
    "linalg.vector_norm",
    "linalg.vector_norm",
    Kind.KINK,
    "away from 0 for order 2; away from zero elements and ties for others",
    (
        _vector("", (*_VECTOR, _ZERO, _ONE_ZERO, _LARGE, _SMALL, _HUGE)),
        _vector(
            "ord=1", (*_VECTOR, edge("one-zero", [3.0, 0.0, -4.0], kind=PointKind.KINK)), ord=1
        ),
        _vector(
            "ord=3",
            (*_VECTOR, edge("one-zero", [3.0, 0.0, -4.0], max_order=2), _ZERO),
            ord=3,
        ),
        _vector("ord=1.5", (*_VECTOR, edge("one-zero", [3.0, 0.0, -4.0], max_order=1)), ord=1.5),
        _vector("ord=0.5", _VECTOR, ord=0.5),
        _vector("ord=-1", _VECTOR, ord=-1),
        Variant(
            "ord=inf",
            expression("x", "xp.linalg.vector_norm(x, ord=xp.inf)"),
            (*_VECTOR, edge("tie", [2.0, -2.0, 1.0], kind=PointKind.KINK)),
        ),
        Variant(
            "ord=-inf",
            expression("x", "xp.linalg.vector_norm(x, ord=-xp.inf)"),
            (*_VECTOR, edge("tie", [2.0, -1.0, 1.0], kind=PointKind.KINK)),
        ),
        _vector("ord=0", _VECTOR, ord=0),
        _vector("axis=0", _MATRIX, axis=0),
        _vector("axis=-1,keepdims", _MATRIX, axis=-1, keepdims=True),
        _vector("axis=(0,1)", _MATRIX, axis=(0, 1)),
        _vector("axis=-1,ord=3", _MATRIX, axis=-1, ord=3),
        _vector("of-a-matrix", _MATRIX),
    ),
)

_MATRIX_ZERO = edge("zero", np.zeros((2, 3)), kind=PointKind.KINK, both=True)
_SQUARE = generic((_SIGNED, (2, 2)))
_SINGULAR = edge("rank-1", [[1.0, 2.0], [2.0, 4.0]])


def _matrix(name: str, points: tuple[At, ...], **keywords: Any) -> Variant:
    return Variant(name, call("linalg.matrix_norm", "x", **keywords), points, operations=12)


_MATRIX_NORM = Entry(
    "linalg.matrix_norm",
    "linalg.matrix_norm",
    Kind.KINK,
    "away from 0 for the Frobenius norm; where the extreme value is one alone for others",
    (
        _matrix("", (*_MATRIX, _MATRIX_ZERO)),
        _matrix("ord=fro", _MATRIX, ord="fro"),
        _matrix("ord=nuc", (*_SQUARE, edge("identity", np.eye(2))), ord="nuc"),
        _matrix("ord=1", _MATRIX, ord=1),
        _matrix("ord=-1", _MATRIX, ord=-1),
        _matrix("ord=2", (*_SQUARE, _SINGULAR), ord=2),
        _matrix("ord=-2", _SQUARE, ord=-2),
        Variant("ord=inf", expression("x", "xp.linalg.matrix_norm(x, ord=xp.inf)"), _MATRIX),
        Variant("ord=-inf", expression("x", "xp.linalg.matrix_norm(x, ord=-xp.inf)"), _MATRIX),
        _matrix("keepdims", _MATRIX, keepdims=True),
        _matrix("stack", generic((_SIGNED, (2, 2, 2)))),
    ),
)

NORMS: tuple[Entry, ...] = (_VECTOR_NORM, _MATRIX_NORM)
