"""A fleet: the workers of one set, brought up together, pinned together, sent away together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Self

from harness.contract import Failure, VerdictKind
from harness.running.messages import Hello, Pin, Reply, Request
from harness.running.process import Start, WorkerProcess

__all__ = ["Fleet"]

_SLICE_S = 0.2
_PIN_DEADLINE_S = 10.0


@dataclass
class Fleet:
    """The workers of one set by arm; a context, so that none outlives it."""

    backends: Mapping[str, str]
    start: Start
    workers: dict[str, WorkerProcess] = field(default_factory=dict)
    hellos: dict[str, Hello] = field(default_factory=dict)
    _cores: frozenset[int] = frozenset()

    def bring_up(self, at_once: int) -> dict[str, Failure]:
        """Start a worker for each arm; return those that did not come up.

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
            for arm, reply in self._replies(coming):
                coming.remove(arm)
                if isinstance(reply, Hello):
                    self.hellos[arm] = reply
                else:
                    self.workers[arm].kill()
                    failures[arm] = _as_failure(reply)
        return failures

    def pin(self, cores: Collection[int]) -> None:
        """Keep all workers, and those that will replace one, on ``cores``."""
        self._cores = frozenset(cores)
        for worker in self.workers.values():
            if worker.alive:
                worker.request(Pin(self._cores), _PIN_DEADLINE_S)

    def ask_all(
        self,
        arms: Iterable[str],
        next_request: Callable[[str], Request | None],
        at_once: int,
        deadline_s: float,
    ) -> Iterator[tuple[str, Request, Reply]]:
        """Ask each arm one request after the other, ``at_once`` arms at a time; give the replies.

        ``next_request`` is called when the reply before has been dealt with; None: that was all.
        """
        waiting = list(arms)
        asked: dict[str, Request] = {}

        def ask_next(arm: str) -> Iterator[tuple[str, Request, Reply]]:
            while (request := next_request(arm)) is not None:
                failure = self._revive(arm) or self.workers[arm].send(request, deadline_s)
                if failure is None:
                    asked[arm] = request
                    return
                yield arm, request, failure

        while waiting or asked:
            while waiting and len(asked) < at_once:
                yield from ask_next(waiting.pop(0))
            for arm, reply in self._replies(list(asked)):
                yield arm, asked.pop(arm), reply
                yield from ask_next(arm)

    def ask(self, arm: str, request: Request, deadline_s: float) -> Reply:
        """The reply of the arm's worker; one that died before is replaced first."""
        return self._revive(arm) or self.workers[arm].request(request, deadline_s)

    def __enter__(self) -> Self:
        """Return the fleet itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Send all workers away: first a word to each, then wait for all."""
        with contextlib.ExitStack() as cleanup:
            for worker in self.workers.values():
                cleanup.callback(worker.close)
                worker.dismiss()

    def _replies(self, arms: Collection[str]) -> list[tuple[str, Reply]]:
        """The replies that have come from ``arms``, after waiting a little for one."""
        if arms:
            wait([self.workers[arm].connection for arm in arms], _SLICE_S)
        polled = [(arm, self.workers[arm].poll()) for arm in arms]
        return [(arm, reply) for arm, reply in polled if reply is not None]

    def _revive(self, arm: str) -> Failure | None:
        """Start a new worker for an arm whose worker died; a Failure when it does not come up."""
        if self.workers[arm].alive:
            return None
        worker = self.workers[arm] = self.start(self.backends[arm])
        hello = worker.wait()
        if not isinstance(hello, Hello):
            worker.kill()
            return _as_failure(hello)
        if self._cores:
            worker.request(Pin(self._cores), _PIN_DEADLINE_S)
        return None


def _as_failure(reply: Reply) -> Failure:
    if isinstance(reply, Failure):
        return reply
    return Failure(VerdictKind.CRASHED, f"the worker said {type(reply).__name__} instead of Hello")
