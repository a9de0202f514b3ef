"""A worker process seen from the supervisor: start it, ask it, and survive whatever it does.

The protocol has a socket of its own (``wire``), apart from what the worker writes to stdout and
stderr (``worker_output``). Each worker leads a session: a Ctrl-C at the terminal reaches the
supervisor alone, and whatever the backend started goes down with it. Workers must be started
from a thread that lives as long as they do: they ask the kernel to be killed when it ends (see
``worker``).
"""

from __future__ import annotations

import contextlib
import os
import signal
import site
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

from harness.contract import Failure, VerdictKind
from harness.running.messages import Evaluate, Evaluated, Hello, Reply, Request, Shutdown
from harness.running.wire import Wire
from harness.running.worker_output import WorkerOutput

__all__ = ["START_DEADLINE_S", "Start", "WorkerProcess"]

START_DEADLINE_S = 120.0
_SLICE_S = 0.2  # between looks at the deadline, the exit code and the amount of noise
_GRACE_S = 2.0
_MOST_OUTPUT_BYTES = 64 << 20


class WorkerProcess:
    """One process for one backend; one request is under way at a time, and one may wait behind."""

    def __init__(self, backend: str, variables: Mapping[str, str], threads: int = 1) -> None:
        """Start it; the first reply is its ``Hello``, or a ``Failure`` to come up.

        ``variables`` are laid over the environment (``harness.timing.environment``).
        """
        self.backend = backend
        self._wire = Wire(START_DEADLINE_S)
        self._output = WorkerOutput()
        self.started = time.monotonic()
        theirs = self._wire.theirs.fileno()
        arguments = (backend, str(theirs), str(os.getpid()), str(threads))
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "harness.running.worker", *arguments],
                env={**os.environ, "PYTHONPATH": _search_path(), **variables},
                stdin=subprocess.DEVNULL,
                stdout=self._output.stdout,
                stderr=self._output.stderr,
                pass_fds=(theirs,),
                start_new_session=True,
            )
        finally:
            self._wire.theirs.close()
        self.alive = True
        self.came_up = False
        self._deadline = self.started + START_DEADLINE_S
        self._deadline_s = START_DEADLINE_S
        self._awaited = 1
        self._last_words = ""

    @property
    def pid(self) -> int:
        """The process's id, which is its group's too."""
        return self._process.pid

    @property
    def connection(self) -> Connection[Any, Any]:
        """What to wait for until there is something to ``poll``."""
        return self._wire.connection

    def request(self, request: Request, deadline_s: float) -> Reply:
        """Send ``request`` and wait for its one reply; see ``poll`` for the failures."""
        failure = self.send(request, deadline_s)
        return failure if failure is not None else self.wait()

    def send(self, request: Request, deadline_s: float) -> Failure | None:
        """Send ``request``, of which each reply is to come within ``deadline_s`` seconds.

        None, or the Failure that it met. No other request may be under way.
        """
        self._output.begin()
        self._deadline, self._deadline_s = time.monotonic() + deadline_s, deadline_s
        self._awaited = _replies_to(request)
        try:
            self._wire.send(request)
        except BlockingIOError:
            return self._timed_out()
        except OSError:
            return self._ended()
        return None

    def send_ahead(self, request: Evaluate) -> bool:
        """Send the tasks that are to follow those under way, with the same deadline for each.

        False, and nothing is sent, when they are too long to wait in the socket.
        """
        if not self._wire.send_ahead(request):
            return False
        self._awaited += _replies_to(request)
        return True

    def wait(self) -> Reply:
        """Wait for the reply that is under way."""
        while True:
            reply = self.poll(_SLICE_S)
            if reply is not None:
                return reply

    def poll(self, timeout_s: float = 0.0) -> Reply | None:
        """The next reply, or None if there is none yet after ``timeout_s`` seconds.

        A worker that missed its deadline, ended or sent something unreadable is killed with
        all that it started, and the reply is a Failure with the tail of its stderr.
        """
        if self._wire.readable(timeout_s):
            try:
                reply = self._wire.receive()
            except BlockingIOError:
                return self._timed_out()
            except (EOFError, OSError):
                return self._ended()
            except Exception as error:  # noqa: BLE001 - unpickling garbage may raise anything
                why = " ".join(str(error).split())
                return self._stopped(f"sent an unreadable reply ({why})")
            self._note(reply)
            return reply
        if self._process.poll() is not None and not self._wire.readable(0):
            return self._ended()
        if time.monotonic() > self._deadline:
            return self._timed_out()
        if self._output.stdout_bytes + self._output.stderr_bytes > _MOST_OUTPUT_BYTES:
            return self._stopped(f"wrote more than {_MOST_OUTPUT_BYTES >> 20} MiB of output")
        return None

    def stderr_tail(self) -> str:
        """The end of what came on stderr since the last request was sent, or with the last task.

        That is the task whose answer came last, or the one that the worker died of.
        """
        return self._output.stderr_tail() if self.alive else self._last_words

    def dismiss(self) -> None:
        """Tell the worker to leave, and do not wait for it."""
        if self.alive:
            with contextlib.suppress(OSError):
                self._wire.send(Shutdown())

    def close(self) -> None:
        """Let the worker leave, and see to it that it does."""
        self.dismiss()
        if self.alive:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE_S)
        self.kill()

    def kill(self) -> None:
        """Kill the process and everything that it started; safe to repeat."""
        if not self.alive:
            return
        # Those that left the group are found by their parents, as long as these still live.
        descendants: list[psutil.Process] = []
        with contextlib.suppress(psutil.Error):
            descendants = psutil.Process(self.pid).children(recursive=True)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        for descendant in descendants:
            with contextlib.suppress(psutil.Error):
                descendant.kill()
        self._process.wait()
        self._output.expect_last_words()
        # They are dead when the next worker starts: neither their memory nor their load is left.
        psutil.wait_procs(descendants, timeout=_GRACE_S)
        self._last_words = self.stderr_tail()
        self.alive = False
        self._wire.close()
        self._output.close()

    def _note(self, reply: Reply) -> None:
        """What came on stderr until the reply belongs to it; the next has the whole deadline."""
        self.came_up |= isinstance(reply, Hello)
        self._awaited -= 1
        if isinstance(reply, Evaluated):
            self._output.answered(reply.stderr_end)
        if self._awaited > 0:
            self._deadline = time.monotonic() + self._deadline_s

    def _ended(self) -> Failure:
        """The worker closed its end: by a signal, by exiting, or by hand."""
        try:
            code = self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            return self._stopped("closed its connection")
        how = f"exited with code {code}" if code >= 0 else f"was killed by {_signal_name(-code)}"
        self.kill()
        return Failure(VerdictKind.CRASHED, f"the worker {how}", self.stderr_tail())

    def _timed_out(self) -> Failure:
        self.kill()
        message = f"no answer within {self._deadline_s:g} s; the worker was killed"
        return Failure(VerdictKind.TIMEOUT, message, self.stderr_tail())

    def _stopped(self, why: str) -> Failure:
        self.kill()
        message = f"the worker {why} and was killed"
        return Failure(VerdictKind.CRASHED, message, self.stderr_tail())


Start = Callable[[str], WorkerProcess]
"""Makes a worker for the backend of that name."""


def _replies_to(request: Request) -> int:
    return len(request.tasks) if isinstance(request, Evaluate) else 1


def _search_path() -> str:
    """What the supervisor finds and a fresh interpreter would not, in the supervisor's order."""
    usual = {*sysconfig.get_paths().values(), *site.getsitepackages(), site.getusersitepackages()}
    library = sysconfig.get_path("stdlib")
    extra = (path or str(Path.cwd()) for path in sys.path)
    return os.pathsep.join(p for p in extra if p not in usual and not p.startswith(library))


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
