"""The ledger: the reviewed list of a backend's known divergences, read strictly.

A ledger is a TOML file::

    backend = "finite_difference"

    [[divergence]]
    case = "lecture.log_sqrt:gradient:*"      # a pattern over case ids, or a list of them
    versions = { numpy = ">=2.0,<3" }         # to which versions of its libraries it applies
    kind = "accuracy-loss"                    # a verdict that is a divergence
    reason = "central differences keep about two thirds of the digits"
    link = "https://…"                        # optional: the issue upstream
    match = "every"                           # optional: "some" when not all of the cases diverge

Patterns are those of a shell (``fnmatch``): ``*``, ``?`` and ``[abc]``. A reason that begins with
TODO, as in what ``adjudge gate --suggest`` prints, is no reason yet and is refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from harness.contract import VerdictKind
from harness.errors import UsageError, nearest

__all__ = ["DIVERGENCES", "UNREVIEWED", "Entry", "Ledger", "load_ledger"]

DIVERGENCES: frozenset[VerdictKind] = frozenset(VerdictKind) - {
    VerdictKind.OK,
    VerdictKind.CONVENTION,
    VerdictKind.OUTSIDE_DOMAIN,
    VerdictKind.UNSUPPORTED,
}
"""What a gate cares about: a choice at a kink, an honest refusal and a point where there is no
derivative are published, not punished."""

UNREVIEWED = "TODO"
"""How the reason of a suggested entry begins, until a person has written a better one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One known divergence; ``every``: all cases that a pattern of ``cases`` matches diverge so."""

    cases: tuple[str, ...]
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
    if not isinstance(raw["reason"], str) or not raw["reason"].strip():
        raise UsageError(f"ledger {path}: {where}: reason is a text that says something")
    if raw["reason"].strip().upper().startswith(UNREVIEWED):
        raise UsageError(
            f"ledger {path}: {where}: its reason is still to be written; say what the cause is"
        )
    cases = _cases(path, where, raw["case"])
    try:
        versions = {name: SpecifierSet(str(spec)) for name, spec in raw["versions"].items()}
    except InvalidSpecifier as error:
        raise UsageError(f"ledger {path}: {where}: versions: {error}") from error
    return Entry(
        cases,
        versions,
        VerdictKind(raw["kind"]),
        raw["reason"],
        str(raw.get("link", "")),
        raw.get("match", "every") == "every",
    )


def _cases(path: Path, where: str, raw: Any) -> tuple[str, ...]:
    """The patterns of an entry: one text, or a list of different ones."""
    patterns = [raw] if isinstance(raw, str) else raw
    if (
        not isinstance(patterns, list)
        or not patterns
        or not all(isinstance(pattern, str) and pattern.strip() for pattern in patterns)
    ):
        raise UsageError(f"ledger {path}: {where}: case is a pattern or a list of patterns")
    for pattern in patterns:
        if patterns.count(pattern) > 1:
            raise UsageError(f"ledger {path}: {where}: the pattern {pattern!r} is there twice")
    return tuple(patterns)


def _only(
    path: Path, where: str, raw: Mapping[str, Any], *, required: set[str], optional: set[str]
) -> None:
    missing = required - raw.keys()
    if missing:
        raise UsageError(f"ledger {path}: {where} lacks {', '.join(sorted(missing))}")
    for name in raw.keys() - required - optional:
        hint = nearest(name, required | optional)
        raise UsageError(f"ledger {path}: {where} has an unknown key {name!r}; {hint}")
