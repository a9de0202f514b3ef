"""The plan: everything that a run will ask and time, settled before the first case."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.contract import Case
from harness.running.folding import Pairs, cases_from, folded, folded_pairs, unfolded_pairs
from harness.running.records import SCHEMA_VERSION
from harness.timing.schedule import DEFAULT, Depth

__all__ = ["BASELINE", "Plan"]

BASELINE = "numpy_manual"
"""What times are set against, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is asked what, and which of it is timed.

    Every backend is asked every case but those of its ``unasked`` (problem, operator) pairs and its
    ``spared`` cases: one that it does not claim is recorded as ``unsupported``. ``timed`` are the
    cells, a subset of ``cases``, small before large. Unless ``measure``, there are none.
    ``deadline_s`` bounds each answer of a worker, ``seed`` fixes the order of turns and the
    workers' environments.
    """

    backends: tuple[str, ...]
    cases: tuple[Case, ...]
    timed: tuple[Case, ...]
    baseline: str = BASELINE
    depth: Depth = DEFAULT
    threads: int = 1
    deadline_s: float = 60.0
    seed: int = 0
    measure: bool = True
    notices: tuple[str, ...] = ()
    unasked: Mapping[str, Pairs] = field(default_factory=dict)
    spared: Mapping[str, frozenset[Case]] = field(default_factory=dict)
    schema_version: int = SCHEMA_VERSION

    def cases_of(self, backend: str) -> list[Case]:
        """What ``backend`` is asked, in the plan's order."""
        unasked, spared = self.unasked.get(backend), self.spared.get(backend)
        asked: Iterable[Case] = self.cases
        if unasked:
            asked = (case for case in asked if (case.problem, case.operator) not in unasked)
        if spared:
            asked = (case for case in asked if case not in spared)
        return list(asked)

    def to_json(self) -> dict[str, Any]:
        """What JSON can hold of it; ``from_json`` gives the same plan again."""
        return {
            **{f.name: getattr(self, f.name) for f in dataclasses.fields(self)},
            "backends": list(self.backends),
            "cases": folded(self.cases),
            "timed": folded(self.timed),
            "unasked": {name: folded_pairs(pairs) for name, pairs in self.unasked.items()},
            "spared": {
                name: folded(case for case in self.cases if case in cases)
                for name, cases in self.spared.items()
            },
            "depth": self.depth.name,
            "looks": list(self.depth.looks),
            "rounds": self.depth.rounds,
            "sample_s": self.depth.sample_s,
            "budget_s": self.depth.budget_s,
            "most_sizes": self.depth.most_sizes,
            "timing_share": self.depth.timing_share,
            "audit": self.depth.audit,
            "notices": list(self.notices),
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Plan:
        """The plan that ``to_json`` gave; KeyError, TypeError or ValueError when it is none."""
        depth = Depth(
            raw["depth"],
            tuple(raw["looks"]),
            raw["rounds"],
            raw["sample_s"],
            raw["budget_s"],
            raw["most_sizes"],
            raw.get("timing_share", DEFAULT.timing_share),
            raw.get("audit", False),
        )
        same = ("baseline", "threads", "deadline_s", "seed", "measure", "schema_version")
        return cls(
            backends=tuple(raw["backends"]),
            cases=cases_from(raw["cases"]),
            timed=cases_from(raw["timed"]),
            depth=depth,
            notices=tuple(raw["notices"]),
            unasked={n: unfolded_pairs(pairs) for n, pairs in raw.get("unasked", {}).items()},
            spared={n: frozenset(cases_from(c)) for n, c in raw.get("spared", {}).items()},
            **{name: raw[name] for name in same},
        )
