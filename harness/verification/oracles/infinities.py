"""Derivatives at infinite arguments, and at such where a function leaves every range: limits.

An infinite number stays what it is whatever is added to it, so that no difference can be taken
there. Its derivative is taken for the limit of derivatives at three ever larger arguments; and so
is that of a function of finite arguments whose value is too large for numbers with exponents up
to 2^30 (exp at 1e300).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from harness.verification.oracles.levels import NotSmoothError
from harness.verification.oracles.one_sided import limit_of
from harness.verification.oracles.oracle import Question, TrueBlock

__all__ = ["FAR", "NEAR", "has_infinities", "limit_blocks"]

FAR = (2.0**40, 2.0**80, 2.0**160)
NEAR = (2.0**8, 2.0**11, 2.0**14)
"""What stands for infinity: far out, or, for what overflows there, nearer."""

Blocks = tuple[TrueBlock, ...]


def has_infinities(question: Question) -> bool:
    """Whether some argument is infinite."""
    return any(np.isinf(x).any() for x in question.args if x.dtype.kind == "f")


def limit_blocks(
    question: Question, blocks_at: Callable[[Question], Blocks], stages: Sequence[float]
) -> Blocks:
    """The limit of ``blocks_at`` with ``stages`` for what is larger than the largest of them.

    NotSmoothError where there is none.
    """
    found = [blocks_at(_within(question, stage, stages[-1])) for stage in stages]
    made = []
    for blocks in zip(*found, strict=True):
        limit = limit_of(*((b.high, b.low) for b in blocks))
        last = blocks[-1]
        vanishing = np.abs(last.high) < 1e-3 * np.abs(blocks[-2].high)
        if (limit.unsettled & ~vanishing).any():
            raise NotSmoothError("the derivative has no limit at the infinite argument")
        made.append(
            TrueBlock(
                np.where(vanishing, 0.0, limit.high),
                np.where(vanishing, 0.0, limit.low),
                np.where(vanishing | ~np.isfinite(limit.high), 0.0, last.conditioning),
                np.where(vanishing, 0.0, limit.bound),
            )
        )
    return tuple(made)


def _within(question: Question, stage: float, largest: float) -> Question:
    args = tuple(
        np.where(np.abs(x) > largest, np.copysign(stage, x), x).astype(x.dtype)
        if x.dtype.kind == "f"
        else x
        for x in question.args
    )
    return replace(question, args=args)
