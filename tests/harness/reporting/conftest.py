"""Synthetic runs: records in, a run folder out, with times chosen so that answers are known."""

from __future__ import annotations

import dataclasses
import math
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.contract import Case, Descent, Operator
from harness.reporting.frames import RunFrames, load_run
from harness.running.journal import JOURNAL
from harness.running.plan import Plan
from harness.running.record_lines import encode
from harness.running.records import (
    CellEndRecord,
    CurveRecord,
    FirstCallRecord,
    MemoryRecord,
    Record,
    RunEndRecord,
    SampleRecord,
    StartUpRecord,
    TimingFailureRecord,
    VerdictRecord,
)
from harness.running.run_folder import write_run_file

BASELINE = "numpy_manual"
A_A = "a/a"
SCATTER = (1.0, 1.03, 0.97, 1.0, 1.01, 0.99)
LOOPS = 4


def make_case(
    problem: str = "toy.square", operator: str = "gradient", size: str = "n=8", **other: str
) -> Case:
    return Case(
        problem,
        Operator(operator),
        size,
        other.get("dtype", "float64"),
        other.get("point", "generic-0"),
    )


@dataclass
class SyntheticRun:
    """Collects records; ``write`` makes the folder, ``load`` reads it."""

    folder: Path
    backends: Sequence[str] = (BASELINE, "fast", "slow")
    cases: list[Case] = field(default_factory=list)
    timed: list[Case] = field(default_factory=list)
    problems: dict[str, Any] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    environment: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    ended: bool = True
    end: RunEndRecord = field(
        default_factory=lambda: RunEndRecord(0.0, 60.0, 200.0, 120.0, 30.0, 10.0)
    )

    def problem(
        self,
        name: str,
        sizes: Mapping[str, tuple[Mapping[str, int], int]],
        predicted_cost: Mapping[str, Mapping[str, int]] | None = None,
        descent: Descent | None = None,
    ) -> None:
        self.problems[name] = {
            "source": f"the source of {name}",
            "sizes": {s: {"dims": dict(d), "scale": n} for s, (d, n) in sizes.items()},
            "points": {"generic-0": "smooth"},
            "predicted_cost": dict(predicted_cost or {}),
            "descent": dataclasses.asdict(descent) if descent else None,
        }

    def judge(
        self, backend: str, case: Case, kind: str = "ok", reason: str = "", **figures: Any
    ) -> None:
        """Add a verdict; ``figures`` are fields of VerdictRecord."""
        if case not in self.cases:
            self.cases.append(case)
        given = {
            "version": "lib 1.0",
            "oracle": "multiprecision",
            "error": 0.0,
            "relative_error": 0.0,
            "tolerance": 1e-14,
            "error_over_tolerance": 0.0,
            "ulp": 0.0,
            "native": False,
            "stderr_tail": "",
            "time": 0.0,
            **figures,
        }
        self.records.append(VerdictRecord(backend, case=case.id, kind=kind, reason=reason, **given))

    def time(self, case: Case, seconds: Mapping[str, Sequence[float | Sequence[float]]]) -> None:
        """Add samples: ``seconds[arm][set]`` are one call's seconds, one for each round or one."""
        if case not in self.timed:
            self.timed.append(case)
        for arm, sets in seconds.items():
            for index, rounds in enumerate(sets):
                each = rounds if isinstance(rounds, Sequence) else [rounds]
                for number, one in enumerate(each):
                    backend = BASELINE if arm == A_A else arm
                    self.records.append(
                        SampleRecord(
                            backend, arm, case.id, index, number, 0, LOOPS, one * LOOPS, one, 0, 0.0
                        )
                    )
        self.records.append(CellEndRecord(case.id, max(map(len, seconds.values())), "depth"))

    def first_call(self, backend: str, case: Case, first: float, compile_s: float = 0.0) -> None:
        self.records.append(
            FirstCallRecord(backend, case.id, 0, 0.0, first, first - compile_s, compile_s, 0.0, 1)
        )

    def write(self) -> Path:
        plan = Plan(tuple(self.backends), tuple(self.cases), tuple(self.timed))
        self.folder.mkdir(parents=True, exist_ok=True)
        write_run_file(
            self.folder,
            {
                "schema_version": 1,
                "run": self.folder.name,
                "started": "2026-01-02T03:04:05+00:00",
                "command": ["adjudge", "run", "--problem", "toy.*"],
                "plan": {**plan.to_json(), "problems": self.problems},
                "versions": {name: {"lib": "1.0"} for name in self.backends},
                "devices": dict.fromkeys(self.backends, "cpu"),
                "environment": self.environment,
                "seeds": {"turns": 1},
                "notices": self.notices,
                **self.changes,
            },
        )
        end = [self.end] if self.ended else []
        lines = "".join(f"{encode(record)}\n" for record in [*self.records, *end])
        (self.folder / JOURNAL).write_text(lines, encoding="utf-8")
        return self.folder

    def load(self) -> RunFrames:
        return load_run(self.write())


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's chromium, once for all tests that want it."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("Debian's chromium is not installed")
    with api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def until() -> Callable[[Any, str], None]:
    """Waits for a JavaScript expression of a page to hold, for ten seconds at most.

    Playwright's own ``wait_for_function`` evaluates again by ``eval``, which the page's policy
    forbids.
    """

    def wait(page: Any, expression: str) -> None:
        for _ in range(500):
            if page.evaluate(expression):
                return
            page.wait_for_timeout(20)
        raise AssertionError(f"never came true: {expression}")

    return wait


