"""A line that reproduces a case, made of what a run knows: problem, numbers and truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.contract import Case
from harness.plugins import Registry
from harness.problems.inputs import CaseInputs
from harness.reproduce import reproducer
from harness.running.inputs import Inputs
from harness.verification.judge import Judge
from harness.verification.oracles.oracle import Truth

__all__ = ["Reproducers"]

Results = tuple[np.ndarray, ...]


class Reproducers:
    """Makes the lines of a registry's cases; truths come from the judge, who keeps them."""

    def __init__(self, registry: Registry, judge: Judge, *, ask: bool = True) -> None:
        """Take problems and dialects from ``registry``; ``ask`` as in ``Judge.truth``."""
        self._registry = registry
        self._judge = judge
        self._ask = ask
        self._inputs = Inputs(registry)

    def line(self, backend: str, case_id: str, reason: str) -> str:
        """One line for a shell, with the truth in its comment, or ``reason`` where none is known.

        Empty when the case is not one of the registry's, or its numbers cannot be built.
        """
        try:
            case = Case.parse(case_id)
            problem = self._registry.problems[case.problem]
            inputs = self._inputs(case)
            truth = self._truth(case, inputs)
        except Exception:  # noqa: BLE001 - the problem may be a plug-in's, and from another version
            return ""
        return reproducer(self._registry.backend(backend), problem, case, inputs, truth, reason)

    def _truth(self, case: Case, inputs: CaseInputs) -> Sequence[Results]:
        """The true results; their lower and upper ends where there is a choice; or nothing."""
        rows = [inputs]
        if case.operator.batched:
            rows.append(replace(inputs, seeds=inputs.probe_seeds))
        ends = [_ends(self._judge.truth(case, row, ask=self._ask)) for row in rows]
        if not all(ends):
            return ()
        sides = zip(*ends, strict=True)
        stacked = [
            tuple(np.stack(parts) for parts in zip(*side, strict=True))
            if case.operator.batched
            else side[0]
            for side in sides
        ]
        same = all(np.array_equal(a, b, equal_nan=True) for a, b in zip(*stacked, strict=True))
        return stacked[:1] if same else stacked


def _ends(truth: Truth | None) -> tuple[Results, Results] | None:
    """The lowest and the highest accepted results; None: they are not known one by one."""
    if truth is None or truth.directions:
        return None
    low = tuple(b.high if b.lower is None else b.lower for b in truth.blocks)
    high = tuple(b.high if b.upper is None else b.upper for b in truth.blocks)
    return low, high
