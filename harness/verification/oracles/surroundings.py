"""A point's surroundings: first derivatives very near it, in many directions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from harness.verification.oracles.directions import random_directions
from harness.verification.oracles.lattice import Lattice
from harness.verification.oracles.oracle import Question
from harness.verification.oracles.tensors import CORNER, Tensors, as_floats

__all__ = ["Sides", "Surroundings"]

_NEARBY = 24
_NEAR, _FAR = 140, 110
_STEP_OF_NEAR = 100
"""How many random directions are gone about a kink, how far, and by how much smaller steps."""

_SAME = 0.5
"""A set that is smaller or larger than by this, for the distances' 2^30, is another one."""

_CONDITIONED = 2
"""At so many of them the conditioning is found."""


class Sides(NamedTuple):
    """A first derivative about a point: its smallest and largest, NaN where they are one.

    ``singular``: where it grows without bound towards the point. ``conditioning`` is the largest
    at some places. Each is an array, or one for each of the question's blocks.
    """

    lower: Any
    upper: Any
    singular: Any
    conditioning: Any


class Surroundings:
    """``lattice_of(bits)`` gives the point's lattice of such steps, ``tensors_of`` its tensors.

    Called within the numbers of the lattices.
    """

    def __init__(
        self, lattice_of: Callable[[int], Lattice], tensors_of: Callable[[Lattice], Tensors]
    ) -> None:
        """Nothing is evaluated yet."""
        self._lattice_of = lattice_of
        self._tensors_of = tensors_of
        self._operands = lattice_of(_NEAR).operands
        self._nearby: dict[int, list[Tensors]] = {}

    def sides(self, question: Question) -> Sides:
        """What the question's first derivative is there, flat.

        About a kink that is the same at any distance. What shrinks on the way to the point (a
        root's derivative) or grows is none of it.
        """
        places = [
            [*self._around(bits), *self._along_tangents(question, bits)] for bits in (_NEAR, _FAR)
        ]
        near, far = ([_floats(question, tensors) for tensors in there] for there in places)
        conditions = [
            _regular(t.conditions(question), t.results(question)) for t in places[0][:_CONDITIONED]
        ]
        lower, upper = np.fmin.reduce(near), np.fmax.reduce(near)
        with np.errstate(invalid="ignore"):
            spread, farther = upper - lower, np.fmax.reduce(far) - np.fmin.reduce(far)
            same = (spread > farther * _SAME) & (spread * _SAME < farther)
            grows = spread * _SAME >= farther
        return Sides(
            np.where(same, lower, np.nan),
            np.where(same, upper, np.nan),
            grows & (spread > 0),
            np.maximum.reduce(conditions),
        )

    def _around(self, bits: int) -> list[Tensors]:
        """Tensors at a distance of 2^-bits: in random directions, then both ways on each axis."""
        if bits not in self._nearby:
            count = self._operands.count
            unit = np.eye(count)
            drawn = [d for (d,) in random_directions((np.empty(count),), _NEARBY, seed=11)]
            self._nearby[bits] = self._gone([*drawn, *unit, *(0.0 - unit)], bits)
        return self._nearby[bits]

    def _along_tangents(self, question: Question, bits: int) -> list[Tensors]:
        """Tensors both ways along a question's tangents: there a convex function has its ends."""
        if not question.operator.takes_tangents:
            return []
        direction = np.zeros(self._operands.count)
        places = self._operands.places(question.problem.argnums)
        direction[places] = np.concatenate([v.reshape(-1) for v in question.seeds])
        return self._gone([direction, -direction], bits)

    def _gone(self, directions: Sequence[np.ndarray], bits: int) -> list[Tensors]:
        lattice = self._lattice_of(bits + _STEP_OF_NEAR)
        away = lattice.scales * lattice.numbers.number(2.0) ** -bits
        return [
            self._tensors_of(lattice.moved(lattice.centre + lattice.numbers.array(u) * away))
            for u in directions
        ]


def _floats(question: Question, tensors: Tensors) -> np.ndarray:
    """The results there as floats, NaN where they are not finite."""
    high, _ = tensors.numbers.split(tensors.results(question))
    return np.where(np.isfinite(high), high, np.nan)


def _regular(conditions: np.ndarray, results: np.ndarray) -> np.ndarray:
    """Conditioning as floats, 0 where it is that of a corner: there it has no size."""
    floats = as_floats(conditions)
    return np.where(floats <= CORNER * np.abs(as_floats(results)).max(initial=0.0), floats, 0.0)
