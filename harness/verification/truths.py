"""Truths, found once: in memory for the backends of a run, on disk for the runs to come."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from harness.verification.bounded import Bounded
from harness.verification.fingerprint import UnhashableError, of_question
from harness.verification.oracles.oracle import (
    Branches,
    Oracle,
    Question,
    TrueBlock,
    Truth,
    Undecided,
)

__all__ = ["Answer", "Truths", "cache_directory"]

_FORMAT = 1
_MEMORY_BYTES = 256 * 2**20

Answer = tuple[Truth | None, tuple[str, ...]]
"""The truth, if any, and what each oracle that was asked in vain said."""


def cache_directory() -> Path:
    """Where truths are kept: $ADJUDGE_CACHE_DIR, else adjudge in the user's cache folder."""
    given = os.environ.get("ADJUDGE_CACHE_DIR")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".cache") / "adjudge"


class Truths:
    """Asks the oracles in the order of their strength, and remembers what they say."""

    def __init__(self, oracles: Sequence[Oracle], directory: Path | None) -> None:
        """``directory`` None: nothing is kept on disk."""
        self._oracles = sorted(oracles, key=lambda oracle: oracle.rank)
        self._directory = directory
        self._memory: Bounded[str, Answer] = Bounded(_MEMORY_BYTES)

    def ask(self, question: Question) -> Answer:
        """The strongest oracle's truth, and the reasons of those that had none."""
        try:
            key = of_question(question, _FORMAT)
        except UnhashableError:
            return self._find(question, None)
        answer = self._memory.get(key)
        if answer is None:
            answer = self._find(question, key)
            self._memory.put(key, answer, 1024 + (_bytes_of(answer[0]) if answer[0] else 0))
        return answer

    def _find(self, question: Question, key: str | None) -> Answer:
        reasons: list[str] = []
        for oracle in self._oracles:
            kept = self._kept(oracle, key)
            if kept is not None:
                return kept, tuple(reasons)
            answer = self._asked(oracle, question)
            if isinstance(answer, Truth):
                self._keep(oracle, key, answer)
                return answer, tuple(reasons)
            reasons.append(f"{oracle.name}: {answer.reason}")
        return None, tuple(reasons)

    def _asked(self, oracle: Oracle, question: Question) -> Truth | Undecided:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            try:
                return oracle.truth(question)
            except Exception as error:  # noqa: BLE001 - an oracle may be anyone's
                return Undecided(f"it failed: {type(error).__name__}: {error}")

    def _path(self, oracle: Oracle, key: str) -> Path | None:
        if self._directory is None:
            return None
        return self._directory / "truths" / key[:2] / f"{key}-{oracle.name}-{oracle.version}.npz"

    def _kept(self, oracle: Oracle, key: str | None) -> Truth | None:
        """The truth on disk; anything that cannot be read whole is as good as absent."""
        path = self._path(oracle, key) if key else None
        if path is None or not path.is_file():
            return None
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
                return _unpacked({name: arrays[name] for name in arrays.files})
        except Exception:  # noqa: BLE001 - torn, foreign or of another format: ask again
            return None

    def _keep(self, oracle: Oracle, key: str | None, truth: Truth) -> None:
        """Write to a file of its own and rename: a reader sees all of it or none."""
        path = self._path(oracle, key) if key else None
        if path is None:
            return
        # A cache that cannot be written costs time, not the run.
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    np.savez(file, allow_pickle=False, **_packed(truth))
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise


_ARRAYS = ("high", "low", "conditioning", "bound", "lower", "upper")


def _packed(truth: Truth) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    branches: list[dict[str, Any] | None] = []
    for i, block in enumerate(truth.blocks):
        for name in _ARRAYS:
            if (array := getattr(block, name)) is not None:
                arrays[f"{name}-{i}"] = array
        branches.append(None)
        if block.branches is not None:
            arrays[f"first-{i}"], arrays[f"second-{i}"] = (
                block.branches.first,
                block.branches.second,
            )
            branches[-1] = {"exact": block.branches.exact, "count": block.branches.count}
    for i, directions in enumerate(truth.directions):
        for j, direction in enumerate(directions):
            for k, part in enumerate(direction):
                arrays[f"direction-{i}-{j}-{k}"] = part
    about = {
        "format": _FORMAT,
        "oracle": truth.oracle,
        "note": truth.note,
        "blocks": len(truth.blocks),
        "branches": branches,
        "directions": [[len(direction) for direction in d] for d in truth.directions],
        "curve_bound": truth.curve_bound,
    }
    return arrays | {"about": np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)}


def _unpacked(arrays: dict[str, np.ndarray]) -> Truth:
    about = json.loads(arrays["about"].tobytes())
    if about["format"] != _FORMAT:
        raise ValueError("another format")
    blocks = []
    for i in range(about["blocks"]):
        parts = {name: arrays.get(f"{name}-{i}") for name in _ARRAYS}
        seen = about["branches"][i]
        branches = seen and Branches(arrays[f"first-{i}"], arrays[f"second-{i}"], **seen)
        if any(parts[name] is None for name in _ARRAYS[:4]):
            raise ValueError("an array is missing")
        blocks.append(TrueBlock(**parts, branches=branches))  # type: ignore[arg-type]
    directions = tuple(
        tuple(
            tuple(arrays[f"direction-{i}-{j}-{k}"] for k in range(parts))
            for j, parts in enumerate(counts)
        )
        for i, counts in enumerate(about["directions"])
    )
    return Truth(about["oracle"], tuple(blocks), about["note"], directions, about["curve_bound"])


def _bytes_of(truth: Truth) -> int:
    arrays = [getattr(block, name) for block in truth.blocks for name in _ARRAYS]
    return sum(array.nbytes for array in arrays if array is not None)
