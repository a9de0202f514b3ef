"""The gate: verdicts held against a ledger, and what disagrees, sorted by what it says.

It finds four things: a divergence that no entry lists, a listed one that no longer happens, one
whose kind changed, and an entry that matches no case at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.contract import VerdictKind
from harness.errors import UsageError
from harness.plugins import BackendEntry
from harness.verification.ledger import DIVERGENCES, Entry, Ledger, load_ledger
from harness.verification.matching import PatternIndex

__all__ = [
    "BackendGate",
    "Finding",
    "FindingKind",
    "GateReport",
    "Group",
    "Verdicts",
    "cause",
    "examine",
    "family",
    "grouped",
    "ledger_of",
]

Verdicts = Mapping[str, tuple[VerdictKind, str]]
"""Of one backend: case id → kind and reason."""


class FindingKind(StrEnum):
    """What the gate can find."""

    UNLISTED = "unlisted"
    CHANGED = "changed"
    GONE = "gone"
    UNMATCHED = "unmatched"


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason for a red gate; ``case`` is a case id, or the entry's pattern.

    ``verdict`` and ``reason`` are what the case was judged to be (None and empty where a whole
    entry is meant). ``reproducer`` is a line for a shell that shows it, where there is one.
    """

    kind: FindingKind
    backend: str
    case: str
    message: str
    verdict: VerdictKind | None = None
    reason: str = ""
    reproducer: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Findings that say the same of one function: told once, with the first of them."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """The finding that speaks for all of them."""
        return self.findings[0]

    @property
    def function(self) -> str:
        """The function that they are about, without its variants."""
        return family(self.first.case)


@dataclass(frozen=True, slots=True)
class BackendGate:
    """What the gate says of one backend: all verdicts, how many are listed, and the findings."""

    backend: str
    versions: Mapping[str, str]
    verdicts: Verdicts
    listed: int
    findings: tuple[Finding, ...]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The findings, each kind of fault of each function once."""
        return grouped(self.findings)

    @property
    def counts(self) -> Mapping[VerdictKind, int]:
        """How many cases have each verdict."""
        return Counter(kind for kind, _ in self.verdicts.values())


