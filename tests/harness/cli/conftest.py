"""Runs made by hand, of one cell, for the commands that read runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.contract import Case, Operator
from harness.running.plan import Plan
from harness.running.record_lines import encode
from harness.running.records import CellEndRecord, RunEndRecord, SampleRecord
from harness.running.run_folder import create_folder, write_run_file

CELL = Case("toy", Operator.GRADIENT, "n=8", "float64", "generic-0")
SCATTER = (1.0, 1.001, 0.999, 1.002, 0.998, 1.0)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., str]:
    """``run(name, ratio)``: a run of one cell, in which ``mine`` takes ``ratio`` times as long."""

    def make(name: str, ratio: float, baseline: str = "numpy_manual", **environment: Any) -> str:
        folder = create_folder(tmp_path, name)
        plan = Plan((baseline, "mine"), (CELL,), (CELL,), baseline=baseline)
        write_run_file(
            folder,
            {
                "schema_version": plan.schema_version,
                "run": name,
                "started": "2026-01-02T03:04:05+00:00",
                "command": ["adjudge", "run"],
                "plan": {**plan.to_json(), "problems": {}},
                "versions": {},
                "devices": {},
                "environment": environment,
                "seeds": {},
                "notices": [],
            },
        )
        records = [
            SampleRecord(arm, arm, CELL.id, index, 0, 0, 1, factor * scatter, 0.0, 0, 0.0)
            for index, scatter in enumerate(SCATTER)
            for arm, factor in ((baseline, 1e-3 / scatter), ("mine", ratio * 1e-3))
        ]
        lines = [*records, CellEndRecord(CELL.id, 6, "decided"), RunEndRecord(0, 1, 1, 1, 1)]
        (folder / "journal.jsonl").write_text("".join(f"{encode(line)}\n" for line in lines))
        return str(folder)

    return make
