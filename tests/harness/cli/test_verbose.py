"""How much is told: each verdict with --verbose, nothing but the result with --quiet."""

from __future__ import annotations

import io
import json

import click
import pytest

from harness.cli import main
from harness.cli.app import COMMANDS, cli
from harness.cli.verbose import StepsTold
from harness.running.progress import LineView

CASE = "lecture.log_sqrt:jvp:scalar:float64:e-4"
CHECK = ("check", "--backend", "our_engine", "--case", CASE)


@pytest.fixture
def told(monkeypatch, tmp_path, capsys):
    """``told(*words)``: what a check of one case prints on stdout and on stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path / "cache"))

    def call(*words: str) -> tuple[str, str]:
        with pytest.raises(SystemExit) as exit_:
            main((*CHECK, *words))
        assert not exit_.value.code
        captured = capsys.readouterr()
        return captured.out, captured.err

    return call


def test_verbose_tells_each_verdict_and_its_oracle_beside_the_result(told):
    out, err = told("--verbose", "--json")
    assert f"our_engine {CASE}: ok (multiprecision)" in err
    assert json.loads(out)["backends"]["our_engine"]["verdicts"] == {"ok": 1}


def test_quiet_leaves_the_result_alone(told):
    out, err = told("--quiet")
    assert err == ""
    assert "our_engine" in out


def test_without_either_the_progress_is_on_stderr(told):
    out, err = told("--json")
    assert err.startswith("judging: 1 to do\n")
    assert CASE not in out
    assert json.loads(out)["complete"]


@pytest.mark.parametrize("no_colour", ["", "1"])
def test_nothing_is_coloured_in_a_pipe(told, monkeypatch, no_colour):
    monkeypatch.setenv("NO_COLOR", no_colour)
    assert "\x1b" not in "".join(told())


def test_a_view_that_tells_its_steps_leaves_each_of_them_and_counts_as_the_other_does():
    stream = io.StringIO()
    view = StepsTold(LineView(stream))
    view.begin("finding", 20)
    for i in range(20):
        view.step(f"part {i}")
    view.notice("a notice")
    view.end("all found")
    lines = stream.getvalue().splitlines()
    assert [line for line in lines if line.startswith("finding: part")] == [
        f"finding: part {i}" for i in range(20)
    ]
    assert lines[0] == "finding: 20 to do"
    assert any(line.startswith("finding: 10 of 20") for line in lines)
    assert lines[-2:] == ["a notice", "finding: all found"]
    assert view.done == 20


def test_truths_are_told_one_by_one_or_not_at_all(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path / "cache"))

    def truths(*words: str) -> tuple[str, str]:
        with pytest.raises(SystemExit) as exit_:
            main(("truths", "--problem", "lecture.log_sqrt", "--jobs", "1", *words))
        assert not exit_.value.code
        return capsys.readouterr()

    out, err = truths("--verbose")
    assert "finding truths: lecture.log_sqrt scalar float64" in err.splitlines()
    assert " truths: " in out
    out, err = truths("--quiet")
    assert err == ""
    with pytest.raises(SystemExit) as exit_:
        main(("truths", "--problem", "lecture.log_sqrt", "-q", "-v"))
    assert exit_.value.code == 2
    assert "contradict each other" in capsys.readouterr().err


def options(name: str) -> set[str]:
    context = click.Context(cli)
    return {o for param in cli.get_command(context, name).params for o in param.opts}


SILENT = {  # commands that are over at once: there is no progress to show
    "report", "compare", "history", "trace", "backends", "problems", "catalogue", "init-backend",
    "config", "completion",
}  # fmt: skip
WRITERS = {"init-backend", "completion"}  # what they print is files and a script


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_quiet_verbose_and_read_by_machines_in_the_same_words(name):
    own = options(name)
    assert ({"-q", "--quiet", "-v", "--verbose"} <= own) == (name not in SILENT)
    assert ("--json" in own) == (name not in WRITERS)
    assert f"adjudge {name}" in (cli.get_command(click.Context(cli), name).epilog or "")
