"""How much is told: each verdict with --verbose, nothing but the result with --quiet."""

from __future__ import annotations

import json

import pytest

from harness.cli import main

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
