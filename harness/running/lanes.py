"""Lanes: several workers at once, each with enough under way that it never waits for the next.

For judging, where nothing is timed. While the supervisor deals with one answer all workers go on
computing. A worker that dies costs the task that it was on: what was to follow goes to a new one.
A worker that does not come up is not tried again.
"""

from __future__ import annotations

import contextlib
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import wait

from harness.contract import Evaluation, Failure, VerdictKind
from harness.running.messages import Evaluate, Evaluated, Hello, Reply, Task
from harness.running.process import Start, WorkerProcess

__all__ = ["Lane", "drive"]

_SLICE_S = 0.2
_TURN_S = 0.02  # for the answers of one lane, before the next lane has its turn
_NO_HELLO = Failure(VerdictKind.CRASHED, "the worker spoke before it said that it was there")


class Lane(ABC):
    """What one worker is asked: one request under way and the next one waiting behind it."""

    def __init__(self, backend: str, deadline_s: float) -> None:
        """Ask ``backend``; each task has ``deadline_s`` seconds."""
        self.backend = backend
        self.worker: WorkerProcess | None = None
        self.over = False
        self._deadline_s = deadline_s
        self._unanswered: deque[Task] = deque()
        self._last = 0  # tasks of the last request that was sent
        self._next: Evaluate | None = None
        self._held = False  # the next request is too long to wait in the socket

    @abstractmethod
    def next_request(self) -> Evaluate | None:
        """The tasks to be answered next, which were not given before; None: nothing is left."""

    @abstractmethod
    def take(self, task: Task, outcome: Evaluation | Failure) -> None:
        """Deal with what became of a task; ``worker`` tells what it printed."""

    @abstractmethod
    def came_up(self, hello: Hello) -> None:
        """A worker is there."""

    @abstractmethod
    def stayed_away(self, failure: Failure, left: Sequence[Task]) -> None:
        """No worker comes up, and the lane is over; nobody has answered the tasks ``left``."""

    def advance(self, start: Start) -> None:
        """Take the answers that have come and ask on, with a worker from ``start`` if need be."""
        until = time.monotonic() + _TURN_S
        while self.worker is not None and (reply := self.worker.poll()) is not None:
            self._deal_with(reply, self.worker)
            if not self.over:
                self._ask(start)
            if self.over or time.monotonic() > until:
                return

    def _deal_with(self, reply: Reply, worker: WorkerProcess) -> None:
        match reply:
            case Hello():
                self.came_up(reply)
            case _ if not worker.came_up:
                self._end(worker)
                worker.kill()
                failure = reply if isinstance(reply, Failure) else _NO_HELLO
                self.stayed_away(failure, self._left())
            case Evaluated(outcome=outcome) if self._unanswered:
                self.take(self._unanswered.popleft(), outcome)
            case Failure():
                worker.kill()
                self._died(reply)
            case _:
                worker.kill()
                said = f"the worker answered {type(reply).__name__}"
                self._died(Failure(VerdictKind.CRASHED, said))

    def _ask(self, start: Start) -> None:
        """Send what is to come next, to a new worker if need be; over when there is nothing."""
        worker = self.worker
        assert worker is not None
        while len(self._unanswered) <= self._last:
            if self._next is None:
                self._next = self.next_request()
            request = self._next
            if request is None:
                if not self._unanswered:
                    self._end(worker)
                return
            if not worker.alive:
                self.worker = start(self.backend)
                return
            failure = None
            if not self._unanswered:
                failure = worker.send(request, self._deadline_s)
            elif self._held or not worker.send_ahead(request):
                self._held = True
                return
            self._next, self._last, self._held = None, len(request.tasks), False
            self._unanswered.extend(request.tasks)
            if failure is not None:
                self._died(failure)

    def _died(self, failure: Failure) -> None:
        """It costs the first task without an answer; a new worker will have the others."""
        task = self._unanswered.popleft() if self._unanswered else None
        left = self._left()
        self._next = Evaluate(tuple(left)) if left else None
        if task is not None:
            self.take(task, failure)

    def _left(self) -> list[Task]:
        """The tasks that were given and not answered; nothing is under way any more."""
        left = [*self._unanswered, *(self._next.tasks if self._next else ())]
        self._unanswered.clear()
        self._next, self._last, self._held = None, 0, False
        return left

    def _end(self, worker: WorkerProcess) -> None:
        self.over = True
        worker.dismiss()


def drive(
    next_lane: Callable[[], Lane | None],
    width: int,
    start: Start,
    meanwhile: Callable[[], float | None],
) -> None:
    """Work through the lanes, at most ``width`` at a time; ``start`` makes a backend's worker.

    Whenever there is room, ``next_lane`` is asked for one more; None: for now there is none.
    ``meanwhile`` is called again and again, at the latest after the seconds that it returned.
    """
    lanes: list[Lane] = []
    active: list[Lane] = []
    with contextlib.ExitStack() as cleanup:
        while True:
            while len(active) < width and (lane := next_lane()) is not None:
                cleanup.callback(_kill, lane)
                lane.worker = start(lane.backend)
                lanes.append(lane)
                active.append(lane)
            if not active:
                break
            due_s = meanwhile()
            pause_s = _SLICE_S if due_s is None else min(_SLICE_S, due_s)
            wait([lane.worker.connection for lane in active if lane.worker], pause_s)
            for lane in active:
                lane.advance(start)
            active = [lane for lane in active if not lane.over]
        for lane in lanes:
            if lane.worker is not None:
                lane.worker.close()


def _kill(lane: Lane) -> None:
    if lane.worker is not None:
        lane.worker.kill()
