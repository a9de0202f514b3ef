"""The scalar of a function with many outputs: a weighted sum, the same for every backend.

Gradient, hvp, Hessian and third derivative are those of a scalar. Of a function f with an array
as output they are taken of ⟨w, f(x)⟩, whose weights are fixed, differ from place to place and
in sign, and are exact in every floating dtype: a fault in one output cannot hide behind another.
"""

from __future__ import annotations

import functools

import numpy as np

from harness.contract.problem import Array, Namespace

__all__ = ["weighted", "weights"]

_STEP, _PERIOD = 37, 97
"""Coprime, so that the weights of a period are all different."""


@functools.lru_cache(maxsize=256)
def weights(shape: tuple[int, ...]) -> np.ndarray:
    """The weights of an output of ``shape``, float64, read-only.

    They are multiples of 1/64 between 1/2 and 2 in size, of alternating sign.
    """
    count = int(np.prod(shape, dtype=int))
    k = np.arange(count)
    sizes = (32 + (k + 1) * _STEP % _PERIOD) / 64.0
    made = np.where(k % 2, -sizes, sizes).reshape(shape)
    made.flags.writeable = False
    return made


def weighted(xp: Namespace, y: Array) -> Array:
    """⟨w, y⟩, a scalar array of ``xp``; ``y`` itself where it is one already."""
    shape = tuple(y.shape)
    if not shape:
        return y
    dtype = getattr(xp, str(y.dtype).rsplit(".", 1)[-1])
    return xp.sum(y * xp.asarray(weights(shape).copy(), dtype=dtype))
