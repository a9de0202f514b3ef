"""A worker process seen from the supervisor: start it, ask it, and survive whatever it does.

The protocol has a socket of its own; stdout and stderr of the worker go to unnamed files, so
that noise cannot be taken for an answer and a chatty backend cannot block. Each worker leads a
session: a Ctrl-C at the terminal reaches the supervisor alone, and whatever the backend
started goes down with it. Workers must be started from a thread that lives as long as they
do: they ask the kernel to be killed when it ends (see ``worker``).
"""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pickle
import select
import signal
import site
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Mapping
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import IO, Any

import psutil

from harness.contract import Failure, VerdictKind
from harness.running.messages import Evaluate, Evaluated, Hello, Reply, Request, Shutdown

__all__ = ["COMPILED", "START_DEADLINE_S", "WorkerProcess"]

COMPILED = "ADJUDGE_COMPILED"
"""The environment variable that names the folder of compiled code, where a worker may use one."""


START_DEADLINE_S = 120.0
_SLICE_S = 0.2  # between looks at the deadline, the exit code and the amount of noise
_GRACE_S = 2.0
_TAIL_BYTES = 4000
_MOST_OUTPUT_BYTES = 64 << 20
_SOCKET_BYTES = 1 << 18
_AHEAD_BYTES = 1 << 15
"""A request of this length fits into the socket beside whatever else may be in it."""
_READABLE = frozenset({"builtins", "harness", "numpy"})


