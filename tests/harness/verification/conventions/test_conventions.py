"""The published matrix is what the installed backends do, and names are made by rule."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from harness.cli import main
from harness.contract import Evaluation, Failure, VerdictKind
from harness.plugins import load
from harness.running.evaluation import Evaluator, failure_of
from harness.verification import conventions
from harness.verification.conventions import COLUMNS, CONVENTIONS, made, matrix, page
from harness.verification.conventions.naming import among, as_number, as_triangle, name_of

PAGE = Path(__file__).parents[4] / "docs" / "conventions.md"
CURE = "run adjudge conventions --write docs/conventions.md --write " + str(
    conventions.PUBLISHED.relative_to(PAGE.parents[1])
)


ASKED = {"jax": CONVENTIONS[::2], "jax-eager": CONVENTIONS[1::2]}
"""These two compile for each question, so that they share them; the others answer all."""


def observed(backend, asked):
    """What becomes of each question, as a worker's evaluator answers it."""
    evaluator, found = Evaluator(backend), {}
    for convention in asked:
        problem, (case, inputs) = convention.problem, convention.task
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                found[convention.name] = evaluator.evaluate(problem, case, inputs)
            except Exception as error:  # noqa: BLE001 - what it raises is the answer
                found[convention.name] = failure_of(error, backend, problem, inputs)
    return found


@pytest.mark.parametrize("name", COLUMNS)
def test_the_published_matrix_is_what_is_observed(name):
    entry = load().backend(name)
    for module in entry.requires:
        pytest.importorskip(module, reason=entry.missing_line())
    backend = entry.create()
    published = matrix()
    versions = {str(k): str(v) for k, v in backend.versions().items()}
    if versions != published.versions[name]:
        pytest.skip(f"{name} has {versions}; published is {published.versions[name]}")
    asked = ASKED.get(name, CONVENTIONS)
    now = made({name: observed(backend, asked)}, {name: versions}, asked)
    before = {row.name: row.observed[name] for row in published.rows}
    for row in now.rows:
        assert row.observed[name] == before[row.name], f"{row.name}: {CURE}"


def test_the_published_questions_are_those_of_the_code():
    rows = {row.name: (row.group, row.where, row.function, row.operator) for row in matrix().rows}
    asked = {c.name: (c.group, c.where, c.text, str(c.operator)) for c in CONVENTIONS}
    assert rows == asked, CURE
    assert matrix().backends == COLUMNS
    assert all(set(row.observed) == set(COLUMNS) for row in matrix().rows)


def test_the_page_shows_the_published_matrix():
    assert PAGE.read_text(encoding="utf-8") == page(matrix()), CURE


def test_the_command_asks_a_worker_and_writes_page_and_data(tmp_path, capsys):
    files = tmp_path / "page.md", tmp_path / "data.json"
    with pytest.raises(SystemExit) as exit_:
        main(("conventions", "--backend", "our_engine", *(f"--write={file}" for file in files)))
    assert not exit_.value.code, capsys.readouterr().err
    data = conventions.read(json.loads(files[1].read_text(encoding="utf-8")))
    assert files[0].read_text(encoding="utf-8") == page(data)
    assert data.backends == ("our_engine",)
    for row, known in zip(data.rows, matrix().rows, strict=True):
        assert row.observed["our_engine"] == known.observed["our_engine"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--backend", "our_engin"), "our_engine"),
        (("--write", "page.html"), "a page ends in .md"),
    ],
)
def test_a_wrong_call_is_one_line(words, said, capsys):
    with pytest.raises(SystemExit) as exit_:
        main(("conventions", *words))
    told = capsys.readouterr().err
    assert (exit_.value.code, len(told.splitlines())) == (2, 1)
    assert said in told


def test_what_cannot_differ_is_the_same_everywhere():
    # The derivative of sqrt at 0 is infinite, and nothing is left to choose; no slope of |x|
    # at 0 is outside [-1, 1].
    rows = {row.name: row.observed.values() for row in matrix().rows}
    assert set(rows["sqrt"]) == {"inf"}
    assert set(rows["abs"]) <= {"-1", "0", "1"}
    assert set(rows["maximum"]) <= {"shared", "the first", "the second"}


def evaluation(*results, disconnected=()):
    arrays = tuple(np.array(result) for result in results)
    return Evaluation(arrays, None, repeatable=True, disconnected=disconnected)


NAMES = [
    ("0", as_number, evaluation(0.0)),
    ("0", as_number, evaluation(-0.0)),
    ("1/2", as_number, evaluation(0.5)),
    ("1/3, -1", as_number, evaluation(1 / 3, -1.0)),
    ("0.7071", as_number, evaluation(0.5**0.5)),
    ("-inf", as_number, evaluation(-np.inf)),
    ("NaN, 0", as_number, evaluation(np.nan, 0.0)),
    ("1e+30", as_number, evaluation(1e30)),
    ("1+2j", as_number, evaluation(1 + 2j)),
    ("no gradient", as_number, evaluation(0.0, disconnected=("x",))),
    ("raises TypeError", as_number, Failure(VerdictKind.RAISED, "TypeError: no: such")),
    ("unsupported", as_number, Failure(VerdictKind.UNSUPPORTED, "the namespace has no sort")),
    ("crashed", as_number, Failure(VerdictKind.CRASHED, "the worker was killed")),
    ("the first", among(the_first=(1, 0), shared=(0.5, 0.5)), evaluation([1.0, 0.0])),
    ("shared", among(the_first=(1, 0), shared=(0.5, 0.5)), evaluation(0.5, 0.5)),
    ("1/2, 1/4", among(shared=(0.5, 0.5)), evaluation([0.5, 0.25])),
    ("NaN", among(shared=(0.5, 0.5)), evaluation([np.nan, np.nan])),
    ("1/2", among(shared=(0.5, 0.5)), evaluation([0.5])),
    ("symmetric", as_triangle, evaluation([[1.0, 2.0], [2.0, 3.0]])),
    ("lower triangle", as_triangle, evaluation([[1.0, 0.0], [2.0, 3.0]])),
    ("upper triangle", as_triangle, evaluation([[1.0, 2.0], [0.0, 3.0]])),
    ("neither triangular nor symmetric", as_triangle, evaluation([[1.0, 2.0], [4.0, 3.0]])),
    ("NaN", as_triangle, evaluation([[np.nan, 2.0], [4.0, 3.0]])),
]


@pytest.mark.parametrize(("name", "namer", "outcome"), NAMES)
def test_names_are_made_by_rule(name, namer, outcome):
    assert name_of(outcome, namer) == name
