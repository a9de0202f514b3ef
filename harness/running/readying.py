"""Before the turns of a set: every arm converts, prepares and calls its cases for the first time.

Compilers take most of a set's time here, so as many arms are at it as there are cores; each has
one for itself, and what a first call takes is what it would take alone. Turns come later, on one
core.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.contract import Case, Failure
from harness.running.fleet import Fleet
from harness.running.inputs import Inputs
from harness.running.judged import Judged
from harness.running.messages import Readied, Ready, Request
from harness.running.set_costs import SetCosts
from harness.running.timing_state import TimingState

__all__ = ["LONG_CALL_S", "AtReady", "Readying"]

LONG_CALL_S = 0.008
"""A call of this length warms what it needs within itself: calls before it are not worth it."""

_COMPILING = 10
"""A first call compiles: only so many times above the limit does it tell that calls are slow."""


@dataclass(frozen=True, slots=True)
class AtReady:
    """What the first calls of an arm took, and the process that holds the case ready."""

    costs: Readied
    pid: int


@dataclass
class Readying:
    """The stage of one set; ``fail(arm, case, kind, reason)`` is told who drops out of a cell."""

    fleet: Fleet
    state: TimingState
    inputs: Inputs
    judged: Mapping[tuple[str, Case], Judged]
    call_s: float
    deadline_s: float
    fail: Callable[[str, Case, str, str], None]
    costs: SetCosts
    until: float
    """When to stop (``time.monotonic``): what is not ready by then takes no turns in this set."""
    readied: defaultdict[Case, dict[str, AtReady]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _dealt_with: set[tuple[str, Case]] = field(default_factory=set)

    def run(self, cases: Sequence[Case]) -> None:
        """Make ``cases`` ready with all arms that may still time them."""
        arms = dict.fromkeys(arm for case in cases for arm in self.state.arms(case))
        # The longest first, as the set before has shown, so that none is left over alone.
        ordered = sorted(
            (arm for arm in arms if arm in self.fleet.hellos),
            key=lambda arm: -self.costs.readying_s(arm, cases),
        )
        left = {arm: deque(cases) for arm in ordered}
        asked: dict[str, float] = {}

        def next_request(arm: str) -> Request | None:
            while left[arm] and time.monotonic() < self.until:
                case = left[arm].popleft()
                self._dealt_with.add((arm, case))
                if arm in self.state.arms(case) and not self._known_too_slow(arm, case):
                    asked[arm] = time.monotonic()
                    return Ready(case, self.inputs(case), self.call_s, self._twice(arm, case))
            return None

        for arm, request, reply in self.fleet.ask_all(
            ordered, next_request, self.costs.at_once, self.deadline_s
        ):
            assert isinstance(request, Ready)
            self.costs.readied(arm, request.case, time.monotonic() - asked[arm])
            if isinstance(reply, Failure):
                self.fail(arm, request.case, str(reply.kind), reply.message)
            elif not isinstance(reply, Readied):
                reason = f"the worker answered {type(reply).__name__}"
                self.fail(arm, request.case, "crashed", reason)
            elif reply.second_call_s > self.call_s:
                self._too_slow(arm, request.case, reply.second_call_s)
            else:
                self.readied[request.case][arm] = AtReady(reply, self.fleet.workers[arm].pid)

    def still_in(self, case: Case) -> dict[str, AtReady] | None:
        """The arms that are ready for ``case`` and have not failed at a smaller one since.

        None when it was not the turn of one of them before time was up.
        """
        arms = [arm for arm in self.state.arms(case) if arm in self.fleet.hellos]
        if any((arm, case) not in self._dealt_with for arm in arms):
            return None
        return {arm: ready for arm, ready in self.readied[case].items() if arm in arms}

    def _twice(self, arm: str, case: Case) -> bool:
        """Whether to make the second call: not one that is known to be long."""
        return self.state.call_s.get((self.fleet.backends[arm], case.id), 0.0) < LONG_CALL_S

    def _known_too_slow(self, arm: str, case: Case) -> bool:
        known = self.judged.get((self.fleet.backends[arm], case))
        if known is None or not known.seconds > _COMPILING * self.call_s:
            return False
        self._too_slow(arm, case, known.seconds)
        return True

    def _too_slow(self, arm: str, case: Case, seconds: float) -> None:
        reason = f"one call takes {seconds:.3g} s, and this depth gives it {self.call_s:.3g} s"
        self.fail(arm, case, "too-slow", reason)