@pytest.fixture
def synthetic(tmp_path: Path) -> Callable[..., SyntheticRun]:
    """A factory of synthetic runs under the test's own folder."""

    def make(name: str = "run-1", **given: Any) -> SyntheticRun:
        return SyntheticRun(tmp_path / name, **given)

    return make


@pytest.fixture(scope="session")
def build_synthetic() -> type[SyntheticRun]:
    """``SyntheticRun`` itself, for a run in a folder of one's own that several tests share."""
    return SyntheticRun


@pytest.fixture
def case() -> Callable[..., Case]:
    return make_case


@pytest.fixture
def eventful(tmp_path: Path) -> SyntheticRun:
    """A run with something for every section of a report."""
    return make_eventful(tmp_path / "run-1")


@pytest.fixture(scope="session")
def build_eventful() -> Callable[[Path], SyntheticRun]:
    """``eventful`` in a folder of one's own, for what several tests share."""
    return make_eventful


def make_eventful(folder: Path) -> SyntheticRun:
    """The eventful run.

    Times: at n the baseline takes n² µs, ``fast`` twice that (it compiles: 1 ms), ``slow`` four
    times; in the third of six sets everything takes 10 % longer, which no ratio shows. On the
    chain ``slow`` scatters by a few per cent, forward and in reverse alike.
    """
    run = SyntheticRun(
        folder, environment={"processor": {"model": "a processor", "logical_cores": 2}}
    )
    run.problem(
        "toy.square",
        {"n=8": ({"n": 8}, 8), "n=64": ({"n": 64}, 64)},
    )
    costs = {"jacobian-forward": {"n=8": 100, "n=64": 800}}
    costs["jacobian-reverse"] = {"n=8": 200, "n=64": 100}
    run.problem("toy.chain", {"n=8": ({"n": 8}, 8), "n=64": ({"n": 64}, 64)}, costs)
    run.problem("toy.training", {"n=8": ({"n": 8}, 8)}, descent=Descent(2, 0.1, 1e-12, 0.5))
    drift = (1.0, 1.0, 1.1, 1.0, 1.0, 1.0)
    factors = {BASELINE: 1.0, A_A: 1.0, "fast": 2.0, "slow": 4.0}

    def times(scale: float, **other: float) -> dict[str, list[float]]:
        return {a: [d * f * scale for d in drift] for a, f in {**factors, **other}.items()}

    for n in (8, 64):
        for operator, share in (("value", 0.5), ("gradient", 1.0)):
            asked = make_case("toy.square", operator, f"n={n}")
            for backend in run.backends:
                run.judge(backend, asked, relative_error=2e-16, error=3e-16)
                run.first_call(backend, asked, *((1.1e-3, 1e-3) if backend == "fast" else (1e-4,)))
                run.records.append(MemoryRecord(backend, asked.id, 1536 * n))
            run.time(asked, times(share * n * n * 1e-6))
        for operator, share in (("jacobian-forward", n / 8), ("jacobian-reverse", 2.0)):
            asked = make_case("toy.chain", operator, f"n={n}")
            for backend in run.backends:
                run.judge(backend, asked)
            scattered = times(share * 1e-5)
            scattered["slow"] = [s * x for s, x in zip(scattered["slow"], SCATTER, strict=True)]
            run.time(asked, scattered)
    wrong = make_case("toy.square", "hvp", "n=8")
    run.judge(BASELINE, wrong)
    run.judge("fast", wrong, "wrong", "the sign is wrong at [3]", error=2.0, relative_error=2.0)
    run.judge("slow", wrong, "crashed", "killed by signal 6", stderr_tail="Aborted\n")
    run.time(wrong, {BASELINE: [1e-6] * 6, A_A: [1e-6] * 6})
    descent = make_case("toy.training", "descent", "n=8")
    for backend, last in ((BASELINE, 0.25), ("fast", 0.25 * (1 + 2.0**-40)), ("slow", 0.25)):
        run.judge(backend, descent)
        run.records.append(CurveRecord(backend, descent.id, [1.0, 0.5, last]))
        run.records.append(StartUpRecord(backend, 0, 0.25, 0.5))
    run.time(descent, times(4e-4))
    run.records.append(
        TimingFailureRecord("slow", make_case("toy.square").id, 5, "retrace", "traced again")
    )
    return run


def t_limits(values: Sequence[float], quantile: float) -> tuple[float, float, float]:
    """Mean and limits of Student's interval, written out: mean ± quantile·s/√n."""
    n, mean = len(values), math.fsum(values) / len(values)
    s = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1))
    return mean, mean - quantile * s / math.sqrt(n), mean + quantile * s / math.sqrt(n)


@pytest.fixture
def student() -> Callable[[Sequence[float], float], tuple[float, float, float]]:
    return t_limits
