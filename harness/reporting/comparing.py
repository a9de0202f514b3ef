"""Backends against each other: leaders, overall means, and forward against reverse accumulation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.contract import Case, Operator
from harness.reporting.allowing import with_holm
from harness.reporting.cells import TimedCell
from harness.reporting.run_info import RunInfo
from harness.running.records import A_A
from harness.timing.summaries import (
    Sentinel,
    geometric_mean,
    ratio_interval,
    seconds_interval,
    sentinel,
)

__all__ = ["accumulation_rows", "leader_rows", "overall_rows", "run_sentinel"]

Cells = Mapping[str, TimedCell]


def leader_rows(info: RunInfo, cells: Cells) -> Iterator[dict[str, Any]]:
    """For each cell with two timed backends, the fastest and its lead over the runner-up.

    The baseline is no contender. ``lead`` is the runner-up's time over the fastest's, paired
    within sets; ``answer`` tells what the runner-up is to the fastest, and ``holds`` whether that
    stays with all leads allowed for.
    """
    yield from with_holm(_leads(info, cells))


def _leads(info: RunInfo, cells: Cells) -> Iterator[dict[str, Any]]:
    for id_, cell in cells.items():
        times = {
            arm: seconds_interval(seconds).value
            for arm, seconds in cell.seconds.items()
            if arm not in (A_A, info.plan.baseline) and seconds
        }
        if len(times) < 2:
            continue
        fastest, runner_up = sorted(times, key=lambda arm: (times[arm], arm))[:2]
        lead = cell.estimate(runner_up, fastest)
        yield {
            "case": id_,
            "fastest": fastest,
            "runner_up": runner_up,
            "lead": lead.ratio,
            "lead_low": lead.low,
            "lead_high": lead.high,
            "answer": lead.answer.value,
            "p_value": lead.p_value,
        }


def overall_rows(info: RunInfo, cells: Cells) -> Iterator[dict[str, Any]]:
    """For each backend, the geometric mean of its ratios over the cells that it has."""
    baseline = info.plan.baseline
    for backend in info.plan.backends:
        ratios = [
            cell.ratios(backend, baseline)
            for cell in cells.values()
            if backend in cell.seconds and baseline in cell.seconds
        ]
        mean = geometric_mean(ratios)
        yield {
            "backend": backend,
            "cells": len(ratios),
            "ratio": mean.value,
            "ratio_low": mean.low,
            "ratio_high": mean.high,
        }


def accumulation_rows(info: RunInfo, cells: Cells) -> Iterator[dict[str, Any]]:
    """Where theory counts the multiplications of a Jacobian accumulated forward and in reverse.

    One row for each backend that has both times: the counts beside the times, and forward
    time over reverse time, paired set by set.
    """
    for cell in cells.values():
        case = cell.case
        predicted = info.problem(case.problem).predicted_cost
        forward = predicted.get(Operator.JACOBIAN_FORWARD, {}).get(case.size)
        reverse = predicted.get(Operator.JACOBIAN_REVERSE, {}).get(case.size)
        other = cells.get(
            Case(case.problem, Operator.JACOBIAN_REVERSE, case.size, case.dtype, case.point).id
        )
        if case.operator is not Operator.JACOBIAN_FORWARD or not (forward and reverse and other):
            continue
        for backend in info.plan.backends:
            if not (cell.seconds.get(backend) and other.seconds.get(backend)):
                continue
            measured = ratio_interval(cell.seconds[backend], other.seconds[backend])
            yield {
                "backend": backend,
                "problem": case.problem,
                "size": case.size,
                "scale": info.problem(case.problem).scale(case.size),
                "dtype": case.dtype,
                "point": case.point,
                "forward_count": forward,
                "reverse_count": reverse,
                "optimal_count": predicted.get(Operator.JACOBIAN, {}).get(case.size),
                "forward_s": seconds_interval(cell.seconds[backend]).value,
                "reverse_s": seconds_interval(other.seconds[backend]).value,
                "ratio": measured.value,
                "ratio_low": measured.low,
                "ratio_high": measured.high,
            }


def run_sentinel(info: RunInfo, cells: Cells) -> Sentinel:
    """What the A/A duplicate told over all cells."""
    baseline = info.plan.baseline
    return sentinel([cell.estimate(A_A, baseline) for cell in cells.values() if cell.samples])
