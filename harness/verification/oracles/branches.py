"""The accepted set where comparisons are tied: what each way of breaking the ties gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.verification.oracles.multiprecision_namespace.decisions import Decider, Forced, Ties
from harness.verification.oracles.multiprecision_namespace.precision import Numbers
from harness.verification.oracles.oracle import Branches, TrueBlock

__all__ = ["branched_blocks"]

Arrays = tuple[np.ndarray, ...]

_SINGLY = 6
"""Up to so many ties, each is also turned alone: roundings turn them one by one."""


def branched_blocks(
    evaluate: Callable[[Decider | None], Arrays],
    conditioning: Callable[[Decider | None, Arrays], Arrays],
    ties: Ties,
    numbers: Numbers,
    bounds: Callable[[Arrays, Arrays], Arrays],
) -> tuple[TrueBlock, ...]:
    """The truth with its accepted set.

    ``evaluate(decider)`` gives the results with the comparisons settled by ``decider``. The
    set is, component by component, what lies between all ties on one side and all on the
    other; with few ties also what turning each of them alone can add up to. Where no two
    numbers are equal, the truth itself is known: the comparisons as they are.
    """
    sides = [evaluate(Forced(ties, first_side)) for first_side in (True, False)]
    firsts, seconds = ([numbers.split(r)[0] for r in side] for side in sides)
    base = sides[1] if ties.exact else evaluate(None)
    decider = Forced(ties, first_side=False) if ties.exact else None
    condition = conditioning(decider, base)
    at_first = conditioning(Forced(ties, first_side=True), sides[0])
    condition = tuple(np.maximum(c, d) for c, d in zip(condition, at_first, strict=True))
    lower = [np.fmin(a, b) for a, b in zip(firsts, seconds, strict=True)]
    upper = [np.fmax(a, b) for a, b in zip(firsts, seconds, strict=True)]
    if 1 < ties.count <= _SINGLY:
        alone = [evaluate(Forced(tie, first_side=True, others=ties)) for tie in ties.singly()]
        for i, second in enumerate(seconds):
            changes = [numbers.split(results[i] - sides[1][i])[0] for results in alone]
            lower[i] = np.fmin(lower[i], second + sum(np.fmin(c, 0.0) for c in changes))
            upper[i] = np.fmax(upper[i], second + sum(np.fmax(c, 0.0) for c in changes))
    blocks = []
    for i, bound in enumerate(bounds(base, condition)):
        high, low = numbers.split(base[i])
        branches = Branches(firsts[i], seconds[i], ties.exact, ties.count)
        blocks.append(TrueBlock(high, low, condition[i], bound, lower[i], upper[i], branches))
    return tuple(blocks)
