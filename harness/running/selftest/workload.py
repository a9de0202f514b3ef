"""A plug-in of its own for the self-test: busy work of which each backend does a known amount.

A call does its step ``units × steps`` times. ``units`` is the backend's: 100 for the baseline and
for the arm that is identical, 102 and 105 for the arms with +2 % and +5 %; ``steps`` comes as an
operand and is the same for all. The ratio of two arms is therefore known from the counts, but for
what a call costs beside its steps, which is measured (``overhead_s``).

The function that is judged is x ↦ x², of one number: its truth costs nothing, however wide the
arrays are that the steps work on. The plug-in is loaded through ``harness.plugins.MODULES``, in the
supervisor and in the workers, by the self-test alone; the cells come in the environment too.
"""

from __future__ import annotations

import functools
import json
import os
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy as np

from harness.contract import (
    Array,
    Backend,
    BackendRegistrar,
    Case,
    Operator,
    Point,
    Problem,
    ProblemRegistrar,
    Size,
    hookimpl,
)
from harness.contract.numpy_namespace import NUMPY
from harness.timing import sampling

__all__ = [
    "ARMS",
    "BASELINE",
    "CELLS",
    "UNITS",
    "WIDTHS",
    "BusyBackend",
    "CellSpec",
    "cells_from",
    "overhead_s",
    "step_s",
]

CELLS = "ADJUDGE_SELFTEST_CELLS"
"""The environment variable with the cells, as JSON: [workload, steps] pairs."""

UNITS = 100
"""Of the baseline: +2 % and +5 % of it are whole numbers."""

BASELINE = "selftest"
ARMS: Mapping[str, int] = {"selftest-same": 0, "selftest-plus-2": 2, "selftest-plus-5": 5}
"""Backend → units beyond UNITS, which are per cent of the baseline's work."""

WIDTHS: Mapping[str, int] = {"interpreter": 0, "dispatch": 16, "level-1": 1024, "level-2": 8192}
"""Workload → elements that a step multiplies (0: one Python float).

Python alone, NumPy's dispatch, and arithmetic in the first and in the second level of the cache.
"""

_PREFIX = "selftest."
_PAGE_BYTES = 4096
_TRIALS = 7
_TRIAL_S = 2e-3


@dataclass(frozen=True, slots=True)
class CellSpec:
    """One cell: a workload, and the steps in each unit of its calls.

    ``draw`` tells cells apart that have the same workload and steps.
    """

    workload: str
    steps: int
    draw: int

    @property
    def case(self) -> Case:
        """The case that is timed."""
        size = f"steps={self.steps}"
        return Case(_PREFIX + self.workload, Operator.VALUE, size, "float64", f"draw-{self.draw}")


class BusyBackend(Backend):
    """Does ``units × steps`` steps in each call."""

    operators = frozenset({Operator.VALUE})

    def __init__(self, units: int) -> None:
        """``units`` of work in each call."""
        self._units = units

    @property
    def xp(self) -> Any:
        """Plain NumPy."""
        return NUMPY

    def asarray(self, x: np.ndarray) -> Array:
        """``x`` itself."""
        return x

    def to_numpy(self, x: Array) -> np.ndarray:
        """``x`` as an array."""
        return np.asarray(x)

    def specialise(self, problem: Problem, operator: Operator) -> Callable[..., Any] | None:
        """The busy call, for the self-test's own problems."""
        if operator is not Operator.VALUE or not problem.name.startswith(_PREFIX):
            return None
        width = WIDTHS[problem.name.removeprefix(_PREFIX)]
        if width == 0:
            return functools.partial(_interpreted, self._units)
        return _vectorised(width, self._units)

    def versions(self) -> Mapping[str, str]:
        """NumPy's."""
        return {"numpy": np.__version__}


def step_s(workload: str) -> float:
    """Seconds that a step takes here: the least of some trials, for noise only adds."""
    return _least_s(workload, UNITS) / UNITS


