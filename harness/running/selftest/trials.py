"""The self-test as a run: its cells, its plan, what it will take, and its execution.

It is a run like any other: judged first, timed in sets of fresh workers, ended at planned looks.
Nothing of the way that a bench goes is left out or written again.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness.errors import UsageError
from harness.plugins import MODULES, Registry, load
from harness.running import supervisor
from harness.running.description import usable_cores
from harness.running.plan import Plan
from harness.running.progress import View
from harness.running.selftest import workload
from harness.running.selftest.workload import ARMS, BASELINE, UNITS, WIDTHS, CellSpec
from harness.timing.schedule import DEFAULT, Depth, estimated_seconds
from harness.verification.judge import Judge

__all__ = ["CELLS", "QUICK_CELLS", "Trials", "carry_out", "plan_trials"]

CELLS = 200
QUICK_CELLS = 40
"""With fewer than 36, not even a test without any false alarm bounds their rate by 10 %."""

_SHORTEST_S, _LONGEST_S = 20e-6, 20e-3
_DEFAULT_BUDGET_S, _QUICK_BUDGET_S = 840.0, 110.0


@dataclass(frozen=True, slots=True)
class Trials:
    """What a self-test will do.

    ``overheads_s`` are, by workload, the seconds of a call beside its steps; ``least_s`` and
    ``most_s`` what all of it will take.
    """

    cells: tuple[CellSpec, ...]
    plan: Plan
    overheads_s: dict[str, float]
    least_s: float
    most_s: float


def plan_trials(cells: int, seed: int, *, quick: bool = False) -> Trials:
    """Measure how long a step takes here, and plan ``cells`` calls of 20 µs to 20 ms.

    Looks, rounds and samples are those of a default bench. UsageError for fewer than one cell.
    """
    if cells < 1:
        raise UsageError(f"{cells} cells: at least 1 is needed")
    steps_s = {name: workload.step_s(name) for name in WIDTHS}
    chosen = _cells(np.geomspace(_SHORTEST_S, _LONGEST_S, cells).tolist(), steps_s)
    depth = Depth(
        name="selftest-quick" if quick else "selftest",
        looks=DEFAULT.looks,
        rounds=DEFAULT.rounds,
        sample_s=DEFAULT.sample_s,
        budget_s=_QUICK_BUDGET_S if quick else _DEFAULT_BUDGET_S,
        most_sizes=None,
    )
    cases = tuple(cell.case for cell in chosen)
    plan = Plan(
        backends=(BASELINE, *ARMS),
        cases=cases,
        timed=cases,
        baseline=BASELINE,
        depth=depth,
        seed=seed,
    )
    calls_s = [UNITS * cell.steps * steps_s[cell.workload] for cell in chosen]
    least_s, most_s = _duration(depth, calls_s)
    overheads_s = {name: workload.overhead_s(name) for name in WIDTHS}
    return Trials(chosen, plan, overheads_s, least_s, most_s)


def carry_out(trials: Trials, folder: Path, view: View, command: Sequence[str] = ()) -> None:
    """Run them in ``folder``, as ``supervisor.run`` does; the truths of the cells stay there."""
    with _registered(trials.cells) as registry:
        judge = Judge(registry, folder / "truths")
        supervisor.run(trials.plan, folder, view, registry=registry, judge=judge, command=command)


def _cells(durations_s: Sequence[float], steps_s: dict[str, float]) -> tuple[CellSpec, ...]:
    """A cell for each duration; the workloads that have calls so short take turns."""
    pairs: list[tuple[str, int]] = []
    for position, duration in enumerate(durations_s):
        # One step a unit at least: a workload whose steps are longer cannot be so short.
        able = [name for name, s in steps_s.items() if UNITS * s <= duration]
        shortest = min(steps_s, key=steps_s.__getitem__)
        name = able[position % len(able)] if able else shortest
        pairs.append((name, max(1, round(duration / (UNITS * steps_s[name])))))
    return workload.cells_from(pairs)


def _duration(depth: Depth, calls_s: Sequence[float]) -> tuple[float, float]:
    """The least and the most seconds: samples, first calls, warming, and workers coming up."""
    arms = len(ARMS) + 2  # the baseline, and its hidden duplicate
    began = time.perf_counter()
    load()
    load_s = time.perf_counter() - began
    samples_s = [max(depth.sample_s, s) for s in calls_s for _ in range(arms)]
    first_s = arms * 2 * sum(calls_s) / usable_cores()
    set_s = arms * load_s / usable_cores() + first_s + sum(samples_s)
    return estimated_seconds(depth, set_s, samples_s)


@contextlib.contextmanager
def _registered(cells: Sequence[CellSpec]) -> Iterator[Registry]:
    """A registry with the self-test's plug-in; workers that are started meanwhile load it too."""
    before = {name: os.environ.get(name) for name in (MODULES, workload.CELLS)}
    named = filter(None, (before[MODULES], workload.__name__))
    os.environ[MODULES] = ",".join(named)
    os.environ[workload.CELLS] = json.dumps([(cell.workload, cell.steps) for cell in cells])
    try:
        yield load()
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
