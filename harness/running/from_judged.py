"""A timing run made of a judged one: its verdicts are taken over, not asked again."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from harness.contract import Case, Operator
from harness.errors import RunFailedError
from harness.plugins import Registry
from harness.running.journal import Journal, read_journal
from harness.running.plan import Plan
from harness.running.planning import cells_among
from harness.running.records import CurveRecord, ResultRecord, VerdictRecord
from harness.running.run_folder import create_folder, read_run_file, write_run_file
from harness.timing.schedule import Depth

__all__ = ["begin_from_judged"]


def begin_from_judged(
    source: Path, results: Path, registry: Registry, depth: Depth, command: Sequence[str]
) -> Path:
    """Make a new run in ``results`` that will time what ``source`` judged; return its folder.

    The new run is resumed to carry it out. RunFailedError when ``source`` is no run, or judged
    nothing that can be timed.
    """
    content = read_run_file(source)
    try:
        plan = Plan.from_json(content["plan"])
        problems = content["plan"]["problems"]
    except (KeyError, TypeError, ValueError) as error:
        raise RunFailedError(f"{source} holds no plan; judge anew with: adjudge check") from error
    kept = VerdictRecord | CurveRecord | ResultRecord
    verdicts = [r for r in read_journal(source) if isinstance(r, kept)]
    timed = _cells(plan.cases, registry, depth)
    if not timed or not verdicts:
        raise RunFailedError(f"{source} judged nothing that is timed; judge with: adjudge check")
    plan = dataclasses.replace(plan, timed=timed, depth=depth, measure=True)
    folder = create_folder(results)
    content |= {
        "run": folder.name,
        "command": list(command),
        "plan": {**plan.to_json(), "problems": problems},
        "notices": [*content["notices"], f"the verdicts are those of run {content['run']}"],
    }
    with Journal(folder) as journal:
        journal.append(*verdicts)
    write_run_file(folder, content)
    return folder


def _cells(cases: Sequence[Case], registry: Registry, depth: Depth) -> tuple[Case, ...]:
    """The judged cases that a run of this depth would time."""
    by_operator: defaultdict[tuple[str, Operator], list[Case]] = defaultdict(list)
    for case in cases:
        by_operator[case.problem, case.operator].append(case)
    return tuple(
        cell
        for (problem, _), its in by_operator.items()
        for cell in cells_among(registry.problem(problem), its, depth)
    )
