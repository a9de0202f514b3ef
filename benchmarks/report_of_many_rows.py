"""How long a run of very many verdicts takes to load and to render, and how its page behaves.

    python benchmarks/report_of_many_rows.py             a run of 100,800 verdicts
    python benchmarks/report_of_many_rows.py 20000 page.html

With Playwright and chromium it also tells how long the page takes until it can be used, and how
long after a key in the filter the next picture is there.

The run is made up: seven backends and a baseline, errors without any pattern (which no compression
finds), 4 % divergences spread at random over problems, 60 timed cells. Real runs are kinder.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from harness import load_run
from harness.contract import Case, Operator
from harness.reporting.html import render_report
from harness.running.journal import JOURNAL
from harness.running.plan import Plan
from harness.running.record_lines import encode
from harness.running.records import (
    A_A,
    CellEndRecord,
    Record,
    RunEndRecord,
    SampleRecord,
    VerdictRecord,
)
from harness.running.run_folder import write_run_file

BACKENDS = (
    "numpy_manual", "our_engine", "pytorch", "jax", "jax-eager", "autograd", "finite_difference",
    "complex_step",
)  # fmt: skip
OPERATORS = ("value", "jvp", "vjp", "gradient", "hvp", "jacobian-forward", "jacobian-reverse")
SIZES = (8, 64)
KINDS = (
    (0.02, "wrong", "off by {:.3g} relative"),
    (0.03, "accuracy-loss", "right to {:.2g} only"),
    (0.04, "raised", "NotImplementedError: no rule"),
    (0.10, "unsupported", "not claimed"),
    (1.00, "ok", ""),
)
TIMED_PROBLEMS, SETS, ROUNDS = 6, 6, 5


def verdict(rng: random.Random, backend: str, case: Case) -> VerdictRecord:
    """A verdict drawn at random."""
    drawn = rng.random()
    kind, reason = next((k, r) for share, k, r in KINDS if drawn < share)
    figures = [rng.random() * 1e-15 for _ in range(3)]
    return VerdictRecord(
        backend=backend, version="lib 1.0", case=case.id, kind=kind, oracle="multiprecision",
        error=figures[0], relative_error=figures[1], tolerance=figures[2] * 10,
        error_over_tolerance=rng.random(), ulp=float(rng.randrange(4)), native=False,
        reason=reason.format(rng.random()), stderr_tail="", time=0.0,
    )  # fmt: skip


def times(rng: random.Random, case: Case, n: int) -> list[Record]:
    """The samples of all backends in one cell, and its end."""
    found: list[Record] = []
    for i, arm in enumerate((A_A, *BACKENDS)):
        backend = BACKENDS[0] if arm == A_A else arm
        for index in range(SETS):
            for number in range(ROUNDS):
                seconds = 1e-6 * n * max(i, 1) * rng.uniform(0.97, 1.03)
                found.append(
                    SampleRecord(
                        backend, arm, case.id, index, number, 0, 4, seconds * 4, seconds, 0, 0.0
                    )
                )
    return [*found, CellEndRecord(case.id, SETS, "depth")]


def write(folder: Path, verdicts: int) -> None:
    """Write a run of about ``verdicts`` verdicts."""
    rng = random.Random(0)
    per_problem = len(OPERATORS) * len(SIZES) * len(BACKENDS)
    names = [f"array_api.f{i // 3}/axis={i % 3}" for i in range(verdicts // per_problem)]
    cases = [
        Case(name, Operator(operator), f"n={n}", "float64", "generic-0")
        for name in names
        for operator in OPERATORS
        for n in SIZES
    ]
    timed = [
        Case(f"lecture.p{i}", Operator(operator), f"n={n}", "float64", "generic-0")
        for i in range(TIMED_PROBLEMS)
        for operator in OPERATORS[:5]
        for n in SIZES
    ]
    records: list[Record] = [verdict(rng, b, case) for case in cases for b in BACKENDS]
    for case in timed:
        records += times(rng, case, int(case.size.removeprefix("n=")))
    records.append(RunEndRecord(0.0, 60.0, 200.0, 150.0, 30.0))
    problem = {
        "source": "made up", "suite": "made up", "points": {"generic-0": "smooth"},
        "sizes": {f"n={n}": {"dims": {"n": n}, "scale": n} for n in SIZES},
        "predicted_cost": {}, "descent": None,
    }  # fmt: skip
    plan = Plan(BACKENDS, (*cases, *timed), tuple(timed)).to_json()
    folder.mkdir(parents=True)
    write_run_file(
        folder,
        {
            "schema_version": 1, "run": folder.name, "started": "2026-01-02T03:04:05+00:00",
            "command": ["adjudge", "run"],
            "plan": {**plan, "problems": {case.problem: problem for case in (*cases, *timed)}},
            "versions": {name: {"lib": "1.0"} for name in BACKENDS},
            "devices": dict.fromkeys(BACKENDS, "cpu"),
            "environment": {}, "seeds": {}, "notices": [],
        },
    )  # fmt: skip
    (folder / JOURNAL).write_text("".join(f"{encode(r)}\n" for r in records), encoding="utf-8")


SETTLED = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
TYPED = f"""async ([id, text]) => {{
    const field = document.getElementById(id), begun = performance.now();
    field.value = text;
    field.dispatchEvent(new Event("input", {{bubbles: true}}));
    await {SETTLED};
    return performance.now() - begun;
}}"""
"""Types into a filter; milliseconds until two pictures later."""


def in_browser(page: Path) -> None:
    """Say how the page behaves: until it can be used, filtered, searched row by row, sorted."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        path = None
    if path is None:
        print("browser  not measured: it needs playwright and chromium")  # noqa: T201
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        tab = browser.new_page()
        tab.goto(page.as_uri())
        ready = tab.evaluate(
            "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
        )
        kept = [tab.evaluate(TYPED, ["div.q", text]) for text in ("f", "f1", "f12 jax", "")]
        begun = time.perf_counter()
        tab.locator("#all-verdicts > summary").click()
        tab.wait_for_selector("#verdicts tbody tr")
        unpacked = time.perf_counter() - begun
        rows = [tab.evaluate(TYPED, ["verdicts.q", text]) for text in ("f", "f1", "f12 jax", "")]
        browser.close()
    print(f"browser  ready after {ready / 1e3:.2f} s; every row unpacked in {unpacked:.2f} s")  # noqa: T201
    print(f"filter   divergences {_ms(kept)}; rows {_ms(rows)}")  # noqa: T201


