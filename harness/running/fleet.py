"""A fleet: the workers of one set, brought up together, pinned to one core, sent away together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Self

from harness.contract import Failure, VerdictKind
from harness.running.messages import Hello, Pin, Reply, Request
from harness.running.process import WorkerProcess

__all__ = ["Fleet", "Start"]

Start = Callable[[str], WorkerProcess]
"""Makes a worker for the backend of that name."""

_SLICE_S = 0.2
_PIN_DEADLINE_S = 10.0


@dataclass
class Fleet:
    """The workers of one set by arm; a context, so that none outlives it."""

    backends: Mapping[str, str]
    start: Start
    cores: Collection[int]
    workers: dict[str, WorkerProcess] = field(default_factory=dict)
    hellos: dict[str, Hello] = field(default_factory=dict)

    def bring_up(self, at_once: int) -> dict[str, Failure]:
        """Start a worker for each arm, then pin them all; return those that did not come up.

        No more than ``at_once`` come up at a time: one that has a core for itself takes as long
        to import its library as it would alone, and that time is recorded.
        """
        waiting = list(self.backends)
        coming: list[str] = []
        failures: dict[str, Failure] = {}
        while waiting or coming:
            while waiting and len(coming) < at_once:
                coming.append(waiting.pop(0))
                self.workers[coming[-1]] = self.start(self.backends[coming[-1]])
            wait([self.workers[arm].connection for arm in coming], _SLICE_S)
            for arm in list(coming):
                reply = self.workers[arm].poll()
                if reply is not None:
                    coming.remove(arm)
                    self._admit(arm, reply, failures)
        for arm in self.hellos:
            self.workers[arm].request(Pin(frozenset(self.cores)), _PIN_DEADLINE_S)
        return failures

    def ask(self, arm: str, request: Request, deadline_s: float) -> Reply:
        """The reply of the arm's worker; one that died before is replaced first."""
        worker = self.workers.get(arm)
        if worker is None or not worker.alive:
            worker = self.workers[arm] = self.start(self.backends[arm])
            hello = worker.wait()
            if not isinstance(hello, Hello):
                worker.kill()
                return _as_failure(hello)
            worker.request(Pin(frozenset(self.cores)), _PIN_DEADLINE_S)
        return worker.request(request, deadline_s)

    def __enter__(self) -> Self:
        """Return the fleet itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Send all workers away: first a word to each, then wait for all."""
        with contextlib.ExitStack() as cleanup:
            for worker in self.workers.values():
                cleanup.callback(worker.close)
                worker.dismiss()

    def _admit(self, arm: str, reply: Reply, failures: dict[str, Failure]) -> None:
        if isinstance(reply, Hello):
            self.hellos[arm] = reply
        else:
            self.workers[arm].kill()
            failures[arm] = _as_failure(reply)


def _as_failure(reply: Reply) -> Failure:
    if isinstance(reply, Failure):
        return reply
    return Failure(VerdictKind.CRASHED, f"the worker said {type(reply).__name__} instead of Hello")
