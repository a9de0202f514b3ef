"""results/README.md describes exactly the columns that are written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.reporting.schema import MEASUREMENTS, VERDICTS

PAGE = Path(__file__).parents[3] / "results" / "README.md"


@pytest.mark.parametrize("table", [VERDICTS, MEASUREMENTS], ids=lambda table: table.name)
def test_the_page_lists_the_columns_with_kind_and_meaning(table):
    section = PAGE.read_text(encoding="utf-8").split(f"### {table.name}.csv")[1].split("###")[0]
    listed = re.findall(r"^\| `(\w+)` \| (\w+) \| (.*) \|$", section, flags=re.MULTILINE)
    assert listed == [(c.name, c.kind, c.meaning.replace("``", "`")) for c in table.columns]
