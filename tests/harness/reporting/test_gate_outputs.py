"""The gate as JUnit XML, annotations, Markdown, JSON and lines: right, and safe for any text."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from harness.contract import VerdictKind
from harness.reporting.annotations import github_annotations
from harness.reporting.gate_markdown import gate_markdown
from harness.reporting.gate_text import as_json, finding_lines, headline
from harness.reporting.junit import junit_xml, write_junit
from harness.verification.gating import BackendGate, Finding, FindingKind, GateReport

HOSTILE = {
    "markup": "<script>alert(1)</script> & \"quoted\" 'single' ]]> `tick` **bold** | bar",
    "direction": "left \u202e right \u200f mark \u2066 isolate",
    "control": "nul \x00 escape \x1b[31m bell \x07 \ufffe \uffff \x85 delete \x7f",
    "lines": "one\ntwo\r\nthree\rfour\u2028five\ttab",
    "command": "50% ::error::no, really: title=x\n::set-output name=y::z",
    "surrogate": "half \ud83d of a pair",
    "mention": "@everyone fixes #1 ![x](https://example.org) :tada:",
    "long": "x" * 10_000,
}
CASE = "f.a:jvp:n=2:float64:x"


def finding(kind=FindingKind.UNLISTED, case=CASE, reason="off", reproducer="python -c 'print(1)'"):
    verdict = None if kind is FindingKind.UNMATCHED else VerdictKind.WRONG
    return Finding(kind, "lib", case, f"is wrong: {reason}", verdict, reason, reproducer)


def report_of(*findings: Finding, verdicts=None) -> GateReport:
    judged = {f.case: (VerdictKind.WRONG, f.reason) for f in findings if f.verdict}
    judged |= verdicts or {"f.b:vjp:n=2:float64:x": (VerdictKind.OK, "")}
    return GateReport("run-1", (BackendGate("lib", {"lib": "1.2"}, judged, 3, findings),))


def hostile(text: str) -> GateReport:
    """The text wherever one of somebody else's may stand."""
    case = f"{text}:{text}:n:d:p"
    found = Finding(FindingKind.UNLISTED, text, case, text, VerdictKind.WRONG, text, f"run {text}")
    gate = BackendGate(text, {text: text}, {case: (VerdictKind.WRONG, text)}, 0, (found,))
    return GateReport(text, (gate,))


# JUnit XML


def test_junit_has_a_test_for_each_problem_and_operator(tmp_path):
    verdicts = {
        "f.b:vjp:n=2:float64:x": (VerdictKind.OK, ""),
        "f.b:vjp:n=2:float64:y": (VerdictKind.OK, ""),
        "f.b:jvp:n=2:float64:x": (VerdictKind.UNSUPPORTED, "no forward mode"),
    }
    found = [
        finding(),
        finding(case="f.a:jvp:n=2:float64:y"),
        finding(FindingKind.UNMATCHED, "q:*"),
    ]
    write_junit(report_of(*found, verdicts=verdicts), tmp_path / "gate.xml")
    root = ElementTree.parse(tmp_path / "gate.xml").getroot()
    assert root.tag == "testsuites"
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("4", "2", "1")
    tests = {(t.get("classname"), t.get("name")): t for t in root.iter("testcase")}
    assert set(tests) == {
        ("adjudge.lib.f.a", "jvp"),
        ("adjudge.lib.f.b", "vjp"),
        ("adjudge.lib.f.b", "jvp"),
        ("adjudge.lib.ledger", "entries"),
    }
    failure = tests["adjudge.lib.f.a", "jvp"].find("failure")
    assert failure.get("type") == "unlisted"
    assert failure.get("message") == "2 cases unlisted: is wrong: off"
    assert failure.text.splitlines()[0] == f"unlisted: {CASE}: is wrong: off"
    assert failure.text.splitlines()[1].strip() == "python -c 'print(1)'"
    assert len(list(tests["adjudge.lib.f.b", "vjp"])) == 0
    assert tests["adjudge.lib.f.b", "jvp"].find("skipped").get("message") == "no forward mode"
    assert tests["adjudge.lib.ledger", "entries"].find("failure").get("type") == "unmatched"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_junit_is_well_formed_whatever_the_text(text, tmp_path):
    write_junit(hostile(text), tmp_path / "gate.xml")
    raw = (tmp_path / "gate.xml").read_bytes()
    root = ElementTree.fromstring(raw)
    (failure,) = root.iter("failure")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\u202e\u200f]", failure.text)
    assert "\n" not in failure.get("message")
    assert re.match(r"[\w<@]*", text).group() in failure.text
    assert root.find("testsuite/testcase").get("classname").startswith("adjudge.")
    assert b"<script>" not in raw


def test_junit_names_some_cases_and_counts_the_others():
    many = [finding(case=f"f.a:jvp:n=2:float64:p{i}") for i in range(100)]
    (failure,) = ElementTree.fromstring(junit_xml(report_of(*many))).iter("failure")
    assert failure.text.count("unlisted: ") == 20
    assert failure.text.endswith("and 80 more")


