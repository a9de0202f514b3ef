"""The ledger: the reviewed list of a backend's known divergences, and the gate that holds it.

A ledger is a TOML file, read strictly::

    backend = "finite_difference"

    [[divergence]]
    case = "lecture.log_sqrt:gradient:*"      # a pattern over case ids
    versions = { numpy = ">=2.0,<3" }         # to which versions of its libraries it applies
    kind = "accuracy-loss"                    # a verdict that is a divergence
    reason = "central differences keep about two thirds of the digits"
    link = "https://…"                        # optional: the issue upstream
    match = "every"                           # optional: "some" when not all of the cases diverge

The gate finds four things: a divergence that no entry lists, a listed one that no longer
happens, one whose kind changed, and an entry that matches no case at all.
"""

from __future__ import annotations

import fnmatch
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from harness.contract import VerdictKind
from harness.errors import UsageError, nearest

__all__ = ["DIVERGENCES", "Entry", "Finding", "FindingKind", "Ledger", "examine", "load_ledger"]

DIVERGENCES: frozenset[VerdictKind] = frozenset(VerdictKind) - {
    VerdictKind.OK,
    VerdictKind.CONVENTION,
    VerdictKind.OUTSIDE_DOMAIN,
    VerdictKind.UNSUPPORTED,
}
"""What a gate cares about: a choice at a kink, an honest refusal and a point where there is no
derivative are published, not punished."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One known divergence; ``every``: all cases that the pattern matches diverge so."""

    case: str
    versions: Mapping[str, SpecifierSet]
    kind: VerdictKind
    reason: str
    link: str
    every: bool

    def applies_to(self, versions: Mapping[str, str]) -> bool:
        """Whether the libraries that ran are in the entry's ranges."""
        return all(
            name in versions and spec.contains(versions[name], prereleases=True)
            for name, spec in self.versions.items()
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """The entries for one backend, and the file that they stand in."""

    backend: str
    path: Path | None
    entries: tuple[Entry, ...]


class FindingKind(StrEnum):
    """What the gate can find."""

    UNLISTED = "unlisted"
    GONE = "gone"
    CHANGED = "changed"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for a red gate; ``case`` is a case id, or the entry's pattern."""

    kind: FindingKind
    backend: str
    case: str
    message: str


def load_ledger(path: Path) -> Ledger:
    """Read a ledger; UsageError names the file, the entry and what is wrong with it."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"ledger {path}: cannot be read: {error}") from error
    _only(path, "the ledger", raw, required={"backend"}, optional={"divergence"})
    entries = raw.get("divergence", [])
    if not isinstance(raw["backend"], str) or not isinstance(entries, list):
        raise UsageError(f"ledger {path}: backend is a string, divergence a list of tables")
    return Ledger(
        raw["backend"],
        path,
        tuple(_entry(path, number, entry) for number, entry in enumerate(entries, 1)),
    )


def examine(
    ledger: Ledger, versions: Mapping[str, str], verdicts: Mapping[str, tuple[VerdictKind, str]]
) -> list[Finding]:
    """Hold the verdicts (case id → kind, reason) of the ledger's backend against its entries."""
    entries = [entry for entry in ledger.entries if entry.applies_to(versions)]
    findings: list[Finding] = []
    diverging: dict[int, int] = dict.fromkeys(range(len(entries)), 0)
    matching: dict[int, int] = dict.fromkeys(range(len(entries)), 0)
    for case, (kind, reason) in verdicts.items():
        matched = [i for i, e in enumerate(entries) if fnmatch.fnmatchcase(case, e.case)]
        for i in matched:
            matching[i] += 1
            diverging[i] += kind is entries[i].kind
        finding = _judge_case(ledger, case, kind, reason, [entries[i] for i in matched])
        if finding:
            findings.append(finding)
    for i, entry in enumerate(entries):
        if not matching[i]:
            message = f"the entry {entry.case!r} ({entry.kind}) matches no case; remove or mend it"
            findings.append(Finding(FindingKind.UNMATCHED, ledger.backend, entry.case, message))
        elif not entry.every and not diverging[i]:
            message = f"none of its {matching[i]} cases is {entry.kind} any more; remove the entry"
            findings.append(Finding(FindingKind.GONE, ledger.backend, entry.case, message))
    return findings


def _judge_case(
    ledger: Ledger, case: str, kind: VerdictKind, reason: str, entries: Iterable[Entry]
) -> Finding | None:
    listed = list(entries)
    if any(entry.kind is kind for entry in listed):
        return None
    strict = [entry for entry in listed if entry.every]
    if kind in DIVERGENCES:
        if listed:
            was = ", ".join(sorted({entry.kind for entry in listed}))
            message = f"is {kind}, but is listed as {was}: {reason}"
            return Finding(FindingKind.CHANGED, ledger.backend, case, message)
        message = f"is {kind} and not listed: {reason}"
        return Finding(FindingKind.UNLISTED, ledger.backend, case, message)
    if strict:
        message = f"is listed as {strict[0].kind} but is now {kind}; remove or narrow the entry"
        return Finding(FindingKind.GONE, ledger.backend, case, message)
    return None


def _entry(path: Path, number: int, raw: Any) -> Entry:
    where = f"entry {number}"
    if not isinstance(raw, dict):
        raise UsageError(f"ledger {path}: {where} is no table")
    _only(
        path,
        where,
        raw,
        required={"case", "versions", "kind", "reason"},
        optional={"link", "match"},
    )
    if raw["kind"] not in {str(kind) for kind in DIVERGENCES}:
        hint = nearest(str(raw["kind"]), (str(kind) for kind in DIVERGENCES))
        raise UsageError(f"ledger {path}: {where}: kind {raw['kind']!r} is no divergence; {hint}")
    if raw.get("match", "every") not in ("every", "some"):
        raise UsageError(f"ledger {path}: {where}: match is 'every' or 'some'")
    if not isinstance(raw["versions"], dict):
        raise UsageError(f"ledger {path}: {where}: versions is a table such as {{ jax = '>=0.5' }}")
    for name in ("case", "reason"):
        if not isinstance(raw[name], str) or not raw[name].strip():
            raise UsageError(f"ledger {path}: {where}: {name} is a text that says something")
    try:
        versions = {name: SpecifierSet(str(spec)) for name, spec in raw["versions"].items()}
    except InvalidSpecifier as error:
        raise UsageError(f"ledger {path}: {where}: versions: {error}") from error
    return Entry(
        raw["case"],
        versions,
        VerdictKind(raw["kind"]),
        raw["reason"],
        str(raw.get("link", "")),
        raw.get("match", "every") == "every",
    )


def _only(
    path: Path, where: str, raw: Mapping[str, Any], *, required: set[str], optional: set[str]
) -> None:
    missing = required - raw.keys()
    if missing:
        raise UsageError(f"ledger {path}: {where} lacks {', '.join(sorted(missing))}")
    for name in raw.keys() - required - optional:
        hint = nearest(name, required | optional)
        raise UsageError(f"ledger {path}: {where} has an unknown key {name!r}; {hint}")
