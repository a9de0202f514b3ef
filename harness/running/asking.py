"""Asking: which backend is asked which part of a plan, as the plug-ins declare it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from harness.contract import Case, Operator
from harness.plugins import BackendEntry, Registry
from harness.running.folding import Pairs

__all__ = ["LeftOut", "left_out"]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What one backend is not asked: whole (problem, operator) pairs, and cases beside them.

    ``all`` when nothing of the plan is left.
    """

    pairs: Pairs
    cases: frozenset[Case]
    all: bool


def left_out(
    registry: Registry, backends: Sequence[str], cases: Sequence[Case]
) -> dict[str, LeftOut]:
    """For each of ``backends``, what its plug-in leaves out of ``cases``."""
    pairs = dict.fromkeys((case.problem, case.operator) for case in cases)
    return {name: _of(registry.backends[name], registry, cases, pairs) for name in backends}


def _of(
    entry: BackendEntry,
    registry: Registry,
    cases: Sequence[Case],
    pairs: Iterable[tuple[str, Operator]],
) -> LeftOut:
    without = frozenset(p for p in pairs if not entry.asks(registry.problem(p[0]), p[1]))
    asked = [case for case in cases if (case.problem, case.operator) not in without]
    spared = frozenset(c for c in asked if not entry.asks_at(registry.problem(c.problem), c))
    return LeftOut(without, spared, len(spared) == len(asked))
