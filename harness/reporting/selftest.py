"""A self-test's run as its findings: each arm of each cell, estimated as a report estimates it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.reporting import text
from harness.reporting.cells import TimedCell, timed_cells
from harness.reporting.run_info import read_run_info
from harness.running.journal import read_journal
from harness.running.selftest.store import SelfTest
from harness.running.selftest.workload import ARMS, BASELINE, UNITS, CellSpec
from harness.timing.selftest import (
    LEAST_POWER,
    Findings,
    OfEffect,
    Rate,
    Trial,
    evaluate,
    shortcomings,
)
from harness.timing.summaries import seconds_interval

__all__ = ["findings_of", "selftest_lines"]


def findings_of(
    folder: Path, cells: tuple[CellSpec, ...], overheads_s: Mapping[str, float]
) -> Findings:
    """Read the run that ``running.selftest.carry_out`` left in ``folder``."""
    plan = read_run_info(folder).plan
    timed = timed_cells(plan.timed, plan.depth.looks, read_journal(folder))
    trials = [
        trial
        for spec in cells
        for trial in _trials(timed[spec.case.id], overheads_s[spec.workload])
    ]
    return evaluate(trials, plan.depth.looks)


def _trials(cell: TimedCell, overhead_s: float) -> Iterator[Trial]:
    call_s = seconds_interval(cell.seconds.get(BASELINE, {})).value
    # What a call costs beside its steps is the same in all arms, and takes its part of the effect.
    share = 1 - min(1.0, overhead_s / call_s) if math.isfinite(call_s) else 1.0
    for arm, more in ARMS.items():
        effect = more / UNITS
        yield Trial(effect, 1 + effect * share, call_s, cell.estimate(arm, BASELINE))


def selftest_lines(test: SelfTest) -> Iterator[str]:
    """What the self-test found, and whether a performance gate may trust it, for a terminal."""
    found = test.findings
    yield f"{text.plural(found.cells, 'cell')} of {text.seconds(found.shortest_s)} to " + (
        f"{text.seconds(found.longest_s)} a call, in {text.count(test.seconds)} s, on "
        f"{test.machine.get('processor') or 'an unknown processor'}"
    )
    for effect in found.effects:
        yield _effect_line(effect)
    yield f"intervals that hold the truth   {_rate(found.covered)}"
    yield (
        f"identical arms scatter by {text.percent(found.spread, 2)} from set to set; "
        f"{text.percent(LEAST_POWER, 0)} of attempts find a difference of "
        f"{text.percent(found.smallest)} in half of the cells, of "
        f"{text.percent(found.smallest_of_nine)} in nine of ten"
    )
    lacks = shortcomings(found)
    if lacks:
        yield f"a performance gate cannot be trusted here: {'; '.join(lacks)}"
    else:
        yield "a performance gate can be trusted here"


def _effect_line(effect: OfEffect) -> str:
    if effect.effect == 0:
        return (
            f"identical arms: false alarms    {_rate(effect.different)}; "
            f"{_rate(effect.equivalent)} shown equivalent"
        )
    name = f"+{text.percent(effect.effect, 0)}"
    return f"{name} injected: found{' ' * (13 - len(name))}  {_rate(effect.right)}"


def _rate(rate: Rate) -> str:
    return (
        f"{text.percent(rate.value)} ({rate.hits} of {rate.trials}, "
        f"[{text.percent(rate.low)}, {text.percent(rate.high)}])"
    )
