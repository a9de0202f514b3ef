"""Truths, found once: in memory for the backends of a run, on disk for the runs to come."""

from __future__ import annotations

import hashlib
import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness.verification.bounded import Bounded
from harness.verification.fingerprint import UnhashableError, of_question
from harness.verification.oracles.oracle import Oracle, Question, Truth, Undecided
from harness.verification.packing import rounded
from harness.verification.shelf import Shelf

__all__ = ["SHIPPED", "Answer", "Truths", "cache_directory", "entry_key"]

_FOLDER = "truths-2"
_MEMORY_BYTES = 256 * 2**20

SHIPPED = Path(__file__).parent / "shipped"
"""The truths that come with the package."""

Answer = tuple[Truth | None, tuple[str, ...]]
"""The truth, if any, and what each oracle that was asked in vain said."""


def cache_directory() -> Path:
    """Where truths are kept: $ADJUDGE_CACHE_DIR, else adjudge in the user's cache folder."""
    given = os.environ.get("ADJUDGE_CACHE_DIR")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "adjudge"


def entry_key(question: Question, oracle: Oracle) -> bytes:
    """What an oracle's answer is kept under; UnhashableError where it cannot be kept."""
    return _entry_key(of_question(question), oracle)


def _entry_key(asked: bytes, oracle: Oracle) -> bytes:
    label = f"{oracle.name} {oracle.version}".encode()
    return hashlib.blake2b(asked + label, digest_size=16).digest()


class Truths:
    """Asks the oracles in the order of their strength, and remembers what they say.

    What they say is a truth, or that they cannot decide and never will (``Undecided.lasting``).
    """

    def __init__(
        self, oracles: Sequence[Oracle], directory: Path | None, shipped: Path | None = SHIPPED
    ) -> None:
        """``directory`` None: nothing is written; ``shipped`` None: nothing is there but that."""
        self._oracles = sorted(oracles, key=lambda oracle: oracle.rank)
        self._shelf = Shelf(None if directory is None else directory / _FOLDER, shipped)
        self._memory: Bounded[bytes, Answer] = Bounded(_MEMORY_BYTES)

    def ask(self, question: Question) -> Answer:
        """The strongest oracle's truth, and the reasons of those that had none."""
        return self._answer(question, ask=True)

    def kept(self, question: Question) -> Answer | None:
        """The same where it is known already; None where an oracle would have to be asked."""
        truth, reasons = self._answer(question, ask=False)
        decided = truth is not None or len(reasons) == len(self._oracles)
        return (truth, reasons) if decided else None

    def entries(self, question: Question) -> dict[bytes, Truth | Undecided]:
        """What is kept of the answer, under its keys: the truth, and those who do not know it."""
        found: dict[bytes, Truth | Undecided] = {}
        for oracle in self._oracles:
            try:
                key = entry_key(question, oracle)
            except UnhashableError:
                break
            answer = self._shelf.get(question.problem.name, key)
            if answer is None:
                break
            found[key] = answer
            if isinstance(answer, Truth):
                break
        return found

    def _answer(self, question: Question, *, ask: bool) -> Answer:
        try:
            asked = of_question(question)
        except UnhashableError:
            return self._find(question, None, ask=ask)
        answer = self._memory.get(asked)
        if answer is None:
            answer = self._find(question, asked, ask=ask)
            if ask or answer[0] is not None:
                self._memory.put(asked, answer, 1024 + (_bytes_of(answer[0]) if answer[0] else 0))
        return answer

    def _find(self, question: Question, asked: bytes | None, *, ask: bool) -> Answer:
        """``asked`` is the question's hash, None where it has none."""
        reasons: list[str] = []
        for oracle in self._oracles:
            key = None if asked is None else _entry_key(asked, oracle)
            answer = self._shelf.get(question.problem.name, key) if key else None
            if answer is None:
                if not ask:
                    break
                answer = self._asked(oracle, question)
                if key and (isinstance(answer, Truth) or answer.lasting):
                    self._shelf.put(question.problem.name, {key: answer})
            if isinstance(answer, Truth):
                return answer, tuple(reasons)
            reasons.append(f"{oracle.name}: {answer.reason}")
        return None, tuple(reasons)

    def _asked(self, oracle: Oracle, question: Question) -> Truth | Undecided:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            try:
                answer = oracle.truth(question)
                return rounded(answer) if isinstance(answer, Truth) else answer
            except Exception as error:  # noqa: BLE001 - an oracle may be anyone's
                return Undecided(f"it failed: {type(error).__name__}: {error}")


_ARRAYS = ("high", "low", "conditioning", "bound", "lower", "upper")


def _bytes_of(truth: Truth) -> int:
    arrays = [getattr(block, name) for block in truth.blocks for name in _ARRAYS]
    return sum(array.nbytes for array in arrays if array is not None)
