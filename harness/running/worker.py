"""The worker: ``python -m harness.running.worker BACKEND FD PARENT THREADS``, for one backend.

It finds plug-ins as the supervisor does, makes its backend, says ``Hello`` on the inherited
socket FD and answers one request after the other until the socket closes. Nothing of the
protocol touches stdin, stdout or stderr.
"""

from __future__ import annotations

import contextlib
import faulthandler
import os
import resource
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from harness import plugins
from harness.contract import Backend, Case, Evaluation, Failure, Problem, VerdictKind
from harness.errors import AdjudgeError
from harness.problems.inputs import CaseInputs
from harness.running import evaluation, turns
from harness.running.messages import (
    COMPILED,
    Check,
    Done,
    Evaluate,
    Forget,
    Hello,
    Measure,
    Pin,
    Pools,
    PoolSizes,
    Ready,
    Reply,
    Request,
    Shutdown,
    Task,
    Turn,
    Warm,
)
from harness.running.own_process import Noise, flush, leave, leave_with, pin_all_threads
from harness.timing import environment
from harness.timing.collector import quiet_collector

__all__ = ["Worker", "leave", "main"]


class Worker:
    """Answers requests with one backend."""

    def __init__(self, registry: plugins.Registry, backend: Backend) -> None:
        """Serve ``backend`` on the problems of ``registry``."""
        self.registry = registry
        self.backend = backend
        self.evaluator = evaluation.Evaluator(backend)
        self.ready: dict[Case, turns.ReadyCase] = {}
        self.quiet = contextlib.ExitStack()

    def answer(self, request: Request) -> Reply:
        """The reply to ``request``; what the backend raises becomes a Failure."""
        match request:
            case Ready(case, inputs):
                return self._guarded(case, inputs, lambda: self._make_ready(request))
            case Warm(case, loops, sample_s):
                return self._guarded(case, None, lambda: self.ready[case].warm(loops, sample_s))
            case Turn(case, loops):
                return self._guarded(case, None, lambda: self.ready[case].take(loops))
            case Check(case):
                return self._guarded(case, None, lambda: self.ready[case].check())
            case Measure(case):
                return self._guarded(case, None, lambda: self.ready[case].measure())
            case Forget(case):
                self.ready.pop(case, None)
            case Pin(cores):
                pin_all_threads(cores)
            case Pools():
                return PoolSizes(self._pool_sizes())
            case Shutdown():
                pass
        return Done()

    def evaluate(self, task: Task) -> Evaluation | Failure:
        """What becomes of one task of an ``Evaluate``."""
        case, inputs = task
        problem = self.registry.problem(case.problem)
        try:
            return self.evaluator.evaluate(problem, case, inputs)
        except Exception as error:  # noqa: BLE001 - a backend may raise anything
            return evaluation.failure_of(error, self.backend, problem, inputs)

    @contextlib.contextmanager
    def knowing(self, problems: Sequence[Problem]) -> Iterator[None]:
        """Have ``problems`` beside those of the plug-ins."""
        own = {problem.name: problem for problem in problems}
        before = self.registry.problems
        self.registry.problems = {**before, **own} if own else before
        try:
            yield
        finally:
            self.registry.problems = before

    def _make_ready(self, request: Ready) -> Reply:
        # Never left: the collector stays off for the whole set, and what the case before has
        # left behind is collected here, not during a turn.
        self.quiet.enter_context(quiet_collector())
        problem = self.registry.problem(request.case.problem)
        ready, readied = turns.make_ready(
            self.backend, problem, request.case, request.inputs, request.twice, request.call_s
        )
        if not readied.second_call_s > request.call_s:
            self.ready[request.case] = ready
        return readied

    def _pool_sizes(self) -> dict[str, int]:
        """What the libraries made of the number of threads that they were told."""
        try:
            sizes = {str(name): int(count) for name, count in self.backend.threads().items()}
        except Exception:  # noqa: BLE001 - a backend may raise anything, and this is only a note
            sizes = {}
        for pool in environment.thread_pools() or ():
            sizes[f"{pool['internal_api']} ({pool['prefix']})"] = int(pool["num_threads"])
        return sizes | {"process": psutil.Process().num_threads()}

    def _guarded(self, case: Case, inputs: CaseInputs | None, action: Any) -> Reply:
        try:
            reply: Reply = action()
        except Exception as error:  # noqa: BLE001 - a backend may raise anything
            problem = self.registry.problem(case.problem)
            return evaluation.failure_of(error, self.backend, problem, inputs)
        return reply


def main(arguments: list[str]) -> None:
    """Run the worker until its supervisor says so or is gone."""
    started = time.monotonic()
    name, descriptor, parent, threads = arguments
    leave_with(int(parent))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.enable()
    os.set_inheritable(int(descriptor), False)
    connection: Connection[Any, Any] = Connection(int(descriptor))
    noise = Noise()
    hello, worker = _start(name, int(threads), started)
    # A closed socket means that the supervisor is gone: nobody is left to tell.
    with contextlib.suppress(EOFError, OSError):
        connection.send(hello)
        while worker is not None:
            request = connection.recv()
            if isinstance(request, Shutdown):
                break
            if isinstance(request, Evaluate):
                with worker.knowing(request.problems):
                    for task in request.tasks:
                        connection.send(noise.told(worker.evaluate(task)))
            else:
                reply = worker.answer(request)
                flush()
                connection.send(reply)


def _start(name: str, threads: int, started: float) -> tuple[Reply, Worker | None]:
    begin = time.perf_counter()
    try:
        registry = plugins.load()
        backend = registry.backend(name).create()
        backend.set_threads(threads)
        if COMPILED in os.environ:
            backend.share_compiled(Path(os.environ[COMPILED]))
        # Plain strings: torch's version is of a class of its own, which the supervisor has not.
        versions = {str(name): str(number) for name, number in backend.versions().items()}
    except Exception as error:  # noqa: BLE001 - a plug-in or a library may raise anything
        if isinstance(error, AdjudgeError):
            return Failure(VerdictKind.RAISED, str(error)), None
        tail = traceback.format_exc()[-2000:]
        return Failure(VerdictKind.RAISED, evaluation.one_line(error), tail), None
    import_s = time.perf_counter() - begin
    return Hello(versions, backend.device, started, import_s), Worker(registry, backend)


if __name__ == "__main__":
    main(sys.argv[1:])
    leave()
