"""Truths found ahead of any run, in several processes: missing ones, or all of them anew."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from harness.contract import Problem
from harness.plugins import Registry, load
from harness.running.inputs import Inputs
from harness.verification.oracles import Oracle, Question, Truth, Undecided, builtin_oracles
from harness.verification.packing import pack, packed_in
from harness.verification.questions import questions_at
from harness.verification.recomputing import difference
from harness.verification.shelf import file_name, write_whole
from harness.verification.truths import SHIPPED, Truths, cache_directory

__all__ = ["Found", "Part", "find", "parts_of", "ship"]

_LARGEST_SHIPPED = 4096
"""Numbers of a truth: a larger one is found again sooner than a package grows by it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of work: one problem at one size, in one dtype, at all of its points."""

    problem: str
    size: str
    dtype: str


@dataclass(slots=True)
class Found:
    """What came of some parts; cases stand for the questions that they ask."""

    asked: int = 0
    new: int = 0
    seconds: float = 0.0
    undecided: list[tuple[str, str]] = field(default_factory=list)
    """(case, reasons)"""
    different: list[tuple[str, str, str]] = field(default_factory=list)
    """(case, where the other answer is kept, what differs)"""

    def add(self, other: Found) -> None:
        """Take the other's in."""
        self.asked += other.asked
        self.new += other.new
        self.seconds += other.seconds
        self.undecided += other.undecided
        self.different += other.different


def parts_of(problems: Sequence[Problem], dtypes: Sequence[str]) -> list[Part]:
    """The work, problem by problem."""
    return [
        Part(problem.name, size.name, dtype)
        for problem in problems
        for size in problem.sizes
        for dtype in dtypes
        if dtype in problem.dtypes
    ]


def find(
    parts: Sequence[Part],
    *,
    jobs: int,
    verify: bool = False,
    done: Callable[[Part], None] = lambda part: None,
) -> Found:
    """Find what is missing; with ``verify``, everything anew, to be held against what is kept.

    ``jobs`` processes share the parts; one job is this process. ``done`` hears of each part.
    """
    total = Found()
    work = functools.partial(_of_part, verify=verify, shipped=SHIPPED)
    if jobs == 1:
        for part in parts:
            total.add(work(part))
            done(part)
        return total
    # A fresh interpreter for each: nobody inherits what this process has open.
    context = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(jobs, mp_context=context) as pool:
        with _interrupts_wait():
            running = {pool.submit(work, part): part for part in parts}
        try:
            for future in as_completed(running):
                total.add(future.result())
                done(running[future])
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for process in set(multiprocessing.active_children()) - others:
                process.terminate()
            raise
    total.undecided.sort()
    total.different.sort()
    return total


@contextlib.contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Ctrl-C comes afterwards, and never to the processes that are started meanwhile.

    A terminal sends it to all of them: each would print a traceback, where one of us is to stop.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ship(problems: Sequence[Problem], folder: Path, *, whole: bool = False) -> tuple[int, int]:
    """Write what is kept of ``problems`` into ``folder``, a file each: (files changed, bytes).

    A file whose answers are the same as before is left alone, whatever library packed it. With
    ``whole``, files of other problems are removed: there are none.
    """
    registry = _registry()
    truths = Truths(_oracles(registry), cache_directory(), SHIPPED)
    changed = size = 0
    if whole:
        known = {file_name(problem.name) for problem in problems}
        for path in folder.glob("*.truths"):
            if path.name not in known:
                path.unlink()
                changed += 1
    for problem in problems:
        entries: dict[bytes, Truth | Undecided] = {}
        for part in parts_of([problem], sorted(problem.dtypes)):
            for _, question in _questions(registry, part):
                entries |= _small(truths.entries(question))
        path = folder / file_name(problem.name)
        if not entries:
            path.unlink(missing_ok=True)
            continue
        packed = pack(entries)
        if not path.is_file() or _contents(path.read_bytes()) != packed:
            write_whole(path, packed)
            # A temporary file is its maker's alone; this one is everybody's.
            path.chmod(0o644)
            changed += 1
        size += len(packed)
    return changed, size


def _contents(data: bytes) -> bytes:
    """The answers of a file as this process would pack them."""
    return pack({key: packed.answer(key) for packed in packed_in(data) for key in packed})


def _small(entries: dict[bytes, Truth | Undecided]) -> dict[bytes, Truth | Undecided]:
    """The entries, or none where the truth is large."""
    for answer in entries.values():
        if isinstance(answer, Truth):
            count = sum(b.high.size for b in answer.blocks)
            count += sum(p.size for g in answer.directions for v in g for p in v)
            return entries if count <= _LARGEST_SHIPPED else {}
    return entries


def _of_part(part: Part, verify: bool, shipped: Path) -> Found:
    registry = _registry()
    oracles, cache = _oracles(registry), cache_directory()
    truths = Truths(oracles, None, None) if verify else Truths(oracles, cache, shipped)
    places = {"cache": Truths(oracles, cache, None), "shipped": Truths(oracles, None, shipped)}
    found = Found()
    began = time.perf_counter()
    for case, question in _questions(registry, part):
        found.asked += 1
        if truths.kept(question) is None:
            found.new += 1
        answer = truths.ask(question)
        if answer[0] is None:
            found.undecided.append((case, "; ".join(answer[1])))
        if not verify:
            continue
        for place, there in places.items():
            kept = there.kept(question)
            differs = None if kept is None else difference(kept, answer)
            if differs is not None:
                found.different.append((case, place, differs))
    found.seconds = time.perf_counter() - began
    return found


def _questions(registry: Registry, part: Part) -> Iterator[tuple[str, Question]]:
    problem = registry.problem(part.problem)
    size = problem.size(part.size)
    for case, question in questions_at(problem, size, part.dtype, Inputs(registry)):
        yield case.id, question


@functools.cache
def _registry() -> Registry:
    return load()


def _oracles(registry: Registry) -> list[Oracle]:
    return [*builtin_oracles(), *registry.oracles]
