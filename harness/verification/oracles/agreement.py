"""Holding a truth against an independent difference, and saying how far it can be off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.verification.oracles.directions import Direction, contract, plan, random_directions
from harness.verification.oracles.levels import (
    AGREEMENT,
    Level,
    MakeNumbers,
    NotSmoothError,
    numbers_for,
)
from harness.verification.oracles.multiprecision_namespace.decisions import Decider
from harness.verification.oracles.oracle import Question
from harness.verification.oracles.stencils import Stencil, stencil_of

__all__ = ["absolute_error", "natural_scale", "settled_error"]

Arrays = tuple[np.ndarray, ...]

_VISIBLE_BITS = 10
"""A step of 2^-10 shows how large the derivative is about the point, were it 0 at it."""

_DOUBT = 16.0
_EXPLAINED_BITS = 20


def absolute_error(
    question: Question,
    results: Arrays,
    level: Level,
    decider: Decider | None,
    make_numbers: MakeNumbers,
) -> float:
    """An absolute bound for the differences' error, rounding apart, from an independent check.

    A random contraction of the whole result must equal a one-sided difference, of another step
    and in more digits, along that direction. Raises NotSmoothError where it does not.
    """
    if any(not _all_finite(r) for r in results):
        raise NotSmoothError("the differences are not finite here")
    scheme = plan(question)
    numbers = numbers_for(question, level.check_digits, make_numbers)
    directions = random_directions(question.primals, scheme.swept, seed=7)
    along = (*directions, *scheme.fixed)
    with numbers.computing():
        entered = [tuple(numbers.array(d) for d in v) for v in directions]
        claimed = contract(question.operator, results, question.primals, entered)
        terms = contract(
            question.operator, _absolute(results), question.primals, [_absolute(v) for v in entered]
        )
        stencil = stencil_of(question, numbers, level.check_bits, decider)
        found = stencil.one_sided((1,) * scheme.order, *along) if along else stencil.central()
        gap = np.abs(np.asarray(claimed - found).astype(np.float64))
        scale = np.fmax(np.asarray(terms).astype(np.float64), natural_scale(stencil, along))
    return settled_error(gap, scale, level)


def settled_error(gap: np.ndarray, scale: np.ndarray, level: Level) -> float:
    """The error that a gap to the check leaves possible; NotSmoothError when that is too much.

    A central difference errs by h² times a third derivative, which the natural scale bounds by
    its own step. A gap is taken for an error when the check's coarser one does not explain it.
    """
    if not (gap <= AGREEMENT * np.where(scale > 0, scale, 1.0)).all():
        raise NotSmoothError(
            "the differences do not settle: a kink or a singularity, or too few digits"
        )
    if level.bits == 0:
        # A value takes no step.
        return float(np.max(gap, initial=0.0))
    truncation = _DOUBT * 4.0 ** (_VISIBLE_BITS - level.bits) * scale
    explained = 2.0 ** (_EXPLAINED_BITS - level.check_bits) * scale
    return float(np.max(np.where(gap > explained, gap, truncation), initial=0.0))


def natural_scale(stencil: Stencil, along: Sequence[Direction]) -> np.ndarray:
    """The size of the derivative about the point: one quotient of a visible step; float64.

    It tells a derivative that is 0 because φ is flat from one that is merely small.
    """
    if not along:
        return np.abs(stencil.central().astype(np.float64))
    visible = Stencil(stencil.phi, stencil.primals, stencil.numbers, _VISIBLE_BITS)
    sides = (
        np.abs(np.asarray(visible.one_sided((side,) * len(along), *along)).astype(np.float64))
        for side in (1, -1)
    )
    sizes = [np.where(np.isfinite(size), size, 0.0) for size in sides]
    return np.asarray(np.fmax(*sizes))


def _absolute(arrays: Sequence[np.ndarray]) -> Arrays:
    # NumPy turns a 0-d result into a scalar; the shape is wanted.
    return tuple(np.asarray(np.abs(x)) for x in arrays)


def _all_finite(x: np.ndarray) -> bool:
    """Whether no element is NaN or infinite: what is finite less itself is 0."""
    return bool(np.all(np.asarray(x - x == 0, dtype=bool)))