class WorkerProcess:
    """One process for one backend; one request is under way at a time, and one may wait behind."""

    def __init__(self, backend: str, variables: Mapping[str, str], threads: int = 1) -> None:
        """Start it; the first reply is its ``Hello``, or a ``Failure`` to come up.

        ``variables`` are laid over the environment (``harness.timing.environment``).
        """
        self.backend = backend
        ours, theirs = socket.socketpair()
        # A stopped worker must not hold the supervisor in the middle of a message either.
        limit = struct.pack("ll", int(START_DEADLINE_S), 0)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)
        for end in (ours, theirs):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SOCKET_BYTES)
        self._stdout = _noise_file()
        self._stderr = _noise_file()
        self.started = time.monotonic()
        command = ("-P", "-m", "harness.running.worker", backend)
        try:
            self._process = subprocess.Popen(
                [sys.executable, *command, str(theirs.fileno()), str(os.getpid()), str(threads)],
                env={**os.environ, "PYTHONPATH": _search_path(), **variables},
                stdin=subprocess.DEVNULL,
                stdout=self._stdout,
                stderr=self._stderr,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        finally:
            theirs.close()
        self.connection: Connection[Any, Any] = Connection(ours.detach())
        self._readable = select.poll()
        self._readable.register(self.connection.fileno(), select.POLLIN)
        self.alive = True
        self.came_up = False
        self._deadline = self.started + START_DEADLINE_S
        self._deadline_s = START_DEADLINE_S
        self._awaited = 1
        self._stderr_start = 0
        self._stderr_stop: int | None = None
        self._last_words = ""

    @property
    def pid(self) -> int:
        """The process's id, which is its group's too."""
        return self._process.pid

    def request(self, request: Request, deadline_s: float) -> Reply:
        """Send ``request`` and wait for its one reply; see ``poll`` for the failures."""
        failure = self.send(request, deadline_s)
        return failure if failure is not None else self.wait()

    def send(self, request: Request, deadline_s: float) -> Failure | None:
        """Send ``request``, of which each reply is to come within ``deadline_s`` seconds.

        None, or the Failure that it met. No other request may be under way.
        """
        os.ftruncate(self._stdout.fileno(), 0)
        self._stderr_start, self._stderr_stop = os.fstat(self._stderr.fileno()).st_size, None
        self._deadline, self._deadline_s = time.monotonic() + deadline_s, deadline_s
        self._awaited = _replies_to(request)
        try:
            self.connection.send(request)
        except BlockingIOError:
            return self._timed_out()
        except OSError:
            return self._ended()
        return None

    def send_ahead(self, request: Evaluate) -> bool:
        """Send the tasks that are to follow those under way, with the same deadline for each.

        False, and nothing is sent, when they are too long to wait in the socket: while both
        sides write, neither reads.
        """
        data = ForkingPickler.dumps(request)
        if len(data) > _AHEAD_BYTES:
            return False
        # Of a worker that has ended ``poll`` still reads the answers, and then tells the end.
        with contextlib.suppress(OSError):
            self.connection.send_bytes(data)
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
        if self._readable.poll(1000.0 * timeout_s):
            try:
                reply = _read(self.connection.recv_bytes())
            except BlockingIOError:
                return self._timed_out()
            except (EOFError, OSError):
                return self._ended()
            except Exception as error:  # noqa: BLE001 - unpickling garbage may raise anything
                why = " ".join(str(error).split())
                return self._stopped(f"sent an unreadable reply ({why})")
            self._note(reply)
            return reply
        if self._process.poll() is not None and not self._readable.poll(0):
            return self._ended()
        if time.monotonic() > self._deadline:
            return self._timed_out()
        if self.stdout_bytes + self._stderr_bytes > _MOST_OUTPUT_BYTES:
            return self._stopped(f"wrote more than {_MOST_OUTPUT_BYTES >> 20} MiB of output")
        return None

    @property
    def stdout_bytes(self) -> int:
        """Bytes that came on stdout since the last request was sent.

        Of an ``Evaluate`` the worker itself counts them, task by task, and takes them away.
        """
        return os.fstat(self._stdout.fileno()).st_size

    def stderr_tail(self) -> str:
        """The end of what came on stderr since the last request was sent, or with the last task.

        That is the task whose answer came last, or the one that the worker died of.
        """
        if not self.alive:
            return self._last_words
        stop = self._stderr_stop
        if stop is None:
            stop = os.fstat(self._stderr.fileno()).st_size
        start = max(self._stderr_start, stop - _TAIL_BYTES)
        if start >= stop:
            return ""
        raw = os.pread(self._stderr.fileno(), stop - start, start)
        return raw.decode("utf-8", "replace").strip()

    def dismiss(self) -> None:
        """Tell the worker to leave, and do not wait for it."""
        if self.alive:
            with contextlib.suppress(OSError):
                self.connection.send(Shutdown())

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
        self._expect_last_words()
        # They are dead when the next worker starts: neither their memory nor their load is left.
        psutil.wait_procs(descendants, timeout=_GRACE_S)
        self._last_words = self.stderr_tail()
        self.alive = False
        self.connection.close()
        self._stdout.close()
        self._stderr.close()

    def _note(self, reply: Reply) -> None:
        """What came on stderr until the reply belongs to it; the next has the whole deadline."""
        self.came_up |= isinstance(reply, Hello)
        self._awaited -= 1
        if isinstance(reply, Evaluated):
            self._expect_last_words()
            self._stderr_stop = reply.stderr_end
        if self._awaited > 0:
            self._deadline = time.monotonic() + self._deadline_s

    def _expect_last_words(self) -> None:
        """What comes on stderr now belongs to what has no answer yet."""
        if self._stderr_stop is not None:
            self._stderr_start, self._stderr_stop = self._stderr_stop, None

    @property
    def _stderr_bytes(self) -> int:
        """Bytes that came on stderr since the last answer."""
        told = self._stderr_start if self._stderr_stop is None else self._stderr_stop
        return os.fstat(self._stderr.fileno()).st_size - told

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


def _replies_to(request: Request) -> int:
    return len(request.tasks) if isinstance(request, Evaluate) else 1


def _noise_file() -> IO[bytes]:
    """An unnamed file for what a worker writes, always to its end: it may be cut meanwhile."""
    file = tempfile.TemporaryFile("w+b", buffering=0)  # noqa: SIM115 - kill closes it
    fcntl.fcntl(file.fileno(), fcntl.F_SETFL, os.O_APPEND)
    return file


def _search_path() -> str:
    """What the supervisor finds and a fresh interpreter would not, in the supervisor's order."""
    usual = {*sysconfig.get_paths().values(), *site.getsitepackages(), site.getusersitepackages()}
    library = sysconfig.get_path("stdlib")
    extra = (path or str(Path.cwd()) for path in sys.path)
    return os.pathsep.join(p for p in extra if p not in usual and not p.startswith(library))


class _Unpickler(pickle.Unpickler):
    """Reads what messages are made of and nothing else: no reply imports a library in here."""

    def find_class(self, module: str, name: str) -> Any:
        if module.partition(".")[0] not in _READABLE:
            raise pickle.UnpicklingError(f"{module}.{name} does not belong into a reply")
        return super().find_class(module, name)


def _read(data: bytes) -> Reply:
    message = _Unpickler(io.BytesIO(data)).load()
    if not isinstance(message, Reply):
        raise TypeError(f"not a reply: {type(message).__name__}")
    return message


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