# annotations


def test_an_annotation_is_one_command_on_one_line():
    (line,) = github_annotations(report_of(finding(reason="50% off\nhere: a, b")))
    assert line == (
        "::error title=lib%3A f.a%3A unlisted::"
        f"{CASE} is wrong: 50%25 off here: a, b%0Apython -c 'print(1)'"
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_ends_a_command_or_begins_another(text):
    for line in github_annotations(hostile(text)):
        assert re.fullmatch(r"::error title=[^:,\r\n]*::[^\r\n]*", line)
        assert not re.search("%(?!25|0D|0A|3A|2C)", line)
        assert len(line) < 10_000


def test_what_github_would_drop_is_counted_in_the_last_annotation():
    groups = [finding(case=f"f.g{i}:jvp:n=2:float64:x") for i in range(25)]
    lines = list(github_annotations(report_of(*groups)))
    assert len(lines) == 10
    assert "16 findings more, of 16 kinds" in lines[-1]
    assert len(list(github_annotations(report_of(*groups[:10])))) == 10


# Markdown


def test_markdown_tells_what_each_finding_is_and_how_to_see_it():
    found = [finding(), finding(FindingKind.UNMATCHED, "f.q:*", reproducer="")]
    told = gate_markdown(report_of(*found))
    assert told.startswith("### adjudge gate: closed\n")
    assert "| lib | lib 1.2 | 2 | 1 | 3 | 2 |" in told
    assert "**lib: f.a** diverges and is not listed (1 case): is wrong: off" in told
    assert "```sh\npython -c 'print(1)'\n```" in told
    assert "**lib: f.q** is an entry that matches no case (1 pattern)" in told


def test_an_open_gate_is_told_too():
    told = gate_markdown(report_of())
    assert told.startswith("### adjudge gate: open\n")
    assert "gate open: 1 backend, 1 case, 3 known divergences, all as listed" in told


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_markdown_fits_and_is_literal(text):
    told = gate_markdown(hostile(text))
    assert len(told) <= 60_000
    outside = re.sub(r"(?s)(`{3,})sh\n.*?\n\1", "", told)
    assert "<script>" not in outside
    assert not re.search(r"(?<!\\)[<|](?!$)", re.sub(r"(?m)^\|.*\|$", "", outside))
    assert "@everyone" not in outside
    assert not re.search("[\x00\x1b\u202e\u200f\u2028]", told)


def test_a_reproducer_cannot_leave_its_fence():
    told = gate_markdown(report_of(finding(reproducer="echo '```' '`````' # @everyone")))
    assert "``````sh\necho '```' '`````' # @everyone\n``````" in told


def test_markdown_that_is_too_long_is_cut_between_findings_and_counted():
    many = [finding(case=f"f.g{i}:jvp:n=2:float64:x", reason=f"r{'z' * 300}") for i in range(900)]
    told = gate_markdown(report_of(*many))
    assert 40_000 < len(told) <= 60_000
    left = int(re.search(r"(\d+) findings of \d+ kinds more than fit here", told)[1])
    assert told.count("**lib: ") + left == 900


# lines and JSON


def test_lines_tell_a_group_once():
    many = [finding(case=f"f.a:jvp:n=2:float64:p{i}", reason=f"off by {i}") for i in range(9)]
    lines = list(finding_lines(report_of(*many)))
    assert lines[0] == "unlisted: lib: f.a:jvp:n=2:float64:p0: is wrong: off by 0"
    assert lines[1:4] == [f"    and f.a:jvp:n=2:float64:p{i}" for i in (1, 2, 3)]
    assert lines[4:] == ["    and 5 more of the kind", "    python -c 'print(1)'"]
    assert headline(report_of(*many)) == "9 findings of 1 kind: 1 backend, 10 cases"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_lines_hold_nothing_that_a_terminal_obeys(text):
    for line in finding_lines(hostile(text)):
        assert not re.search("[\x00-\x1f\x7f-\x9f\u202e\u200f\u2028]", line)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_json_holds_every_finding_as_it_is(text):
    (backend,) = json.loads(as_json(hostile(text)))["backends"]
    assert backend["findings"][0]["message"] == text
    assert backend["backend"] == text


def test_json_holds_all_findings():
    told = json.loads(as_json(report_of(finding(), finding(FindingKind.UNMATCHED, "q:*"))))
    assert told["run"] == "run-1"
    assert told["open"] is False
    (backend,) = told["backends"]
    assert (backend["cases"], backend["listed"]) == (2, 3)
    assert backend["verdicts"] == {"ok": 1, "wrong": 1}
    assert [f["kind"] for f in backend["findings"]] == ["unlisted", "unmatched"]
    assert backend["findings"][0]["reproducer"] == "python -c 'print(1)'"
