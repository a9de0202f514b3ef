"""Several runs: what changed is marked, what crosses machines is not one line, all text is text."""

from __future__ import annotations

import io
import json
import re
from xml.etree import ElementTree

import pytest
from rich.console import Console

from harness.cli import main
from harness.errors import RunFailedError
from harness.reporting.history.changes import (
    ratio_steps,
    tracks,
    verdict_steps,
    verdict_tracks,
)
from harness.reporting.history.reading import read_history
from harness.reporting.history.telling import as_json, print_history
from harness.timing.statistics import Answer

BASELINE = "numpy_manual"
WOBBLE = (1.0, 1.004, 0.997, 1.002, 0.999, 1.001)
HERE = {"processor": {"model": "a processor", "logical_cores": 2}}
THERE = {"processor": {"model": "another processor", "logical_cores": 64}}
HOSTILE = "<script>alert(1)</script>\u202e\x00=cmd()"


@pytest.fixture
def runs(synthetic, case):
    """Writes run ``number``: ``fast`` takes ``factor`` of the baseline, verdicts are ``kinds``."""

    def write(number, factor=2.0, kinds=None, environment=HERE, version="1.0", **given):
        started = f"2026-01-{number:02d}T00:00:00+00:00"
        changes = {
            "started": started,
            "versions": {BASELINE: {"numpy": "2"}, "fast": {"lib": version}},
            **given,
        }
        run = synthetic(
            f"run-{number}", backends=(BASELINE, "fast"), environment=environment, changes=changes
        )
        for operator in ("gradient", "jvp"):
            asked = case(operator=operator)
            kind = (kinds or {}).get(operator, "ok")
            run.judge(BASELINE, asked)
            run.judge("fast", asked, kind, "" if kind == "ok" else HOSTILE)
            if kind == "ok":
                noise = WOBBLE[number % 6 :] + WOBBLE[: number % 6]
                times = [1e-6 * factor * w for w in noise]
                run.time(asked, {BASELINE: [1e-6] * 6, "fast": times})
        return run.write()

    return write


def test_a_ratio_that_changed_is_marked_and_one_that_did_not_is_not(runs, tmp_path):
    runs(1)
    runs(2)
    runs(3, factor=3.0, version="1.1")
    history = read_history(tmp_path)
    steps = ratio_steps(history)
    told = [(s.case.split(":")[1], s.after.name, s.answer) for s in steps]
    assert told == [
        ("gradient", "run-2", Answer.EQUIVALENT),
        ("jvp", "run-2", Answer.EQUIVALENT),
        ("gradient", "run-3", Answer.SLOWER),
        ("jvp", "run-3", Answer.SLOWER),
    ]
    assert steps[2].change.ratio == pytest.approx(1.5, rel=0.01)
    assert steps[2].versions == "lib 1.0 → 1.1"
    assert steps[0].versions == "same versions"
    followed = tracks(history, steps)
    assert [(t.marks, len(t.estimates)) for t in followed] == [(1, 3), (1, 3)]


def test_runs_are_in_the_order_of_their_beginning(runs, tmp_path):
    for number in (10, 2, 9):
        runs(number)
    assert [run.name for run in read_history(tmp_path).runs] == ["run-2", "run-9", "run-10"]


def test_another_machine_is_another_line_and_the_next_run_here_goes_on_with_ours(runs, tmp_path):
    runs(1)
    runs(2, factor=9.0, environment=THERE)
    runs(3)
    history = read_history(tmp_path)
    assert [[run.name for run in line.runs] for line in history.lines] == [
        ["run-1", "run-3"],
        ["run-2"],
    ]
    assert {(s.before.name, s.after.name) for s in ratio_steps(history)} == {("run-1", "run-3")}
    assert "another processor, 64 cores" in history.lines[1].told


def test_machines_that_are_not_known_are_not_taken_for_one(runs, tmp_path):
    runs(1, environment={})
    runs(2, environment={})
    history = read_history(tmp_path)
    assert len(history.lines) == 2
    assert ratio_steps(history) == []


def test_a_verdict_that_changed_is_told_with_versions_and_machine(runs, tmp_path):
    runs(1)
    runs(2, kinds={"gradient": "wrong", "jvp": "wrong"}, version="1.1")
    runs(3, version="1.1", environment=THERE)
    found = verdict_steps(read_history(tmp_path))
    assert [(s.before, s.after, s.run_after.name, len(s.cases), s.moved) for s in found] == [
        ("wrong", "ok", "run-3", 2, True),
        ("ok", "wrong", "run-2", 2, False),
    ]
    assert found[1].versions == "lib 1.0 → 1.1"
    assert found[1].operators == ["gradient", "jvp"]
    assert "another machine" in found[0].versions


def test_a_verdict_is_held_against_the_last_run_that_asked_the_same(
    runs, synthetic, case, tmp_path
):
    runs(1)
    other = synthetic("run-2", backends=("fast",), environment=HERE)
    other.changes = {"started": "2026-01-02T00:00:00+00:00"}
    other.judge("fast", case(problem="toy.other"), "wrong")
    other.write()
    runs(3, kinds={"jvp": "raised"})
    (found,) = verdict_steps(read_history(tmp_path))
    assert (found.run_before.name, found.run_after.name) == ("run-1", "run-3")
    assert found.cases == ["toy.square:jvp:n=8:float64:generic-0"]


