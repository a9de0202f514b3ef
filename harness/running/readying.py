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
from harness.running.judging import Judged
from harness.running.messages import Readied, Ready, Request
from harness.running.timing_state import TimingState

__all__ = ["AtReady", "Readying"]

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
    seconds: dict[str, float]
    readied: defaultdict[Case, dict[str, AtReady]] = field(
        default_factory=lambda: defaultdict(dict)
    )

    def run(self, cases: Sequence[Case], at_once: int) -> None:
        """Make ``cases`` ready with all arms that may still time them, ``at_once`` at a time."""
        arms = list(dict.fromkeys(arm for case in cases for arm in self.state.arms(case)))
        # The longest first, as the set before has shown, so that none is left over alone.
        arms = sorted((a for a in arms if a in self.fleet.hellos), key=self._longest_first)
        left = {arm: deque(cases) for arm in arms}
        began = dict.fromkeys(arms, 0.0)

        def next_request(arm: str) -> Request | None:
            began[arm] = began[arm] or time.monotonic()
            while left[arm]:
                case = left[arm].popleft()
                if arm in self.state.arms(case) and not self._known_too_slow(arm, case):
                    return Ready(case, self.inputs(case), self.call_s)
            self.seconds[arm] = time.monotonic() - began[arm]
            return None

        for arm, request, reply in self.fleet.ask_all(arms, next_request, at_once, self.deadline_s):
            assert isinstance(request, Ready)
            if isinstance(reply, Failure):
                self.fail(arm, request.case, str(reply.kind), reply.message)
            elif not isinstance(reply, Readied):
                reason = f"the worker answered {type(reply).__name__}"
                self.fail(arm, request.case, "crashed", reason)
            elif reply.second_call_s > self.call_s:
                self._too_slow(arm, request.case, reply.second_call_s)
            else:
                self.readied[request.case][arm] = AtReady(reply, self.fleet.workers[arm].pid)

    def still_in(self, case: Case) -> dict[str, AtReady]:
        """The arms that are ready for ``case`` and have not failed at a smaller one since."""
        arms = self.state.arms(case)
        return {arm: ready for arm, ready in self.readied[case].items() if arm in arms}

    def _longest_first(self, arm: str) -> float:
        return -self.seconds.get(arm, 0.0)

    def _known_too_slow(self, arm: str, case: Case) -> bool:
        known = self.judged.get((self.fleet.backends[arm], case))
        if known is None or known.seconds <= _COMPILING * self.call_s:
            return False
        self._too_slow(arm, case, known.seconds)
        return True

    def _too_slow(self, arm: str, case: Case, seconds: float) -> None:
        reason = f"one call takes {seconds:.3g} s, and this depth gives it {self.call_s:.3g} s"
        self.fail(arm, case, "too-slow", reason)
