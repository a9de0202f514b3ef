"""A worker process seen from the supervisor: start it, ask it, and survive whatever it does.

The protocol has a socket of its own; stdout and stderr of the worker go to unnamed files, so
that noise cannot be taken for an answer and a chatty backend cannot block. Each worker leads a
session: a Ctrl-C at the terminal reaches the supervisor alone, and whatever the backend
started goes down with it. Workers must be started from a thread that lives as long as they
do: they ask the kernel to be killed when it ends (see ``worker``).
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
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
from pathlib import Path
from typing import Any

import psutil

from harness.contract import Failure, VerdictKind
from harness.running.messages import Hello, Reply, Request, Shutdown

__all__ = ["COMPILED", "START_DEADLINE_S", "WorkerProcess"]

COMPILED = "ADJUDGE_COMPILED"
"""The environment variable that names the folder of compiled code, where a worker may use one."""


START_DEADLINE_S = 120.0
_SLICE_S = 0.2  # between looks at the deadline, the exit code and the amount of noise
_GRACE_S = 2.0
_TAIL_BYTES = 4000
_MOST_OUTPUT_BYTES = 64 << 20
_READABLE = frozenset({"builtins", "harness", "numpy"})


class WorkerProcess:
    """One process for one backend; at most one request is under way at a time."""

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
        self._stdout = tempfile.TemporaryFile("ab")  # noqa: SIM115 - kill closes both
        self._stderr = tempfile.TemporaryFile("a+b")  # noqa: SIM115
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
        self.alive = True
        self.came_up = False
        self._deadline = self.started + START_DEADLINE_S
        self._deadline_s = START_DEADLINE_S
        self._stderr_start = 0
        self._last_words = ""

    @property
    def pid(self) -> int:
        """The process's id, which is its group's too."""
        return self._process.pid

    def request(self, request: Request, deadline_s: float) -> Reply:
        """Send ``request`` and wait for the reply; see ``poll`` for the failures."""
        failure = self.send(request, deadline_s)
        return failure if failure is not None else self.wait()

    def send(self, request: Request, deadline_s: float) -> Failure | None:
        """Send ``request``, to be answered within ``deadline_s`` seconds; None, or a Failure."""
        os.ftruncate(self._stdout.fileno(), 0)
        self._stderr_start = os.fstat(self._stderr.fileno()).st_size
        self._deadline, self._deadline_s = time.monotonic() + deadline_s, deadline_s
        try:
            self.connection.send(request)
        except BlockingIOError:
            return self._timed_out()
        except OSError:
            return self._ended()
        return None

    def wait(self) -> Reply:
        """Wait for the reply that is under way."""
        while True:
            reply = self.poll(_SLICE_S)
            if reply is not None:
                return reply

    def poll(self, timeout_s: float = 0.0) -> Reply | None:
        """The reply, or None if there is none yet after ``timeout_s`` seconds.

        A worker that missed its deadline, ended or sent something unreadable is killed with
        all that it started, and the reply is a Failure with the tail of its stderr.
        """
        if self.connection.poll(timeout_s):
            try:
                reply = _read(self.connection.recv_bytes())
            except BlockingIOError:
                return self._timed_out()
            except (EOFError, OSError):
                return self._ended()
            except Exception as error:  # noqa: BLE001 - unpickling garbage may raise anything
                why = " ".join(str(error).split())
                return self._stopped(f"sent an unreadable reply ({why})")
            self.came_up |= isinstance(reply, Hello)
            return reply
        if self._process.poll() is not None and not self.connection.poll():
            return self._ended()
        if time.monotonic() > self._deadline:
            return self._timed_out()
        if self.stdout_bytes + self._stderr_bytes > _MOST_OUTPUT_BYTES:
            return self._stopped(f"wrote more than {_MOST_OUTPUT_BYTES >> 20} MiB of output")
        return None

    @property
    def stdout_bytes(self) -> int:
        """Bytes that came on stdout since the last request was sent."""
        return os.fstat(self._stdout.fileno()).st_size

    def stderr_tail(self) -> str:
        """The end of what came on stderr since the last request was sent."""
        if not self.alive:
            return self._last_words
        start = max(self._stderr_start, os.fstat(self._stderr.fileno()).st_size - _TAIL_BYTES)
        raw = os.pread(self._stderr.fileno(), _TAIL_BYTES, start)
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
        # They are dead when the next worker starts: neither their memory nor their load is left.
        psutil.wait_procs(descendants, timeout=_GRACE_S)
        self._last_words = self.stderr_tail()
        self.alive = False
        self.connection.close()
        self._stdout.close()
        self._stderr.close()

    @property
    def _stderr_bytes(self) -> int:
        return os.fstat(self._stderr.fileno()).st_size - self._stderr_start

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
