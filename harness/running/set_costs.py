"""What sets cost: learned from those that were run, to foresee those that would be."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from harness.contract import Case

__all__ = ["CellCost", "SetCosts", "rounds_within"]

Cells = Mapping[Case, Collection[str]]
"""The arms of each cell."""

_MARGIN = 1.05
"""A set may take so many times what is foreseen, and is taken to."""


@dataclass(frozen=True, slots=True)
class CellCost:
    """One cell in one set, in seconds of wall time, once its arms are ready.

    ``round_s`` is one round, of which ``samples_s`` are in samples; ``rest_s`` all that is done
    once: warming, checking what was timed, writing.
    """

    round_s: float
    samples_s: float
    rest_s: float


@dataclass
class SetCosts:
    """The costs of sets in which ``at_once`` arms are made ready at a time.

    What no set has shown yet is taken to be cheap: ``sample_s`` for a turn and nothing else, so
    that nothing is left out before it was tried.
    """

    at_once: int
    sample_s: float
    cell_s: float = math.inf
    """The time that all rounds of one cell may take in a set."""
    start_up_s: float = 0.0
    _readying: dict[tuple[str, Case], float] = field(default_factory=dict)
    _cells: dict[Case, CellCost] = field(default_factory=dict)

    def started(self, seconds: float) -> None:
        """A set's workers came up in ``seconds``."""
        self.start_up_s = seconds

    def readied(self, arm: str, case: Case, seconds: float) -> None:
        """An arm was made ready for a case."""
        self._readying[arm, case] = seconds

    def ran(self, case: Case, cost: CellCost) -> None:
        """A cell took its turns."""
        self._cells[case] = cost

    def knows(self, case: Case) -> bool:
        """Whether a set has shown what the cell takes."""
        return case in self._cells

    def readying_s(self, arm: str, cases: Iterable[Case]) -> float:
        """Seconds to make one arm ready for ``cases``."""
        return sum(self._readying.get((arm, case), 0.0) for case in cases)

    def once_s(self, cells: Cells) -> float:
        """Seconds of a set of ``cells`` beside start-up and rounds."""
        by_arm: defaultdict[str, float] = defaultdict(float)
        for case, arms in cells.items():
            for arm in arms:
                by_arm[arm] += self._readying.get((arm, case), 0.0)
        longest, together = max(by_arm.values(), default=0.0), sum(by_arm.values())
        return max(longest, together / self.at_once) + self._rest_s(cells)

    def forecast_s(self, cells: Cells, rounds: int) -> float:
        """Seconds of one set of ``cells`` with ``rounds`` rounds, start-up included."""
        return _MARGIN * (self.start_up_s + self.once_s(cells) + self.turns_s(cells, rounds))

    def turns_s(self, cells: Cells, rounds: int) -> float:
        """Seconds of the turns alone."""
        turns = 0.0
        for case, arms in cells.items():
            cost = self._cost(case, arms)
            turns += cost.round_s * rounds_within(self.cell_s, cost.round_s, rounds)
        return turns

    def rounds_for(self, cells: Cells, share: float, most: int) -> int:
        """The fewest rounds with which ``share`` of a set goes into samples; ``most`` if none.

        Start-up and first calls are not counted: another set is worth more than many rounds.
        """
        once = self._rest_s(cells)
        for rounds in range(1, most):
            in_samples = elsewhere = 0.0
            for case, arms in cells.items():
                cost = self._cost(case, arms)
                count = rounds_within(self.cell_s, cost.round_s, rounds)
                in_samples += count * cost.samples_s
                elsewhere += count * (cost.round_s - cost.samples_s)
            if in_samples >= share * (in_samples + elsewhere + once):
                return rounds
        return most

    def rounds_in(self, cells: Cells, seconds: float, most: int) -> int:
        """The most rounds with which a set takes at most ``seconds``; at least 1."""
        fitting = (r for r in range(most, 1, -1) if self.forecast_s(cells, r) <= seconds)
        return next(fitting, 1)

    def _rest_s(self, cells: Cells) -> float:
        return sum(self._cost(case, arms).rest_s for case, arms in cells.items())

    def _cost(self, case: Case, arms: Collection[str]) -> CellCost:
        cheap = len(arms) * self.sample_s
        return self._cells.get(case, CellCost(cheap, cheap, 0.0))


def rounds_within(cell_s: float, round_s: float, planned: int) -> int:
    """As many rounds as planned, or as fit into the cell's time; one at least."""
    if round_s * planned <= cell_s:
        return planned
    return max(1, int(cell_s / round_s))
