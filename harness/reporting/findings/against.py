"""All against all: every pair of backends, and performance profiles with what they may hide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows

__all__ = ["FACTORS", "Against", "Profile", "against"]

FACTORS = (1.1, 2, 10)
"""The factors of the fastest for which a profile is told in numbers."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One backend's slowdowns to the fastest of each cell, with the ends of their intervals.

    ``wins_without_leader`` is the share of cells in which it is fastest once the backend that
    wins most is left out; None for that backend itself.
    """

    backend: str
    slowdowns: np.ndarray
    low: np.ndarray
    high: np.ndarray
    wins_without_leader: float | None

    @property
    def wins(self) -> float:
        """The share of cells in which it is the fastest."""
        return self.within(1.0)

    @property
    def shares(self) -> list[float]:
        """The share of cells within each of ``FACTORS``."""
        return [self.within(factor) for factor in FACTORS]

    @property
    def never(self) -> float:
        """The share of cells without a time."""
        return float(np.mean(np.isinf(self.slowdowns)))

    def within(self, factor: float) -> float:
        """ρ(τ): the share of cells at most ``factor`` times as slow as the fastest."""
        return float(np.mean(self.slowdowns <= factor))

    def steps(self, last: float) -> list[tuple[float, float, float, float]]:
        """``(τ, share, least share, greatest share)`` where any of the three changes, up to last.

        The least share takes every slowdown at the upper end of its interval, the greatest at
        the lower end.
        """
        changes = np.concatenate([self.slowdowns, self.low, self.high, [1.0, last]])
        marks = np.unique(np.clip(changes[np.isfinite(changes)], 1.0, last))
        return [
            (
                float(tau),
                self.within(tau),
                float(np.mean(self.high <= tau)),
                float(np.mean(self.low <= tau)),
            )
            for tau in marks
        ]


@dataclass(frozen=True, slots=True)
class Against:
    """``pairs`` are rows of the pairs frame, by backend and other; ``profiles`` best first."""

    backends: Sequence[str]
    pairs: Mapping[tuple[str, str], Mapping[str, Any]]
    profiles: Sequence[Profile]
    leader: str
    cells: int

    @property
    def factors(self) -> tuple[float, ...]:
        """``FACTORS``."""
        return FACTORS


def against(frames: RunFrames) -> Against:
    """Arrange pairs and slowdowns of a run."""
    pairs = {(row["backend"], row["other"]): row for row in rows(frames.pairs)}
    named = {name for pair in pairs for name in pair}
    backends = [name for name in frames.info.plan.backends if name in named]
    table = frames.slowdowns
    timed = [n for n in frames.info.plan.backends if n in set(table["backend"])]
    by_backend = {name: table[table["backend"] == name] for name in timed}
    wins = {name: float((its["slowdown"] <= 1).mean()) for name, its in by_backend.items()}
    leader = max(wins, key=lambda name: (wins[name], name), default="")
    without = _wins_without(leader, by_backend)
    profiles = [
        Profile(
            name,
            its["slowdown"].to_numpy(dtype=float),
            _ends(its["slowdown_low"].to_numpy(dtype=float), its["slowdown"]),
            _ends(its["slowdown_high"].to_numpy(dtype=float), its["slowdown"]),
            without.get(name),
        )
        for name, its in by_backend.items()
        if np.isfinite(its["slowdown"]).any()
    ]
    profiles.sort(key=lambda p: (-p.wins, *(-share for share in p.shares), p.backend))
    return Against(backends, pairs, profiles, leader, int(table["case"].nunique()))


def _wins_without(leader: str, by_backend: Mapping[str, Any]) -> dict[str, float]:
    """The share of cells in which each other backend is the fastest of these others."""
    others = [name for name in by_backend if name != leader]
    if not others:
        return {}
    slowdowns = np.array([by_backend[name]["slowdown"].to_numpy(dtype=float) for name in others])
    best = slowdowns.min(axis=0)
    wins = (slowdowns <= best) & np.isfinite(best)
    return {name: float(share) for name, share in zip(others, wins.mean(axis=1), strict=True)}


def _ends(ends: np.ndarray, values: Any) -> np.ndarray:
    """The ends of intervals; where there is none, the value itself."""
    return np.where(np.isnan(ends), values, ends)
