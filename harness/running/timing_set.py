"""A set: a fresh worker for each arm, made ready, then turn by turn on one core, then measured."""

from __future__ import annotations

import functools
import math
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from harness.contract import Case
from harness.running.cell import Cell
from harness.running.fleet import Fleet
from harness.running.inputs import Inputs
from harness.running.judged import Judged
from harness.running.messages import Forget, Hello, Measure, Measured, Pools, PoolSizes, Request
from harness.running.plan import Plan
from harness.running.process import WorkerProcess
from harness.running.progress import View
from harness.running.readying import AtReady, Readying
from harness.running.records import A_A, MemoryRecord, StartUpRecord, ThreadsRecord
from harness.running.set_costs import SetCosts
from harness.running.timing_log import TimingLog
from harness.timing import environment, machine
from harness.verification.judge import Judge

__all__ = ["TimingSets"]

_CHUNK_BYTES = 256 << 20

_UNKNOWN_CHUNK = 12
"""Cells at a time while nobody knows how long they take: if the set is broken off, those made ready
have had their turns."""

_BLOCK = 12
_BLOCK_S = 4.0
"""So many cells take their rounds in alternation, or as many as take so many seconds."""


@dataclass
class TimingSets:
    """Runs one set after the other; what one has learned of durations helps the next.

    ``call_s`` is how long a call may take to be timed at all.
    """

    plan: Plan
    log: TimingLog
    inputs: Inputs
    judge: Judge
    judged: dict[tuple[str, Case], Judged]
    view: View
    cores: environment.CorePlan
    costs: SetCosts
    call_s: float
    start: Callable[[str, np.random.Generator, bool], WorkerProcess]
    came_up: Callable[[str, Hello], None]
    found_threads: Callable[[str, dict[str, int]], None]
    start_up_s: float = 0.0
    first_calls_s: float = 0.0
    _anywhere: frozenset[int] = field(default_factory=machine.allowed_cores)

    def run(
        self,
        cells: Sequence[Case],
        rounds: int,
        until: float,
        cell_done: Callable[[Case], None],
        kind: type[Cell] = Cell,
    ) -> None:
        """One set of ``cells``; each block is on disk before the next begins, its cells done.

        At ``until`` (``time.monotonic``) it is broken off: cells that had no turn have none in it.
        ``kind`` says what a cell is in this set.
        """
        index = self.log.state.next_set
        rng = np.random.default_rng((self.plan.seed, index))
        arms = {arm: name for case in cells for arm, name in self.log.state.arms(case).items()}
        # The first set shows what compiling costs; the others take what judging has compiled.
        with Fleet(arms, lambda name: self.start(name, rng, index == 0)) as fleet:
            self._bring_up(fleet, index, cells)
            known = all(self.costs.knows(case) for case in cells)
            for chunk in self._chunks(cells, math.inf if known else _UNKNOWN_CHUNK):
                if time.monotonic() < until:
                    readying = self._make_ready(fleet, index, chunk, rounds, until)
                    self._record_threads(fleet, index)
                    self._take_turns(readying, index, chunk, rounds, until, rng, cell_done, kind)
                    self._measure_memory(readying, chunk, until)

    def _bring_up(self, fleet: Fleet, index: int, cells: Sequence[Case]) -> None:
        began = time.monotonic()
        self.view.now(f"set {index + 1}: starting {len(fleet.backends)} workers")
        failures = fleet.bring_up(self.costs.at_once)
        start_ups = []
        for arm, hello in fleet.hellos.items():
            self.came_up(fleet.backends[arm], hello)
            if arm != A_A:
                process_s = hello.started - fleet.workers[arm].started
                start_ups.append(StartUpRecord(arm, index, process_s, hello.import_s))
        self.log.record(*start_ups)
        for arm, failure in failures.items():
            reason = f"the backend did not start: {failure.message}"
            for case in cells:
                if arm in self.log.state.arms(case):
                    self.log.fail(index, arm, case, str(failure.kind), reason)
        seconds = time.monotonic() - began
        self.start_up_s += seconds
        self.costs.started(seconds)

    def _chunks(self, cells: Sequence[Case], most: float) -> Iterator[list[Case]]:
        """Cells whose operands together are small enough to be held by every worker at once.

        No more than ``most`` of them.
        """
        chunk: list[Case] = []
        held = 0
        for case in cells:
            inputs = self.inputs(case)
            needed = sum(x.nbytes for x in (*inputs.args, *inputs.seeds))
            if chunk and (held + needed > _CHUNK_BYTES or len(chunk) >= most):
                yield chunk
                chunk, held = [], 0
            chunk.append(case)
            held += needed
        yield chunk

    def _turns_s(self, cells: Sequence[Case], rounds: int, left_s: float) -> float:
        """What of the time that is left to keep for turns: what they take, or half of it."""
        if left_s == math.inf:
            return 0.0
        if not all(self.costs.knows(case) for case in cells):
            return left_s / 2
        turns_s = self.costs.turns_s({c: self.log.state.arms(c) for c in cells}, rounds)
        return min(turns_s, left_s / 2)

    def _make_ready(
        self, fleet: Fleet, index: int, chunk: list[Case], rounds: int, until: float
    ) -> Readying:
        self.view.now(f"set {index + 1}: first calls of {len(chunk)} cases")
        now = time.monotonic()
        readying = Readying(
            fleet=fleet,
            state=self.log.state,
            inputs=self.inputs,
            judged=self.judged,
            call_s=self.call_s,
            deadline_s=self.plan.deadline_s,
            fail=functools.partial(self.log.fail, index),
            costs=self.costs,
            # What is not ready by then has no turns, for which the rest is kept.
            until=until - self._turns_s(chunk, rounds, until - now),
        )
        fleet.pin(self._anywhere)
        readying.run(chunk)
        self.first_calls_s += time.monotonic() - now
        return readying

    def _record_threads(self, fleet: Fleet, index: int) -> None:
        """Once a run, when first calls have brought up what libraries start late."""
        for arm in fleet.hellos:
            if arm == A_A or arm in self.log.state.threads_known or not fleet.workers[arm].alive:
                continue
            reply = fleet.ask(arm, Pools(), self.plan.deadline_s)
            if isinstance(reply, PoolSizes):
                pools = dict(reply.threads)
                self.log.record(ThreadsRecord(arm, index, self.plan.threads, pools))
                self.found_threads(arm, pools)

    def _take_turns(
        self,
        readying: Readying,
        index: int,
        chunk: list[Case],
        rounds: int,
        until: float,
        rng: np.random.Generator,
        cell_done: Callable[[Case], None],
        kind: type[Cell],
    ) -> None:
        fleet = readying.fleet
        fleet.pin(self.cores.workers)
        # Only now: what the supervisor starts begins life on the supervisor's cores.
        before = environment.pin(self.cores.supervisor)
        try:
            for block in self._blocks(chunk, rounds):
                if time.monotonic() >= until:
                    break
                self.view.now(f"set {index + 1}: {block[0].id}")
                cells = []
                for case in block:
                    readied = readying.still_in(case)
                    if readied is not None:
                        cells.append(self._cell(kind, case, readied, fleet, index, rounds, rng))
                        cells[-1].warm()
                for _ in range(rounds if kind is Cell else 1):
                    for cell in cells:
                        cell.take_round()
                for cell in cells:
                    self.log.record(*cell.finish())
                    if kind is Cell:
                        self.costs.ran(cell.case, cell.cost)
                    cell_done(cell.case)
        finally:
            environment.restore(before)

    def _blocks(self, cells: Sequence[Case], rounds: int) -> Iterator[list[Case]]:
        """Cells whose rounds alternate, so that the rounds of one lie apart.

        What disturbs the machine for a moment then costs each of them a round, which its median
        shrugs off, not one of them all of its rounds. A block is short enough to be lost.
        """
        block: list[Case] = []
        seconds = 0.0
        for case in cells:
            needed = self.costs.turns_s({case: self.log.state.arms(case)}, rounds)
            if block and (len(block) == _BLOCK or seconds + needed > _BLOCK_S):
                yield block
                block, seconds = [], 0.0
            block.append(case)
            seconds += needed
        yield block

    def _cell(
        self,
        kind: type[Cell],
        case: Case,
        readied: dict[str, AtReady],
        fleet: Fleet,
        index: int,
        rounds: int,
        rng: np.random.Generator,
    ) -> Cell:
        return kind(
            case=case,
            inputs=self.inputs(case),
            set_index=index,
            arms=fleet.backends,
            readied=readied,
            fleet=fleet,
            depth=self.plan.depth,
            rounds=rounds,
            deadline_s=self.plan.deadline_s,
            cell_s=self.costs.cell_s,
            rng=rng,
            judge=self.judge,
            judged=self.judged,
            state=self.log.state,
            tell=self.log.record,
        )

    def _measure_memory(self, readying: Readying, chunk: list[Case], until: float) -> None:
        """The peaks that are not known yet, when no more turns are taken; then let the cases go.

        A case that cannot be measured has no figure, and nothing else changes.
        """
        fleet, state = readying.fleet, self.log.state
        fleet.pin(self._anywhere)
        left: dict[str, deque[Request]] = {}
        for case in chunk:
            for arm in readying.still_in(case) or ():
                requests = left.setdefault(arm, deque())
                if arm != A_A and (arm, case.id) not in state.measured:
                    requests.append(Measure(case))
                requests.append(Forget(case))

        def next_request(arm: str) -> Request | None:
            if time.monotonic() >= until or not fleet.workers[arm].alive:
                return None
            return left[arm].popleft() if left[arm] else None

        for arm, request, reply in fleet.ask_all(
            left, next_request, self.costs.at_once, self.plan.deadline_s
        ):
            if isinstance(request, Measure) and isinstance(reply, Measured):
                self.log.record(MemoryRecord(arm, request.case.id, reply.peak_bytes))
