"""The worker's part in timing: cases made ready once, then sampled turn by turn."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

from harness.contract import Backend, Case, Problem, build
from harness.contract.derivation import prepare
from harness.problems.inputs import CaseInputs
from harness.running.evaluation import refuse_other_dtype
from harness.running.messages import Checked, Measured, Readied, Taken, Warmed
from harness.running.observing import filled
from harness.timing import memory, sampling
from harness.timing.first_calls import FirstCalls, first_calls

__all__ = ["ReadyCase", "make_ready"]

_FAR_ABOVE = 2.0

_WARMING = 0.25
"""Of a sample: what a call needs at hand comes with the first of them, and before each turn the
other arms have had the caches anyway."""


@dataclass(slots=True)
class ReadyCase:
    """One case in its steady state: the prepared call, its native operands, its last result."""

    backend: Backend
    problem: Problem
    inputs: CaseInputs
    costs: FirstCalls
    last_result: Any = None

    def warm(self, loops: int | None, sample_s: float) -> Warmed:
        """Calibrate, or throw the part ``_WARMING`` of a sample away where ``loops`` are given.

        Short calls are calibrated in that part of a sample too: as many more make a whole one.
        """
        if loops is None:
            costs = self.costs
            part = _WARMING if costs.second_call_s < _WARMING * sample_s else 1.0
            loops = sampling.calibrate(
                costs.call,
                costs.operands,
                self.backend.wait,
                part * sample_s,
                one_call_s=costs.second_call_s,
            )
            loops = math.ceil(loops / part)
        else:
            self.take(math.ceil(_WARMING * loops))
        return Warmed(loops)

    def take(self, loops: int) -> Taken:
        """Time ``loops`` calls; keep the result of the last, for it is what was timed."""
        before = self.backend.traces()
        sample, self.last_result = sampling.take_with_result(
            self.costs.call, self.costs.operands, self.backend.wait, loops
        )
        after = self.backend.traces()
        return Taken(
            loops=sample.loops,
            wall_s=sample.wall_s,
            cpu_s=sample.cpu_s,
            involuntary_switches=sample.involuntary_switches,
            steal_s=sample.steal_s,
            traces=0 if before is None or after is None else after - before,
        )

    def check(self) -> Checked:
        """The result of the last call that was timed."""
        return Checked(filled(self.backend, self.problem, self.last_result, self.inputs.args))

    def measure(self) -> Measured:
        """The peak memory of one call."""
        peak = memory.peak_bytes(self.costs.call, self.costs.operands, self.backend.wait)
        return Measured(peak)


def make_ready(
    backend: Backend,
    problem: Problem,
    case: Case,
    inputs: CaseInputs,
    twice: bool = True,
    call_s: float = math.inf,
) -> tuple[ReadyCase, Readied]:
    """Convert, prepare and call for the first and, if ``twice``, the second time.

    A first call far above ``call_s`` is not repeated where nothing was compiled in it.
    """
    refuse_other_dtype(backend, case)
    costs = first_calls(
        backend,
        build(backend, problem, case.operator),
        (*inputs.args, *inputs.seeds),
        prepare=functools.partial(prepare, backend, case.operator),
        twice=twice,
        longest_s=_FAR_ABOVE * call_s,
    )
    return ReadyCase(backend, problem, inputs, costs), Readied(
        prepare_s=costs.prepare_s,
        first_call_s=costs.first_call_s,
        second_call_s=costs.second_call_s,
        compile_s=costs.compile_s,
        conversion_s=costs.conversion_s,
    )
