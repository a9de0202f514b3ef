"""How entries say their points: generic ones drawn at random, and edges by their values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from harness.contract import PointKind
from harness.problems.catalogue.entry import At, Shape

__all__ = ["Draw", "drawn", "edge", "edges", "generic", "integers", "uniform"]

Draw = Callable[[np.random.Generator, Shape], np.ndarray]
"""Draws one argument of a shape; everything that it gives is exact in float32."""

_GRID = 2.0**-12


def uniform(low: float, high: float) -> Draw:
    """Between ``low`` and ``high``, on a grid of at most 2^-12 that float32 holds exactly.

    The grid is finer than the interval by a factor of 64 at least.
    """
    grid = min(_GRID, 2.0 ** np.floor(np.log2((high - low) / 64)))

    def draw(rng: np.random.Generator, shape: Shape) -> np.ndarray:
        steps = rng.integers(int(np.ceil(low / grid)), int(np.floor(high / grid)) + 1, size=shape)
        return np.asarray(steps * grid)

    return draw


def integers(*values: int) -> Draw:
    """The integers ``values``, whatever the generator: an argument that is not differentiated."""

    def draw(_rng: np.random.Generator, shape: Shape) -> np.ndarray:
        return np.array(values, dtype=np.int64).reshape(shape)

    return draw


def drawn(name: str, *arguments: tuple[Draw, Shape], **facts: Any) -> At:
    """A point whose arguments are drawn, each by its own rule; ``facts`` are At's fields."""

    def build(rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        return tuple(draw(rng, shape) for draw, shape in arguments)

    return At(name, tuple(shape for _, shape in arguments), build, **facts)


def generic(*arguments: tuple[Draw, Shape], count: int = 3, **facts: Any) -> tuple[At, ...]:
    """``generic-0``, ``generic-1``, …: the first in float32 too."""
    return tuple(drawn(f"generic-{i}", *arguments, both=i == 0, **facts) for i in range(count))


def edge(
    name: str,
    *values: Any,
    kind: PointKind = PointKind.SMOOTH,
    max_order: int = 3,
    both: bool = False,
) -> At:
    """One point given by its values, an array or nested lists for each argument.

    Lists of Python integers are floats here; an integer argument is given as an integer array.
    """
    arrays = tuple(
        value.copy() if isinstance(value, np.ndarray) else np.array(value, dtype=np.float64)
        for value in values
    )

    def build(_rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        return tuple(array.copy() for array in arrays)

    return At(name, tuple(a.shape for a in arrays), build, kind, max_order, both)


def edges(
    named: Sequence[tuple[str, float]],
    *,
    kind: PointKind = PointKind.SMOOTH,
    max_order: int = 3,
    both: bool = False,
) -> tuple[At, ...]:
    """Points of one argument with one element, by name and value."""
    return tuple(
        edge(name, [value], kind=kind, max_order=max_order, both=both) for name, value in named
    )
