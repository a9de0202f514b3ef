"""The search: draw, judge, shrink, one specimen after the other, until the time is over."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from harness.contract import NESTINGS, Operator, VerdictKind
from harness.fuzzing.bench import Bench, Judged
from harness.fuzzing.doubts import excuse, smooth_to
from harness.fuzzing.drawing import Drawer, forms_of
from harness.fuzzing.expressions import nodes_of
from harness.fuzzing.findings import Finding, explained
from harness.fuzzing.shrinking import Shrinker
from harness.fuzzing.specimens import Specimen, alone
from harness.plugins import Registry
from harness.verification.ledger import DIVERGENCES, Ledger

__all__ = ["FINDABLE", "Search", "Tally"]

FINDABLE: frozenset[VerdictKind] = DIVERGENCES - {VerdictKind.INCONCLUSIVE}
"""What is a finding: a divergence. Where nothing could be decided, nothing is found."""

_FIRST = (
    Operator.VALUE,
    Operator.JVP,
    Operator.VJP,
    Operator.GRADIENT,
    Operator.JVP_BATCHED,
    Operator.VJP_BATCHED,
)
_THIRD = (Operator.THIRD, Operator.THIRD_FORWARD, Operator.THIRD_REVERSE)
_ALL = (*_FIRST, *NESTINGS, *_THIRD)
"""In the order in which they are looked at: what fails first is what is told."""

_TRIALS = {VerdictKind.CRASHED: 60, VerdictKind.TIMEOUT: 15}
_MOST_TRIALS = 500
_GRACE_S = 20.0
"""For the shrinking of what was found when the time was nearly over."""


@dataclass
class Tally:
    """What was done: specimens drawn, verdicts by kind, excused failures, repeated findings."""

    draws: int = 0
    verdicts: Counter[VerdictKind] = field(default_factory=Counter)
    excused: int = 0
    again: Counter[int] = field(default_factory=Counter)
    """How many more specimens failed as a finding did, by its place in the list."""


@dataclass
class Search:
    """Looks for faults of the bench's backend among the specimens of ``drawer``.

    ``found`` is told of a failure before it is shrunk, ``told`` of each finding, ``drew`` after
    each draw. Draws depend on nothing but the seed; which of two failures of the same kind is
    shrunk depends on which was drawn first. So with the same seed a longer search finds what a
    shorter one found, and more.
    """

    registry: Registry
    bench: Bench
    drawer: Drawer
    ledger: Ledger
    found: Callable[[int, Specimen, Judged], None] = lambda *_: None
    told: Callable[[Finding], None] = lambda _: None
    drew: Callable[[Tally], None] = lambda _: None
    findings: list[Finding] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    finished: bool = False
    """Whether it came to its end, and was not interrupted."""

    def run(self, first: int, draws: int | None, until: float) -> None:
        """Search from draw ``first``, at most ``draws`` of them, until ``time.monotonic`` is so."""
        number = first
        while time.monotonic() < until and (draws is None or number < first + draws):
            specimen = self.drawer.draw(number)
            if specimen is not None:
                self._look_at(number, specimen, until + _GRACE_S)
            self.bench.forget()
            self.tally.draws += 1
            self.drew(self.tally)
            number += 1
        self.finished = True

    def _look_at(self, number: int, specimen: Specimen, until: float) -> None:
        judged = self.bench.judged(specimen, self._operators(specimen))
        self.tally.verdicts.update(j.verdict.kind for j in judged)
        failed: dict[VerdictKind, list[Judged]] = {}
        for one in judged:
            if one.verdict.kind in FINDABLE:
                failed.setdefault(one.verdict.kind, []).append(one)
        for kind, failures in failed.items():
            if not self._is_repeated(specimen, failures[0]):
                self._deal_with(number, specimen, kind, failures, until)

    def _operators(self, specimen: Specimen) -> Sequence[Operator]:
        """Up to the order that can exist at the point: where there is a choice, the first."""
        smooth = smooth_to(self.bench, specimen, 2)
        return [o for o in _ALL if smooth >= 0 and o.order <= smooth + 1]

    def _is_repeated(self, specimen: Specimen, failure: Judged) -> bool:
        """Whether it is what was found before, as far as can be told without shrinking it."""
        operator, kind = failure.case.operator, failure.verdict.kind
        for place, finding in enumerate(self.findings):
            if finding.covers(specimen, operator, kind):
                self.tally.again[place] += 1
                return True
        return False

    def _deal_with(
        self,
        number: int,
        specimen: Specimen,
        kind: VerdictKind,
        failures: Sequence[Judged],
        until: float,
    ) -> None:
        """Shrink what fails first of one kind, unless nothing can be said against it."""
        culprit = self._culprit(specimen, kind, failures)
        if culprit is None:
            self.tally.excused += 1
            return
        drawn, (specimen, failures) = specimen.text, culprit
        failure = failures[0]
        if self._is_repeated(specimen, failure):
            return
        self.found(number, specimen, failure)
        operator = failure.case.operator
        asked = self._enough(specimen, operator, kind)
        shrinker = Shrinker(
            fails=lambda candidate: self._failure(candidate, asked, operator, kind) is not None,
            forms=forms_of(self.registry),
            trials=_TRIALS.get(kind, _MOST_TRIALS),
            until=until,
        )
        smallest = shrinker.smallest(specimen)
        last = self._failure(smallest, asked, operator, kind) or failure
        finding = Finding(
            backend=self.bench.backend,
            draw=number,
            operator=operator,
            verdict=last.verdict,
            specimen=smallest if last is not failure else specimen,
            drawn=drawn,
            trials=shrinker.asked,
            finished=not shrinker.exhausted(),
            known="",
            reproducer=self.bench.reproducer(last),
            also=tuple(f.case.operator for f in failures if f.case.operator is not operator),
        )
        known = explained(finding, self.ledger, self.bench.versions)
        finding = replace(finding, known=known)
        self.findings.append(finding)
        self.told(finding)

    def _culprit(
        self, specimen: Specimen, kind: VerdictKind, failures: Sequence[Judged]
    ) -> tuple[Specimen, Sequence[Judged]] | None:
        """What is to be shrunk, and how it fails; None where all is excused.

        A composition through a kink is excused; the function that has the kink is not.
        """
        for i, failure in enumerate(failures):
            if not excuse(self.bench, specimen, failure):
                return specimen, failures[i:]
        for path, node in nodes_of(specimen.expression):
            part = alone(specimen, path, node) if len(specimen.nodes) > 1 else None
            if part is not None and part.is_sound:
                judged = self.bench.judged(part, self._operators(part))
                failed = [one for one in judged if one.verdict.kind is kind]
                if failed:
                    return part, failed
        return None

    def _enough(
        self, specimen: Specimen, operator: Operator, kind: VerdictKind
    ) -> Sequence[Operator]:
        """The operator alone; or all, where it fails only beside what the others gave."""
        alone = (operator,)
        if self._failure(specimen, alone, operator, kind) is not None:
            return alone
        return [o for o in _ALL if o.order <= operator.order]

    def _failure(
        self, specimen: Specimen, asked: Sequence[Operator], operator: Operator, kind: VerdictKind
    ) -> Judged | None:
        """The operator's failure of that kind, if nothing excuses it."""
        below = max(0, operator.order - 1)
        if smooth_to(self.bench, specimen, below) < below:
            return None
        for one in self.bench.judged(specimen, asked):
            if one.case.operator is operator and one.verdict.kind is kind:
                return None if excuse(self.bench, specimen, one) else one
        return None
