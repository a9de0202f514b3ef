"""What a worker writes to stdout and stderr: kept in unnamed files, and told request by request.

Files, not pipes: noise cannot be taken for an answer, and a chatty backend cannot block.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from typing import IO

__all__ = ["WorkerOutput"]

_TAIL_BYTES = 4000


class WorkerOutput:
    """The files ``stdout`` and ``stderr`` of one worker, and which part belongs to what."""

    def __init__(self) -> None:
        """Make the files, which are gone when they are closed."""
        self.stdout = _noise_file()
        self.stderr = _noise_file()
        self._start = 0  # in stderr, of what belongs to the task whose answer came last
        self._stop: int | None = None  # None: to what has no answer yet

    def begin(self) -> None:
        """A request is about to be sent: what comes from now on belongs to it."""
        os.ftruncate(self.stdout.fileno(), 0)
        self._start, self._stop = _length(self.stderr), None

    def answered(self, stderr_end: int) -> None:
        """A task was answered, when stderr had ``stderr_end`` bytes: so far it is the task's."""
        self.expect_last_words()
        self._stop = stderr_end

    def expect_last_words(self) -> None:
        """What comes on stderr now belongs to what has no answer yet."""
        if self._stop is not None:
            self._start, self._stop = self._stop, None

    @property
    def stdout_bytes(self) -> int:
        """Bytes that came on stdout since the last request was sent.

        Of an ``Evaluate`` the worker itself counts them, task by task, and takes them away.
        """
        return _length(self.stdout)

    @property
    def stderr_bytes(self) -> int:
        """Bytes that came on stderr since the last answer."""
        return _length(self.stderr) - (self._start if self._stop is None else self._stop)

    def stderr_tail(self) -> str:
        """The end of what came on stderr since the last request was sent, or with the last task.

        That is the task whose answer came last, or after ``expect_last_words`` the one after it.
        """
        stop = _length(self.stderr) if self._stop is None else self._stop
        start = max(self._start, stop - _TAIL_BYTES)
        if start >= stop:
            return ""
        raw = os.pread(self.stderr.fileno(), stop - start, start)
        return raw.decode("utf-8", "replace").strip()

    def close(self) -> None:
        """Close the files; nothing can be told any more."""
        self.stdout.close()
        self.stderr.close()


def _noise_file() -> IO[bytes]:
    """An unnamed file for what a worker writes, always to its end: it may be cut meanwhile."""
    file = tempfile.TemporaryFile("w+b", buffering=0)  # noqa: SIM115 - close does it
    fcntl.fcntl(file.fileno(), fcntl.F_SETFL, os.O_APPEND)
    return file


def _length(file: IO[bytes]) -> int:
    return os.fstat(file.fileno()).st_size
