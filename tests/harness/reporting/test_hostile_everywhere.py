"""A backend, a problem and a message that would act: text in CSV, terminal and Markdown.

The page has its own tests (test_html.py, test_browser.py), and so has the gate's output.
"""

from __future__ import annotations

import csv
import io
import re

import pytest
from rich.console import Console

from harness.contract import Case, Operator
from harness.reporting import text
from harness.reporting.csv import csv_text
from harness.reporting.markdown import markdown_summary
from harness.reporting.schema import MEASUREMENTS, VERDICTS
from harness.reporting.summary import print_summary

HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "quotes": "\" onmouseover='alert(1)' `x` ${7*7} {{7*7}}",
    "right-to-left": "\u202egnorw\u202c \u200f\u2067abc",
    "long": "x" * 10_000,
    "lines": "first\nsecond\r\nthird\u2028fourth",
    "nul": "a\x00b\x1b[31mc",
    "formula": "=cmd|' /C calc'!A0",
    "plus": "+1+cmd()",
    "at": "@SUM(1)",
    "minus": "-2+3+cmd()",
    "full width": "＝cmd()",
}
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200f\u2028\u202a-\u202e\u2066-\u2069]")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝")


@pytest.fixture(params=HOSTILE.values(), ids=HOSTILE)
def hostile(request):
    return request.param


@pytest.fixture
def frames(synthetic, hostile):
    """The text as a backend's name and version, as a problem's, as reason, stderr and notice."""
    run = synthetic(backends=("numpy_manual", hostile), notices=[hostile])
    problem = hostile.replace(":", ";")  # a case id is parted at its colons
    asked = Case(problem, Operator.GRADIENT, "n=8", "float64", "generic-0")
    run.judge("numpy_manual", asked)
    run.judge(hostile, asked, "wrong", hostile, stderr_tail=hostile, version=hostile)
    run.time(asked, {"numpy_manual": [1e-6] * 6})
    return run.load()


def test_no_cell_of_a_csv_is_run_by_a_spreadsheet(frames):
    for frame, table in ((frames.verdicts, VERDICTS), (frames.measurements, MEASUREMENTS)):
        heads, *rows = csv.reader(io.StringIO(csv_text(frame, table), newline=""))
        assert len(rows) == len(frame)
        numbers = {c.name for c in table.columns if c.kind in ("number", "count")}
        for row in rows:
            for head, cell in zip(heads, row, strict=True):
                assert head in numbers or not cell.startswith(FORMULA), (head, cell[:40])


def test_the_terminal_shows_it_and_obeys_nothing(frames, hostile):
    out = io.StringIO()
    print_summary(frames, Console(file=out, highlight=False, emoji=False, markup=False))
    told = out.getvalue()
    assert not ACTING.search(told)
    assert text.clip(hostile, 32) in told
    assert len(told) < 50_000


def test_markdown_shows_it_and_means_nothing(frames):
    told = markdown_summary(frames)
    assert not ACTING.search(told)
    assert not re.search(r"(?<!\\)<(?!/?sub>)", told)
    assert len(told) < 65_536
