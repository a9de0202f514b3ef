"""Runs with the faulty backends of tests/plugins, and registries that need no process."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.contract import Backend, Case, Operator, Point, PointKind, Problem, Size
from harness.plugins import BackendEntry, Registry, load
from harness.running import supervisor
from harness.running.plan import Plan
from harness.running.planning import make_plan
from harness.running.progress import QuietView
from harness.running.run_folder import create_folder
from harness.running.selection import Selection
from harness.timing.schedule import Depth

TINY = Depth("tiny", looks=(2,), rounds=2, sample_s=2e-4, budget_s=None, most_sizes=None)


@pytest.fixture(scope="session")
def faulty_registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """All that is installed, the faulty backends among it; its environment reaches the workers."""
    if importlib.util.find_spec("adjudge_faulty") is None:
        pytest.skip("adjudge_faulty is not installed: pip install ./tests/plugins/faulty")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADJUDGE_FAULTY", "1")
        patch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path_factory.mktemp("truths")))
        yield load()


@pytest.fixture(scope="session")
def plan_tiny(faulty_registry: Registry) -> Callable[..., Plan]:
    """A plan of small problems with faulty_none as the baseline."""

    def plan(*backends: str, problems: tuple[str, ...] = ("tiny.products",), **kwargs: Any) -> Plan:
        selection = Selection(
            backends=backends,
            problems=problems,
            dtypes=("float64",),
            points=kwargs.pop("points", ("generic-0",)),
            operators=kwargs.pop("operators", ()),
        )
        options = {"depth": TINY, "baseline": "faulty_none", "deadline_s": 20.0, "seed": 1}
        return make_plan(faulty_registry, selection, **(options | kwargs))

    return plan


@pytest.fixture(scope="session")
def carry_out(
    faulty_registry: Registry, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Plan], Path]:
    """Carry a plan out and return its folder."""

    def carry_out(plan: Plan) -> Path:
        folder = create_folder(tmp_path_factory.mktemp("results"))
        supervisor.run(plan, folder, QuietView(), registry=faulty_registry)
        return folder

    return carry_out


@pytest.fixture
def registry() -> Registry:
    """Two problems of two families and three backends, one of which lacks its library."""
    registry = Registry(load().manager)
    for name, requires in (("first", ()), ("second", ()), ("absent", ("no_such_library",))):
        registry.backends[name] = BackendEntry(name, _no_backend, "test", requires, "", "")
    for problem in (_problem("some.family.small"), _problem("some.family.large"), _problem("lone")):
        registry.problems[problem.name] = problem
    return registry


def _no_backend() -> Backend:
    raise AssertionError("planning creates no backend")


def _problem(name: str) -> Problem:
    def build(dims: Any, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        return (rng.uniform(1.0, 2.0, dims["n"]),)

    return Problem(
        name=name,
        source="a test",
        fun=lambda xp, x: xp.sum(x * x),
        arguments=("x",),
        argnums=(0,),
        sizes=tuple(Size({"n": n, "batch": b}, n) for n in (2, 8, 32) for b in (1, 5)),
        points=(
            Point("generic-0", build, timed=True),
            Point("kink", build, PointKind.KINK, sizes=frozenset({"n=2,batch=1"})),
        ),
        operators=frozenset({Operator.VALUE, Operator.GRADIENT, Operator.HVP}),
        timed_operators=frozenset({Operator.GRADIENT, Operator.HVP}),
        closed_forms={},
        operations=lambda dims: 2 * dims["n"] * dims["batch"],
        operator_sizes={Operator.HVP: frozenset({"n=2,batch=1", "n=8,batch=1"})},
    )


@pytest.fixture
def case() -> Case:
    return Case("lone", Operator.GRADIENT, "n=2,batch=1", "float64", "generic-0")


def is_alive(pid: int) -> bool:
    """Whether the process runs; a zombie that nobody has waited for does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.fixture
def alive() -> Callable[[int], bool]:
    if not Path(f"/proc/{os.getpid()}/stat").exists():
        pytest.skip("this system has no /proc: processes cannot be looked at")
    return is_alive
