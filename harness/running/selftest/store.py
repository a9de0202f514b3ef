"""Results of self-tests, kept in the cache folder for the machine that they were taken on.

A machine is its processor, its cores, its host name and adjudge's version: what a self-test says
holds for these alone. Each result is kept; what counts is the one with most cells, the newest of
such.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from harness.errors import RunFailedError
from harness.running.description import usable_cores
from harness.timing import machine
from harness.timing.selftest import Findings, OfEffect, Rate
from harness.verification.shelf import write_whole
from harness.verification.truths import cache_directory

__all__ = ["SelfTest", "best", "keep", "this_machine"]

_SCHEMA = 1
_FOLDER = "selftest"


@dataclass(frozen=True, slots=True)
class SelfTest:
    """The findings of one self-test, when and where it was made, and how long it took.

    ``time`` is in seconds since the epoch; ``load`` the runnable processes when it began.
    """

    findings: Findings
    machine: Mapping[str, Any]
    time: float
    seconds: float
    seed: int
    quick: bool
    load: float | None

    def to_json(self) -> dict[str, Any]:
        """What JSON can hold of it: NaN is null."""
        return {"schema": _SCHEMA, **_without_nan(dataclasses.asdict(self))}


def this_machine() -> dict[str, Any]:
    """What a self-test's result holds for."""
    try:
        version = metadata.version("adjudge")
    except metadata.PackageNotFoundError:
        version = None
    return {
        "processor": machine.processor_model(),
        "cores": usable_cores(),
        "host": platform.node(),
        "adjudge": version,
    }


def keep(test: SelfTest) -> Path:
    """Add ``test`` to those of its machine; return the file. RunFailedError if it cannot be."""
    path = _path(test.machine)
    kept = [*_stored(path), test.to_json()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, (json.dumps(kept, indent=1) + "\n").encode())
    except OSError as error:
        raise RunFailedError(
            f"{path} cannot be written ({error.strerror}); set ADJUDGE_CACHE_DIR to another folder"
        ) from error
    return path


def best(of: Mapping[str, Any] | None = None) -> SelfTest | None:
    """The result that counts for a machine (None: this one), or None where there is none."""
    tests = []
    for raw in _stored(_path(this_machine() if of is None else of)):
        try:
            tests.append(_from_json(raw))
        except (KeyError, TypeError, ValueError):
            continue  # of another version's making: as good as none
    return max(tests, key=lambda test: (test.findings.cells, test.time), default=None)


def _path(of: Mapping[str, Any]) -> Path:
    label = json.dumps(dict(of), sort_keys=True)
    digest = hashlib.blake2b(label.encode(), digest_size=8).hexdigest()
    return cache_directory() / _FOLDER / f"{digest}.json"


def _stored(path: Path) -> list[Any]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return kept if isinstance(kept, list) else []


def _from_json(raw: Mapping[str, Any]) -> SelfTest:
    if raw["schema"] != _SCHEMA:
        raise ValueError(f"schema {raw['schema']}")
    found = dict(raw["findings"])
    found["covered"] = _rate(found["covered"])
    found["effects"] = tuple(
        OfEffect(e["effect"], *(_rate(e[f.name]) for f in dataclasses.fields(OfEffect)[1:]))
        for e in found["effects"]
    )
    for field in dataclasses.fields(Findings):
        if found[field.name] is None:
            found[field.name] = math.nan
    fields = {f.name: raw[f.name] for f in dataclasses.fields(SelfTest)}
    return SelfTest(**{**fields, "findings": Findings(**found)})


def _rate(raw: Mapping[str, Any]) -> Rate:
    return Rate(raw["hits"], raw["trials"], raw["low"], raw["high"])


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_nan(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
