"""What changed from run to run: ratios along their line, and verdicts wherever they were asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from harness.contract import Case, VerdictKind
from harness.reporting.between_runs.timed_run import Key, TimedRun
from harness.reporting.history.reading import History, Line
from harness.timing.changes import Change, answers, change
from harness.timing.statistics import Answer, Estimate

__all__ = [
    "RatioStep",
    "Track",
    "VerdictStep",
    "VerdictTrack",
    "ratio_steps",
    "tracks",
    "verdict_steps",
    "verdict_tracks",
]


@dataclass(frozen=True, slots=True)
class RatioStep:
    """A backend's ratio in one case, in a run of a line and in the one before that has it."""

    line: Line
    backend: str
    case: str
    before: TimedRun
    after: TimedRun
    change: Change
    answer: Answer

    @property
    def marked(self) -> bool:
        """Whether it is shown to have changed."""
        return self.answer in (Answer.FASTER, Answer.SLOWER)

    @property
    def versions(self) -> str:
        """What became of the backend's libraries."""
        return _versions(self.before, self.after, self.backend)


@dataclass(frozen=True, slots=True)
class VerdictStep:
    """Cases of one backend and problem whose verdict became another one in the same run."""

    backend: str
    problem: str
    before: VerdictKind
    after: VerdictKind
    run_before: TimedRun
    run_after: TimedRun
    cases: Sequence[str]
    reason: str
    moved: bool

    @property
    def versions(self) -> str:
        """What became of the backend's libraries, and whether the machine is another one."""
        told = _versions(self.run_before, self.run_after, self.backend)
        return f"{told}; another machine or baseline" if self.moved else told

    @property
    def operators(self) -> list[str]:
        """The operators of the cases, in their order."""
        return list(dict.fromkeys(Case.parse(case).operator.value for case in self.cases))


@dataclass(frozen=True, slots=True)
class Track:
    """One ratio along a line: its estimates run by run, and the steps between them."""

    line: Line
    backend: str
    case: str
    estimates: Sequence[tuple[TimedRun, Estimate]]
    steps: Sequence[RatioStep]

    @property
    def marks(self) -> int:
        """How many steps are shown to be changes."""
        return sum(step.marked for step in self.steps)


@dataclass(frozen=True, slots=True)
class VerdictTrack:
    """Cases of one backend and problem that went the same way: a verdict a run, None: not asked."""

    backend: str
    problem: str
    kinds: Sequence[VerdictKind | None]
    cases: Sequence[str]

    @property
    def changed(self) -> list[bool]:
        """For each run, whether its verdict is another one than that of the last that asked."""
        found, last = [], None
        for kind in self.kinds:
            found.append(kind is not None and last is not None and kind is not last)
            last = kind or last
        return found


def ratio_steps(history: History) -> list[RatioStep]:
    """Every ratio against the same one in the run before that has it, line by line.

    Within the steps that lead to one run, Holm's procedure keeps the chance of any false mark at
    5 %, however many ratios there are.
    """
    found: list[RatioStep] = []
    for line in history.lines:
        last: dict[Key, TimedRun] = {}
        for run in line.runs:
            timed = list(run.timed())
            pairs = [(key, last[key]) for key in timed if key in last]
            changes = [
                change(
                    before.ratios(key),
                    run.ratios(key),
                    before.share(key[1]) * run.share(key[1]),
                )
                for key, before in pairs
            ]
            told = zip(pairs, changes, answers(changes), strict=True)
            found += [RatioStep(line, *key, old, run, c, answer) for (key, old), c, answer in told]
            last.update(dict.fromkeys(timed, run))
    return found


def tracks(history: History, steps: Sequence[RatioStep]) -> list[Track]:
    """Every ratio that occurs in two runs of a line or more, those with most changes first."""
    by_key: dict[tuple[str, str, str], list[RatioStep]] = {}
    for step in steps:
        by_key.setdefault((step.line.name, step.backend, step.case), []).append(step)
    found = []
    for (_, backend, case), its in by_key.items():
        runs = [its[0].before, *(step.after for step in its)]
        estimates = [
            (run, run.cells[case].estimate(backend, run.info.plan.baseline)) for run in runs
        ]
        found.append(Track(its[0].line, backend, case, estimates, its))
    return sorted(
        found, key=lambda t: (-t.marks, -max(abs(s.change.log_ratio) for s in t.steps), t.case)
    )


def verdict_steps(history: History) -> list[VerdictStep]:
    """Every change of a verdict, newest run first; the cases of a problem that went alike are one.

    A verdict is held against the last run that asked the same, on whatever machine.
    """
    return sorted(_verdict_steps(history), key=lambda s: s.run_after.info.started, reverse=True)


def verdict_tracks(history: History) -> list[VerdictTrack]:
    """Every verdict that changed, run by run; those that changed last come first."""
    ways: dict[Key, list[VerdictKind | None]] = {}
    for i, run in enumerate(history.runs):
        for key, (kind, _) in run.verdicts.items():
            ways.setdefault(key, [None] * len(history.runs))[i] = kind
    alike: dict[tuple[str, str, tuple[VerdictKind | None, ...]], list[str]] = {}
    for (backend, case), kinds in ways.items():
        if len({kind for kind in kinds if kind}) > 1:
            way = (backend, case.split(":", 1)[0], tuple(kinds))
            alike.setdefault(way, []).append(case)
    followed = [VerdictTrack(*way, cases) for way, cases in alike.items()]
    return sorted(followed, key=lambda t: (t.changed[::-1].index(True), t.backend, t.problem))


def _verdict_steps(history: History) -> Iterator[VerdictStep]:
    last: dict[Key, tuple[VerdictKind, TimedRun]] = {}
    for run in history.runs:
        changed: dict[tuple[str, str, VerdictKind, VerdictKind, int], list[str]] = {}
        for (backend, case), (kind, _) in run.verdicts.items():
            before, old = last.get((backend, case), (kind, run))
            if before is not kind:
                place = history.runs.index(old)
                key = (backend, case.split(":", 1)[0], before, kind, place)
                changed.setdefault(key, []).append(case)
            last[backend, case] = kind, run
        for (backend, problem, before, kind, place), cases in changed.items():
            old = history.runs[place]
            yield VerdictStep(
                backend,
                problem,
                before,
                kind,
                old,
                run,
                cases,
                run.verdicts[backend, cases[0]][1],
                history.line(old) is not history.line(run),
            )


def _versions(before: TimedRun, after: TimedRun, backend: str) -> str:
    old, new = before.info.versions.get(backend, {}), after.info.versions.get(backend, {})
    changed = [
        f"{name} {old.get(name, '–')} → {new.get(name, '–')}"
        for name in dict.fromkeys([*old, *new])
        if old.get(name) != new.get(name)
    ]
    return ", ".join(changed) or "same versions"
