"""Rows of the measurements frame: each timed case of a run, for every backend, timed or not.

The statistics are ``harness.timing``'s; here they meet the case that they belong to. A backend
without a time keeps its row, with the reason.
"""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.contract import TIMEABLE, Case, Operator, VerdictKind
from harness.reporting.allowing import with_holm
from harness.reporting.cells import TimedCell
from harness.reporting.run_info import RunInfo
from harness.reporting.schema import TABLE_VERSION
from harness.running.records import A_A, TimingFailureRecord, VerdictRecord
from harness.timing.carry_over import is_carried_over
from harness.timing.statistics import Estimate, Interval, PerSet
from harness.timing.summaries import (
    break_even_calls,
    ratio_interval,
    scaling_exponent,
    seconds_interval,
)

__all__ = ["measurement_rows"]

Cells = Mapping[str, TimedCell]
Verdicts = Mapping[tuple[str, str], VerdictRecord]

_NOTHING = Interval(math.nan, math.nan, math.nan, 0)


def measurement_rows(
    info: RunInfo, cells: Cells, verdicts: Verdicts, import_s: Mapping[str, float]
) -> Iterator[dict[str, Any]]:
    """One row for each cell and backend of the plan, with the columns of ``MEASUREMENTS``.

    ``verdicts`` are by backend and case id, ``import_s`` by backend.
    """
    yield from with_holm(_rows(info, cells, verdicts, import_s))


def _rows(
    info: RunInfo, cells: Cells, verdicts: Verdicts, import_s: Mapping[str, float]
) -> Iterator[dict[str, Any]]:
    exponents = _exponents(info, cells)
    for id_, cell in cells.items():
        duplicate = cell.estimate(A_A, info.plan.baseline)
        once = {backend: _once(cell, backend) for backend in info.plan.backends}
        for backend in info.plan.backends:
            verdict = verdicts.get((backend, id_))
            yield {
                **_identity(info, cell.case, backend, verdict),
                **_time(info, cell, backend, duplicate),
                **_limits("primal_ratio", _primal_ratio(cells, cell, backend)),
                **_limits("exponent", exponents.get(_growth_key(info, cell.case, backend))),
                **_costs(cell, backend),
                "import_s": import_s.get(backend, math.nan),
                "break_even_calls": _break_even(once, backend, info.plan.baseline),
                **_carry_over(cell, backend),
                **_disturbances(cell, backend),
                "verdict": verdict.kind if verdict else "",
                "reason": _reason(verdict, cell, backend),
                "schema_version": TABLE_VERSION,
            }


def _identity(
    info: RunInfo, case: Case, backend: str, verdict: VerdictRecord | None
) -> dict[str, Any]:
    problem = info.problem(case.problem)
    return {
        "run": info.run,
        "backend": backend,
        "version": verdict.version if verdict else info.version(backend),
        "problem": case.problem,
        "operator": case.operator.value,
        "size": case.size,
        "scale": problem.scale(case.size),
        "family": problem.family(case.size),
        "dtype": case.dtype,
        "point": case.point,
        "device": info.devices.get(backend, ""),
        "case": case.id,
    }


def _time(info: RunInfo, cell: TimedCell, backend: str, duplicate: Estimate) -> dict[str, Any]:
    seconds = seconds_interval(cell.seconds.get(backend, {}))
    ratio = cell.estimate(backend, info.plan.baseline)
    compared = ratio.sets > 0 and backend != info.plan.baseline
    return {
        "median_s": seconds.value,
        "low_s": seconds.low,
        "high_s": seconds.high,
        "ratio": ratio.ratio,
        "ratio_low": ratio.low,
        "ratio_high": ratio.high,
        "answer": ratio.answer.value if compared else "",
        "p_value": ratio.p_value if compared else math.nan,
        "aa_ratio": duplicate.ratio,
        "aa_low": duplicate.low,
        "aa_high": duplicate.high,
        "sets": seconds.sets,
        "samples": cell.count(backend),
    }


def _costs(cell: TimedCell, backend: str) -> dict[str, Any]:
    calls = cell.first_calls.get(backend, [])
    # Later sets take what the first one compiled, so only that shows what compiling costs.
    first = min((c.set_index for c in calls), default=0)
    cold = [c for c in calls if c.set_index == first]
    return {
        "prepare_s": _median(c.prepare_s for c in cold),
        "first_call_s": _median(c.first_call_s for c in cold),
        "second_call_s": _median(c.second_call_s for c in calls),
        "compile_s": _median(c.compile_s for c in cold),
        "conversion_s": _median(c.conversion_s for c in calls),
        "peak_bytes": cell.peak_bytes.get(backend),
    }


