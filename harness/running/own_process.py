"""The worker's own process: what it does with signals, cores, output and its end."""

from __future__ import annotations

import atexit
import contextlib
import ctypes
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from harness.contract import Evaluation, Failure
from harness.running.messages import Evaluated
from harness.timing import environment

__all__ = ["Noise", "flush", "leave", "leave_with", "pin_all_threads"]

_PR_SET_PDEATHSIG = 1


def leave_with(parent: int) -> None:
    """Be killed when the supervisor ends, however it ends, even in the middle of a hanging call.

    Linux only; elsewhere the closed socket is what an idle worker notices.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the supervisor is gone")


def pin_all_threads(cores: frozenset[int]) -> None:
    """Pin this process with the threads that its libraries have already started."""
    environment.pin(cores)
    tasks = Path("/proc/self/task")
    if cores and tasks.is_dir():
        for thread in tasks.iterdir():
            # A thread may end between the listing and the call.
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), cores)


class Noise:
    """What the backend writes to stdout and stderr belongs to the task that it had."""

    def __init__(self) -> None:
        """Before the backend is there."""
        # Of its own: a backend may close or redirect the usual two.
        self._stdout, self._stderr = os.dup(1), os.dup(2)

    def told(self, outcome: Evaluation | Failure) -> Evaluated:
        """The reply, with the bytes on stdout, which are taken away, and the end of stderr."""
        flush()
        count = os.fstat(self._stdout).st_size
        if count:
            os.ftruncate(self._stdout, 0)
            if isinstance(outcome, Evaluation):
                outcome = replace(outcome, stdout_bytes=count)
        return Evaluated(outcome, os.fstat(self._stderr).st_size)


def flush() -> None:
    """Write out what Python still holds, so that it does not come with the next task."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()


def leave() -> NoReturn:
    """End with what was registered for the exit, and without taking the interpreter apart.

    The latter takes large libraries up to half a second, and every set ends as many workers as
    there are arms.
    """
    atexit._run_exitfuncs()
    flush()
    os._exit(0)
