"""The judging phase: every backend computes every case, and each outcome becomes a verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.contract import Case, Evaluation, Failure, Operator, Verdict, VerdictKind
from harness.running.inputs import Inputs
from harness.running.journal import Journal
from harness.running.judged import Judged, digest, undecided, verdict_of
from harness.running.lanes import Lane, drive
from harness.running.messages import Evaluate, Hello, Task
from harness.running.process import Start
from harness.running.progress import View
from harness.running.records import Record, ResultRecord
from harness.running.verdict_records import curve_record, verdict_record
from harness.running.work import Work
from harness.verification.judge import Judge

__all__ = ["Judging"]

_TASKS_AT_ONCE = 16
"""Enough that a worker does not wait while the supervisor judges."""

_WORTH_A_WORKER = 300
"""Cases for which one more worker of a backend, with all that it has to import, is started."""


@dataclass
class Judging:
    """The phase, and what its lanes share.

    ``judged`` fills with the evaluations seen of the cases in ``wanted``. A verdict is told to
    ``case_judged`` and shown when it is on disk, which happens in groups.
    """

    inputs: Inputs
    judge: Judge
    journal: Journal
    view: View
    deadline_s: float
    came_up: Callable[[str, Hello], None]
    case_judged: Callable[[str, Case, Verdict], None]
    wanted: frozenset[Case] = frozenset()
    judged: dict[tuple[str, Case], Judged] = field(default_factory=dict)
    _work: dict[str, Work] = field(default_factory=dict)
    _lanes: list[_JudgingLane] = field(default_factory=list)
    _alone: set[str] = field(default_factory=set)
    _untold: list[tuple[str, Case, Verdict]] = field(default_factory=list)

    def run(self, todo: Mapping[str, Sequence[Case]], width: int, start: Start) -> None:
        """Judge the cases of each backend in ``todo``, by up to ``width`` workers at a time."""
        if not todo:
            return
        self.view.begin("judging", sum(map(len, todo.values())))
        self._work = {backend: Work(cases) for backend, cases in todo.items()}
        drive(self._next_lane, width, start, self._meanwhile)
        self._tell()
        self.view.end()

    def record(self, backend: str, case: Case, verdict: Verdict, records: Sequence[Record]) -> None:
        """Write ``records`` and remember to tell of the verdict in them."""
        self.journal.write(*records)
        self._untold.append((backend, case, verdict))

    def leaves_to_others(self, lane: _JudgingLane) -> bool:
        """Whether its backend has other lanes, which will be left alone from now on."""
        others = [o for o in self._lanes if o is not lane and o.backend == lane.backend]
        if any(not other.over for other in others):
            self._alone.add(lane.backend)
            return True
        return False

    def _next_lane(self) -> _JudgingLane | None:
        """For a backend that nobody works for; else one more for the one with most to do."""
        self._lanes = [lane for lane in self._lanes if not lane.over]
        busy = {lane.backend for lane in self._lanes}
        for backend, work in self._work.items():
            if work.left and backend not in busy:
                return self._begun(backend, work)
        up = {lane.backend for lane in self._lanes if lane.up} - self._alone
        worth = {n: w for n, w in self._work.items() if n in up and w.left >= _WORTH_A_WORKER}
        if not worth:
            return None
        most = max(worth, key=lambda name: worth[name].left)
        return self._begun(most, worth[most])

    def _begun(self, backend: str, work: Work) -> _JudgingLane:
        self._lanes.append(_JudgingLane(backend, work, self))
        return self._lanes[-1]

    def _meanwhile(self) -> float | None:
        """Sync what has been written for long enough; return when the next is due."""
        if self.journal.due_s == 0.0:
            self._tell()
        return self.journal.due_s

    def _tell(self) -> None:
        """Sync, and tell of the verdicts that are on disk now."""
        self.journal.sync()
        told, self._untold = self._untold, []
        for backend, case, verdict in told:
            self.case_judged(backend, case, verdict)
        if told:
            backend, case, _ = told[-1]
            self.view.step(f"{backend} {case.id}", len(told))


class _JudgingLane(Lane):
    """One worker of a backend, and the cases that it takes from the backend's work."""

    def __init__(self, backend: str, work: Work, phase: Judging) -> None:
        super().__init__(backend, phase.deadline_s)
        self.up = False
        self._work = work
        self._phase = phase
        self._version = ""

    def next_request(self) -> Evaluate | None:
        tasks: list[Task] = []
        while len(tasks) < _TASKS_AT_ONCE and (bundle := self._work.take(id(self))):
            for case in bundle:
                try:
                    tasks.append((case, self._phase.inputs(case)))
                except Exception as error:  # noqa: BLE001 - the problem may be a plug-in's
                    self._record(case, undecided("the arguments cannot be built", error), None)
        return Evaluate(tuple(tasks)) if tasks else None

    def take(self, task: Task, outcome: Evaluation | Failure) -> None:
        case, inputs = task
        verdict = verdict_of(self._phase.judge, self.backend, case, inputs, outcome)
        self._record(case, verdict, outcome)

    def came_up(self, hello: Hello) -> None:
        self.up = True
        self._version = ", ".join(f"{name} {number}" for name, number in hello.versions.items())
        self._phase.came_up(self.backend, hello)

    def stayed_away(self, failure: Failure, left: Sequence[Task]) -> None:
        """The cases are left to the backend's other lanes; without one they have failed."""
        if self._phase.leaves_to_others(self):
            self._work.give_back([case for case, _ in left])
            return
        told = replace(failure, message=f"the backend did not start: {failure.message}")
        for task in left:
            self.take(task, told)
        while (request := self.next_request()) is not None:
            for task in request.tasks:
                self.take(task, told)

    def _record(self, case: Case, verdict: Verdict, outcome: Evaluation | Failure | None) -> None:
        """Write the verdict, and the losses of a descent."""
        phase = self._phase
        stderr = self._stderr(verdict, outcome)
        records: list[Record] = [
            verdict_record(self.backend, self._version, case, verdict, outcome, stderr)
        ]
        if isinstance(outcome, Evaluation):
            if case in phase.wanted:
                known = Judged(digest(outcome.results), outcome.seconds)
                phase.judged[self.backend, case] = known
                records.append(ResultRecord(self.backend, case.id, known.digest, known.seconds))
            if case.operator is Operator.DESCENT and len(outcome.results) == 1:
                records.append(curve_record(self.backend, case, outcome.results[0]))
        phase.record(self.backend, case, verdict, records)

    def _stderr(self, verdict: Verdict, outcome: Evaluation | Failure | None) -> str:
        """What the failure says, or else what came on stderr when something is amiss."""
        if isinstance(outcome, Failure) and outcome.stderr_tail:
            return outcome.stderr_tail
        if verdict.kind is VerdictKind.OK or self.worker is None:
            return ""
        return self.worker.stderr_tail()
