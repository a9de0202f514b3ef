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
    plain,
)
from our_engine.types import Array, Shape

from .stacks import pulled, pushed


def costs(J: Any, shape: Shape | None) -> tuple[int, bool]:
    """Scalar multiplications of one application of a map or a bare factor to an array of `shape`,
    and whether its matrix is there without any: held by the map, or on a diagonal.
    """
    if shape is None:
        return 0, False  # one output is picked of many
    if not isinstance(J, LinearMap):
        return math.prod(shape), True
    if isinstance(J, Compose):
        count, busy = 0, []
        for m in reversed(J.maps):
            multiplications, held = costs(m, shape)
            count += multiplications
            busy += [held] if multiplications else []
            shape = m.out_shape(shape)
        return count, busy == [True]
    if isinstance(J, Outputs):
        return sum(costs(m, shape)[0] for m in J.maps if m is not ZERO), False
    if isinstance(J, LeftMul):
        return J.flops(shape), np.ndim(J.A) == 2 and len(shape) == 2 and shape[1] == 1
    if isinstance(J, RightMul):
        return J.flops(shape), np.ndim(J.B) == 2 and len(shape) == 2 and shape[0] == 1
    return J.flops(shape), isinstance(J, (Scale, Select, One, Cast))


def held_matrix(J: Any, shape: Shape) -> Array:
    """The matrix of a map of which `costs` says that it is there, shape (outputs, inputs)."""
    if isinstance(J, LeftMul):
        return np.asarray(J.A)
    if isinstance(J, RightMul):
        return np.asarray(J.B.T)
    if isinstance(J, Compose):
        return _composed_matrix(J, shape)
    diagonal = J.apply(np.ones(shape)) if isinstance(J, LinearMap) else J
    return np.diag(np.broadcast_to(diagonal, shape).reshape(math.prod(shape)))


def _composed_matrix(J: Compose, shape: Shape) -> Array:
    """The matrix of the only map in J that multiplies, with rows and columns moved by the rest."""
    shapes = [shape]
    for m in reversed(J.maps):
        shapes.append(m.out_shape(shapes[-1]))
    shapes.reverse()  # shapes[i] is of the result of J.maps[i], shapes[i + 1] of its argument
    (i,) = (i for i, m in enumerate(J.maps) if costs(m, shapes[i + 1])[0])
    matrix = held_matrix(J.maps[i], shapes[i + 1])
    rows = matrix.reshape(len(matrix), *shapes[i + 1])
    for m in J.maps[i + 1 :]:
        rows = pulled(m, rows, len(matrix))
    size = math.prod(shape)
    columns = plain(rows).reshape(len(rows), size).T.reshape(size, *shapes[i])
    for m in reversed(J.maps[:i]):
        columns = pushed(m, columns, size)
    return np.asarray(columns.reshape(size, math.prod(shapes[0])).T)
