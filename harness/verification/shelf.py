"""Where answers are kept: a file for each problem, in the user's cache and in the package.

A file is a sequence of records. New ones are appended in one write, so that processes need not
know of each other, and a record that was torn is passed over. The shipped files are never
written by a run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from harness.verification.bounded import Bounded
from harness.verification.packing import Answer, Packed, pack, packed_in

__all__ = ["LIMIT_BYTES", "Shelf", "file_name", "write_whole"]

Key = bytes

LIMIT_BYTES = 256 * 2**20
"""How large the user's cache may become; then what was not used for longest goes."""

_LEFT = 0.75
_RECORDS = 24
"""A file of more records is made one record when it is read, an hour after the last came."""

_AT_REST_S = 3600.0
_DAY_S = 86400.0
_HELD_BYTES = 64 * 2**20


def file_name(problem: str) -> str:
    """The name of a problem's file: readable, and no other problem's."""
    readable = re.sub(r"[^A-Za-z0-9._=-]+", "_", problem)[:80]
    return f"{readable}-{hashlib.sha256(problem.encode()).hexdigest()[:8]}.truths"


def write_whole(path: Path, data: bytes) -> None:
    """Write to a file of its own and rename: a reader sees all of it or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


class Shelf:
    """Answers by problem and key, in ``own`` (written and read) and ``shipped`` (read)."""

    def __init__(
        self, own: Path | None, shipped: Path | None = None, limit_bytes: int = LIMIT_BYTES
    ) -> None:
        """None: there is no such place."""
        self._own = own
        self._shipped = shipped
        self._limit = limit_bytes
        self._books: Bounded[str, dict[Key, Packed]] = Bounded(_HELD_BYTES)
        self._written = 0
        self._measured = False

    def get(self, problem: str, key: Key) -> Answer | None:
        """The answer, if it is kept: the user's rather than the shipped one."""
        packed = self._book(problem).get(key)
        return None if packed is None else packed.answer(key)

    def put(self, problem: str, answers: Mapping[Key, Answer]) -> None:
        """Keep the answers, one record; a cache that cannot be written costs time, not the run."""
        if self._own is None or not answers:
            return
        record = pack(answers)
        path = self._own / file_name(problem)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, record)
            finally:
                os.close(handle)
            self._trim(len(record))
        book = self._book(problem)
        for packed in packed_in(record):
            book.update(dict.fromkeys(packed, packed))

    def _book(self, problem: str) -> dict[Key, Packed]:
        book = self._books.get(problem)
        if book is None:
            book, size = {}, 1024
            for folder in (self._shipped, self._own):
                data = _bytes(folder, problem)
                size += 4 * len(data)
                records = list(packed_in(data))
                for packed in records:
                    book.update(dict.fromkeys(packed, packed))
                if folder is not None and folder == self._own and data:
                    self._used(folder / file_name(problem), records)
            self._books.put(problem, book, size)
        return book

    def _used(self, path: Path, records: list[Packed]) -> None:
        """Say that the file is in use; make many records one, where nobody is appending."""
        with contextlib.suppress(OSError):
            age = time.time() - path.stat().st_mtime
            if len(records) > _RECORDS and age > _AT_REST_S:
                write_whole(path, pack({k: packed.answer(k) for packed in records for k in packed}))
            elif age > _DAY_S:
                os.utime(path)

    def _trim(self, written: int) -> None:
        """Delete the files that were not used for longest, when there is too much of them."""
        self._written += written
        if self._own is None or (self._measured and self._written < self._limit // 16):
            return
        self._measured, self._written = True, 0
        files = [(s.st_mtime, s.st_size, p) for p in self._own.glob("*.truths") if (s := p.stat())]
        total = sum(size for _, size, _ in files)
        if total <= self._limit:
            return
        for _, size, path in sorted(files):
            if total <= self._limit * _LEFT:
                return
            path.unlink(missing_ok=True)
            total -= size


def _bytes(folder: Path | None, problem: str) -> bytes:
    if folder is None:
        return b""
    try:
        return (folder / file_name(problem)).read_bytes()
    except OSError:
        return b""
