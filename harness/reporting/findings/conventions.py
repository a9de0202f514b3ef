"""Conventions: what each backend does where mathematics leaves a choice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.contract import VerdictKind
from harness.reporting import text
from harness.reporting.findings.names import short
from harness.reporting.frames import RunFrames
from harness.reporting.schema import rows
from harness.verification.conventions import Matrix, matrix
from harness.verification.conventions import Row as Convention

__all__ = ["Conventions", "Seen", "conventions"]


@dataclass(frozen=True, slots=True)
class Seen:
    """A point of this run with a choice, and by backend the reasons that its verdicts give."""

    problem: str
    point: str
    operators: Sequence[str]
    chosen: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Conventions:
    """``groups`` are what the package publishes, ``seen`` what this run saw by itself.

    ``backends`` and ``seen_backends`` are the columns of the two; ``other_versions`` says which
    backends of this run have other versions than those that were observed.
    """

    groups: Mapping[str, Sequence[Convention]]
    backends: Sequence[str]
    other_versions: str
    seen: Sequence[Seen]
    seen_backends: Sequence[str]

    def agree(self, row: Convention) -> bool:
        """Whether the shown backends do the same."""
        return len({row.observed.get(name) for name in self.backends} - {None}) < 2


def conventions(frames: RunFrames) -> Conventions:
    """The published matrix for the backends of the run, and the run's own points with a choice."""
    published = matrix()
    backends = [n for n in frames.info.plan.backends if n in published.backends]
    seen = _seen(frames)
    return Conventions(
        groups=published.groups if backends else {},
        backends=backends,
        other_versions=_other_versions(frames, published, backends),
        seen=seen,
        seen_backends=[n for n in frames.info.plan.backends if any(n in s.chosen for s in seen)],
    )


def _seen(frames: RunFrames) -> list[Seen]:
    """A row for each problem and point of the verdict; operators that chose alike are one."""
    kinks = frames.verdicts[frames.verdicts["verdict"] == VerdictKind.CONVENTION.value]
    told: dict[tuple[str, str, str], dict[str, dict[str, None]]] = {}
    for row in rows(kinks[["backend", "problem", "operator", "point", "reason"]]):
        its = told.setdefault((row["problem"], row["point"], row["operator"]), {})
        its.setdefault(row["backend"], {})[row["reason"] or "a choice, not told"] = None
    merged: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[str]] = {}
    for (problem, point, operator), its in told.items():
        chosen = tuple((backend, "; ".join(reasons)) for backend, reasons in its.items())
        merged.setdefault((short(problem), point, chosen), []).append(operator)
    return [
        Seen(problem, point, operators, dict(chosen))
        for (problem, point, chosen), operators in merged.items()
    ]


def _other_versions(frames: RunFrames, published: Matrix, backends: Sequence[str]) -> str:
    changed = [
        f"{name} ({', '.join(f'{k} {v}' for k, v in published.versions[name].items())})"
        for name in backends
        if dict(published.versions[name]) != dict(frames.info.versions.get(name, {}))
    ]
    return text.enumeration(changed)
