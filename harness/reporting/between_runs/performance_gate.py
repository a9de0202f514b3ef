"""The performance gate: which ratios are shown to have grown beyond a bound, and what it is worth.

It fails on what is certain and nothing else: the lower end of the interval lies beyond the bound,
also when all cells that were looked at are allowed for. And it fails only where a self-test has
shown that the times of this machine can be trusted; elsewhere what it finds is advice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.reporting.between_runs.comparability import baseline_changed, same_machine
from harness.reporting.between_runs.comparison import CellChange, Comparison, worst_first
from harness.reporting.between_runs.timed_run import TimedRun
from harness.running.selftest import store
from harness.timing.changes import exceeding
from harness.timing.selftest import MOST_ALARMS, shortcomings

__all__ = ["PerformanceGate", "examine"]


@dataclass(frozen=True)
class PerformanceGate:
    """What the gate found.

    ``slowdowns`` grew beyond ``bound`` for certain; ``undecided`` may have: their intervals reach
    beyond it. ``reservations`` are the reasons for which the gate is advisory, none if it is not.
    """

    comparison: Comparison
    bound: float
    slowdowns: tuple[CellChange, ...]
    undecided: tuple[CellChange, ...]
    reservations: tuple[str, ...]
    selftest: store.SelfTest | None

    @property
    def advisory(self) -> bool:
        """Whether nothing that is found here closes the gate."""
        return bool(self.reservations)

    @property
    def closed(self) -> bool:
        """Whether the gate fails."""
        return bool(self.slowdowns) and not self.advisory


def examine(comparison: Comparison, bound: float) -> PerformanceGate:
    """Hold a comparison against ``bound``, a ratio of at least 1, and this machine's self-test."""
    beyond = exceeding([cell.change for cell in comparison.cells], bound)
    slowdowns = [
        cell for cell, is_beyond in zip(comparison.cells, beyond, strict=True) if is_beyond
    ]
    # NaN, an interval that there is not, excludes nothing either.
    undecided = [
        cell for cell in comparison.cells if cell not in slowdowns and not cell.change.high <= bound
    ]
    selftest = store.best()
    return PerformanceGate(
        comparison=comparison,
        bound=bound,
        slowdowns=tuple(worst_first(tuple(slowdowns))),
        undecided=tuple(worst_first(tuple(undecided))),
        reservations=tuple(_reservations(comparison, selftest)),
        selftest=selftest,
    )


def _reservations(found: Comparison, selftest: store.SelfTest | None) -> Iterator[str]:
    if selftest is None:
        yield "no self-test of this machine is known; make one with: adjudge selftest"
    else:
        yield from (
            f"the self-test of this machine: {lack}" for lack in shortcomings(selftest.findings)
        )
    if not same_machine(found.before, found.after):
        yield f"{found.before.name} was made on another machine"
    if not _made_here(found.after):
        yield f"{found.after.name} was not made on the machine of this self-test"
    if baseline_changed(found.before, found.after):
        yield f"the baseline {found.before.info.plan.baseline} has other versions than before"
    for run in (found.before, found.after):
        sentinel = run.sentinel
        if sentinel.cells and sentinel.rate_low > MOST_ALARMS:
            yield (
                f"{run.name} called its baseline different from itself in {sentinel.alarms} of "
                f"{sentinel.cells} cells"
            )


def _made_here(run: TimedRun) -> bool:
    """Whether the run names this processor and as many cores; its host is not recorded."""
    here, there = store.this_machine(), run.info.environment.get("processor", {})
    affinity = there.get("affinity")
    cores = len(affinity) if affinity else there.get("logical_cores")
    return (there.get("model"), cores) == (here["processor"], here["cores"])
