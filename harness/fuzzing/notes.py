"""What is kept of a search: a folder ``results/fuzz-<id>`` with a line for each thing found.

``findings.jsonl`` has a line as soon as something fails and another when it is shrunk, each on disk
before the search goes on. ``fuzz.json`` says what was searched, with what, and how far it came.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import RunFailedError
from harness.fuzzing.bench import Judged
from harness.fuzzing.findings import Finding, values_text
from harness.fuzzing.search import Tally
from harness.fuzzing.specimens import Specimen
from harness.running.run_folder import create_folder, new_run_id
from harness.verification.shelf import write_whole

__all__ = ["Notes"]


class Notes:
    """The folder of one search."""

    def __init__(self, results: Path, settings: Mapping[str, Any]) -> None:
        """Make the folder; RunFailedError when that cannot be done."""
        self.folder = create_folder(results, f"fuzz-{new_run_id()}")
        self._settings = dict(settings)
        self.keep(Tally(), {}, finished=False)

    def found(self, number: int, specimen: Specimen, judged: Judged) -> None:
        """Something fails, and is not shrunk yet."""
        self._append(
            {
                "event": "failed",
                "draw": number,
                "verdict": str(judged.verdict.kind),
                "operator": str(judged.case.operator),
                "reason": judged.verdict.reason,
                "text": specimen.text,
                "arguments": values_text(specimen),
                "dtype": specimen.dtype,
            }
        )

    def told(self, finding: Finding) -> None:
        """It is shrunk."""
        self._append({"event": "found", **finding.as_json()})

    def keep(self, tally: Tally, versions: Mapping[str, str], *, finished: bool) -> None:
        """How far the search is."""
        content = {
            **self._settings,
            "versions": dict(versions),
            "draws": tally.draws,
            "verdicts": {str(kind): count for kind, count in sorted(tally.verdicts.items())},
            "excused": tally.excused,
            "again": [tally.again[place] for place in range(max(tally.again, default=-1) + 1)],
            "finished": finished,
        }
        try:
            text = json.dumps(content, indent=1) + "\n"
            write_whole(self.folder / "fuzz.json", text.encode())
        except OSError as error:
            raise self._not_written(error) from error

    def _append(self, record: Mapping[str, Any]) -> None:
        try:
            with (self.folder / "findings.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise self._not_written(error) from error

    def _not_written(self, error: OSError) -> RunFailedError:
        return RunFailedError(f"{self.folder} cannot be written ({error.strerror})")