def _ms(latencies: list[float]) -> str:
    return f"{min(latencies):.0f} to {max(latencies):.0f} ms"


def main() -> None:
    """Write, load, render, and say what each took: seconds of the clock and of the processor."""
    verdicts = int(sys.argv[1]) if len(sys.argv) > 1 else 100_800
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "run"
        write(folder, verdicts)
        begun, used = time.perf_counter(), time.process_time()
        frames = load_run(folder)
        loaded, loaded_used = time.perf_counter(), time.process_time()
        page = render_report(frames)
        done, done_used = time.perf_counter(), time.process_time()
        kept = Path(sys.argv[2]).absolute() if len(sys.argv) > 2 else folder / "page.html"
        kept.write_text(page, encoding="utf-8")
        in_browser(kept)
    print(f"{len(frames.verdicts):,} verdicts, {len(frames.measurements):,} measurements")  # noqa: T201
    print(f"load_run {loaded - begun:.2f} s ({loaded_used - used:.2f} s of the processor)")  # noqa: T201
    print(f"render   {done - loaded:.2f} s ({done_used - loaded_used:.2f} s of the processor)")  # noqa: T201
    print(f"page     {len(page.encode()) / 1e6:.2f} MB")  # noqa: T201


if __name__ == "__main__":
    main()
