"""Pairs of synthetic runs, whose ratios of ratios are known."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.running.run_folder import RUN_FILE

MACHINE = {
    "processor": {"model": "a processor", "logical_cores": 2, "load_average": [0.1, 0.1, 0.1]},
    "machine": {"architecture": "x86_64", "hypervisor": None, "kernel": "Linux 6"},
    "python": {"version": "3.11.7"},
}


@pytest.fixture
def two_runs(synthetic, case) -> Callable[..., tuple[Path, Path]]:
    """``two_runs(changes)``: folders of two runs of four cells.

    ``changes`` maps (backend, n) to the factor by which the backend's time over the baseline's
    grows from the first to the second; ``machine_speed`` makes everything slower in the second,
    which no ratio of ratios may show. Every set scatters by 0.2 %.
    """

    def make(
        changes: Mapping[tuple[str, int], float] | None = None,
        machine_speed: float = 1.0,
        sets: int = 6,
        verdicts: Mapping[tuple[str, int], str] | None = None,
        **edit: Any,
    ) -> tuple[Path, Path]:
        rng = np.random.default_rng(5)
        folders = []
        for name in ("before", "after"):
            later = name == "after"
            run = synthetic(name, environment=MACHINE)
            run.problem("toy.square", {f"n={n}": ({"n": n}, n) for n in (8, 64)})
            for n in (8, 64):
                cell = case(size=f"n={n}")
                speed = n * 1e-6 * (machine_speed if later else 1.0)
                factors = {"numpy_manual": 1.0, "a/a": 1.0, "fast": 0.5, "slow": 3.0}
                seconds = {}
                for arm, factor in factors.items():
                    grown = (changes or {}).get((arm, n), 1.0) if later else 1.0
                    scatter = np.exp(rng.normal(0, 0.002, sets))
                    seconds[arm] = [float(x) for x in speed * factor * grown * scatter]
                for backend in run.backends:
                    kind = (verdicts or {}).get((backend, n), "ok") if later else "ok"
                    run.judge(backend, cell, kind, "" if kind == "ok" else "the sign is wrong")
                    if kind == "wrong":
                        del seconds[backend]
                run.time(cell, seconds)
            folders.append(run.write())
        for key, value in edit.items():
            edit_run(folders[1], key, value)
        return folders[0], folders[1]

    return make


def edit_run(folder: Path, path: str, value: Any) -> None:
    """Change one item of run.json; ``path`` is split at double underscores."""
    content = json.loads((folder / RUN_FILE).read_text())
    *parents, last = path.split("__")
    there = content
    for name in parents:
        there = there[name]
    there[last] = value
    (folder / RUN_FILE).write_text(json.dumps(content))


@pytest.fixture
def edited() -> Callable[[Path, str, Any], None]:
    return edit_run
