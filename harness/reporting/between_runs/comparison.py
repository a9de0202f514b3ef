"""Two runs compared: each ratio with the same ratio, each verdict with the same verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.contract import TIMEABLE, VerdictKind
from harness.reporting.between_runs.comparability import notices, refuse_incomparable
from harness.reporting.between_runs.timed_run import Key, TimedRun
from harness.timing.changes import Change, answers, change
from harness.timing.statistics import Answer, Estimate

__all__ = ["CellChange", "Comparison", "NotCompared", "VerdictChange", "compare", "worst_first"]

_ORDER = (Answer.SLOWER, Answer.FASTER, Answer.UNRESOLVED, Answer.EQUIVALENT)


@dataclass(frozen=True, slots=True)
class CellChange:
    """One backend in one cell: its ratio to the baseline in both runs, and the change.

    ``answer`` is of the run after against the run before, with Holm's procedure over all cells.
    """

    backend: str
    case: str
    before: Estimate
    after: Estimate
    change: Change
    answer: Answer


@dataclass(frozen=True, slots=True)
class NotCompared:
    """A backend and case that has a time in one of the runs alone, and why not in the other."""

    backend: str
    case: str
    reason: str


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A verdict of another kind than before; ``reason`` is the one of the run after."""

    backend: str
    case: str
    before: VerdictKind
    after: VerdictKind
    reason: str

    @property
    def is_lost(self) -> bool:
        """Right before, and not now."""
        return self.before in TIMEABLE and self.after not in TIMEABLE

    @property
    def is_mended(self) -> bool:
        """Right now, and not before."""
        return self.after in TIMEABLE and self.before not in TIMEABLE


@dataclass(frozen=True)
class Comparison:
    """What became of the ratios and verdicts of ``before`` in ``after``.

    ``versions`` holds, for each backend whose libraries changed, the versions before and after.
    """

    before: TimedRun
    after: TimedRun
    notices: tuple[str, ...]
    versions: Mapping[str, tuple[str, str]]
    cells: tuple[CellChange, ...]
    not_compared: tuple[NotCompared, ...]
    verdicts: tuple[VerdictChange, ...]

    @property
    def counts(self) -> dict[Answer, int]:
        """How many cells have each answer."""
        found = Counter(cell.answer for cell in self.cells)
        return {answer: found[answer] for answer in Answer}


def compare(before: TimedRun, after: TimedRun) -> Comparison:
    """Compare all that the two runs have in common; UsageError where that cannot be done."""
    refuse_incomparable(before, after)
    keys = [key for key in before.timed() if key in after.timed()]
    changes = [
        change(
            before.ratios(key),
            after.ratios(key),
            before.share(key[1]) * after.share(key[1]),
        )
        for key in keys
    ]
    baseline = before.info.plan.baseline
    cells = [
        CellChange(
            backend,
            case,
            before.cells[case].estimate(backend, baseline),
            after.cells[case].estimate(backend, baseline),
            found,
            answer,
        )
        for (backend, case), found, answer in zip(keys, changes, answers(changes), strict=True)
    ]
    return Comparison(
        before=before,
        after=after,
        notices=tuple(notices(before, after)),
        versions=_versions(before, after),
        cells=tuple(cells),
        not_compared=tuple(_not_compared(before, after)),
        verdicts=tuple(_verdict_changes(before, after)),
    )


def worst_first(cells: tuple[CellChange, ...]) -> list[CellChange]:
    """Slower before faster before undecided before equivalent; the largest change first."""
    return sorted(
        cells, key=lambda cell: (_ORDER.index(cell.answer), -abs(cell.change.log_ratio), cell.case)
    )


def _versions(before: TimedRun, after: TimedRun) -> dict[str, tuple[str, str]]:
    return {
        backend: (before.info.version(backend), after.info.version(backend))
        for backend in before.info.versions
        if backend in after.info.versions
        and before.info.versions[backend] != after.info.versions[backend]
    }


def _not_compared(before: TimedRun, after: TimedRun) -> Iterator[NotCompared]:
    for has, lacks in ((before, after), (after, before)):
        there = lacks.timed()
        for key in has.timed():
            if key not in there:
                yield NotCompared(*key, f"no time in {lacks.name}: {_why_untimed(lacks, key)}")


def _why_untimed(run: TimedRun, key: Key) -> str:
    backend, case = key
    if backend not in run.info.plan.backends:
        return f"{backend} did not take part"
    if case not in run.cells:
        return "the cell was not timed"
    kind, reason = run.verdicts.get(key, (None, ""))
    if kind is None:
        return "it was not judged"
    if kind not in TIMEABLE:
        return f"{kind}: {reason}"
    failures = run.cells[case].failures.get(backend)
    return f"{failures[-1].kind}: {failures[-1].reason}" if failures else "the run ended before"


def _verdict_changes(before: TimedRun, after: TimedRun) -> Iterator[VerdictChange]:
    """What was lost comes first."""
    found = [
        VerdictChange(*key, kind, *after.verdicts[key])
        for key, (kind, _) in before.verdicts.items()
        if key in after.verdicts and after.verdicts[key][0] is not kind
    ]
    yield from sorted(found, key=lambda c: (not c.is_lost, not c.is_mended))
