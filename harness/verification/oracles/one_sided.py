"""One-sided difference quotients: derivatives at kinks and on the boundary of a domain.

For each component both sides are tried with three steps, each the square of the one before
(in the exponent: 2^-100, 2^-200, 2^-400). A quotient that settles is a one-sided derivative,
one that grows from step to step is an infinite one, and one that is NaN has left the domain, so
that the other side alone counts. Where the function jumps at the point, or is infinite there, the
quotient is taken one step further on: the derivative is that of the piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np

from harness.verification.oracles.directions import Direction, Unit, assemble, plan
from harness.verification.oracles.multiprecision_namespace import Numbers
from harness.verification.oracles.oracle import Question, TrueBlock
from harness.verification.oracles.stencils import Stencil, stencil_of

__all__ = ["Limit", "limit_of", "one_sided_blocks"]

_BITS = (100, 200, 400)
_DIGITS_PER_ORDER = 125
Masks = tuple[np.ndarray, ...]

_SETTLED = 1e-12
_VANISHING = 1e-6
_SAME_BITS = 40
"""What changes by no more than this part from the second to the third step is a jump."""

_AFFORDABLE = 300
"""More components than this are not tried: such points are small ones."""


def one_sided_blocks(
    question: Question, make_numbers: Callable[[int], Numbers]
) -> tuple[tuple[TrueBlock, ...], Masks] | None:
    """The set between the one-sided derivatives, or None where they cannot be told.

    Where both sides agree the set is one point. NaN: neither side is inside the domain. The
    masks say where the function jumps.
    """
    scheme = plan(question)
    if sum(x.size for x in question.primals) ** max(1, scheme.swept) > _AFFORDABLE:
        return None
    numbers = make_numbers(60 + _DIGITS_PER_ORDER * scheme.order)
    with numbers.computing():
        stencils = [stencil_of(question, numbers, bits) for bits in _BITS]

        def derivative(*directions: Direction) -> np.ndarray:
            found: list[Limit] = []
            jumps = np.zeros((), dtype=bool)
            for sides in _sides(directions):
                quotients, jumping = _quotients(stencils, sides, directions)
                found.append(limit_of(*map(numbers.split, quotients)))
                jumps = np.asarray(jumping | jumps)
            # fmin and fmax pass over NaN: a side outside the domain does not count.
            high = np.fmax.reduce([f.high for f in found])
            low = np.zeros(high.shape)
            for f in found:
                low = np.where(f.high == high, f.low, low)
            lower = np.fmin.reduce([f.high for f in found])
            bound = np.fmax.reduce([f.bound for f in found])
            unsettled = np.any([f.unsettled for f in found], axis=0)
            return np.stack([high, low, lower, bound, unsettled, jumps])

        results = assemble(scheme, stencils[0].primals, derivative)
    blocks, masks = [], []
    for high, low, lower, bound, unsettled, jumps in results:
        if unsettled.any():
            return None
        zero = np.zeros(high.shape)
        with np.errstate(invalid="ignore"):
            apart = (high != lower) & ~(high - lower <= _SETTLED * np.abs(high) + 2 * bound)
        if (apart & ~np.isnan(high)).any():
            blocks.append(TrueBlock(high, zero, zero, bound, lower, high))
        else:
            blocks.append(TrueBlock(high, low, zero, bound))
        masks.append(jumps.astype(bool))
    return tuple(blocks), tuple(masks)


def _quotients(
    stencils: Sequence[Stencil], sides: tuple[int, ...], directions: tuple[Direction, ...]
) -> tuple[list[np.ndarray], np.ndarray]:
    """The quotients to one side, by each of the steps; further on where the function jumps."""
    moves = tuple(zip(directions, sides, strict=True))
    here = stencils[0].phi(stencils[0].primals)
    further = [s.moved(*moves) for s in stencils]
    changes = [np.asarray(s.phi(s.primals) - here) for s in further]
    last, same = np.abs(changes[-1]), np.abs(changes[-1] - changes[-2])
    two = stencils[0].numbers.number(2.0)
    jumps = np.asarray((last > 0) & (same <= last * two**-_SAME_BITS), dtype=bool)
    jumps |= np.asarray((here == here) & (here - here != 0), dtype=bool)
    found = [s.one_sided(sides, *directions) for s in stencils]
    if not jumps.any():
        return found, jumps
    inner = [s.one_sided(sides, *directions) for s in further]
    return [np.where(jumps, i, f) for i, f in zip(inner, found, strict=True)], jumps


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
    # From 2^-50 to 2^-100 to 2^-200, it tends to 0.
    vanishing = np.abs(third) < _VANISHING * np.abs(second)
    high = np.where(vanishing, 0.0, third)
    return Limit(
        np.where(infinite, np.copysign(np.inf, third), high),
        np.where(finite & ~vanishing, low, 0.0),
        np.where(finite, after, 0.0),
        finite & ~settled,
    )
