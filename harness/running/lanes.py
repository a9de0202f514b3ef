"""Lanes: several backends at work at once, each with one worker and one request under way.

For judging, where nothing is timed. While the supervisor deals with one lane's reply the
other workers go on computing. A worker that dies costs the request it was on; a new one takes
the next. A backend that does not come up is not tried again.
"""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable
from multiprocessing.connection import wait

from harness.contract import Failure, VerdictKind
from harness.running.messages import Hello, Reply, Request
from harness.running.process import WorkerProcess

__all__ = ["Lane", "drive"]

_SLICE_S = 0.2
_NO_HELLO = Failure(VerdictKind.CRASHED, "the worker spoke before it said that it was there")


class Lane(ABC):
    """What one backend is to be asked, one request after the other."""

    def __init__(self, backend: str) -> None:
        """Ask ``backend``."""
        self.backend = backend
        self.worker: WorkerProcess | None = None

    @abstractmethod
    def next_request(self) -> tuple[Request, float] | None:
        """The request to be answered next and its deadline in seconds; None: nothing is left.

        The same one is given until ``take`` has its reply.
        """

    @abstractmethod
    def take(self, reply: Reply) -> None:
        """Deal with the reply to the last request; ``worker`` tells what it printed."""

    @abstractmethod
    def came_up(self, hello: Hello) -> None:
        """A worker is there."""

    @abstractmethod
    def stayed_away(self, failure: Failure) -> None:
        """No worker comes up: nothing more is asked."""


def drive(lanes: Iterable[Lane], width: int, start: Callable[[str], WorkerProcess]) -> None:
    """Work through all lanes, at most ``width`` at a time; ``start`` makes a backend's worker."""
    waiting = deque(lanes)
    active: list[Lane] = []
    with contextlib.ExitStack() as cleanup:
        while waiting or active:
            while waiting and len(active) < width:
                lane = waiting.popleft()
                cleanup.callback(_kill, lane)
                lane.worker = start(lane.backend)
                active.append(lane)
            wait([lane.worker.connection for lane in active if lane.worker], _SLICE_S)
            active = [lane for lane in active if _advance(lane, start)]


def _advance(lane: Lane, start: Callable[[str], WorkerProcess]) -> bool:
    """Take the lane's reply if there is one and ask on; False when the lane is done."""
    worker = lane.worker
    assert worker is not None
    reply = worker.poll()
    if reply is None:
        return True
    if isinstance(reply, Hello):
        lane.came_up(reply)
    elif worker.came_up:
        lane.take(reply)
    else:
        worker.kill()
        lane.stayed_away(reply if isinstance(reply, Failure) else _NO_HELLO)
        return False
    return _ask(lane, worker, start)


def _ask(lane: Lane, worker: WorkerProcess, start: Callable[[str], WorkerProcess]) -> bool:
    """Send the next request, or start a worker for it; False when there is none."""
    while (request := lane.next_request()) is not None:
        if not worker.alive:
            lane.worker = start(lane.backend)
            return True
        failure = worker.send(*request)
        if failure is None:
            return True
        lane.take(failure)
    worker.close()
    return False


def _kill(lane: Lane) -> None:
    if lane.worker is not None:
        lane.worker.kill()
