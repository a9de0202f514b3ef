"""Asking: which backend is asked which part of a plan, as the plug-ins declare it."""

from __future__ import annotations

from collections.abc import Sequence

from harness.contract import Case
from harness.plugins import Registry
from harness.running.folding import Pairs

__all__ = ["who_is_not_asked"]


def who_is_not_asked(
    registry: Registry, backends: Sequence[str], cases: Sequence[Case]
) -> tuple[dict[str, Pairs], set[str]]:
    """For each backend that is not asked everything, the (problem, operator) pairs that it is not.

    Beside that those of ``backends`` that are asked nothing at all.
    """
    pairs = dict.fromkeys((case.problem, case.operator) for case in cases)
    unasked: dict[str, Pairs] = {}
    for name in backends:
        asks = registry.backends[name].asks
        its = frozenset(pair for pair in pairs if not asks(registry.problem(pair[0]), pair[1]))
        if its:
            unasked[name] = its
    return unasked, {name for name, its in unasked.items() if len(its) == len(pairs)}
