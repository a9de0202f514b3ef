"""The journal of a run: a file of records that is only ever appended to.

A record counts once its line is on disk, newline included or not. Whatever a crash tore off at
the end of the file is cut away before anything is appended; nothing complete is ever lost.

Syncing costs more than judging a small case, so records may be synced in groups: they are written
at once, which a killed process survives, and synced soon after, which a failing machine survives.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.errors import RunFailedError
from harness.running.record_lines import decode, encode
from harness.running.records import SCHEMA_VERSION, Record
from harness.running.run_folder import sync_folder
from harness.timing.collector import quiet_collector

__all__ = ["GROUP_S", "JOURNAL", "Journal", "read_journal"]

JOURNAL = "journal.jsonl"
GROUP_S = 0.05
"""Seconds after which records that were written must be synced."""

_LOCK_PATIENCE_S = 1.0


class Journal:
    """The journal of one run, open for appending by one process at a time."""

    def __init__(self, folder: Path) -> None:
        """Open or begin the journal in ``folder``, and cut off a torn last line.

        RunFailedError when another process has it open or it cannot be written.
        """
        self.path = folder / JOURNAL
        try:
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._fd = os.open(self.path, flags, 0o644)
        except OSError as error:
            raise RunFailedError(f"{self.path} cannot be written ({error.strerror})") from error
        if not _locked(self._fd):
            os.close(self._fd)
            raise RunFailedError(
                f"{self.path} is being written by another process; wait until that run ends"
            )
        try:
            self._end = self._repair()
            self._torn = False
            self._unsynced: float | None = None
            sync_folder(folder)
        except BaseException:
            os.close(self._fd)
            raise

    def append(self, *records: Record) -> None:
        """Write the records and return when they are on disk; all in one write."""
        self.write(*records)
        self.sync()

    def write(self, *records: Record) -> None:
        """Write the records, all in one write, to be on disk after the next ``sync``."""
        text = "".join(f"{encode(record)}\n" for record in records).encode()
        try:
            if self._torn:
                # A write was interrupted on its way; its caller never heard that it was done.
                os.ftruncate(self._fd, self._end)
            self._torn = True
            data = memoryview(text)
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError as error:
            raise self._unwritable(error) from error
        self._end += len(text)
        self._torn = False
        if self._unsynced is None:
            self._unsynced = time.monotonic()

    def sync(self) -> None:
        """Return when everything that was written is on disk."""
        try:
            os.fsync(self._fd)
        except OSError as error:
            raise self._unwritable(error) from error
        self._unsynced = None

    @property
    def due_s(self) -> float | None:
        """In how many seconds to ``sync``, 0 for at once; None when all that is written is."""
        if self._unsynced is None:
            return None
        return max(0.0, self._unsynced + GROUP_S - time.monotonic())

    def close(self) -> None:
        """Sync what is not yet, close the file and let others have it."""
        try:
            if self._unsynced is not None:
                self.sync()
        finally:
            os.close(self._fd)

    def _unwritable(self, error: OSError) -> RunFailedError:
        return RunFailedError(
            f"{self.path} cannot be written ({error.strerror}); make room, then resume the run"
        )

    def __enter__(self) -> Self:
        """Return the journal itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the journal."""
        self.close()

    def _repair(self) -> int:
        """Complete or cut off the last line; return the file's size."""
        whole = self.path.read_bytes()
        last = whole[whole.rfind(b"\n") + 1 :]
        if not last:
            return len(whole)
        if _decoded(last) is not None:
            os.write(self._fd, b"\n")
            os.fsync(self._fd)
            return len(whole) + 1
        os.ftruncate(self._fd, len(whole) - len(last))
        os.fsync(self._fd)
        return len(whole) - len(last)


def read_journal(folder: Path) -> list[Record]:
    """All complete records in the order of their writing; a torn last line is left out.

    A run without a journal has not come so far: no records. RunFailedError, in one line, when
    the file cannot be read or a line that is not the last is damaged.
    """
    path = folder / JOURNAL
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise RunFailedError(f"{path} cannot be read ({error.strerror})") from error
    # There are very many of them, and none is garbage.
    with quiet_collector():
        return _records(lines, path)


def _records(lines: Sequence[bytes], path: Path) -> list[Record]:
    records = []
    for number, line in enumerate(lines, 1):
        record = _decoded(line)
        if record is not None:
            records.append(record)
        elif line and number < len(lines):
            raise RunFailedError(
                f"{path}: line {number} is no record of schema {SCHEMA_VERSION}; the journal was "
                "changed after it was written, restore it or begin a new run"
            )
    return records


def _locked(descriptor: int) -> bool:
    """Lock the file, or return False when another process holds it and goes on doing so.

    A supervisor that was killed while it started a worker leaves its open files to that process,
    until that runs its own program a moment later.
    """
    patience = time.monotonic() + _LOCK_PATIENCE_S
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > patience:
                return False
            time.sleep(0.02)
        else:
            return True


def _decoded(line: bytes) -> Record | None:
    try:
        return decode(line.decode("utf-8"))
    except ValueError:
        return None
