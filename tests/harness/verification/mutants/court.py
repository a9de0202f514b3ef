"""Backends judged in this process: no workers, no journal, the judge that a run has."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Sequence

from harness.contract import Backend, Case, Failure, Operator, Verdict
from harness.plugins import Registry, load
from harness.running.evaluation import Evaluator, failure_of
from harness.running.inputs import Inputs
from harness.running.judged import verdict_of
from harness.verification.judge import Judge

from .mutant import Mutant

__all__ = ["Court", "case_of", "registry"]


@functools.cache
def registry() -> Registry:
    """The problems of all that is installed."""
    return load()


def case_of(
    problem: str, operator: Operator, point: str, dtype: str = "float64", size: str | None = None
) -> Case:
    """The case at ``point``, which has one size unless ``size`` names one."""
    there = registry().problem(problem)
    if size is None:
        sizes = there.point(point).sizes
        (size,) = sizes if sizes is not None else {s.name for s in there.sizes}
    case = Case(problem, operator, size, dtype, point)
    if not there.asks(operator, there.size(size), there.point(point), dtype):
        raise ValueError(f"{case.id} is no case of the plan")
    return case


class Court:
    """Evaluates and judges in this process; truths are found once for everybody."""

    def __init__(self) -> None:
        """With one judge who has all oracles and one who has none."""
        self._inputs = Inputs(registry())
        self._judges = {False: Judge(registry()), True: Judge(registry(), oracles=())}

    def verdicts(
        self, backend: Backend, cases: Sequence[Case], *, name: str, blind: bool = False
    ) -> list[Verdict]:
        """The verdicts on ``cases`` in this order; ``name`` keeps one backend from another."""
        evaluator = Evaluator(backend)
        found = []
        for case in cases:
            problem, inputs = registry().problem(case.problem), self._inputs(case)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    outcome = evaluator.evaluate(problem, case, inputs)
                except Exception as error:  # noqa: BLE001 - a backend may raise anything
                    outcome: Failure = failure_of(error, backend, problem, inputs)
                found.append(verdict_of(self._judges[blind], name, case, inputs, outcome))
        return found

    def of_mutant(self, mutant: Mutant, make: Callable[[], Backend] | None = None) -> list[Verdict]:
        """The verdicts on the mutant, or on what ``make`` makes, at its cases; its own is last."""
        asked = (*mutant.before, (mutant.operator, mutant.point))
        cases = [
            case_of(mutant.problem, operator, point, mutant.dtype, mutant.size)
            for operator, point in asked
        ]
        name = f"{mutant.name} right" if make else mutant.name
        backend = (make or mutant.backend)()
        return self.verdicts(backend, cases, name=name, blind=mutant.blind)
