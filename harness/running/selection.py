"""Selection: what a person's patterns mean, and what to answer when they match nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from harness.contract import Case, Operator, Problem, Size
from harness.errors import RunFailedError, UsageError, nearest
from harness.plugins import BackendEntry, Registry

__all__ = [
    "Selection",
    "select_backends",
    "select_cases",
    "select_dtypes",
    "select_operators",
    "select_points",
    "select_problems",
    "select_sizes",
]

_PROBLEMS_NAMED = 3


@dataclass(frozen=True, slots=True)
class Selection:
    """Patterns as of a shell, any number of each; none means all.

    A problem's pattern also matches as a dotted prefix (``lecture.chain`` is every profile), a
    size's also one of its dimensions (``hidden=64``) or, as a bare number, its scale. ``cases``
    are patterns over whole case ids.
    """

    backends: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()


def select_backends(
    registry: Registry, patterns: Sequence[str], *, timed: bool = False
) -> tuple[list[BackendEntry], list[str]]:
    """The backends to run, and a notice for each that was left out because its library is missing.

    No pattern means all; of a ``timed`` run, all but those that are timed on demand. UsageError for
    a pattern that matches none. RunFailedError when a backend that was asked for by its own name
    cannot run, or when none is left.
    """
    there = [
        n
        for n, entry in registry.backends.items()
        if patterns or not (timed and entry.timed_on_demand)
    ]
    names = _chosen("backend", patterns, there, fnmatchcase)
    ready, notices = [], []
    for name in names:
        entry = registry.backends[name]
        if not entry.missing:
            ready.append(entry)
        elif name in patterns:
            raise RunFailedError(entry.missing_line())
        else:
            notices.append(f"left out: {entry.missing_line()}")
    if not ready:
        raise RunFailedError("; ".join(notices) or "no plug-in registers a backend")
    return ready, notices


def select_problems(
    registry: Registry, patterns: Sequence[str], suites: Sequence[str] = ()
) -> list[Problem]:
    """The problems that the patterns name, of the suites that those name; no pattern means all.

    UsageError for a pattern that names none.
    """

    def matches(name: str, pattern: str) -> bool:
        return fnmatchcase(name, pattern) or fnmatchcase(name, f"{pattern}.*")

    if not registry.problems:
        raise RunFailedError("no plug-in registers a problem; reinstall adjudge")
    there = dict.fromkeys(problem.suite for problem in registry.problems.values())
    taken = set(_chosen("suite", suites, there, fnmatchcase))
    known = [name for name, problem in registry.problems.items() if problem.suite in taken]
    families = {name.rsplit(".", 1)[0] for name in known}
    names = _chosen("problem", patterns, known, matches, families)
    return [registry.problems[name] for name in names]


def select_operators(problems: Sequence[Problem], patterns: Sequence[str]) -> list[Operator]:
    """The operators that the patterns name and some problem asks, in the contract's order."""
    names = _chosen("operator", patterns, [str(operator) for operator in Operator], fnmatchcase)
    asked = {operator for problem in problems for operator in problem.operators}
    operators = [Operator(name) for name in names if Operator(name) in asked]
    if not operators:
        there = ", ".join(operator for operator in Operator if operator in asked)
        raise UsageError(
            f"{_names(problems)} {_asks(problems)} no {', '.join(names)}; there are: {there}"
        )
    return operators


def select_dtypes(problems: Sequence[Problem], patterns: Sequence[str]) -> list[str]:
    """The dtypes that the patterns name among those of the problems."""
    there = sorted({dtype for problem in problems for dtype in problem.dtypes}, reverse=True)
    return _chosen("dtype", patterns, there, fnmatchcase)


def select_points(problems: Sequence[Problem], patterns: Sequence[str]) -> frozenset[str]:
    """The names of the points that the patterns match in any of the problems."""
    there = dict.fromkeys(point.name for problem in problems for point in problem.points)
    return frozenset(_chosen("point", patterns, there, fnmatchcase))


def select_cases(cases: Sequence[Case], patterns: Sequence[str]) -> list[Case]:
    """Those of ``cases`` whose id a pattern matches; UsageError for one that matches none."""
    if not patterns:
        return list(cases)
    ids = [case.id for case in cases]
    for pattern in patterns:
        if not any(fnmatchcase(id_, pattern) for id_ in ids):
            problem = pattern.partition(":")[0]
            known = {case.problem for case in cases}
            where = f"; what it asks: adjudge problems {problem}" if problem in known else ""
            raise UsageError(
                f"no case {pattern!r}; a case is problem:operator:size:dtype:point, "
                f"such as lecture.log_sqrt:jvp:scalar:float64:e-4{where}"
            )
    return [
        c for c, id_ in zip(cases, ids, strict=True) if any(fnmatchcase(id_, p) for p in patterns)
    ]


def select_sizes(
    problems: Sequence[Problem], patterns: Sequence[str]
) -> frozenset[tuple[str, str]]:
    """(problem, size) pairs that the patterns match; UsageError for one that matches none."""
    sizes = [(problem.name, size) for problem in problems for size in problem.sizes]
    for pattern in patterns:
        if not any(_is_size(size, pattern) for _, size in sizes):
            raise UsageError(_no_size(pattern, problems))
    return frozenset(
        (problem, size.name)
        for problem, size in sizes
        if not patterns or any(_is_size(size, pattern) for pattern in patterns)
    )


def _is_size(size: Size, pattern: str) -> bool:
    if pattern.isdigit():
        return int(pattern) == size.scale
    return any(fnmatchcase(name, pattern) for name in (size.name, *size.name.split(",")))


def _no_size(pattern: str, problems: Sequence[Problem]) -> str:
    number = pattern.rsplit("=", 1)[-1]
    wrong = number.lstrip("+-").isdigit() and int(number) < 1
    what = f"size {pattern!r}: sizes are positive" if wrong else f"no size {pattern!r}"
    told = [
        f"the sizes of {problem.name} are {_listed(problem)}"
        for problem in problems[:_PROBLEMS_NAMED]
    ]
    if len(problems) > _PROBLEMS_NAMED:
        told.append("adjudge problems lists the rest")
    return f"{what}; {'; '.join(told)}"


def _listed(problem: Problem) -> str:
    """The sizes as short as they can be asked for: by scale where that tells them apart."""
    scales = dict.fromkeys(str(size.scale) for size in problem.sizes)
    if len(scales) == len(problem.sizes) and all(size.dims for size in problem.sizes):
        return ", ".join(scales)
    return " ".join(size.name for size in problem.sizes)


def _chosen(
    what: str,
    patterns: Sequence[str],
    names: Iterable[str],
    matches: Callable[[str, str], bool],
    also: Iterable[str] = (),
) -> list[str]:
    """The names that any pattern matches, in their order; ``also`` are hints for a wrong one."""
    known = list(names)
    for pattern in patterns:
        if not any(matches(name, pattern) for name in known):
            raise UsageError(f"no {what} {pattern!r}; {nearest(pattern, {*known, *also})}")
    return [n for n in known if not patterns or any(matches(n, p) for p in patterns)]


def _names(problems: Sequence[Problem]) -> str:
    return problems[0].name if len(problems) == 1 else f"the {len(problems)} problems"


def _asks(problems: Sequence[Problem]) -> str:
    return "asks" if len(problems) == 1 else "ask"
