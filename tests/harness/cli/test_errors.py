"""Wrong calls: one clear line each on stderr, and the exit code that the design gives."""

from __future__ import annotations

import json

import pytest

from harness.cli import main


def call(capsys, *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(words)
    captured = capsys.readouterr()
    return int(exit_.value.code or 0), captured.out, captured.err


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("check", "--backend", "our_engin"), 2, "did you mean 'our_engine'?"),
        (("check", "--problem", "lecture.perceptrn"), 2, "did you mean 'lecture.perceptron'?"),
        (("check", "--operator", "gradiant"), 2, "did you mean 'gradient'?"),
        (("check", "--size", "-1"), 2, "sizes are positive"),
        (("check", "--size", "0"), 2, "sizes are positive"),
        (("check", "--dtype", "float16"), 2, "no dtype 'float16'"),
        (("check", "--point", "nowhere"), 2, "no point 'nowhere'"),
        (("run", "--threads", "0"), 2, "at least 1"),
        (("run", "--deadline", "-5"), 2, "deadline"),
        (("run", "--resume", "no/such/run"), 3, "no/such/run"),
        (("run", "--resume", "x", "--backend", "jax"), 2, "--resume"),
        (("report", "no/such/run"), 3, "no/such/run"),
        (("bench", "no/such/run"), 3, "no/such/run"),
        (("chekc",), 2, "did you mean 'check'?"),
        (("check", "--bakend", "jax"), 2, "--backend"),
        (("problems", "lecture.chian.fan"), 2, "did you mean 'lecture.chain.fan'?"),
        (("trace", "lecture.logsqrt"), 2, "did you mean 'lecture.log_sqrt'?"),
        (("trace", "lecture.log_sqrt", "--at", "2"), 2, "x_1, x_2"),
        (("trace", "lecture.log_sqrt", "--at", "two,5"), 2, "no list of numbers"),
        (("trace", "lecture.log_sqrt", "--at", ""), 2, "no list of numbers"),
        (("check", "--quiet", "--verbose"), 2, "contradict each other"),
        (("run", "--baseline", "our_engin"), 2, "did you mean 'our_engine'?"),
        (("run", "--budget", "soon"), 2, "say 90s, 5m or 1h30m"),
        (("run", "--threads", "two"), 2, "--threads"),
        (("check", "--results", __file__), 2, "is a file"),
        (("gate", "--run", "no/such/run"), 3, "no/such/run"),
        (("gate", "--junit", "no/such/file.xml"), 2, "there is no folder no/such"),
        (("report", "x", "--markdown", "--json"), 2, "give one of them"),
        (("problems", "--suite", "lectur"), 2, "did you mean 'lecture'?"),
        (("problems", "zzzzzzzz"), 2, " more"),
        (("catalogue", "array_api.hypott"), 2, "did you mean 'array_api.hypot'?"),
        (("truths", "--jobs", "0"), 2, "--jobs"),
        (("truths", "--problem", "lecture.log_sqr"), 2, "did you mean 'lecture.log_sqrt'?"),
        (("completion", "tcsh"), 2, "'bash', 'zsh', 'fish'"),
        (("config", "chekc"), 2, "did you mean 'check'?"),
        (("backends", "extra"), 2, "extra"),
        (("trace", "lecture.perceptron", "--at", "2,5"), 2, "array arguments"),
        (("trace", "lecture.log_sqrt", "--point", "nowhere"), 2, "no point 'nowhere'"),
        (("trace", "lecture.log_sqrt", "--mode", "sideways"), 2, "forward"),
        (("trace", "lecture.log_sqrt", "--backend", "numpy_manual"), 3, "shows no traces"),
    ],
)
def test_a_wrong_call_is_one_line(capsys, monkeypatch, tmp_path, words, code, says):
    monkeypatch.chdir(tmp_path)
    given, out, err = call(capsys, *words)
    assert given == code, err
    assert says in err
    assert err.startswith("adjudge: ")
    assert err.count("\n") == 1
    assert out == ""
    assert not list(tmp_path.glob("results/*")), "a refused call leaves no run behind"


def test_no_word_at_all_is_a_call_for_help(capsys):
    assert call(capsys)[:2] == call(capsys, "--help")[:2]


def test_debug_shows_the_traceback(capsys):
    _, _, err = call(capsys, "--debug", "check", "--backend", "nosuch")
    assert "Traceback" in err


def test_a_file_in_place_of_a_run_is_refused_in_one_line(capsys, tmp_path):
    (tmp_path / "run.json").write_text("{]")
    code, _, err = call(capsys, "report", str(tmp_path))
    assert code == 3
    assert err.count("\n") == 1


def test_a_run_of_a_newer_schema_is_refused_in_one_line(capsys, tmp_path):
    (tmp_path / "run.json").write_text(json.dumps({"schema_version": 10_000}))
    code, _, err = call(capsys, "report", str(tmp_path))
    assert code == 3
    assert "newer" in err
    assert err.count("\n") == 1


def test_help_of_every_command_shows_what_it_does(capsys):
    code, out, _ = call(capsys, "--help")
    assert code == 0
    for command in ("run", "check", "bench", "report", "gate", "trace", "backends", "problems"):
        assert command in out
        code, text, _ = call(capsys, command, "--help")
        assert code == 0
        assert "Usage: adjudge" in text
