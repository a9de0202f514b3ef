"""[tool.adjudge]: what it says holds unless the command line speaks; a mistake is one line."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import click
import pytest

from harness.cli import main
from harness.cli.app import COMMANDS, cli
from harness.cli.configuration import KEYS, find_configuration
from harness.cli.selecting import given_patterns, selection_of, selection_options
from harness.errors import UsageError


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as exit_:
        main(words)
    return int(exit_.value.code or 0)


@pytest.fixture
def configured(monkeypatch, tmp_path):
    """``configured(text)``: a pyproject.toml with that text above the working directory."""
    below = tmp_path / "package" / "below"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)

    def write(text: str):
        (tmp_path / "pyproject.toml").write_text(text)
        return tmp_path

    return write


def test_every_key_fills_an_option_of_some_command():
    context = click.Context(cli)
    params = {p.name for name in COMMANDS for p in cli.get_command(context, name).params}
    assert set(KEYS) <= params


@pytest.mark.parametrize("key", KEYS)
def test_the_example_of_a_key_is_accepted(key):
    assert KEYS[key].accepts(tomllib.loads(f"key = {KEYS[key].example}")["key"])


def test_the_nearest_file_with_a_table_counts(configured, tmp_path):
    configured("[tool.adjudge]\nthreads = 2\n")
    (tmp_path / "package" / "pyproject.toml").write_text("[tool.other]\nadjudge = 1\n")
    assert find_configuration(COMMANDS).common == {"threads": 2}
    (tmp_path / "package" / "pyproject.toml").write_text("[tool.adjudge]\nthreads = 3\n")
    assert find_configuration(COMMANDS).common == {"threads": 3}


def test_a_file_that_is_not_about_adjudge_is_left_alone_whatever_its_state(configured):
    configured("= no TOML at all\n")
    assert find_configuration(COMMANDS).file is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('backend = ["jax"]', "tool.adjudge.backend: no such key; did you mean 'backends'?"),
        ('backends = "jax"', "tool.adjudge.backends: it must be a list of patterns, such as"),
        ("backends = [1]", "it must be a list of patterns"),
        ("threads = true", "tool.adjudge.threads: it must be a whole number, such as threads = 1"),
        ("threads = 1.5", "it must be a whole number"),
        ('depth = "deep"', "it must be quick, default or thorough"),
        ("quiet = 1", "it must be true or false"),
        ("results = []", "it must be a folder"),
        ("[tool.adjudge.chekc]\nthreads = 1", "chekc: no such key; did you mean 'check'?"),
        ("[tool.adjudge.check]\nthraeds = 1", "check.thraeds: no such key; did you mean 'threads'"),
        ("[tool.adjudge.check]\nthreads = 1", "adjudge check has no such option"),
        ("run = 1", "tool.adjudge.run: no such key"),
        ("threads = [", "is no TOML"),
        ("threads = 0", "it is configured in"),
        ('backends = ["jaxx"]', "did you mean 'jax'?; it is configured in"),
    ],
)
def test_a_mistake_is_one_line_that_names_file_and_key(configured, capsys, text, says):
    folder = configured(f"[tool.adjudge]\n{text}\n")
    assert call("run" if text.endswith("0") else "check") == 2
    out, err = capsys.readouterr()
    assert says in err
    assert str(folder / "pyproject.toml") in err
    assert err.count("\n") == 1
    assert out == ""


def test_help_and_what_is_not_configured_go_on_beside_a_mistake(configured, capsys):
    configured("[tool.adjudge]\nthraeds = 1\n")
    assert call("run", "--help") == 0
    assert call("backends") == 0
    assert call("config") == 2


def test_config_prints_what_holds_and_where_it_comes_from(configured, capsys):
    folder = configured(
        '[tool.adjudge]\nthreads = 2\nresults = "out"\n[tool.adjudge.run]\nthreads = 4\n'
    )
    assert call("config", "run", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    file = folder / "pyproject.toml"
    assert told["file"] == str(file)
    values = {row["key"]: (row["value"], row["from"]) for row in told["values"]}
    assert values["threads"] == (4, f"{file}: tool.adjudge.run.threads")
    assert values["results"] == (str(Path("..", "..", "out")), f"{file}: tool.adjudge.results")
    assert values["baseline"] == ("numpy_manual", "default")
    assert call("config", "run") == 0
    assert f"{file}: tool.adjudge.run.threads" in capsys.readouterr().out


@click.command
@selection_options
def asked(**options):
    """Print the selection."""
    selection = selection_of(options)
    click.echo(repr((selection.backends, selection.suites, selection.problems, selection.dtypes)))
    click.echo(sorted(given_patterns()))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), (("a",), ("s",), (), ("float64",))),
        (("--backend", "b"), (("b",), ("s",), (), ("float64",))),
        # A problem that is named would otherwise be looked for in the configured suite alone.
        (("--problem", "p"), (("a",), (), ("p",), ("float64",))),
        (("--case", "p:jvp:1:float32:q"), (("a",), (), (), ())),
    ],
)
def test_what_is_asked_on_the_command_line_is_not_narrowed_by_the_configuration(
    capsys, words, expected
):
    table = {"backends": ["a"], "suites": ["s"], "dtypes": ["float64"]}
    asked.main(list(words), standalone_mode=False, default_map=table)
    selected, given = capsys.readouterr().out.splitlines()
    assert selected == repr(expected)
    assert given == str(
        [
            {"--backend": "backends", "--problem": "problems", "--case": "cases"}[w]
            for w in words[:1]
        ]
    )


def test_a_configured_run_is_kept_where_the_file_says(configured, monkeypatch, capsys):
    folder = configured(
        '[tool.adjudge]\nbackends = ["our_engine"]\nresults = "out"\nsuites = ["nosuch"]\n'
    )
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(folder / "cache"))
    case = "lecture.log_sqrt:value:scalar:float64:e-4"
    assert call("check", "--case", case, "--quiet", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told["backends"]) == ["our_engine"]
    assert len(list((folder / "out").glob("*/run.json"))) == 1


def test_a_table_that_is_none_is_refused(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool]\nadjudge = 1\n")
    with pytest.raises(UsageError, match="write it as a table"):
        find_configuration(COMMANDS, tmp_path)
