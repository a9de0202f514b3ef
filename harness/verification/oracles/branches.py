"""The accepted set where comparisons are tied: what each way of breaking the ties gives."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from harness.verification.oracles.multiprecision_namespace.decisions import Forced, Ties
from harness.verification.oracles.multiprecision_namespace.precision import Numbers
from harness.verification.oracles.oracle import Branches, TrueBlock

__all__ = ["branched_blocks"]

Arrays = tuple[np.ndarray, ...]


def branched_blocks(
    evaluate: Callable[[Forced | None], Arrays],
    conditioning: Callable[[Forced | None, Arrays], Arrays],
    ties: Ties,
    numbers: Numbers,
    bounds: Callable[[Arrays, Arrays], Arrays],
    *,
    additive: bool = True,
    choice: bool = True,
) -> tuple[TrueBlock, ...]:
    """The truth with its accepted set.

    ``evaluate(decider)`` gives the results with the comparisons settled by ``decider``. The
    set is, component by component, what lies between the results of the ways to break the ties
    (``Ties.patterns``). Where those are not all the ways there are, it is also what the changes
    that each tie makes alone can add up to, unless ``additive`` says that the set is found
    otherwise. Where no two numbers are equal, the truth itself is known: the comparisons as
    they are.

    ``choice`` is False for a value: a function has one at a jump, as its definition says
    (sign(0) = 0, floor(2) = 2), and the limits from either side are not it. Only where rounding
    could turn a comparison of numbers that are not equal has a value a set too.
    """
    valued = ties.exact and not choice
    ways = ties.patterns()
    results = {way: evaluate(Forced(ties, way)) for way in ways}
    first, second = ways[:2]
    base = results[second] if ties.exact and choice else evaluate(None)
    behind = results[second] if ties.exact else base
    condition = conditioning(Forced(ties, second) if ties.exact else None, behind)
    at_first = conditioning(Forced(ties, first), results[first])
    condition = tuple(np.maximum(c, d) for c, d in zip(condition, at_first, strict=True))
    found = {way: [numbers.split(r)[0] for r in result] for way, result in results.items()}
    firsts, seconds = found[first], found[second]
    lower = [np.fmin.reduce([way[i] for way in found.values()]) for i in range(len(base))]
    upper = [np.fmax.reduce([way[i] for way in found.values()]) for i in range(len(base))]
    alone = [way for way in ways if sum(way) == 1]
    if additive and len(ways) < 2**ties.count and len(alone) == ties.count:
        for i, at_second in enumerate(seconds):
            changes = [numbers.split(results[way][i] - results[second][i])[0] for way in alone]
            lower[i] = np.fmin(lower[i], at_second + sum(np.fmin(c, 0.0) for c in changes))
            upper[i] = np.fmax(upper[i], at_second + sum(np.fmax(c, 0.0) for c in changes))
    blocks = []
    for i, bound in enumerate(bounds(base, condition)):
        high, low = numbers.split(base[i])
        if valued:
            blocks.append(TrueBlock(high, low, condition[i], bound))
            continue
        branches = Branches(firsts[i], seconds[i], ties.exact, ties.count)
        blocks.append(TrueBlock(high, low, condition[i], bound, lower[i], upper[i], branches))
    return tuple(blocks)
