"""``adjudge catalogue``: what it prints, and what it fails on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from harness.cli import catalogue, main
from harness.problems.catalogue import ENTRIES


@pytest.fixture
def run(capsys):
    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as exit_:
            main(("catalogue", *words))
        captured = capsys.readouterr()
        return exit_.value.code or 0, captured.out, captured.err

    return call


def without(monkeypatch, name: str) -> None:
    left = tuple(entry for entry in ENTRIES if entry.name != name)
    assert len(left) == len(ENTRIES) - 1
    monkeypatch.setattr(catalogue, "ENTRIES", left)


def test_the_groups_are_counted(run):
    code, out, _ = run()
    assert code == 0
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert {"array_api", "linalg", "fft", "special", "composite", "total"} <= set(lines)
    assert "23 functions: 22 covered, 1 without a derivative, 0 missing" in lines["linalg"]
    assert lines["total"].split()[1] == str(len(ENTRIES))


def test_json_says_the_same(run):
    code, out, _ = run("--json")
    facts = json.loads(out)
    assert code == 0
    assert facts["missing"] == facts["untried_keywords"] == facts["idle"] == []
    assert sum(group["functions"] for group in facts["groups"]) == len(ENTRIES)
    assert facts["no_derivative"]["equal"] == "it answers true or false"


@pytest.mark.parametrize("words", [(), ("--missing",), ("--json",)])
def test_an_entry_taken_away_is_named_and_fails(run, monkeypatch, words):
    without(monkeypatch, "array_api.hypot")
    code, out, err = run(*words)
    assert code == 1
    assert "hypot" in err
    assert len(err.splitlines()) == 1
    if words:
        assert "hypot" in out


def test_what_has_no_derivative_is_listed_with_its_reason(run):
    code, out, _ = run("--missing")
    assert code == 0
    assert "no derivative: linalg.matrix_rank: it gives an index or a count" in out.splitlines()


@pytest.mark.parametrize("name", ["array_api.atan2", "array_api.atan2/x2=1.75"])
def test_an_entry_shows_its_variants_and_points(run, name):
    code, out, _ = run(name)
    assert code == 0
    assert "array_api.atan2: xp.atan2(x1, x2)" in out
    assert "array_api.atan2/x2=1.75: xp.atan2(x, 1.75)" in out
    (line,) = (line for line in out.splitlines() if line.split()[:1] == ["0,-1"])
    assert "kink" in line
    assert "up to order 1" in line
    assert "float32, float64" in line


def test_an_entry_as_json(run):
    code, out, _ = run("array_api.where", "--json")
    facts = json.loads(out)
    assert code == 0
    assert facts["kind"] == "smooth"
    plain = facts["variants"][0]
    assert plain["differentiated"] == ["x1", "x2"]
    names = {point["name"] for point in plain["points"]}
    assert {"nan-unused-first", "nan-unused-second"} <= names


def test_a_wrong_name_gets_the_nearest(run):
    code, _, err = run("array_api.hypt")
    assert code == 2
    assert "did you mean 'array_api.hypot'?" in err


def test_a_name_and_missing_do_not_go_together(run):
    code, _, err = run("array_api.hypot", "--missing")
    assert code == 2
    assert "leave the name out" in err


def test_the_page_of_the_documentation_is_current(run, tmp_path):
    code, out, _ = run("--write", str(tmp_path / "page.md"))
    assert code == 0
    assert out.startswith("written: ")
    page = Path(__file__).parents[3] / "docs" / "catalogue.md"
    cure = "run adjudge catalogue --write docs/catalogue.md"
    assert page.read_text(encoding="utf-8") == (tmp_path / "page.md").read_text("utf-8"), cure


def test_a_page_is_of_the_whole_catalogue(run, tmp_path):
    code, _, err = run("array_api.hypot", "--write", str(tmp_path / "page.md"))
    assert code == 2
    assert err.startswith("adjudge: --write is about the whole catalogue")
    code, _, err = run("--write", str(tmp_path / "no" / "page.md"))
    assert code == 3
    assert "cannot be written" in err
