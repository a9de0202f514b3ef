"""What one map costs, and the matrix of a map that holds it already."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from our_engine.linear_maps import (
    ZERO,
    Cast,
    Compose,
    LeftMul,
    LinearMap,
    One,
    Outputs,
    RightMul,
    Scale,
    Select,
)
from our_engine.types import Array, Shape

from .blocks import pull_block, push_block


def flops(J: Any, shape: Shape | None) -> int:
    """Scalar multiplications of one application of a map, or of a bare factor."""
    if shape is None:
        return 0  # one output is picked of many
    if isinstance(J, Outputs):
        return sum(flops(m, shape) for m in J.maps if m is not ZERO)
    return J.flops(shape) if isinstance(J, LinearMap) else math.prod(shape)


def holds_matrix(J: Any, shape: Shape) -> bool:
    """Whether the matrix of a map is there without a multiplication: held, or on a diagonal."""
    if not isinstance(J, LinearMap) or isinstance(J, (Scale, Select, One, Cast)):
        return True
    if isinstance(J, LeftMul):
        return np.ndim(J.A) == 2 and len(shape) == 2 and shape[1] == 1
    if isinstance(J, RightMul):
        return np.ndim(J.B) == 2 and len(shape) == 2 and shape[0] == 1
    if isinstance(J, Compose):
        shapes = _shapes(J, shape)
        busy = _busy(J, shapes)
        return len(busy) == 1 and holds_matrix(J.maps[busy[0]], shapes[busy[0] + 1])
    return False


def held_matrix(J: Any, shape: Shape) -> Array:
    """The matrix of a map for which `holds_matrix` is True, shape (outputs, inputs)."""
    if isinstance(J, LeftMul):
        return np.asarray(J.A)
    if isinstance(J, RightMul):
        return np.asarray(J.B.T)
    if isinstance(J, Compose):
        return _composed_matrix(J, shape)
    diagonal = J.apply(np.ones(shape)) if isinstance(J, LinearMap) else J
    return np.diag(np.broadcast_to(diagonal, shape).reshape(math.prod(shape)))


def _shapes(J: Compose, shape: Shape) -> list[Shape]:
    """Of the result of each map of J, and last of the argument of all."""
    shapes = [shape]
    for m in reversed(J.maps):
        shapes.append(m.out_shape(shapes[-1]))
    return shapes[::-1]


def _busy(J: Compose, shapes: list[Shape]) -> list[int]:
    return [i for i, m in enumerate(J.maps) if m.flops(shapes[i + 1])]


def _composed_matrix(J: Compose, shape: Shape) -> Array:
    """The matrix of the only map in J that multiplies, with rows and columns moved by the rest."""
    shapes = _shapes(J, shape)
    (i,) = _busy(J, shapes)
    matrix = held_matrix(J.maps[i], shapes[i + 1])
    rows = matrix.reshape(len(matrix), *shapes[i + 1])
    for m, before in zip(J.maps[i + 1 :], shapes[i + 2 :], strict=True):
        rows = pull_block(m, rows, before)
    size = math.prod(shape)
    columns = rows.reshape(len(rows), size).T.reshape(size, *shapes[i])
    for m, before in zip(reversed(J.maps[:i]), reversed(shapes[1 : i + 1]), strict=True):
        columns = push_block(m, columns, before)
    return np.asarray(columns.reshape(size, math.prod(shapes[0])).T)
