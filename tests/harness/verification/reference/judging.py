"""The judge over the catalogue with the reference.

``python -m tests.harness.verification.reference`` does all of it.

Whatever is not ``ok``, ``convention``, ``outside-domain`` or ``unsupported`` is a false alarm, or a
case that nothing could decide.
"""

from __future__ import annotations

import functools
import hashlib
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from harness.contract import Case, Failure, Problem, Verdict, VerdictKind
from harness.plugins import Registry, load
from harness.problems.catalogue import problems
from harness.running.evaluation import Evaluator, failure_of
from harness.running.inputs import Inputs
from harness.running.judged import verdict_of
from harness.verification.judge import Judge

from .backend import Reference

__all__ = ["HARMLESS", "Tally", "cases_of", "judged", "of_problem", "sample"]

HARMLESS = frozenset(
    {
        VerdictKind.OK,
        VerdictKind.CONVENTION,
        VerdictKind.OUTSIDE_DOMAIN,
        VerdictKind.UNSUPPORTED,
    }
)

NAME = "reference"


@dataclass
class Tally:
    """What came of some cases."""

    kinds: Counter[VerdictKind] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    alarms: list[tuple[str, Verdict]] = field(default_factory=list)

    def add(self, case: Case, verdict: Verdict) -> None:
        """Take one verdict in."""
        self.kinds[verdict.kind] += 1
        if verdict.kind is VerdictKind.UNSUPPORTED:
            self.reasons[verdict.reason] += 1
        if verdict.kind not in HARMLESS:
            self.alarms.append((case.id, verdict))


def cases_of(problem: Problem) -> Iterator[Case]:
    """Everything that a backend is asked of it, point by point, in both dtypes."""
    for dtype in sorted(problem.dtypes):
        for size in problem.sizes:
            for point in problem.points:
                for operator in sorted(problem.operators):
                    if problem.asks(operator, size, point, dtype):
                        yield Case(problem.name, operator, size.name, dtype, point.name)


def sample(one_of: int) -> list[Case]:
    """One case of so many of the catalogue, chosen by the hash of its id."""
    return [case for problem in problems() for case in cases_of(problem) if _chosen(case, one_of)]


def of_problem(name: str) -> Tally:
    """The verdicts on all cases of one problem."""
    return judged(cases_of(_registry().problem(name)))


def judged(cases: Iterable[Case]) -> Tally:
    """The verdicts on the reference."""
    registry = _registry()
    judge, inputs, tally = Judge(registry), Inputs(registry), Tally()
    backend = Reference()
    evaluator = Evaluator(backend)
    for case in cases:
        problem, given = registry.problem(case.problem), inputs(case)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                outcome = evaluator.evaluate(problem, case, given)
            except Exception as error:  # noqa: BLE001 - what it raises is an alarm of its own
                outcome: Failure = failure_of(error, backend, problem, given)
            tally.add(case, verdict_of(judge, NAME, case, given, outcome))
    return tally


@functools.cache
def _registry() -> Registry:
    return load()


def _chosen(case: Case, one_of: int) -> bool:
    digest = hashlib.blake2b(case.id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") % one_of == 0
