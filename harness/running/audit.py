"""The carry-over audit: one more set, in which arms are timed alone and in turns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.contract import Case
from harness.running.cell import Cell
from harness.running.records import A_A, AUDIT_ALONE, AUDIT_TURNS
from harness.running.set_costs import SetCosts
from harness.running.timing_state import TimingState
from harness.timing.carry_over import ALONE_BLOCKS

__all__ = ["SHARE", "AuditCell", "audited_cells"]

SHARE = 0.05
"""Of the budget; without one, of the time that timing has taken."""

ROUNDS = 6
_BLOCKS = ALONE_BLOCKS + 1


@dataclass
class AuditCell(Cell):
    """A cell whose arms take ``rounds`` turns alone, then in turns, then alone again."""

    def take_round(self) -> None:
        """All turns; the A/A duplicate takes its part, so that these are the usual ones."""
        self._alone(0)
        self.set_kind = AUDIT_TURNS
        for _ in range(self.rounds):
            super().take_round()
        self._alone(self.rounds)

    def _alone(self, first_round: int) -> None:
        self.set_kind = AUDIT_ALONE
        for arm in list(self._seconds):
            if arm == A_A:
                continue
            # The first turn finds what the arm before has left: it is thrown away.
            self._throw_away(arm)
            for round_index in range(first_round, first_round + self.rounds):
                if arm in self._seconds:
                    self._turn(arm, round_index, 0)


def audited_cells(
    cells: Sequence[Case], state: TimingState, costs: SetCosts, seconds: float
) -> list[Case]:
    """Cells spread over all that were timed, as many as an audit takes ``seconds`` for."""
    timed = [case for case in cells if state.sets(case) and state.backends(case)]
    chosen: list[Case] = []
    for index in _spread(len(timed)):
        wanted = [*chosen, timed[index]]
        arms = {case: state.arms(case) for case in wanted}
        if costs.forecast_s(arms, _BLOCKS * ROUNDS) <= seconds:
            chosen = wanted
    return [case for case in timed if case in chosen]


def _spread(count: int) -> list[int]:
    """0 … count - 1 in van der Corput's order: each beginning of it is spread over the whole."""
    bits = max(1, (count - 1).bit_length())
    order = sorted(range(1 << bits), key=lambda i: int(f"{i:0{bits}b}"[::-1], 2))
    return [i for i in order if i < count]
