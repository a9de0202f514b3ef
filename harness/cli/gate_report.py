"""From a run and the ledgers to what the gate says of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from harness.contract import VerdictKind
from harness.errors import RunFailedError, UsageError, nearest
from harness.plugins import Registry
from harness.reporting.run_info import read_run_info
from harness.running.journal import read_journal, read_run_file
from harness.running.plan import make_plan
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

__all__ = ["check_complete", "gate_report"]


def check_complete(folder: Path, registry: Registry, patterns: Sequence[str]) -> list[str]:
    """The run's backends that the patterns name, each judged on all cases of the run's plan.

    UsageError for a pattern that names none, RunFailedError for a run that is not complete.
    """
    plan = read_run_info(folder).plan
    names = [name for name in plan.backends if name in registry.backends]
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise UsageError(f"{folder} has no backend {pattern!r}; {nearest(pattern, names)}")
    chosen = [n for n in names if not patterns or any(fnmatchcase(n, p) for p in patterns)]
    verdicts = _verdicts(folder)
    for name in chosen:
        asked = {case.id for case in plan.cases_of(name)}
        missing = len(asked - verdicts.get(name, {}).keys())
        if missing or name not in verdicts:
            raise RunFailedError(
                f"{folder} is not complete: {missing} cases of {name} are not judged; "
                f"go on with: adjudge run --resume {folder}"
            )
    return chosen


def gate_report(
    folder: Path, backends: Sequence[str], registry: Registry, judge: Judge
) -> GateReport:
    """Hold the run in ``folder`` against the backends' ledgers; each finding is reproduced."""
    verdicts = _verdicts(folder)
    versions = read_run_file(folder).get("versions", {})
    everything = make_plan(registry, Selection(), measure=False, seed=0)
    lines = Reproducers(registry, judge)
    gates = []
    for name in backends:
        judged = verdicts[name]
        known = {case.id for case in everything.cases_of(name)}
        ledger = ledger_of(registry.backend(name))
        found = examine(ledger, versions.get(name, {}), judged, known - judged.keys())
        findings = tuple(_reproduced(finding, lines) for finding in found)
        unlisted = sum(f.kind in (FindingKind.UNLISTED, FindingKind.CHANGED) for f in findings)
        listed = sum(kind in DIVERGENCES for kind, _ in judged.values()) - unlisted
        gates.append(BackendGate(name, versions.get(name, {}), judged, listed, findings))
    return GateReport(folder.name, tuple(gates))


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