def test_the_way_of_each_verdict_is_followed_over_runs_that_did_not_ask(
    runs, synthetic, case, tmp_path
):
    runs(1)
    other = synthetic("run-2", backends=("fast",), environment=HERE)
    other.changes = {"started": "2026-01-02T00:00:00+00:00"}
    other.judge("fast", case(problem="toy.other"), "wrong")
    other.write()
    runs(3, kinds={"jvp": "raised"})
    runs(4)
    (track,) = verdict_tracks(read_history(tmp_path))
    assert (track.backend, track.problem) == ("fast", "toy.square")
    assert track.kinds == ("ok", None, "raised", "ok")
    assert track.changed == [False, False, True, True]
    assert track.cases == ["toy.square:jvp:n=8:float64:generic-0"]


def test_the_page_draws_each_verdict_and_frames_its_change(runs, tmp_path):
    for needed in ("altair", "jinja2", "vl_convert"):
        pytest.importorskip(needed, reason="the report extra is not installed")
    from harness.reporting.history.page import render_history

    runs(1)
    runs(2, kinds={"gradient": "wrong", "jvp": "wrong"}, version="1.1")
    runs(3, kinds={"jvp": "wrong"}, version="1.1")
    markup = render_history(read_history(tmp_path))
    (table,) = re.findall(r'<table id="verdict-tracks".*?</table>', markup, re.DOTALL)
    cells = re.findall(r'<td class="(\w+)( changed)?" data-v="([\w-]+)">', table)
    assert cells == [
        ("right", "", "ok"), ("wrong", " changed", "wrong"), ("right", " changed", "ok"),
        ("right", "", "ok"), ("wrong", " changed", "wrong"), ("wrong", "", "wrong"),
    ]  # fmt: skip
    (chart,) = re.findall(r'<svg[^>]*aria-label="Verdicts run after run".*?</svg>', markup)
    drawn = ElementTree.fromstring(chart)
    # None in the first run: there is nothing to mark.
    assert [t.text for t in drawn.iter("text") if t.text in "✗✓"] == ["✗"] * 2
    # Two rings (in run 2 two became wrong, in run 3 one ceased to be) and one other version.
    assert chart.count("stroke-dasharray") == 1
    assert sum("fill" not in p.attrib and "a" in p.get("d", "") for p in drawn.iter("path")) == 1


def test_a_run_that_cannot_be_read_is_told_and_the_others_are_shown(runs, tmp_path):
    runs(1)
    newer = runs(2, schema_version=99)
    history = read_history(tmp_path)
    assert [run.name for run in history.runs] == ["run-1"]
    (told,) = history.skipped
    assert "schema 99" in told
    assert newer.name in told


def test_no_run_is_one_line_with_the_way_out(tmp_path):
    with pytest.raises(RunFailedError, match="make one with: adjudge run"):
        read_history(tmp_path)


def test_the_terminal_and_the_json_tell_the_same_changes(runs, tmp_path):
    runs(1)
    runs(2, factor=1.0, kinds={"jvp": "raised"})
    history = read_history(tmp_path)
    verdicts, ratios = verdict_steps(history), ratio_steps(history)
    out = io.StringIO()
    print_history(history, verdicts, ratios, Console(file=out, highlight=False))
    told = out.getvalue()
    assert "✓ ok → ! raised  fast  toy.square  1 case in run-2" in told
    assert "▲ faster  0.500×" in told
    assert "\x1b" not in told
    facts = json.loads(as_json(history, verdicts, ratios))
    assert [run["run"] for run in facts["runs"]] == ["run-1", "run-2"]
    assert facts["verdicts"][0]["cases"] == ["toy.square:jvp:n=8:float64:generic-0"]
    (step,) = facts["ratios"]
    assert step["answer"] == "faster"
    assert step["change"] == pytest.approx(0.5, rel=0.01)


def test_the_page_holds_each_change_and_no_markup_of_a_run(runs, tmp_path):
    for needed in ("altair", "jinja2", "vl_convert"):
        pytest.importorskip(needed, reason="the report extra is not installed")
    from harness.reporting.history.page import render_history

    runs(1)
    runs(2, factor=3.0, kinds={"jvp": "raised"}, version=HOSTILE.replace("\x00", ""))
    runs(3, environment=THERE)
    markup = render_history(read_history(tmp_path))
    assert markup.count("<script>") == 1  # our own
    assert "<script>alert" not in markup
    assert "\u202e" not in markup
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in markup
    assert "1.50×" in markup
    assert "2 lines, kept apart" in markup
    assert "Ratios run after run" in markup  # the chart
    assert "http" not in markup.split("</style>")[1].replace("http-equiv", "")


def test_the_command_prints_json_or_writes_the_page(runs, tmp_path, capsys):
    for needed in ("altair", "jinja2", "vl_convert"):
        pytest.importorskip(needed, reason="the report extra is not installed")
    runs(1)
    runs(2, factor=3.0)
    with pytest.raises(SystemExit) as ended:
        main(["history", str(tmp_path), "--json"])
    assert ended.value.code == 0
    assert len(json.loads(capsys.readouterr().out)["ratios"]) == 2
    assert not (tmp_path / "history.html").exists()
    with pytest.raises(SystemExit) as ended:
        main(["history", str(tmp_path)])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "▼ slower  1.50×" in told
    assert told.rstrip().endswith("history.html")
    assert (tmp_path / "history.html").read_text(encoding="utf-8").startswith("<!doctype html>")
