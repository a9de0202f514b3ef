"""Ways of changing a point's numbers: ties, edges, other signs, other sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

__all__ = ["CHANGES", "one_of", "scaled"]

_T = TypeVar("_T")


def one_of(rng: np.random.Generator, things: Sequence[_T]) -> _T:
    """One of ``things``, each as likely as the others."""
    return things[int(rng.integers(len(things)))]


def _as_is(_rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    return x


def _tied(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """Some elements equal to others."""
    flat = x.reshape(-1)
    if flat.size:
        where = rng.random(flat.size) < 0.6
        flat[where] = flat[int(rng.integers(flat.size))]
    return flat.reshape(x.shape)


_EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0)


def _edged(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """Some elements 0, ±1 and the like."""
    flat = x.reshape(-1)
    for i in range(flat.size):
        if rng.random() < 0.5:
            flat[i] = one_of(rng, _EDGES)
    return flat.reshape(x.shape)


def _shuffled(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """The same numbers in other places and with other signs."""
    flat = rng.permutation(x.reshape(-1))
    return np.asarray(flat * rng.choice([-1.0, 1.0], size=flat.shape)).reshape(x.shape)


_SCALES = (1e-300, 1e-160, 1e-20, 1e-8, 1e8, 1e20, 1e160, 20.0, 40.0, 400.0)


def scaled(rng: np.random.Generator, x: np.ndarray) -> np.ndarray:
    """All elements far from 1."""
    return np.asarray(x * one_of(rng, _SCALES))


CHANGES: tuple[Callable[[np.random.Generator, np.ndarray], np.ndarray], ...] = (
    _as_is,
    _as_is,
    _tied,
    _edged,
    _shuffled,
)
"""Changes after which what held before may still be put into something else."""
