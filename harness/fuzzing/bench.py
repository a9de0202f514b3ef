"""The bench: specimens go to a worker of one backend and come back judged.

The worker is the same as of any run: one that dies or hangs costs the case that it was on, which is
the finding, and the next one takes the rest.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np

from harness.contract import Case, Evaluation, Failure, Operator, Problem, Verdict, VerdictKind
from harness.fuzzing.specimens import Specimen
from harness.plugins import Registry
from harness.running.inputs import Inputs
from harness.running.judged import verdict_of
from harness.running.messages import Evaluate, Evaluated, Hello, Task
from harness.running.process import WorkerProcess
from harness.running.reproducers import Reproducers
from harness.timing.environment import worker_environment
from harness.verification.judge import Judge
from harness.verification.oracles.oracle import Truth

__all__ = ["Asked", "Bench", "Judged", "Worker"]

Outcome = Evaluation | Failure

_TRUTH_S = 10.0
"""What one truth may cost: more than in a run, so that a slow machine decides no less."""


class Asked(Protocol):
    """Whoever evaluates: a worker process, or in a test the backend itself."""

    versions: Mapping[str, str]

    def __call__(self, problem: Problem, tasks: Sequence[Task]) -> list[Outcome]:
        """What becomes of each of the tasks, which are of ``problem``."""
        ...

    def close(self) -> None:
        """There is nothing more to ask."""
        ...


class Worker:
    """A worker process of ``backend``, and the next one when it died."""

    def __init__(self, backend: str, deadline_s: float) -> None:
        """Nothing is started before the first question; each task has ``deadline_s`` seconds."""
        self.versions: Mapping[str, str] = {}
        self._backend = backend
        self._deadline_s = deadline_s
        self._process: WorkerProcess | None = None

    def __call__(self, problem: Problem, tasks: Sequence[Task]) -> list[Outcome]:
        """What becomes of each of the tasks; a backend that does not come up fails them all."""
        outcomes: list[Outcome] = []
        while len(outcomes) < len(tasks):
            process = self._running()
            if isinstance(process, Failure):
                return [process] * len(tasks)
            request = Evaluate(tuple(tasks[len(outcomes) :]), (problem,))
            failure = process.send(request, self._deadline_s)
            while failure is None and len(outcomes) < len(tasks):
                reply = process.wait()
                if isinstance(reply, Evaluated):
                    outcomes.append(reply.outcome)
                elif isinstance(reply, Failure):
                    failure = reply
                else:
                    said = f"the worker answered {type(reply).__name__}"
                    failure = Failure(VerdictKind.CRASHED, said)
            if failure is not None:
                process.kill()
                outcomes.append(failure)
        return outcomes

    def close(self) -> None:
        """Send the worker away."""
        if self._process is not None:
            self._process.close()

    def _running(self) -> WorkerProcess | Failure:
        if self._process is not None and self._process.alive:
            return self._process
        variables = worker_environment(1, np.random.default_rng(0))
        self._process = WorkerProcess(self._backend, variables)
        hello = self._process.wait()
        if isinstance(hello, Hello):
            self.versions = dict(hello.versions)
            return self._process
        self._process.kill()
        if isinstance(hello, Failure):
            return replace(hello, message=f"the backend did not start: {hello.message}")
        return Failure(VerdictKind.CRASHED, f"the worker said {type(hello).__name__}")


@dataclass(frozen=True)
class Judged:
    """One case of a specimen, what the backend made of it, and the verdict."""

    case: Case
    outcome: Outcome
    verdict: Verdict


class Bench:
    """Judges specimens of one backend; a context manager that lets the worker go."""

    def __init__(
        self,
        registry: Registry,
        backend: str,
        asked: Asked,
        make_judge: Callable[[Registry, Path], Judge] | None = None,
    ) -> None:
        """``asked`` evaluates for ``backend``, which is one of ``registry``."""
        self.backend = backend
        self._entry = registry.backend(backend)
        # Specimens are problems only in here, and only while they are asked about.
        self._registry = replace(registry, problems={})
        self._asked = asked
        self._folder = tempfile.TemporaryDirectory(prefix="adjudge-", ignore_cleanup_errors=True)
        make = make_judge or _judge
        self._judge = make(self._registry, Path(self._folder.name))

    @property
    def versions(self) -> Mapping[str, str]:
        """The versions of the backend's libraries; empty before the first answer."""
        return self._asked.versions

    def judged(self, specimen: Specimen, operators: Sequence[Operator]) -> list[Judged]:
        """The verdicts on the backend's results, for those of ``operators`` that it is asked."""
        problem = specimen.problem
        self._registry.problems[problem.name] = problem
        inputs = Inputs(self._registry)
        cases = [specimen.case(o) for o in operators if self._entry.asks(problem, o)]
        tasks = [(case, inputs(case)) for case in cases]
        outcomes = self._asked(problem, tasks)
        return [
            Judged(case, outcome, verdict_of(self._judge, self.backend, case, given, outcome))
            for (case, given), outcome in zip(tasks, outcomes, strict=True)
        ]

    def truth(self, specimen: Specimen, operator: Operator) -> Truth | None:
        """What is true of ``operator`` there; None: not known."""
        self._registry.problems[specimen.name] = specimen.problem
        case = specimen.case(operator)
        return self._judge.truth(case, Inputs(self._registry)(case))

    def reproducer(self, judged: Judged) -> str:
        """One line in the library alone; empty where its words do not suffice."""
        maker = Reproducers(self._registry, self._judge)
        line = maker.line(self.backend, judged.case.id, judged.verdict.reason)
        return line if line.startswith("python ") else ""

    def forget(self) -> None:
        """Let go of the specimens that were asked about."""
        self._registry.problems.clear()

    def __enter__(self) -> Self:
        """Return the bench itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Send the worker away, and remove the truths."""
        self._asked.close()
        self._folder.cleanup()


def _judge(registry: Registry, folder: Path) -> Judge:
    return Judge(registry, folder, budget_s=_TRUTH_S)
