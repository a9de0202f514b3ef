"""What ``run.json`` holds of a run: its plan, problems and machine, and what to know of them."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.contract import Problem
from harness.plugins import Registry
from harness.running.plan import Plan
from harness.running.records import SCHEMA_VERSION
from harness.timing import environment, machine

__all__ = ["describe_problem", "describe_run", "usable_cores"]

_BUSY_LOAD = 0.5
"""Runnable processes for each core above which a person should know that others are at work."""


def describe_run(
    plan: Plan,
    folder: Path,
    registry: Registry,
    command: Sequence[str],
    cores: environment.CorePlan,
) -> dict[str, Any]:
    """The content of ``run.json`` before the first worker is up, as results/README.md lists it."""
    around = environment.read_environment()
    around["workers"] = {
        "threads": plan.threads,
        "cores": sorted(cores.workers),
        "supervisor_cores": sorted(cores.supervisor),
    }
    names = dict.fromkeys(case.problem for case in plan.cases)
    problems = {name: describe_problem(registry.problem(name)) for name in names}
    return {
        "schema_version": SCHEMA_VERSION,
        "run": folder.resolve().name,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": list(command),
        "plan": {**plan.to_json(), "problems": problems},
        "versions": {},
        "devices": {},
        "environment": around,
        "seeds": {"turns": plan.seed},
        "notices": [*plan.notices, *_machine_notices(plan, cores)],
    }


def describe_problem(problem: Problem) -> dict[str, Any]:
    """What run.json keeps of a problem, so that a run is read where it is not installed."""
    return {
        "source": problem.source,
        "suite": problem.suite,
        "sizes": {s.name: {"dims": dict(s.dims), "scale": s.scale} for s in problem.sizes},
        "points": {point.name: str(point.kind) for point in problem.points},
        "predicted_cost": {
            str(operator): {size.name: count(size.dims) for size in problem.sizes}
            for operator, count in problem.predicted_cost.items()
        },
        "descent": dataclasses.asdict(problem.descent) if problem.descent else None,
    }


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(machine.allowed_cores()) or os.cpu_count() or 1


def _machine_notices(plan: Plan, cores: environment.CorePlan) -> Iterator[str]:
    """What a reader of the times should know of the machine."""
    if not plan.measure:
        return
    if cores.notice:
        yield cores.notice
    load, count = machine.load_average(), usable_cores()
    if load is not None and load[0] > _BUSY_LOAD * count:
        yield f"others are at work here (load {load[0]:.1f} on {count} cores): times scatter more"
