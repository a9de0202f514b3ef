"""One cell of one set: every ready arm warmed, rounds of turns, a last look at what was timed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from harness.contract import TIMEABLE, Case, Evaluation, Failure
from harness.problems.inputs import CaseInputs
from harness.running.fleet import Fleet
from harness.running.judged import Judged, digest, verdict_of
from harness.running.messages import (
    Check,
    Checked,
    Readied,
    Ready,
    Reply,
    Request,
    Taken,
    Turn,
    Warm,
    Warmed,
)
from harness.running.readying import LONG_CALL_S, AtReady
from harness.running.records import (
    A_A,
    RETRACE,
    TURNS,
    FirstCallRecord,
    Record,
    SampleRecord,
    TimingFailureRecord,
)
from harness.running.set_costs import CellCost, rounds_within
from harness.running.timing_state import TimingState
from harness.timing.schedule import Depth, latin_square_orders
from harness.verification.judge import Judge

__all__ = ["Cell"]

R = TypeVar("R", bound=Reply)


@dataclass
class Cell:
    """One cell of one set: ``warm`` it, ``take_round`` after round, and ``finish`` it.

    ``arms`` maps arm to backend, ``readied`` holds the arms that are ready and what their first
    calls took; ``cell_s`` is the time that all ``rounds`` may take, or there are fewer. Rounds of
    several cells may alternate. A failure goes to ``tell`` at once; it may end arms in other cells.
    """

    case: Case
    inputs: CaseInputs
    set_index: int
    arms: Mapping[str, str]
    readied: Mapping[str, AtReady]
    fleet: Fleet
    depth: Depth
    rounds: int
    deadline_s: float
    cell_s: float
    rng: np.random.Generator
    judge: Judge
    judged: dict[tuple[str, Case], Judged]
    state: TimingState
    tell: Callable[[TimingFailureRecord], None]
    records: list[Record] = field(default_factory=list)
    samples: dict[str, list[SampleRecord]] = field(default_factory=dict)
    set_kind: str = TURNS
    _seconds: dict[str, float] = field(default_factory=dict)
    _retraced: dict[str, int] = field(default_factory=dict)
    _loops: dict[str, int] = field(default_factory=dict)
    _pids: dict[str, int] = field(default_factory=dict)
    _orders: list[list[str]] = field(default_factory=list)
    _rounds_taken: int = 0
    _rounds_s: float = 0.0
    _rest_s: float = 0.0

    def warm(self) -> None:
        """Find how often each arm calls in a sample, or warm it; one that fails is out."""
        began = time.monotonic()
        for arm in self.readied:
            self._warm(arm)
        rounds = rounds_within(self.cell_s, sum(self._seconds.values()), self.rounds)
        self._orders = latin_square_orders(list(self._seconds), rounds, self.rng)
        self._rest_s += time.monotonic() - began

    def take_round(self) -> None:
        """Every arm has one turn, as long as rounds are left."""
        if self._rounds_taken == len(self._orders):
            return
        began = time.monotonic()
        self._leave_out_failed()
        for position, arm in enumerate(self._orders[self._rounds_taken]):
            if arm in self._seconds:
                self._turn(arm, self._rounds_taken, position)
        self._rounds_taken += 1
        self._rounds_s += time.monotonic() - began

    def finish(self) -> list[Record]:
        """The records, with the samples of the arms that computed what was judged."""
        began = time.monotonic()
        self._leave_out_failed()
        for arm in list(self._seconds):
            self._check(arm)
        for arm in self._seconds:
            self.records.extend(self.samples.get(arm, ()))
        self._rest_s += time.monotonic() - began
        return self.records

    @property
    def cost(self) -> CellCost:
        """What the cell took."""
        taken = max(1, self._rounds_taken)
        in_samples = sum(sample.wall_s for its in self.samples.values() for sample in its)
        return CellCost(self._rounds_s / taken, in_samples / taken, self._rest_s)

    def _leave_out_failed(self) -> None:
        """Arms that have failed at a smaller size meanwhile have no time here."""
        for arm in self._seconds.keys() - self.state.arms(self.case).keys():
            del self._seconds[arm]

    def _warm(self, arm: str) -> None:
        backend, readied = self.arms[arm], self.readied[arm].costs
        if not self._holds(arm):
            return
        loops = self.state.loops.get((backend, self.case.id))
        call_s = self.state.call_s.get((backend, self.case.id), readied.second_call_s)
        if loops != 1 or call_s < LONG_CALL_S:
            reply = self._ask(arm, Warm(self.case, loops, self.depth.sample_s), Warmed)
            if reply is None:
                return
            loops = reply.loops
        self.state.loops[backend, self.case.id] = self._loops[arm] = loops
        self._seconds[arm] = max(self.depth.sample_s, loops * call_s)
        if arm != A_A:
            self.records.append(
                FirstCallRecord(
                    backend=backend,
                    case=self.case.id,
                    set_index=self.set_index,
                    prepare_s=readied.prepare_s,
                    first_call_s=readied.first_call_s,
                    second_call_s=readied.second_call_s,
                    compile_s=readied.compile_s,
                    conversion_s=readied.conversion_s,
                    loops=loops,
                )
            )

    def _holds(self, arm: str) -> bool:
        """Whether the arm's worker has the case ready; one that replaced a dead one starts anew."""
        worker = self.fleet.workers[arm]
        if worker.alive and worker.pid == self._pids.get(arm, self.readied[arm].pid):
            return True
        if self._ask(arm, Ready(self.case, self.inputs, math.inf), Readied) is None:
            return False
        self._pids[arm] = self.fleet.workers[arm].pid
        return True

    def _throw_away(self, arm: str) -> None:
        """Let the arm take a turn that nobody counts."""
        self._ask(arm, Warm(self.case, self._loops[arm], self.depth.sample_s), Warmed)

    def _turn(self, arm: str, round_index: int, position: int) -> None:
        backend = self.arms[arm]
        if not self._holds(arm):
            return
        reply = self._ask(arm, Turn(self.case, self._loops[arm]), Taken)
        if reply is None:
            return
        self.samples.setdefault(arm, []).append(
            SampleRecord(
                backend=backend,
                arm=arm,
                case=self.case.id,
                set_index=self.set_index,
                round_index=round_index,
                position=position,
                loops=reply.loops,
                wall_s=reply.wall_s,
                cpu_s=reply.cpu_s,
                involuntary_switches=reply.involuntary_switches,
                steal_s=reply.steal_s,
                set_kind=self.set_kind,
            )
        )
        self._retraced[arm] = self._retraced.get(arm, 0) + reply.traces

    def _check(self, arm: str) -> None:
        """Hold the result of the last timed call against the judged one."""
        backend = self.arms[arm]
        reply = self._ask(arm, Check(self.case), Checked)
        if reply is None:
            return
        if self._retraced.get(arm):
            self._note(arm, RETRACE, f"traced {self._retraced[arm]} times more while timed")
        known, found = self.judged.get((backend, self.case)), digest(reply.results)
        if known is not None and known.digest == found:
            return
        evaluation = Evaluation(reply.results, plain_value=None, repeatable=True)
        verdict = verdict_of(self.judge, backend, self.case, self.inputs, evaluation)
        if verdict.kind not in TIMEABLE:
            reason = f"right when judged, {verdict.kind} when timed: {verdict.reason}"
            self._drop(arm, "changed-result", reason)
        elif known is None:
            # From now on these bits are known to be right, and nothing is judged between turns.
            self.judged[backend, self.case] = Judged(found, math.nan)

    def _ask(self, arm: str, request: Request, expected: type[R]) -> R | None:
        """The reply; None when the arm failed, and then it is out of the cell."""
        reply = self.fleet.ask(arm, request, self.deadline_s)
        if isinstance(reply, expected):
            return reply
        if isinstance(reply, Failure):
            self._drop(arm, str(reply.kind), reply.message)
        else:
            self._drop(arm, "crashed", f"the worker answered {type(reply).__name__}")
        return None

    def _drop(self, arm: str, kind: str, reason: str) -> None:
        """The arm loses its time in this set."""
        self._seconds.pop(arm, None)
        self._note(arm, kind, reason)

    def _note(self, arm: str, kind: str, reason: str) -> None:
        # A duplicate that fails is not the baseline's failure; its name says which it was.
        self.tell(TimingFailureRecord(arm, self.case.id, self.set_index, kind, reason))
