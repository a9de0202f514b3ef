"""Rules of diagonals and traces."""

from __future__ import annotations

import numpy as np

from our_engine.linear_maps import Gather, LinearMap, Permute, Sum
from our_engine.linear_maps.shaping import normalized_axes
from our_engine.primitives import Spec, rule
from our_engine.types import Shape


def _diagonal(_x: Spec, _y: Spec, offset: int = 0, axis1: int = 0, axis2: int = 1) -> LinearMap:
    return _diagonal_map(_x.shape, int(offset), axis1, axis2)


def _trace(_x: Spec, _y: Spec, offset: int = 0, axis1: int = 0, axis2: int = 1) -> LinearMap:
    diagonal = _diagonal_map(_x.shape, int(offset), axis1, axis2)
    return Sum(diagonal.out_shape(_x.shape), -1) @ diagonal


def _diagonal_map(shape: Shape, offset: int, axis1: int, axis2: int) -> LinearMap:
    """The diagonal of two axes, which goes last."""
    first, second = normalized_axes((axis1, axis2), len(shape))
    axes = (*(a for a in range(len(shape)) if a not in (first, second)), first, second)
    turn = Permute(axes)
    m, n = shape[first], shape[second]
    length = max(0, min(m + min(offset, 0), n - max(offset, 0)))
    index = np.arange(length)
    take = Gather(turn.out_shape(shape), (..., index - min(offset, 0), index + max(offset, 0)))
    take.unique = True
    return take @ turn


rule(np.diagonal, _diagonal)
rule(np.trace, _trace, casts=True)
rule(np.linalg.diagonal, lambda _x, _y, offset=0: _diagonal(_x, _y, offset, -2, -1))
rule(np.linalg.trace, lambda _x, _y, offset=0: _trace(_x, _y, offset, -2, -1), casts=True)
