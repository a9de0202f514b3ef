"""One-sided difference quotients: derivatives at kinks and on the boundary of a domain.

For each component both sides are tried with three steps, each the square of the one before
(in the exponent: 2^-100, 2^-200, 2^-400). A quotient that settles is a one-sided derivative,
one that grows from step to step is an infinite one, and one that is NaN has left the domain, so
that the other side alone counts.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np

from harness.verification.oracles.directions import Direction, Unit, assemble, plan
from harness.verification.oracles.multiprecision_namespace import Numbers
from harness.verification.oracles.oracle import Question, TrueBlock
from harness.verification.oracles.stencils import stencil_of

__all__ = ["Limit", "limit_of", "one_sided_blocks"]

_BITS = (100, 200, 400)
_DIGITS_PER_ORDER = 125
_SETTLED = 1e-12
_AFFORDABLE = 300
"""More components than this are not tried: such points are small ones."""


def one_sided_blocks(
    question: Question, make_numbers: Callable[[int], Numbers]
) -> tuple[TrueBlock, ...] | None:
    """The set between the one-sided derivatives, or None where they cannot be told.

    Where both sides agree the set is one point. NaN: neither side is inside the domain.
    """
    scheme = plan(question)
    if sum(x.size for x in question.primals) ** max(1, scheme.swept) > _AFFORDABLE:
        return None
    numbers = make_numbers(60 + _DIGITS_PER_ORDER * scheme.order)
    with numbers.computing():
        stencils = [stencil_of(question, numbers, bits) for bits in _BITS]

        def derivative(*directions: Direction) -> np.ndarray:
            found = [
                limit_of(*(numbers.split(s.one_sided(sides, *directions)) for s in stencils))
                for sides in _sides(directions)
            ]
            # fmin and fmax pass over NaN: a side outside the domain does not count.
            high = np.fmax.reduce([f.high for f in found])
            low = np.zeros(high.shape)
            for f in found:
                low = np.where(f.high == high, f.low, low)
            lower = np.fmin.reduce([f.high for f in found])
            bound = np.fmax.reduce([f.bound for f in found])
            unsettled = np.any([f.unsettled for f in found], axis=0)
            return np.stack([high, low, lower, bound, unsettled])

        results = assemble(scheme, stencils[0].primals, derivative)
    blocks = []
    for high, low, lower, bound, unsettled in results:
        if unsettled.any():
            return None
        zero = np.zeros(high.shape)
        with np.errstate(invalid="ignore"):
            apart = (high != lower) & ~(high - lower <= _SETTLED * np.abs(high) + 2 * bound)
        if (apart & ~np.isnan(high)).any():
            blocks.append(TrueBlock(high, zero, zero, bound, lower, high))
        else:
            blocks.append(TrueBlock(high, low, zero, bound))
    return tuple(blocks)


def _sides(directions: tuple[Direction, ...]) -> list[tuple[int, ...]]:
    """Each combination of sides; what is there twice goes to the same side twice."""
    twice = [
        (i, j)
        for i, v in enumerate(directions)
        for j, w in enumerate(directions[:i])
        if v is w or (isinstance(v, Unit) and v == w)
    ]
    sides = product((1, -1), repeat=len(directions))
    return [signs for signs in sides if all(signs[i] == signs[j] for i, j in twice)]


class Limit(NamedTuple):
    """A limit ``high + low`` (±inf, or NaN outside), how sure, and where there is none."""

    high: np.ndarray
    low: np.ndarray
    bound: np.ndarray
    unsettled: np.ndarray


Split = tuple[np.ndarray, np.ndarray]


def limit_of(*quotients: Split) -> Limit:
    """The limit of three arrays, each split into high and low, of ever smaller steps."""
    (first, _), (second, _), (third, low) = quotients
    with np.errstate(invalid="ignore", over="ignore"):
        before, after = np.abs(second - first), np.abs(third - second)
        settled = (after <= _SETTLED * np.abs(third)) | (after <= 1e-3 * before)
        grown = (np.abs(third) > np.abs(second)) & (after >= before)
    outside = np.isnan(third)
    infinite = np.isinf(third) | (~settled & grown)
    finite = ~(outside | infinite)
    return Limit(
        np.where(infinite, np.copysign(np.inf, third), third),
        np.where(finite, low, 0.0),
        np.where(finite, after, 0.0),
        finite & ~settled,
    )
