"""Holding a point's derivative tensors against independent differences, order by order.

The tensors come from steps to one side. The check takes steps of another size, in other digits,
to the other side along each axis and to both sides along a random direction: a kink, a singularity
or a step that is too large for the function shows in one of them. What agrees with all of them
is smooth, and the gap that is left bounds the error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.verification.oracles.directions import random_directions
from harness.verification.oracles.error_bounds import Left
from harness.verification.oracles.lattice import Lattice, differences
from harness.verification.oracles.levels import AGREEMENT
from harness.verification.oracles.tensors import Tensors, dot

__all__ = ["settled_orders"]

_VISIBLE_BITS = 10
"""A step of 2^-10 shows how large a derivative is about the point, were it 0 at it."""

_DOUBT = 16.0
_NOISE = 1e3
"""What is beneath so many roundings of the largest value counts as agreement."""


def settled_orders(tensors: Tensors, check: Lattice, highest: int) -> list[Left]:
    """For each order from 1, up to the first that is not confirmed: what error is left.

    It is that of every derivative by scaled arguments, y_j = x_j / scale_j. ``check`` is a
    lattice about the same point, of other steps, within whose numbers this is called.
    """
    confirmed: list[Left] = []
    ((entries,),) = random_directions((np.empty(tensors.lattice.operands.count),), 1, seed=7)
    # What is not differentiated may have kinks of its own: (-2)^3 leaves the reals with its 3.
    differentiated = np.isin(np.arange(len(entries)), tensors.primal)
    everywhere = tensors.numbers.array(np.where(differentiated, entries, 0.0))
    axes = [_unit(tensors, j) for j in tensors.primal]
    for order in range(1, highest + 1):
        gap = truncation = 0.0
        for direction, sides in [(everywhere, (1, -1)), *((axis, (-1,)) for axis in axes)]:
            error = _error(tensors, check, direction, sides, order, highest)
            if error is None:
                return confirmed
            gap, truncation = max(gap, error.gap), max(truncation, error.truncation)
        confirmed.append(Left(gap, truncation))
    return confirmed


def _error(
    tensors: Tensors,
    check: Lattice,
    direction: np.ndarray,
    sides: Sequence[int],
    order: int,
    highest: int,
) -> Left | None:
    """The error that is left possible along ``direction``; None where the sides do not agree.

    What a step explains is a few times itself times the next derivative: x^y has one by y that is
    log(x) times as large as the last. Were that taken for an error, it would hide all that is small
    beside it.
    """
    claimed = _along(tensors, direction, order)
    if not _finite(claimed):
        return None
    found = [_quotient(tensors, check, direction, side, order, check.bits) for side in sides]
    gap = np.maximum.reduce([np.abs(claimed - f) for f in found])
    if not _finite(gap):
        return None
    if not gap.any():
        return Left(0.0, 0.0)
    scale = np.abs(_along(tensors, direction, order, sizes=True))
    noise = _noise(tensors, check, direction, scale, order)
    if not _within(gap, scale, noise):
        seen = (
            _quotient(tensors, check, direction, side, order, _VISIBLE_BITS) for side in (1, -1)
        )
        for size in map(np.abs, seen):
            scale = np.maximum(scale, np.where(_each_finite(size), size, 0))
        if not _within(gap, scale, noise):
            return None
    following = np.maximum(scale, _next_size(tensors, direction, scale, order, highest))
    explained = _DOUBT * following * 2.0 ** -min(tensors.lattice.bits, check.bits)
    unexplained = np.where(np.asarray(gap > explained, dtype=bool), gap, 0)
    return Left(
        *(float(np.max(x.astype(np.float64), initial=0.0)) for x in (unexplained, explained))
    )


def _next_size(
    tensors: Tensors, direction: np.ndarray, scale: np.ndarray, order: int, highest: int
) -> np.ndarray:
    """The size of the derivative of the next order along ``direction``.

    Beyond the highest that there is, it is assumed to have grown as much as the last one did.
    """
    if order < highest:
        size = _along(tensors, direction, order + 1, sizes=True)
        if order == 2:
            # The third derivative is that of ψ, of which each element of f has its share.
            size = np.broadcast_to(size, scale.shape)
    else:
        before = _along(tensors, direction, order - 1, sizes=True) if order > 1 else tensors.value
        before = np.abs(before) if order < 3 else dot(np.abs(before), np.abs(tensors.weights))
        size = np.array(
            [s * s / b if b else s for s, b in zip(scale, np.atleast_1d(before), strict=True)],
            dtype=object,
        )
    return np.where(_each_finite(size), size, 0)


def _within(gap: np.ndarray, scale: np.ndarray, noise: Any) -> bool:
    return bool(np.all(np.asarray(gap <= AGREEMENT * scale + noise, dtype=bool)))


def _along(
    tensors: Tensors, direction: np.ndarray, order: int, *, sizes: bool = False
) -> np.ndarray:
    """The derivative of ``order`` along a scaled direction: of f, (m,); of ψ for the third.

    ``sizes``: the sum of the terms' absolute values instead.
    """
    step = tensors.lattice.scales * direction
    places = np.flatnonzero(np.asarray(direction != 0, dtype=bool))
    step = step[places]
    if order == 1:
        terms = tensors.first[places] * step[:, None]
    elif order == 2:
        pairs = step[:, None] * step
        terms = tensors.second[np.ix_(places, places)] * pairs[:, :, None]
        terms = terms.reshape(len(places) ** 2, terms.shape[2])
    else:
        cubes = step[:, None, None] * step[:, None] * step
        terms = (tensors.third[np.ix_(places, places, places)] * cubes).reshape(-1, 1)
    if not len(terms):
        return np.zeros(terms.shape[1:], dtype=object)
    return np.asarray(np.sum(np.abs(terms) if sizes else terms, axis=0))


def _quotient(
    tensors: Tensors, check: Lattice, direction: np.ndarray, side: int, order: int, bits: int
) -> np.ndarray:
    values = [check.along(direction, side * c, bits) for c in range(order + 1)]
    if order == 3:
        values = [np.sum(tensors.weights * v, keepdims=True) for v in values]
    return np.asarray(
        differences(values, order) / (side * check.numbers.number(2.0) ** -bits) ** order
    )


def _noise(
    tensors: Tensors, check: Lattice, direction: np.ndarray, scale: np.ndarray, order: int
) -> Any:
    """What rounding alone leaves in a quotient, of values as large as the largest.

    A linear function that is 0 at the point has values a step away none the less.
    """
    largest = _largest(tensors.value, scale)
    slope = _largest(_along(tensors, direction, 1, sizes=True))
    ten, two = check.numbers.number(10.0), check.numbers.number(2.0)
    return _NOISE * max(
        max(largest, slope * two**-lattice.bits)
        * ten ** (1 - lattice.numbers.digits)
        * two ** (order * lattice.bits)
        for lattice in (tensors.lattice, check)
    )


def _largest(*sizes: np.ndarray) -> Any:
    """The largest of what is finite, in absolute value."""
    each = (abs(size) for array in sizes for size in array.reshape(-1))
    return max((size for size in each if size - size == 0), default=0)


def _unit(tensors: Tensors, place: int) -> np.ndarray:
    direction = np.zeros(tensors.lattice.operands.count)
    direction[place] = 1.0
    return tensors.numbers.array(direction)


def _finite(x: np.ndarray) -> bool:
    return bool(_each_finite(x).all())


def _each_finite(x: np.ndarray) -> np.ndarray:
    """What is finite less itself is 0."""
    return np.asarray(np.asarray(x - x) == 0, dtype=bool)