def overhead_s(workload: str) -> float:
    """Seconds that a call takes beside its steps, as it is sampled: one without any steps."""
    return _least_s(workload, 0)


def _least_s(workload: str, units: int) -> float:
    problem = _problem(workload, [CellSpec(workload, 1, 0)])
    backend = BusyBackend(units)
    call = backend.specialise(problem, Operator.VALUE)
    assert call is not None
    operands = problem.points[0].build({"steps": 1}, np.random.default_rng(0))
    loops = sampling.calibrate(call, operands, backend.wait, _TRIAL_S, time.perf_counter_ns)
    samples = [sampling.take(call, operands, backend.wait, loops) for _ in range(_TRIALS)]
    return min(sample.wall_s / sample.loops for sample in samples)


def _interpreted(units: int, x: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray]:
    v = y = float(x)
    for _ in repeat(None, units * int(steps)):
        y = v * v
    return (np.array(y),)


def _vectorised(width: int, units: int) -> Callable[..., Any]:
    # Loads and stores whose addresses share their last twelve bits wait for each other; what an
    # allocator hands out makes a step up to 1.7 times as long in one process as in another.
    wide, out = _at_page(width, 0), _at_page(width, _PAGE_BYTES // 2)
    wide.fill(1.0)

    def call(x: np.ndarray, steps: np.ndarray) -> tuple[np.ndarray]:
        multiply = np.multiply
        for _ in repeat(None, units * int(steps)):
            multiply(wide, wide, out)
        return (np.asarray(x * x),)

    return call


def _at_page(width: int, offset: int) -> np.ndarray:
    """An array of ``width`` zeros that begins ``offset`` bytes behind the start of a page."""
    raw = np.zeros(8 * width + 2 * _PAGE_BYTES, dtype=np.uint8)
    start = -raw.ctypes.data % _PAGE_BYTES + offset
    return raw[start : start + 8 * width].view(np.float64)


def _problem(workload: str, cells: Sequence[CellSpec]) -> Problem:
    def build(dims: Mapping[str, int], rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        # A power of two: its square is exact.
        x = np.ldexp(1.0, rng.integers(-8, 8))
        return np.array(x), np.array(float(dims["steps"]))

    steps = sorted({cell.steps for cell in cells})
    draws = sorted({cell.draw for cell in cells})
    return Problem(
        name=_PREFIX + workload,
        source="the self-test",
        fun=lambda xp, x, steps: x * x,
        arguments=("x", "steps"),
        argnums=(0,),
        sizes=tuple(Size({"steps": n}, n) for n in steps),
        points=tuple(Point(f"draw-{n}", build, timed=True) for n in draws),
        operators=frozenset({Operator.VALUE}),
        timed_operators=frozenset({Operator.VALUE}),
        closed_forms={},
        operations=lambda dims: dims["steps"],
        dtypes=frozenset({"float64"}),
        suite="selftest",
    )


def cells_from(pairs: Sequence[tuple[str, int]]) -> tuple[CellSpec, ...]:
    """The cells of (workload, steps) pairs; equal pairs get different draws."""
    seen: Counter[tuple[str, int]] = Counter()
    cells = []
    for workload, steps in pairs:
        cells.append(CellSpec(workload, steps, seen[workload, steps]))
        seen[workload, steps] += 1
    return tuple(cells)


@hookimpl
def register_backends(register: BackendRegistrar) -> None:
    """The baseline and the arms."""
    for name, more in {BASELINE: 0, **ARMS}.items():
        register(name, functools.partial(BusyBackend, UNITS + more), summary="the self-test's")


@hookimpl
def register_problems(register: ProblemRegistrar) -> None:
    """A problem for each workload that the environment's cells have."""
    cells = cells_from([(w, n) for w, n in json.loads(os.environ[CELLS])])
    for workload in dict.fromkeys(cell.workload for cell in cells):
        register(_problem(workload, [cell for cell in cells if cell.workload == workload]))
