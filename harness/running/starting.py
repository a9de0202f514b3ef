"""Starting the workers of a run: their environment, and whether they share compiled code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.running.messages import COMPILED
from harness.running.plan import Plan
from harness.running.process import WorkerProcess
from harness.timing import environment
from harness.verification.truths import cache_directory

__all__ = ["Starting"]


@dataclass(frozen=True, slots=True)
class Starting:
    """Starts workers as ``plan`` has them."""

    plan: Plan

    def for_judging(self, backend: str) -> WorkerProcess:
        """A worker for judging; what it compiles is kept for the sets and for the runs to come."""
        return self._start(backend, np.random.default_rng(self.plan.seed), shares_compiled=True)

    def for_timing(self, backend: str, rng: np.random.Generator, compiles: bool) -> WorkerProcess:
        """A worker for timing; one that ``compiles`` does so by itself, to see what it costs."""
        return self._start(backend, rng, shares_compiled=not compiles)

    def _start(
        self, backend: str, rng: np.random.Generator, shares_compiled: bool
    ) -> WorkerProcess:
        variables = environment.worker_environment(self.plan.threads, rng)
        if shares_compiled:
            variables[COMPILED] = str(cache_directory() / "compiled" / backend)
        return WorkerProcess(backend, variables, self.plan.threads)
