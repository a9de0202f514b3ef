"""The list of problems: by suite, readable also where a suite has hundreds."""

from __future__ import annotations

import dataclasses
import json

import pytest
from click.testing import CliRunner

from harness.cli import listing
from harness.errors import UsageError
from harness.plugins import load


@pytest.fixture
def asked(monkeypatch):
    """The lecture's problems and a suite of 30 functions with a variant each."""
    registry = load()
    problem = registry.problems["lecture.log_sqrt"]
    registry.problems = {n: p for n, p in registry.problems.items() if n.startswith("lecture.")}
    for i in range(30):
        for variant in ("", "/axis=0.5"):
            name = f"group.f{i}{variant}"
            registry.problems[name] = dataclasses.replace(problem, name=name, suite="large")
            registry.problem_plugins[name] = "test"
    monkeypatch.setattr("harness.plugins.load", lambda: registry)

    def asked(*arguments):
        result = CliRunner().invoke(listing.problems, arguments, catch_exceptions=False)
        return result.output

    return asked


def test_a_small_suite_is_shown_in_full_and_a_large_one_by_its_functions(asked):
    told = asked()
    assert "lecture: 7 problems" in told
    assert "  sizes           scalar" in told
    assert "large: 60 problems" in told
    assert "group (30 functions): f0, f1," in told
    assert "axis" not in told
    assert "adjudge problems --suite large" in told


def test_a_suite_that_is_named_has_a_line_for_each_problem(asked):
    told = asked("--suite", "large")
    assert sum(line.startswith("  group.f") for line in told.splitlines()) == 60
    assert "lecture" not in told


def test_a_problem_that_is_named_is_shown_in_full(asked):
    told = asked("group.f7/axis=0.5")
    assert told.startswith("group.f7/axis=0.5\n  suite           large\n")


def test_json_tells_the_suite(asked):
    facts = json.loads(asked("--suite", "large", "--json"))
    assert {fact["suite"] for fact in facts} == {"large"}
    assert len(facts) == 60


def test_a_suite_that_is_not_there_names_the_nearest(asked):
    with pytest.raises(UsageError, match="no suite 'larg'; did you mean 'large'"):
        asked("--suite", "larg")
