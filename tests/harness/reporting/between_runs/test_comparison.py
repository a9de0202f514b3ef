"""Known changes are found, a slower machine is none, and what cannot be compared is refused."""

from __future__ import annotations

import json

import pytest

from harness.errors import UsageError
from harness.reporting.between_runs.as_markdown import comparison_markdown
from harness.reporting.between_runs.as_text import as_json, print_comparison
from harness.reporting.between_runs.comparison import compare, worst_first
from harness.reporting.between_runs.timed_run import read_timed_run
from harness.timing.statistics import Answer


def compared(folders):
    return compare(*map(read_timed_run, folders))


def answers(found):
    return {(c.backend, c.case.split(":")[2]): c.answer for c in found.cells}


def test_each_kind_of_change_is_found(two_runs):
    found = compared(
        two_runs({("fast", 8): 1.2, ("slow", 8): 0.8, ("fast", 64): 1.003, ("slow", 64): 1.018})
    )
    assert answers(found) == {
        ("fast", "n=8"): Answer.SLOWER,
        ("slow", "n=8"): Answer.FASTER,
        ("fast", "n=64"): Answer.EQUIVALENT,
        ("slow", "n=64"): Answer.SLOWER,
    }
    change = next(c.change for c in found.cells if c.backend == "fast" and "n=8" in c.case)
    assert change.ratio == pytest.approx(1.2, rel=0.01)
    assert change.low < 1.2 < change.high
    assert found.counts[Answer.SLOWER] == 2
    assert [c.answer for c in worst_first(found.cells)][:3] == ["slower", "slower", "faster"]


def test_the_looks_of_both_runs_share_the_level(two_runs):
    """Six sets are the first of the looks 6, 10, 16, in both runs."""
    found = compared(two_runs())
    assert [c.change.share for c in found.cells] == pytest.approx([(6 / 16) ** 2] * 4)


def test_a_slower_machine_changes_nothing(two_runs):
    """Only ratios are compared with ratios: absolute times of two runs never meet."""
    found = compared(two_runs(machine_speed=3.0))
    assert set(answers(found).values()) == {Answer.EQUIVALENT}


def test_a_backend_that_lost_its_verdict_is_listed_and_not_compared(two_runs):
    found = compared(two_runs(verdicts={("fast", 8): "wrong", ("slow", 8): "accuracy-loss"}))
    lost, noted = found.verdicts
    assert (lost.backend, lost.before, lost.after, lost.is_lost) == ("fast", "ok", "wrong", True)
    assert (noted.backend, noted.is_lost, noted.is_mended) == ("slow", False, False)
    assert ("fast", "n=8") not in answers(found)
    (missing,) = found.not_compared
    assert missing.backend == "fast"
    assert "wrong: the sign is wrong" in missing.reason


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"run": "before"}, "the same run"),
        ({"plan__schema_version": 2}, "schema"),
        ({"plan__baseline": "fast"}, "ratios to numpy_manual and after to fast"),
        ({"plan__threads": 2}, "--threads"),
        ({"plan__backends": ["numpy_manual"]}, "has no times"),
        ({"plan__backends": ["numpy_manual", "other"]}, "has no times"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(two_runs, edit, told):
    with pytest.raises(UsageError, match=told) as error:
        compared(two_runs(**edit))
    assert "\n" not in str(error.value)


def test_no_common_cell_is_refused(two_runs, edited):
    before, after = two_runs()
    for folder, backends in ((before, ["numpy_manual", "fast"]), (after, ["numpy_manual", "slow"])):
        edited(folder, "plan__backends", backends)
    with pytest.raises(UsageError, match="no backend and cell in common"):
        compared((before, after))


def test_one_set_is_refused(two_runs):
    with pytest.raises(UsageError, match="two sets"):
        compared(two_runs(sets=1))


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        ({"environment__processor__model": "another"}, "different machines"),
        ({"environment__processor__logical_cores": 8}, "different machines"),
        ({"environment__python__version": "3.13.0"}, "Python changed: 3.11.7 before"),
        ({"environment__processor__load_average": [7.0, 1, 1]}, "others were at work"),
        ({"devices__fast": "cuda"}, "fast ran on cpu before and on cuda after"),
        ({"versions__numpy_manual": {"lib": "2.0"}}, "the baseline numpy_manual changed"),
    ],
)
def test_what_may_have_changed_a_ratio_is_told(two_runs, edit, told):
    found = compared(two_runs(**edit))
    assert any(told in notice for notice in found.notices)
    assert compared(two_runs()).notices == ()


def test_other_versions_of_a_backend_are_shown(two_runs):
    found = compared(two_runs(versions__fast={"lib": "2.0"}))
    assert found.versions == {"fast": ("lib 1.0", "lib 2.0")}
    assert found.notices == ()


def test_a_run_that_did_not_end_is_told(two_runs):
    before, after = two_runs()
    journal = after / "journal.jsonl"
    lines = journal.read_text().splitlines(keepends=True)
    journal.write_text("".join(line for line in lines if '"run-end"' not in line))
    assert any("did not end" in notice for notice in compared((before, after)).notices)


def test_text_markdown_and_json_say_the_same(two_runs, capsys):
    found = compared(two_runs({("fast", 8): 1.2}, verdicts={("slow", 64): "wrong"}))
    print_comparison(found)
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    row = next(line for line in printed.splitlines() if "▼" in line)
    assert "fast" in row
    assert "toy.square:gradient:n=8" in row
    assert "1.20×" in row
    assert "✓ ok → ✗ wrong  slow" in printed
    markdown = comparison_markdown(found)
    assert "| ▼ slower |" in markdown
    assert "for the worse" in markdown
    told = json.loads(as_json(found))
    assert told["counts"] == {"faster": 0, "slower": 1, "equivalent": 2, "unresolved": 0}
    (slower,) = [c for c in told["cells"] if c["answer"] == "slower"]
    assert slower["low"] < 1.2 < slower["high"]
    assert slower["before"]["sets"] == 6
    assert told["verdicts"][0]["lost"] is True


def test_foreign_text_cannot_act_in_a_comment(two_runs):
    found = compared(two_runs(verdicts={("fast", 8): "wrong"}))
    hostile = [type(v)(v.backend, v.case, v.before, v.after, "<b>|`x`") for v in found.verdicts]
    object.__setattr__(found, "verdicts", tuple(hostile))
    assert "<b>|" not in comparison_markdown(found)
