"""A backend before the judge in this very process, without workers, journal or deadlines."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Mapping

from harness.contract import Backend, Case, Evaluation, Failure, Verdict
from harness.plugins import BackendEntry, Registry
from harness.running.evaluation import Evaluator, failure_of
from harness.running.inputs import Inputs
from harness.running.judged import verdict_of
from harness.running.reproducers import Reproducers
from harness.verification.judge import Judge

__all__ = ["Bench", "JudgedBackend"]


class Bench:
    """What the backends of one session share: the judge, its truths, the numbers of the cases."""

    def __init__(self, registry: Registry) -> None:
        """Serve the backends of ``registry``."""
        self.registry = registry
        self.judge = Judge(registry)
        self.inputs = Inputs(registry)
        self.lines = Reproducers(registry, self.judge)


class JudgedBackend:
    """One backend at the bench; its library is imported when it is first asked for something."""

    def __init__(self, entry: BackendEntry, bench: Bench) -> None:
        """Judge the backend of ``entry``."""
        self.name = entry.name
        self.registry = bench.registry
        self._entry = entry
        self._bench = bench

    @functools.cached_property
    def _backend(self) -> Backend:
        return self._entry.create()

    @functools.cached_property
    def _evaluator(self) -> Evaluator:
        return Evaluator(self._backend)

    @functools.cached_property
    def versions(self) -> Mapping[str, str]:
        """The versions that entries of the ledger are for."""
        return {str(name): str(number) for name, number in self._backend.versions().items()}

    def verdict(self, case: Case) -> Verdict:
        """Evaluate and judge ``case``, as a worker and the supervisor would."""
        inputs = self._bench.inputs(case)
        problem = self._bench.registry.problem(case.problem)
        outcome: Evaluation | Failure
        # pytest may have been told to make errors of warnings; a worker has not.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                outcome = self._evaluator.evaluate(problem, case, inputs)
            except Exception as error:  # noqa: BLE001 - a backend may raise anything
                outcome = failure_of(error, self._backend, problem, inputs)
            return verdict_of(self._bench.judge, self.name, case, inputs, outcome)

    def reproducer(self, case: Case, verdict: Verdict) -> str:
        """A line for a shell that shows the case."""
        return self._bench.lines.line(self.name, case.id, verdict.reason)
