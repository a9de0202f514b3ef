"""The memory pass: the peak of every timed case, in processes of its own and never while timing."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.contract import Case, Failure
from harness.running.fleet import Start
from harness.running.inputs import Inputs
from harness.running.journal import Journal
from harness.running.lanes import Lane, drive
from harness.running.messages import Forget, Hello, Measure, Measured, Ready, Reply, Request
from harness.running.progress import View
from harness.running.records import MemoryRecord

__all__ = ["MemoryPass"]


@dataclass
class MemoryPass:
    """The pass, and what its lanes share."""

    inputs: Inputs
    journal: Journal
    view: View
    deadline_s: float

    def run(self, todo: Mapping[str, Sequence[Case]], width: int, start: Start) -> None:
        """Measure the cases of each backend; one that fails has no figure, and that is all."""
        if not todo:
            return
        self.view.begin("measuring memory", sum(map(len, todo.values())))
        drive((_MemoryLane(name, cases, self) for name, cases in todo.items()), width, start)
        self.view.end()


class _MemoryLane(Lane):
    """For each case: make it ready, measure it, forget it."""

    def __init__(self, backend: str, cases: Iterable[Case], phase: MemoryPass) -> None:
        super().__init__(backend)
        self._cases = deque(cases)
        self._phase = phase
        self._request: Request | None = None

    def next_request(self) -> tuple[Request, float] | None:
        if not self._cases:
            return None
        case = self._cases[0]
        if self._request is None:
            self._request = Ready(case, self._phase.inputs(case), math.inf)
        return self._request, self._phase.deadline_s

    def take(self, reply: Reply) -> None:
        case = self._cases[0]
        if isinstance(reply, Failure) or isinstance(self._request, Forget):
            self._cases.popleft()
            self._request = None
            self._phase.view.step(f"{self.backend} {case.id}")
        elif isinstance(reply, Measured):
            record = MemoryRecord(self.backend, case.id, reply.peak_bytes)
            self._phase.journal.append(record)
            self._request = Forget(case)
        else:
            self._request = Measure(case)

    def came_up(self, hello: Hello) -> None:
        """A new worker has nothing ready."""

    def stayed_away(self, failure: Failure) -> None:
        self._phase.view.notice(f"no memory figures of {self.backend}: {failure.message}")
        self._phase.view.step(self.backend, units=len(self._cases))
