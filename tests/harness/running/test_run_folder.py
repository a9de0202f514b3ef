"""A run's folder: it is taken over by nobody, and its run.json is there whole or not at all."""

from __future__ import annotations

import json
import os
import re

import pytest

from harness.errors import RunFailedError
from harness.running.records import SCHEMA_VERSION
from harness.running.run_folder import create_folder, new_run_id, read_run_file, write_run_file


def test_run_ids_sort_by_time_and_differ():
    ids = [new_run_id() for _ in range(20)]
    assert all(re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{4}", i) for i in ids)
    assert len(set(ids)) > 1
    assert [i[:16] for i in ids] == sorted(i[:16] for i in ids)


def test_a_folder_that_is_there_is_not_taken_over(tmp_path):
    folder = create_folder(tmp_path, "one")
    assert folder.is_dir()
    with pytest.raises(RunFailedError, match="--resume"):
        create_folder(tmp_path, "one")


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunFailedError, match="cannot be made"):
        create_folder(tmp_path / "file" / "results")


def test_run_json_is_replaced_whole(tmp_path, monkeypatch):
    write_run_file(tmp_path, {"schema_version": SCHEMA_VERSION, "run": "first"})

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_run_file(tmp_path, {"schema_version": SCHEMA_VERSION, "run": "second"})
    monkeypatch.undo()
    assert read_run_file(tmp_path)["run"] == "first"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (None, "has no run.json"),
        ("{", "is no JSON"),
        ("[1]", "no schema_version"),
        ('{"run": "x"}', "no schema_version"),
        (json.dumps({"schema_version": SCHEMA_VERSION + 1}), "upgrade with"),
    ],
)
def test_what_is_no_run_is_one_line(tmp_path, content, line):
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(RunFailedError, match=line) as error:
        read_run_file(tmp_path)
    assert "\n" not in str(error.value)


def test_no_folder_is_one_line(tmp_path):
    with pytest.raises(RunFailedError, match="no run at"):
        read_run_file(tmp_path / "nowhere")


def test_a_run_that_cannot_be_read_is_one_line(tmp_path):
    (tmp_path / "run.json").mkdir()
    with pytest.raises(RunFailedError, match="cannot be read"):
        read_run_file(tmp_path)
