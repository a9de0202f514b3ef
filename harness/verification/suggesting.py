"""Entries for a ledger, made of the divergences that none lists yet, ready to be reviewed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from harness.contract import VerdictKind
from harness.verification.gating import Finding, FindingKind, Verdicts, cause, family
from harness.verification.generalising import cover
from harness.verification.ledger import UNREVIEWED

__all__ = ["Suggestion", "as_toml", "suggest", "version_ranges"]

_TOLD = frozenset({VerdictKind.RAISED, VerdictKind.CRASHED, VerdictKind.TIMEOUT})
"""Kinds whose reason names the cause by itself: one entry serves all functions that share it."""

_CAUSES_SHOWN = 4
_REASON_CHARACTERS = 240


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One entry: patterns that match ``count`` cases, all of them judged ``kind``.

    ``causes`` are what was said of them, without its numbers, with how often, and one example.
    """

    patterns: tuple[str, ...]
    kind: VerdictKind
    count: int
    causes: tuple[tuple[str, int, str], ...]

    @property
    def reason(self) -> str:
        """A reason that no ledger takes: the reviewer writes a better one."""
        return f"{UNREVIEWED}: {self.causes[0][0]}"


def suggest(verdicts: Verdicts, findings: Iterable[Finding]) -> list[Suggestion]:
    """Entries for every unlisted or changed case in ``findings``, all of the one backend.

    No pattern matches a case of another kind in ``verdicts``: what is right stays watched.
    """
    unlisted = [f for f in findings if f.kind in (FindingKind.UNLISTED, FindingKind.CHANGED)]
    groups: dict[tuple[str, VerdictKind], list[Finding]] = {}
    for finding in unlisted:
        if finding.verdict is not None:
            told = finding.verdict in _TOLD
            about = cause(finding.reason) if told else family(finding.case)
            groups.setdefault((about, finding.verdict), []).append(finding)
    by_family: dict[str, list[str]] = {}
    for case in verdicts:
        by_family.setdefault(family(case), []).append(case)
    made = [_suggestion(kind, group, verdicts, by_family) for (_, kind), group in groups.items()]
    return sorted(made, key=lambda suggestion: (suggestion.patterns, suggestion.kind))


def _suggestion(
    kind: VerdictKind,
    group: Sequence[Finding],
    verdicts: Verdicts,
    by_family: Mapping[str, Sequence[str]],
) -> Suggestion:
    patterns: list[str] = []
    targets = {finding.case for finding in group}
    for function in dict.fromkeys(family(case) for case in targets):
        # A name such as linalg.det* would match linalg.determinant too: every function that
        # begins like this one is in sight.
        near = [c for name, cases in by_family.items() if name.startswith(function) for c in cases]
        others = [case for case in near if verdicts[case][0] is not kind]
        foreign = [case for case in near if verdicts[case][0] is kind and case not in targets]
        mine = [case for case in near if case in targets and family(case) == function]
        patterns += cover(mine, [*others, *foreign])
    said = Counter(cause(finding.reason) for finding in group)
    example = {cause(finding.reason): finding.case for finding in reversed(group)}
    causes = tuple((told, n, example[told]) for told, n in said.most_common())
    return Suggestion(tuple(patterns), kind, len(targets), causes)


def version_ranges(versions: Mapping[str, str], libraries: Sequence[str]) -> dict[str, str]:
    """From the version that was judged to the next minor one, for each of ``libraries``.

    Without such a library, for all that the backend names.
    """
    named = [name for name in libraries if name in versions] or list(versions)
    return {name: _range(versions[name]) for name in named}


def _range(number: str) -> str:
    try:
        version = Version(number)
    except InvalidVersion:
        return f"==={number}"
    return f">={version.public},<{version.major}.{version.minor + 1}"


def as_toml(suggestions: Iterable[Suggestion], ranges: Mapping[str, str]) -> Iterator[str]:
    """Each suggestion as a table of a ledger, with what was seen in comments above it."""
    versions = ", ".join(f"{_key(name)} = {_text(spec)}" for name, spec in ranges.items())
    for suggestion in suggestions:
        lines = [
            f"# {n} × {_comment(told)}, e.g. {_comment(case)}"
            for told, n, case in suggestion.causes[:_CAUSES_SHOWN]
        ]
        more = len(suggestion.causes) - _CAUSES_SHOWN
        lines += [f"# and {more} causes more"] if more > 0 else []
        lines += [
            "[[divergence]]",
            f"case = {_patterns(suggestion.patterns)}",
            f"versions = {{ {versions} }}",
            f"kind = {_text(suggestion.kind)}",
            f"reason = {_text(suggestion.reason[:_REASON_CHARACTERS])}",
        ]
        yield "\n".join(lines) + "\n"


def _patterns(patterns: Sequence[str]) -> str:
    if len(patterns) == 1:
        return _text(patterns[0])
    return "[\n" + "".join(f"    {_text(pattern)},\n" for pattern in patterns) + "]"


def _key(name: str) -> str:
    bare = name and all(c.isascii() and (c.isalnum() or c in "-_") for c in name)
    return name if bare else _text(name)


def _text(told: str) -> str:
    """A basic string of TOML: JSON's escapes are among its own, and DEL has to be escaped too."""
    scalar = told.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(scalar, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(told: str) -> str:
    """On one line and without control characters, which a comment may not hold."""
    scalar = told.encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() else " " for c in scalar)[:_REASON_CHARACTERS]
