"""From a run and the ledgers to what the gate says of it."""

from __future__ import annotations

import functools
import glob
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from harness.contract import VerdictKind
from harness.errors import RunFailedError, UsageError, nearest
from harness.plugins import Registry
from harness.reporting.run_info import read_run_info
from harness.running.journal import read_journal
from harness.running.plan import Plan
from harness.running.planning import make_plan
from harness.running.records import VerdictRecord
from harness.running.reproducers import Reproducers
from harness.running.selection import Selection
from harness.verification.gating import (
    BackendGate,
    Finding,
    FindingKind,
    GateReport,
    Verdicts,
    examine,
    ledger_of,
)
from harness.verification.judge import Judge
from harness.verification.ledger import DIVERGENCES

__all__ = ["gate_report"]

_WILDCARD = re.compile(r"[*?\[]")


def gate_report(
    folder: Path, patterns: Sequence[str], registry: Registry, judge: Judge
) -> GateReport:
    """Hold the run in ``folder`` against the ledgers of the backends that ``patterns`` name.

    No pattern means all of its backends. Each finding is reproduced. UsageError for a pattern that
    names none, RunFailedError for a run that is not complete.
    """
    info = read_run_info(folder)
    names = _chosen(folder, [n for n in info.plan.backends if n in registry.backends], patterns)
    verdicts = _verdicts(folder)
    _check_complete(folder, info.plan, names, verdicts)
    lines = Reproducers(registry, judge)
    gates = []
    for name in names:
        judged, versions = verdicts[name], info.versions.get(name, {})
        found = examine(
            ledger_of(registry.backend(name)),
            versions,
            judged,
            functools.partial(_unasked, registry, name, judged),
        )
        findings = tuple(_reproduced(finding, lines) for finding in found)
        unlisted = sum(f.kind in (FindingKind.UNLISTED, FindingKind.CHANGED) for f in findings)
        listed = sum(kind in DIVERGENCES for kind, _ in judged.values()) - unlisted
        gates.append(BackendGate(name, versions, judged, listed, findings))
    return GateReport(folder.name, tuple(gates))


def _chosen(folder: Path, names: Sequence[str], patterns: Sequence[str]) -> list[str]:
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise UsageError(f"{folder} has no backend {pattern!r}; {nearest(pattern, names)}")
    return [n for n in names if not patterns or any(fnmatchcase(n, p) for p in patterns)]


def _check_complete(
    folder: Path, plan: Plan, names: Sequence[str], verdicts: Mapping[str, Verdicts]
) -> None:
    """RunFailedError unless each backend is judged on all cases that the plan asks it."""
    for name in names:
        asked = {case.id for case in plan.cases_of(name)}
        missing = len(asked - verdicts.get(name, {}).keys())
        if missing or name not in verdicts:
            raise RunFailedError(
                f"{folder} is not complete: {missing} cases of {name} are not judged; "
                f"go on with: adjudge run --resume {folder}"
            )


def _unasked(
    registry: Registry, backend: str, judged: Verdicts, patterns: Collection[str]
) -> Iterator[str]:
    """Ids of cases that are not in ``judged`` and that a plan of everything would ask.

    Only problems whose name a pattern may match are planned, by what it has before a wildcard.
    """
    heads = {_WILDCARD.split(pattern.partition(":")[0], maxsplit=1)[0] for pattern in patterns}
    names = [name for name in registry.problems if name.startswith(tuple(heads))]
    if names:
        exact = Selection(problems=tuple(map(glob.escape, names)))
        plan = make_plan(registry, exact, measure=False, seed=0)
        yield from (case.id for case in plan.cases_of(backend) if case.id not in judged)


def _verdicts(folder: Path) -> Mapping[str, Verdicts]:
    """Backend → its verdicts, in the order in which they were judged."""
    verdicts: defaultdict[str, dict[str, tuple[VerdictKind, str]]] = defaultdict(dict)
    for record in read_journal(folder):
        if isinstance(record, VerdictRecord):
            verdicts[record.backend][record.case] = VerdictKind(record.kind), record.reason
    return dict(verdicts)


def _reproduced(finding: Finding, lines: Reproducers) -> Finding:
    if finding.verdict is None:
        return finding
    line = lines.line(finding.backend, finding.case, finding.reason)
    return replace(finding, reproducer=line)
