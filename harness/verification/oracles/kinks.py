"""The accepted set at a kink: one-sided derivatives, and derivatives to every side of it.

One-sided quotients tell a finite derivative from an infinite one and from a domain's end. But
where three numbers are equal, the median's derivative by any one of them is 0 to both sides,
although each of them may be the median: so first derivatives are also taken at points very near,
in many directions, and the set reaches from the smallest to the largest that is found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from harness.verification.oracles.levels import MakeNumbers, numbers_for
from harness.verification.oracles.multiprecision_namespace.arrays import plain
from harness.verification.oracles.one_sided import one_sided_blocks
from harness.verification.oracles.oracle import Question, TrueBlock
from harness.verification.oracles.site import Site

__all__ = ["Remembering", "kink_blocks", "widened"]

_APART = 1e-12


class Remembering:
    """``fun`` on arrays of numbers, each run once for the same operands; decided by nobody."""

    def __init__(self, fun: Callable[..., Any]) -> None:
        """Nothing is remembered yet."""
        self._fun = fun
        self._results: dict[tuple[Any, ...], Any] = {}

    def __call__(self, xp: Any, *operands: Any) -> Any:
        """What ``fun`` gave for these numbers."""
        key: list[Any] = [xp.numbers.digits]
        for x in operands:
            array = plain(x)
            key += [array.shape, *array.reshape(-1)]
        remembered = tuple(key)
        if remembered not in self._results:
            self._results[remembered] = self._fun(xp, *operands)
        return self._results[remembered]


def kink_blocks(
    question: Question, site: Site, remembering: Remembering, make_numbers: MakeNumbers
) -> tuple[TrueBlock, ...] | None:
    """The set where the differences do not settle; None where it cannot be told."""
    problem = replace(question.problem, fun=remembering)
    found = one_sided_blocks(
        replace(question, problem=problem),
        lambda digits: numbers_for(question, digits, make_numbers),
    )
    if found is None:
        return None
    blocks, jumps = found
    return widened(question, site, blocks, jumps) if question.operator.order == 1 else blocks


def widened(
    question: Question,
    site: Site,
    blocks: tuple[TrueBlock, ...],
    jumps: tuple[np.ndarray, ...] | None = None,
) -> tuple[TrueBlock, ...]:
    """The blocks of a first derivative, their sets widened by what holds on the sides of a kink.

    Where they have no conditioning yet, they get that of the sides. Where the function ``jumps``,
    and the derivatives on the sides grow without bound, there is none (atan2 at 0, 0).
    """
    made = []
    for i, (block, low, high, singular, condition) in enumerate(
        zip(blocks, *site.sides(question), strict=True)
    ):
        lower, upper = _ends(block)
        # An infinite derivative, or none, is what it is.
        finite = np.isfinite(lower) & np.isfinite(upper)
        lower = np.where(finite, np.fmin(lower, low), lower)
        upper = np.where(finite, np.fmax(upper, high), upper)
        with np.errstate(invalid="ignore"):
            size = np.fmax(np.abs(lower), np.abs(upper))
            apart = finite & (upper - lower > _APART * size + 2 * block.bound)
        block = replace(block, conditioning=np.fmax(block.conditioning, condition))
        if jumps is not None:
            nowhere = jumps[i] & singular & finite
            block = replace(block, high=np.where(nowhere, np.nan, block.high))
        if apart.any():
            block = replace(block, lower=lower, upper=upper)
        made.append(block)
    return tuple(made)


def _ends(block: TrueBlock) -> tuple[np.ndarray, np.ndarray]:
    lower = block.high if block.lower is None else block.lower
    upper = block.high if block.upper is None else block.upper
    return lower, upper
