"""What is kept of a verdict: nothing that tells of this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

import harness
from harness.running.verdict_records import without_places

HOME = Path(harness.__file__).parents[1]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("/home/me/.venv/lib/python3.11/site-packages/a/b.py:3: W", "site-packages/a/b.py:3: W"),
        ('File "/usr/lib/python3.12/json/x.py", line 1', 'File "python3.12/json/x.py", line 1'),
        (f"{HOME}/our_engine/tape.py:9: W", "our_engine/tape.py:9: W"),
        ("2/3 of site-packages are fine", "2/3 of site-packages are fine"),
    ],
)
def test_no_place_of_this_machine_is_written_down(told, kept):
    assert without_places(told) == kept
