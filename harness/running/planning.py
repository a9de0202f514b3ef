"""Planning: what a person selected becomes the cases to ask and the cells to time."""

from __future__ import annotations

import dataclasses
import math
import secrets
from collections.abc import Sequence

from harness.contract import Case, Problem
from harness.errors import RunFailedError, UsageError
from harness.plugins import Registry
from harness.running import selection as chosen
from harness.running.asking import left_out
from harness.running.plan import BASELINE, Plan
from harness.running.selection import Selection
from harness.timing.schedule import DEFAULT, Depth

__all__ = ["cells_among", "make_plan", "may_be_timed"]

EVERYTHING = Selection()
TIMED_DTYPE = "float64"


def make_plan(
    registry: Registry,
    selection: Selection = EVERYTHING,
    *,
    depth: Depth = DEFAULT,
    baseline: str = BASELINE,
    threads: int = 1,
    deadline_s: float = 60.0,
    measure: bool = True,
    seed: int | None = None,
) -> Plan:
    """Plan a run of what ``selection`` names.

    A depth that limits the sizes does so unless sizes are selected. float64 alone is timed, and
    with such a depth judged, unless dtypes are selected. Without ``measure`` all is judged and
    nothing timed; with it, only problems that have something to time are taken, unless problems,
    suites or cases are selected. UsageError for a pattern that matches nothing or numbers out of
    range, RunFailedError for a backend that was named and whose library is missing.
    """
    _check_numbers(threads, deadline_s)
    entries, notices = chosen.select_backends(registry, selection.backends, timed=measure)
    problems = chosen.select_problems(registry, selection.problems, selection.suites)
    if measure and not (selection.problems or selection.suites or selection.cases):
        problems = [problem for problem in problems if problem.timed_operators] or problems
    backends = [entry.name for entry in entries]
    if measure:
        baseline, told = _settle_baseline(registry, baseline, backends)
        notices += told
    cases, timed = _cases(problems, selection, depth)
    if not cases:
        raise UsageError(
            "nothing is left to ask: no selected problem has these operators, sizes, dtypes and "
            "points together; adjudge problems NAME lists what there is"
        )
    omitted = left_out(registry, backends, cases)
    idle = {name for name, its in omitted.items() if its.all}
    if idle.issuperset(backends):
        raise UsageError(f"{', '.join(backends)}: none of these is asked what is selected")
    if measure:
        idle -= {baseline}
    notices += [f"left out: {name} is asked nothing of this" for name in backends if name in idle]
    return Plan(
        backends=tuple(name for name in backends if name not in idle),
        cases=cases,
        timed=timed if measure else (),
        unasked={n: its.pairs for n, its in omitted.items() if its.pairs and n not in idle},
        spared={n: its.cases for n, its in omitted.items() if its.cases and n not in idle},
        baseline=baseline,
        depth=depth,
        threads=threads,
        deadline_s=deadline_s,
        seed=secrets.randbits(32) if seed is None else seed,
        measure=measure,
        notices=tuple(notices),
    )


def _settle_baseline(
    registry: Registry, baseline: str, backends: list[str]
) -> tuple[str, list[str]]:
    """Put the baseline among ``backends``, or take their first where there is none."""
    if baseline in backends:
        return baseline, []
    asked_for = baseline != BASELINE
    if asked_for or baseline in registry.backends:
        entry = registry.backend(baseline)
        if asked_for and entry.missing:
            raise RunFailedError(entry.missing_line())
        if not entry.missing:
            backends.insert(0, baseline)
            return baseline, [f"{baseline} runs too: it is the baseline of all times"]
    return backends[0], [f"no {baseline}: {backends[0]} is the baseline of all times"]


def _cases(
    problems: Sequence[Problem], selection: Selection, depth: Depth
) -> tuple[tuple[Case, ...], tuple[Case, ...]]:
    operators = chosen.select_operators(problems, selection.operators)
    dtypes = chosen.select_dtypes(problems, selection.dtypes)
    points = chosen.select_points(problems, selection.points)
    sizes = chosen.select_sizes(problems, selection.sizes)
    timed_dtypes = frozenset(dtypes if selection.dtypes else [TIMED_DTYPE])
    if depth.most_sizes is not None and not selection.dtypes and TIMED_DTYPE in dtypes:
        dtypes = [TIMED_DTYPE]
    if selection.sizes:
        depth = dataclasses.replace(depth, most_sizes=None)
    cases: list[Case] = []
    timed: list[Case] = []
    for problem in problems:
        allowed = sorted(
            (size for size in problem.sizes if (problem.name, size.name) in sizes),
            key=lambda size: size.scale,
        )
        there = [point for point in problem.points if point.name in points]
        for operator in (o for o in operators if o in problem.operators):
            asked = [
                Case(problem.name, operator, size.name, dtype, point.name)
                for size in allowed
                for dtype in dtypes
                if dtype in problem.dtypes
                for point in there
                if problem.asks(operator, size, point, dtype)
            ]
            cells = cells_among(problem, asked, depth, timed_dtypes)
            timed += cells
            if depth.most_sizes is not None:
                # Beside what is timed, the smallest size is judged.
                kept = frozenset(cells)
                asked = [case for case in asked if case in kept or case.size == asked[0].size]
            cases += asked
    cases = chosen.select_cases(cases, selection.cases)
    left = frozenset(cases)
    return tuple(cases), tuple(case for case in timed if case in left)


def may_be_timed(
    problem: Problem, case: Case, dtypes: frozenset[str] = frozenset({TIMED_DTYPE})
) -> bool:
    """Whether the problem has this case timed, at a depth that times its size."""
    return (
        case.operator in problem.timed_operators
        and case.dtype in dtypes
        and problem.point(case.point).timed
    )


def cells_among(
    problem: Problem,
    cases: Sequence[Case],
    depth: Depth,
    dtypes: frozenset[str] = frozenset({TIMED_DTYPE}),
) -> list[Case]:
    """Those of one operator's ``cases`` that ``depth`` times.

    A depth that times few sizes spreads them from the smallest to the largest, so that growth is
    seen.
    """
    candidates = [case for case in cases if may_be_timed(problem, case, dtypes)]
    there = {case.size for case in candidates}
    sizes = depth.timed_sizes([size for size in problem.sizes if size.name in there])
    kept = {size.name for size in sizes}
    return [case for case in candidates if case.size in kept]


def _check_numbers(threads: int, deadline_s: float) -> None:
    if threads < 1:
        raise UsageError(f"{threads} threads: at least 1 is needed")
    if not (deadline_s > 0 and math.isfinite(deadline_s)):
        raise UsageError(f"a deadline of {deadline_s} s: it must be a positive number of seconds")
