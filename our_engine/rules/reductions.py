"""Rules of reductions along axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from our_engine.linear_maps import LinearMap, Scale, Sum
from our_engine.linear_maps.shaping import normalized_axes
from our_engine.primitives import Spec, constant, rule


def _sum(_x: Spec, _y: Spec, axis: Any = None, keepdims: bool = False) -> LinearMap:
    return Sum(_x.shape, axis, bool(keepdims))


def _mean(_x: Spec, _y: Spec, axis: Any = None, keepdims: bool = False) -> LinearMap:
    count = math.prod(_x.shape[i] for i in normalized_axes(axis, _x.ndim))
    return Scale(1.0 / count if count else math.nan) @ Sum(_x.shape, axis, bool(keepdims))


rule(np.sum, _sum)
rule(np.mean, _mean)
rule(
    (np.add, "reduce"),
    _sum,
    evaluate=np.sum,
    name="add.reduce",
    bind=lambda array, axis=0, **settings: ((array,), {"axis": axis, **settings}),
)

constant(np.argmax, np.argmin, np.argsort, np.count_nonzero, np.nanargmax, np.nanargmin)
