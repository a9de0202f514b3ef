"""The scalar of a function with many outputs: a weighted sum, the same for every backend.

Gradient, hvp, Hessian and third derivative are those of a scalar. Of a function f with an array
as output they are taken of ⟨w, f(x)⟩, whose weights are fixed, differ from place to place and
in sign, and are exact in every floating dtype: a fault in one output cannot hide behind another.
``function_of`` is the one place that decides; backends, oracles and fingerprints all ask it.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from harness.contract.operators import Operator
from harness.contract.problem import Array, Namespace, Problem

__all__ = ["function_of", "weighted", "weights"]

_STEP, _PERIOD = 37, 97
"""Coprime, so that the weights of a period are all different."""


def function_of(problem: Problem, operator: Operator) -> Callable[..., Array]:
    """The ``fun(xp, *args)`` that ``operator`` differentiates: the problem's, or its scalar."""
    return functools.partial(_scalar, problem.fun) if operator.of_scalar else problem.fun


def weighted(xp: Namespace, y: Array) -> Array:
    """⟨w, y⟩, a scalar array of ``xp``; ``y`` itself where it is one already."""
    shape = tuple(y.shape)
    if not shape:
        return y
    return xp.sum(y * xp.asarray(weights(shape).copy(), dtype=y.dtype))


@functools.lru_cache(maxsize=256)
def weights(shape: tuple[int, ...]) -> np.ndarray:
    """The weights of an output of ``shape``, float64, read-only; 1 for a scalar, which has none.

    They are multiples of 1/64 between 1/2 and 2 in size, of alternating sign.
    """
    count = int(np.prod(shape, dtype=int))
    k = np.arange(count)
    sizes = (32 + (k + 1) * _STEP % _PERIOD) / 64.0
    made = np.where(k % 2, -sizes, sizes).reshape(shape) if shape else np.ones(())
    made.flags.writeable = False
    return made


def _scalar(fun: Callable[..., Array], xp: Namespace, *args: Array) -> Array:
    return weighted(xp, fun(xp, *args))