@dataclass(frozen=True, slots=True)
class _Once:
    """What a backend costs once and each time, in seconds; whether it compiles."""

    start_s: float
    call_s: float
    compiles: bool


def _once(cell: TimedCell, backend: str) -> _Once:
    costs, call_s = _costs(cell, backend), seconds_interval(cell.seconds.get(backend, {})).value
    prepare_s = 0.0 if math.isnan(costs["prepare_s"]) else costs["prepare_s"]
    start_s = prepare_s + max(costs["first_call_s"] - call_s, 0.0)
    return _Once(start_s, call_s, costs["compile_s"] > 0)


def _break_even(once: Mapping[str, _Once], backend: str, baseline: str) -> float:
    """After how many calls compiling pays; NaN for what compiles nothing or has no time."""
    own = once[backend]
    others = [
        other
        for name, other in once.items()
        if name not in (backend, baseline) and not other.compiles and other.call_s > 0
    ]
    if not own.compiles or not own.call_s > 0 or not others:
        return math.nan
    other = min(others, key=lambda candidate: candidate.call_s)
    return break_even_calls(own.start_s, own.call_s, other.start_s, other.call_s)


def _carry_over(cell: TimedCell, backend: str) -> dict[str, Any]:
    found = cell.carry_over(backend)
    return {**_limits("carry_over", found), "is_carried_over": is_carried_over(found)}


def _disturbances(cell: TimedCell, backend: str) -> dict[str, Any]:
    """What the raw samples of a backend say beside their duration."""
    its = [sample for sample in cell.samples if sample.arm == backend]
    steal_s = [sample.steal_s for sample in its if not math.isnan(sample.steal_s)]
    return {
        "cpu_ratio": _median(s.cpu_s / s.wall_s for s in its if s.wall_s > 0),
        "involuntary_switches": sum(s.involuntary_switches for s in its) if its else None,
        "steal_s": sum(steal_s) if steal_s else math.nan,
    }


def _limits(name: str, interval: Interval | None) -> dict[str, float]:
    interval = interval or _NOTHING
    return {name: interval.value, f"{name}_low": interval.low, f"{name}_high": interval.high}


def _primal_ratio(cells: Cells, cell: TimedCell, backend: str) -> Interval | None:
    """Derivative over plain value, of one backend; a descent is no derivative."""
    case = cell.case
    if case.operator in (Operator.VALUE, Operator.DESCENT):
        return None
    primal = Case(case.problem, Operator.VALUE, case.size, case.dtype, case.point)
    if primal.id not in cells:
        return None
    value = cells[primal.id].seconds.get(backend, {})
    return ratio_interval(cell.seconds.get(backend, {}), value)


def _exponents(info: RunInfo, cells: Cells) -> dict[tuple[str, ...], Interval]:
    """The fitted exponent of each backend over each family of sizes."""
    by_scale: defaultdict[tuple[str, ...], dict[int, PerSet]] = defaultdict(dict)
    for cell in cells.values():
        scale = info.problem(cell.case.problem).scale(cell.case.size)
        for arm, seconds in cell.seconds.items():
            if scale is not None:
                by_scale[_growth_key(info, cell.case, arm)][scale] = seconds
    return {key: scaling_exponent(seconds) for key, seconds in by_scale.items()}


def _growth_key(info: RunInfo, case: Case, arm: str) -> tuple[str, ...]:
    family = info.problem(case.problem).family(case.size)
    return (arm, case.problem, case.operator, case.dtype, case.point, family)


def _reason(verdict: VerdictRecord | None, cell: TimedCell, backend: str) -> str:
    """Why there is no time, or what went wrong in some set; empty where all is well."""
    failures: Sequence[TimingFailureRecord] = cell.failures.get(backend, ())
    told = "; ".join(dict.fromkeys(f"{f.kind}: {f.reason}" for f in failures))
    if told or cell.seconds.get(backend):
        return told
    if verdict is None:
        return "not judged: the run ended before it"
    if VerdictKind(verdict.kind) not in TIMEABLE:
        return f"{verdict.kind}: {verdict.reason}"
    return "the run ended before its first sample"


def _median(values: Iterable[float]) -> float:
    finite = [value for value in values if math.isfinite(value)]
    return statistics.median(finite) if finite else math.nan
