"""What the catalogue covers: the standard's functions and keywords, held against what is called.

An entry's word is not taken for it: the variants are run in NumPy, in a namespace that writes down
which functions are called and with which parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.contract import Array, PointKind, Problem
from harness.contract.numpy_namespace import NUMPY
from harness.problems.catalogue.entry import Entry, Variant
from harness.problems.catalogue.standard import (
    NO_DERIVATIVE,
    UNTRIED_KEYWORDS,
    Signature,
    standard,
)

__all__ = ["Calls", "Coverage", "Group", "calls_of", "cases_of", "coverage"]

Calls = Mapping[str, frozenset[str]]
"""The functions that were called, by dotted name, and the names of the parameters given."""

_EXTENSIONS = ("linalg", "fft", "special")


@dataclass(frozen=True, slots=True)
class Group:
    """One group of the catalogue. ``standard`` counts the standard's functions in it, if any."""

    name: str
    functions: int
    variants: int
    points: int
    cases: int
    covered: int
    without_derivative: int
    standard: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """``missing`` are the functions neither covered nor declared to have no derivative.

    ``untried`` are keywords that no variant gives, as ``sum.axis``; ``idle`` entries that do not
    call what they say they cover.
    """

    groups: tuple[Group, ...]
    missing: tuple[str, ...]
    untried: tuple[str, ...]
    idle: tuple[str, ...]


def coverage(entries: Iterable[Entry]) -> Coverage:
    """Hold ``entries`` against the standard."""
    entries = tuple(entries)
    given: dict[str, set[str]] = {}
    idle = []
    for entry in entries:
        called: set[str] = set()
        for variant in entry.variants:
            for name, parameters in calls_of(variant).items():
                called.add(name)
                given.setdefault(name, set()).update(parameters)
        claimed = {name for name in (entry.function, *entry.covers) if name}
        idle += [f"{entry.name} does not call {name}" for name in sorted(claimed - called)]
    covered = {name for entry in entries for name in (entry.function, *entry.covers)}
    signatures = standard()
    return Coverage(
        tuple(_groups(entries, covered)),
        tuple(name for name in signatures if name not in covered and name not in NO_DERIVATIVE),
        tuple(
            f"{name}.{keyword}"
            for name, signature in signatures.items()
            if name in covered and name not in NO_DERIVATIVE
            for keyword in signature.keywords
            if keyword not in given.get(name, ())
            and not {keyword, f"{name}.{keyword}"} & UNTRIED_KEYWORDS.keys()
        ),
        tuple(idle),
    )


def calls_of(variant: Variant) -> Calls:
    """What ``variant`` calls, at the first of its points that is inside the domain."""
    at = next((at for at in variant.points if at.kind is not PointKind.OUTSIDE), None)
    if at is None:
        return {}
    recorder = _Recorder(NUMPY, "", {})
    with np.errstate(all="ignore"):
        variant.fun(recorder, *at.build(np.random.default_rng(0)))
    return {name: frozenset(parameters) for name, parameters in recorder.calls.items()}


def cases_of(problem: Problem) -> int:
    """How many cases a backend is asked of ``problem``."""
    return sum(
        problem.asks(operator, size, point, dtype)
        for operator in problem.operators
        for size in problem.sizes
        for point in problem.points
        for dtype in problem.dtypes
    )


def _groups(entries: tuple[Entry, ...], covered: set[str]) -> Iterable[Group]:
    names = dict.fromkeys(entry.name.partition(".")[0] for entry in entries)
    for group in names:
        own = [entry for entry in entries if entry.name.startswith(f"{group}.")]
        problems = [problem for entry in own for problem in entry.problems()]
        listed = [s.name for s in standard().values() if s.group == group]
        yield Group(
            group,
            len(own),
            len(problems),
            sum(len(problem.points) for problem in problems),
            sum(map(cases_of, problems)),
            sum(name in covered for name in listed),
            sum(name in NO_DERIVATIVE and name not in covered for name in listed),
            len(listed),
        )


@dataclass(frozen=True, slots=True)
class _Recorder:
    """A namespace that writes down what is called in it, and passes the call on."""

    namespace: Any
    path: str
    calls: dict[str, set[str]]

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.namespace, name)
        dotted = f"{self.path}{name}"
        if dotted in _EXTENSIONS:
            return _Recorder(value, f"{dotted}.", self.calls)
        return self._recorded(dotted, value) if callable(value) else value

    def _recorded(self, dotted: str, function: Callable[..., Any]) -> Any:
        if isinstance(function, type):
            # A dtype is a class, and is handed on as it is.
            return function
        signature = standard().get(dotted)

        def call(*operands: Array, **keywords: Any) -> Any:
            given = self.calls.setdefault(dotted, set())
            given.update(keywords)
            given.update(_positional(signature, len(operands)))
            return function(*operands, **keywords)

        return call


def _positional(signature: Signature | None, count: int) -> tuple[str, ...]:
    """The names of the first ``count`` parameters."""
    if signature is None:
        return ()
    return (*signature.operands, *signature.keywords)[:count]