@dataclass(frozen=True, slots=True)
class GateReport:
    """What the gate says of a run: ``run`` is its id, ``backends`` those that were judged."""

    run: str
    backends: tuple[BackendGate, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, backend by backend."""
        return tuple(finding for backend in self.backends for finding in backend.findings)

    @property
    def groups(self) -> tuple[Group, ...]:
        """All groups, backend by backend."""
        return tuple(group for backend in self.backends for group in backend.groups)


def ledger_of(entry: BackendEntry) -> Ledger:
    """The backend's ledger; an empty one when it keeps none."""
    if entry.ledger is None:
        return Ledger(entry.name, None, ())
    ledger = load_ledger(entry.ledger)
    if ledger.backend != entry.name:
        raise UsageError(
            f"ledger {entry.ledger} is of backend {ledger.backend!r}, registered for {entry.name!r}"
        )
    return ledger


def examine(
    ledger: Ledger,
    versions: Mapping[str, str],
    verdicts: Verdicts,
    unasked: Callable[[Collection[str]], Iterable[str]] = lambda _patterns: (),
) -> list[Finding]:
    """Hold the verdicts of the ledger's backend against its entries.

    A pattern that matches a case that exists and was not judged this time is not held to match
    nothing. ``unasked`` gives the ids of all such cases that any of some patterns may match; it is
    called once at most, with the patterns that this decides about, if there are any.
    """
    entries = [entry for entry in ledger.entries if entry.applies_to(versions)]
    patterns = [(i, pattern) for i, entry in enumerate(entries) for pattern in entry.cases]
    index = PatternIndex([pattern for _, pattern in patterns])
    used: Counter[int] = Counter()
    matching: Counter[int] = Counter()
    diverging: Counter[int] = Counter()
    findings: list[Finding] = []
    for case, (kind, reason) in verdicts.items():
        positions = index.matching(case)
        used.update(positions)
        matched = list(dict.fromkeys(patterns[position][0] for position in positions))
        for i in matched:
            matching[i] += 1
            diverging[i] += kind is entries[i].kind
        finding = _of_case(ledger, case, kind, reason, [entries[i] for i in matched])
        if finding:
            findings.append(finding)
    idle = {i for i, entry in enumerate(entries) if not entry.every and not diverging[i]}
    doubtful = {
        pattern
        for position, (i, pattern) in enumerate(patterns)
        if position not in used or i in idle
    }
    others = unasked(doubtful) if doubtful else ()
    elsewhere = {position for case in others for position in index.matching(case)}
    findings += _of_entries(ledger, patterns, entries, matching, diverging, used.keys(), elsewhere)
    return findings


def _of_case(
    ledger: Ledger, case: str, kind: VerdictKind, reason: str, listed: Sequence[Entry]
) -> Finding | None:
    if any(entry.kind is kind for entry in listed):
        return None
    strict = [entry for entry in listed if entry.every]
    if kind in DIVERGENCES:
        if listed:
            was = ", ".join(sorted({entry.kind for entry in listed}))
            message = f"is {kind}, but is listed as {was}: {reason}"
            return Finding(FindingKind.CHANGED, ledger.backend, case, message, kind, reason)
        message = f"is {kind} and not listed: {reason}"
        return Finding(FindingKind.UNLISTED, ledger.backend, case, message, kind, reason)
    if strict:
        message = f"is listed as {strict[0].kind} but is now {kind}; remove or narrow the entry"
        return Finding(FindingKind.GONE, ledger.backend, case, message, kind, reason)
    return None


def _of_entries(
    ledger: Ledger,
    patterns: Sequence[tuple[int, str]],
    entries: Sequence[Entry],
    matching: Mapping[int, int],
    diverging: Mapping[int, int],
    used: Collection[int],
    elsewhere: Collection[int],
) -> Iterable[Finding]:
    """Patterns that match nothing, and entries for some cases of which none diverges any more."""
    partly_unasked = {patterns[position][0] for position in elsewhere}
    for position, (i, pattern) in enumerate(patterns):
        if position not in used and position not in elsewhere:
            message = (
                f"the entry {pattern!r} ({entries[i].kind}) matches no case; remove or mend it"
            )
            yield Finding(FindingKind.UNMATCHED, ledger.backend, pattern, message)
    for i, entry in enumerate(entries):
        if not entry.every and matching[i] and not diverging[i] and i not in partly_unasked:
            message = f"none of its {matching[i]} cases is {entry.kind} any more; remove the entry"
            yield Finding(FindingKind.GONE, ledger.backend, entry.cases[0], message)


def family(case: str) -> str:
    """The function that a case id (or a pattern of some) is about, without its variant."""
    return case.split(":", 1)[0].split("/", 1)[0]


_NUMBER = re.compile(
    r"(?<![\w.])[-+−]?(?:0x[0-9a-f]+|(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?|nan\b|inf\b|∞)",
    re.IGNORECASE,
)


def cause(reason: str) -> str:
    """``reason`` with a # for each number and index: what many cases of one fault have in common.

    >>> cause("not the derivative: the result[0, 2] is -1.5e-3, the truth 0")
    'not the derivative: the result is #, the truth #'
    """
    numbered = _NUMBER.sub("#", reason)
    return re.sub(r"\[#(?:, #)*\]", "", numbered)


def grouped(findings: Iterable[Finding]) -> tuple[Group, ...]:
    """The findings by kind, function, verdict and cause, the largest group of a kind first."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for f in findings:
        said = cause(f.reason or f.message)
        key = (f.kind, f.backend, family(f.case), f.verdict, said)
        groups.setdefault(key, []).append(f)
    order = list(FindingKind)
    ranked = sorted(groups.values(), key=lambda group: (order.index(group[0].kind), -len(group)))
    return tuple(Group(tuple(group)) for group in ranked)
