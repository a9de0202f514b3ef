"""The judging phase: every backend computes every case, and each outcome becomes a verdict."""

from __future__ import annotations

import hashlib
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from harness.contract import Case, Evaluation, Failure, Operator, Verdict, VerdictKind
from harness.problems.inputs import CaseInputs
from harness.running.inputs import Inputs
from harness.running.journal import Journal
from harness.running.lanes import Lane, drive
from harness.running.messages import Evaluate, Hello, Reply, Request
from harness.running.process import WorkerProcess
from harness.running.progress import View
from harness.running.records import CurveRecord, Record, VerdictRecord
from harness.verification.judge import Judge

__all__ = ["Judged", "Judging", "digest", "verdict_of", "without_places"]

_PLACES = re.compile(
    r"[^\s\"'(]*/(?=(?:site-packages|dist-packages|python3\.\d+)/)"
    + "|"
    + re.escape(f"{Path(__file__).parents[2]}/")
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What timing wants to know of a judged case: the results' digest, seconds of a first call."""

    digest: str
    seconds: float


@dataclass
class Judging:
    """The phase, and what its lanes share; ``judged`` fills with the evaluations seen."""

    inputs: Inputs
    judge: Judge
    journal: Journal
    view: View
    deadline_s: float
    came_up: Callable[[str, Hello], None]
    case_judged: Callable[[str, Case, Verdict], None]
    judged: dict[tuple[str, Case], Judged] = field(default_factory=dict)

    def run(
        self,
        todo: Mapping[str, Sequence[Case]],
        width: int,
        start: Callable[[str], WorkerProcess],
    ) -> None:
        """Judge the cases of each backend in ``todo``, up to ``width`` backends at a time."""
        if not todo:
            return
        self.view.begin("judging", sum(map(len, todo.values())))
        drive((_JudgingLane(name, cases, self) for name, cases in todo.items()), width, start)
        self.view.end()


class _JudgingLane(Lane):
    """The cases of one backend; the first of ``cases`` is the one under way."""

    def __init__(self, backend: str, cases: Iterable[Case], phase: Judging) -> None:
        super().__init__(backend)
        self._cases = deque(cases)
        self._phase = phase
        self._version = ""

    def next_request(self) -> tuple[Request, float] | None:
        while self._cases:
            try:
                inputs = self._phase.inputs(self._cases[0])
            except Exception as error:  # noqa: BLE001 - the problem may be a plug-in's
                self._record(_undecided("the arguments cannot be built", error), None)
            else:
                return Evaluate(self._cases[0], inputs), self._phase.deadline_s
        return None

    def take(self, reply: Reply) -> None:
        if isinstance(reply, Evaluation) and self.worker is not None:
            reply = replace(reply, stdout_bytes=self.worker.stdout_bytes)
        elif not isinstance(reply, Failure):
            reply = Failure(VerdictKind.CRASHED, f"the worker answered {type(reply).__name__}")
        self._settle(reply)

    def came_up(self, hello: Hello) -> None:
        self._version = ", ".join(f"{name} {number}" for name, number in hello.versions.items())
        self._phase.came_up(self.backend, hello)

    def stayed_away(self, failure: Failure) -> None:
        told = replace(failure, message=f"the backend did not start: {failure.message}")
        while self.next_request() is not None:
            self._settle(told)

    def _settle(self, outcome: Evaluation | Failure) -> None:
        case = self._cases[0]
        inputs = self._phase.inputs(case)
        verdict = verdict_of(self._phase.judge, self.backend, case, inputs, outcome)
        self._record(verdict, outcome)

    def _record(self, verdict: Verdict, outcome: Evaluation | Failure | None) -> None:
        """Put the verdict of the case under way on disk; the next one's turn comes after."""
        phase, case = self._phase, self._cases[0]
        records: list[Record] = [
            VerdictRecord(
                backend=self.backend,
                version=self._version,
                case=case.id,
                kind=str(verdict.kind),
                oracle=verdict.oracle,
                reason=_noted(verdict.reason, outcome),
                error=verdict.error,
                relative_error=verdict.relative_error,
                tolerance=verdict.tolerance,
                error_over_tolerance=verdict.error_over_tolerance,
                ulp=verdict.ulp,
                native=isinstance(outcome, Evaluation) and outcome.native,
                stderr_tail=self._stderr_tail(verdict, outcome),
                time=time.time(),
            )
        ]
        if isinstance(outcome, Evaluation):
            phase.judged[self.backend, case] = Judged(digest(outcome.results), outcome.seconds)
            if case.operator is Operator.DESCENT and len(outcome.results) == 1:
                losses = [float(x) for x in np.ravel(outcome.results[0])]
                records.append(CurveRecord(self.backend, case.id, losses))
        phase.journal.append(*records)
        self._cases.popleft()
        phase.case_judged(self.backend, case, verdict)
        phase.view.step(f"{self.backend} {case.id}")

    def _stderr_tail(self, verdict: Verdict, outcome: Evaluation | Failure | None) -> str:
        """What the failure says, or else what came on stderr when something is amiss."""
        if isinstance(outcome, Failure) and outcome.stderr_tail:
            return without_places(outcome.stderr_tail)
        if verdict.kind is VerdictKind.OK or self.worker is None:
            return ""
        return without_places(self.worker.stderr_tail())


def without_places(told: str) -> str:
    """``told`` without where things are installed: a run is passed on to people elsewhere."""
    return _PLACES.sub("", told)


def verdict_of(
    judge: Judge, backend: str, case: Case, inputs: CaseInputs, outcome: Evaluation | Failure
) -> Verdict:
    """The judge's verdict; ``inconclusive`` when the judge itself fails."""
    try:
        return judge.judge(backend, case, inputs, outcome)
    except Exception as error:  # noqa: BLE001 - an oracle may be a plug-in's
        return _undecided("the judge failed", error)


def digest(results: Sequence[np.ndarray]) -> str:
    """A fingerprint of the results' shapes, dtypes and bits."""
    hashed = hashlib.sha256()
    for x in results:
        hashed.update(f"{x.shape}{x.dtype.str}".encode())
        hashed.update(x.tobytes())
    return hashed.hexdigest()


def _noted(reason: str, outcome: Evaluation | Failure | None) -> str:
    """The reason, with the noise that the backend made: it costs a word, nothing more."""
    if not isinstance(outcome, Evaluation) or not outcome.stdout_bytes:
        return reason
    noise = f"{outcome.stdout_bytes} bytes of noise on stdout"
    return f"{reason}; {noise}" if reason else noise


def _undecided(what: str, error: Exception) -> Verdict:
    reason = f"{what}: {type(error).__name__}: {' '.join(str(error).split())}"
    return Verdict(VerdictKind.INCONCLUSIVE, "none", reason)
