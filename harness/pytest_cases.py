"""Cases as pytest's tests: collected at once, evaluated and judged when their turn comes.

The backend runs in pytest's own process, where its library is imported anyway; what hangs or dies
takes pytest with it. ``adjudge gate`` is the way around that, and the same judge.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.contract import Case, Verdict, VerdictKind
from harness.errors import AdjudgeError, UsageError
from harness.plugins import BackendEntry, load
from harness.pytest_bench import Bench, JudgedBackend
from harness.running.planning import make_plan
from harness.running.selection import Selection
from harness.verification.gating import FindingKind, examine, ledger_of
from harness.verification.ledger import DIVERGENCES, Entry, Ledger, load_ledger
from harness.verification.matching import PatternIndex

__all__ = ["CaseTest", "Cases"]

_ROOT = "adjudge"


class DivergenceError(Exception):
    """A case is judged to diverge, or an entry of the ledger does not hold; told in the message."""


class ListedDivergenceError(DivergenceError):
    """The ledger expects it."""


class Cases:
    """The plug-in object that adds the tests; made only where a backend is named."""

    def __init__(
        self, backends: Sequence[str], chosen: Mapping[str, Sequence[str]], ledger: str | None
    ) -> None:
        """Judge ``backends`` on what ``chosen`` selects by suite, problem and case."""
        self._selection = Selection(
            backends=tuple(backends),
            suites=tuple(chosen["suite"]),
            problems=tuple(chosen["problem"]),
            cases=tuple(chosen["case"]),
        )
        self._ledger = ledger

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, session: pytest.Session, items: list[pytest.Item]
    ) -> None:
        """Add the cases, before ``-k`` and the other plug-ins choose among the tests."""
        try:
            items.extend(self._tests(session))
        except AdjudgeError as error:
            raise pytest.UsageError(str(error)) from error

    def _tests(self, session: pytest.Session) -> Iterator[pytest.Item]:
        registry = load()
        plan = make_plan(registry, self._selection, measure=False, seed=0)
        bench = Bench(registry)
        for name in plan.backends:
            ledger = self._ledger_of(registry.backend(name))
            judged = JudgedBackend(registry.backend(name), bench)
            suite = BackendCases.from_parent(
                session,
                name=name,
                nodeid=f"{_ROOT}::{name}",
                path=session.path / _ROOT,
            )
            suite.judged = judged
            yield from _cases_of(suite, judged, _by_point(plan.cases_of(name)), ledger)

    def _ledger_of(self, entry: BackendEntry) -> Ledger:
        if self._ledger is None:
            return ledger_of(entry)
        ledger = load_ledger(Path(self._ledger))
        if ledger.backend != entry.name:
            raise UsageError(f"ledger {self._ledger} is of {ledger.backend!r}, not {entry.name!r}")
        return ledger


def _cases_of(
    suite: BackendCases,
    judged: JudgedBackend,
    cases: Iterable[Case],
    ledger: Ledger,
) -> Iterator[pytest.Item]:
    """A test for each case, and one for the ledger where there is one."""
    entries = [e for e in ledger.entries if e.applies_to(judged.versions)]
    patterns = [(entry, pattern) for entry in entries for pattern in entry.cases]
    index = PatternIndex([pattern for _, pattern in patterns])
    for case in cases:
        id_ = case.id
        test = CaseTest.from_parent(suite, name=id_)
        test.case = case
        listed = tuple(dict.fromkeys(id(patterns[i][0]) for i in index.matching(id_)))
        if listed:
            test.expect([entry for entry in entries if id(entry) in listed])
        yield test
    if entries:
        of_ledger = LedgerTest.from_parent(suite, name="ledger")
        of_ledger.ledger = Ledger(ledger.backend, ledger.path, tuple(entries))
        yield of_ledger


def _by_point(cases: Iterable[Case]) -> Iterator[Case]:
    """All operators at a point one after the other: they share their inputs and truths."""
    points: dict[tuple[str, ...], list[Case]] = {}
    for case in cases:
        key = (case.problem, case.size, case.dtype, case.point)
        points.setdefault(key, []).append(case)
    return (case for at_point in points.values() for case in at_point)


class BackendCases(pytest.Collector):
    """The tests of one backend."""

    judged: JudgedBackend

    def collect(self) -> Iterable[pytest.Item]:
        """Nothing: the plug-in makes the tests, when all others are collected."""
        return ()


class _Test(pytest.Item):
    """A test without a function of its own."""

    parent: BackendCases

    def reportinfo(self) -> tuple[Path, None, str]:
        """The place that reports name: there is no file."""
        return self.path, None, f"{self.parent.name}: {self.name}"

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> str:
        """What diverges, without the traceback of the harness."""
        if isinstance(excinfo.value, DivergenceError):
            return str(excinfo.value)
        return str(super().repr_failure(excinfo, style))


class CaseTest(_Test):
    """One case of one backend: it passes, fails, is skipped or fails as the ledger expects."""

    case: Case
    listed: Sequence[Entry] = ()

    def expect(self, listed: Sequence[Entry]) -> None:
        """The ledger lists the case: a divergence of its kind is an expected failure."""
        self.listed = listed
        reason = "; ".join(dict.fromkeys(f"{e.kind}: {e.reason}" for e in listed))
        strict = any(entry.every for entry in listed)
        self.add_marker(
            pytest.mark.xfail(raises=ListedDivergenceError, reason=reason, strict=strict)
        )

    def runtest(self) -> None:
        """Evaluate the case and hold its verdict against the ledger."""
        judged = self.parent.judged
        verdict = judged.verdict(self.case)
        kinds = {entry.kind for entry in self.listed}
        if verdict.kind in kinds:
            raise ListedDivergenceError(_told(verdict, ""))
        if verdict.kind in DIVERGENCES:
            was = f"\n  listed as: {', '.join(sorted(kinds))}" if kinds else ""
            raise DivergenceError(_told(verdict, judged.reproducer(self.case, verdict)) + was)
        if verdict.kind is VerdictKind.UNSUPPORTED:
            if any(entry.every for entry in self.listed):
                raise DivergenceError(
                    f"is listed as {', '.join(sorted(kinds))} but is now unsupported "
                    f"({verdict.reason}); remove or narrow the entry"
                )
            pytest.skip(verdict.reason)


class LedgerTest(_Test):
    """Every pattern of the ledger matches a case."""

    ledger: Ledger

    def runtest(self) -> None:
        """Hold the patterns against the ids of all cases, also of those that are not tests now."""
        plan = make_plan(self.parent.judged.registry, Selection(), measure=False, seed=0)
        nothing = {case.id: (VerdictKind.OK, "") for case in plan.cases_of(self.parent.name)}
        found = examine(self.ledger, self.parent.judged.versions, nothing)
        stale = [f.message for f in found if f.kind is FindingKind.UNMATCHED]
        if stale:
            raise DivergenceError("\n".join(stale))


def _told(verdict: Verdict, reproducer: str) -> str:
    """The verdict with its oracle and its numbers, and how to see it."""
    lines = [f"{verdict.kind}: {verdict.reason}", f"  oracle: {verdict.oracle}"]
    if verdict.error == verdict.error:  # not NaN: there is a number
        lines.append(
            f"  error {verdict.error:.3g}, relative {verdict.relative_error:.3g}, "
            f"{verdict.ulp:.3g} ulp; tolerance {verdict.tolerance:.3g}, "
            f"exceeded {verdict.error_over_tolerance:.3g} times"
        )
    if reproducer:
        lines.append(f"  reproduce: {reproducer}")
    return "\n".join(lines)
