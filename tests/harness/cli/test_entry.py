"""How adjudge ends: one line whatever happened, the right exit code, and silence for ``head``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from harness import load_run
from harness.cli import app, main
from harness.cli.run_facts import run_facts

ADJUDGE = (sys.executable, "-m", "harness.cli")
REFERENCE = Path(__file__).parents[3] / "results" / "reference"


@pytest.fixture
def failing(monkeypatch):
    """``failing(error)``: the command ``backends`` raises it."""

    def make(error: BaseException) -> None:
        @click.command("backends")
        def command() -> None:
            raise error

        monkeypatch.setattr(app.Group, "get_command", lambda *_: command)

    return make


def call(capsys, *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as exit_:
        main(words)
    return int(exit_.value.code or 0), capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (KeyboardInterrupt(), 130, "adjudge: interrupted"),
        (ValueError("a\nb"), 3, "adjudge: adjudge itself is at fault: ValueError: a b; call it"),
        (PermissionError(13, "Permission denied", "x"), 3, "Permission denied: 'x'"),
    ],
)
def test_whatever_happens_is_one_line(failing, capsys, error, code, says):
    failing(error)
    given, err = call(capsys, "backends")
    assert given == code
    assert says in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("words", [("--debug", "backends"), ("backends", "--debug")])
def test_debug_is_understood_before_and_behind_the_command(failing, capsys, words):
    failing(ValueError("the cause"))
    code, err = call(capsys, *words)
    assert code == 3
    assert "Traceback" in err


@pytest.mark.parametrize("words", [("report", "RUN"), ("problems", "--json")])
def test_a_reader_that_leaves_is_not_told_and_not_answered(tmp_path, words):
    run = tmp_path / "run"
    run.mkdir()
    for name in ("run.json", "journal.jsonl"):
        (run / name).write_bytes((REFERENCE / name).read_bytes())
    reader, writer = os.pipe()
    os.close(reader)  # nobody ever reads: the first write fails
    done = subprocess.run(
        [*ADJUDGE, *(str(run) if word == "RUN" else word for word in words)],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=300,
    )
    os.close(writer)
    assert done.stderr == ""
    assert done.returncode == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_output_that_cannot_be_written_is_one_line():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*ADJUDGE, "backends"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=300,
        )
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "No space left" in done.stderr


def test_the_summary_for_a_program_agrees_with_the_frames():
    frames = load_run(REFERENCE)
    told = run_facts(frames)
    json.dumps(told, allow_nan=False)
    assert told["complete"]
    counted = sum(n for b in told["backends"].values() for n in b["verdicts"].values())
    assert counted == len(frames.verdicts)
    assert len(told["measurements"]) == len(frames.measurements)
    row = frames.measurements.set_index(["backend", "case"])
    for cell in told["measurements"]:
        ratio = row.loc[(cell["backend"], cell["case"]), "ratio"]
        assert cell["ratio"] == ratio or (cell["ratio"] is None and ratio != ratio)
