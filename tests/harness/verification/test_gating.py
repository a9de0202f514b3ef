"""The gate's findings: by patterns and lists of them, grouped, and aware of what was not asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.contract import VerdictKind
from harness.errors import UsageError
from harness.plugins import BackendEntry
from harness.verification.gating import (
    BackendGate,
    FindingKind,
    GateReport,
    examine,
    grouped,
    ledger_of,
)
from harness.verification.ledger import load_ledger

ENTRY = """
[[divergence]]
case = {case}
versions = {{}}
kind = "wrong"
reason = "the sign is lost"
"""
OK = (VerdictKind.OK, "")
WRONG = (VerdictKind.WRONG, "off by 2")


def ledger(tmp_path: Path, *cases: str, more: str = ""):
    path = tmp_path / "lib.toml"
    path.write_text('backend = "lib"\n' + "".join(ENTRY.format(case=c) for c in cases) + more)
    return load_ledger(path)


def found(held, verdicts, unasked=()):
    return [(f.kind, f.case) for f in examine(held, {}, verdicts, lambda _: unasked)]


def test_an_entry_may_have_a_list_of_patterns(tmp_path):
    held = ledger(tmp_path, '["p:jvp:*", "p:h*"]')
    assert found(held, {"p:jvp:a": WRONG, "p:hvp:a": WRONG, "p:value:a": OK}) == []


def test_each_pattern_of_a_list_has_to_match_something(tmp_path):
    held = ledger(tmp_path, '["p:jvp:*", "q:*"]')
    assert found(held, {"p:jvp:a": WRONG}) == [(FindingKind.UNMATCHED, "q:*")]


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("[]", "a pattern or a list of patterns"),
        ('["p:*", 3]', "a pattern or a list of patterns"),
        ('""', "a pattern or a list of patterns"),
        ('["p:*", "p:*"]', "'p:\\*' is there twice"),
    ],
)
def test_patterns_are_read_strictly(tmp_path, case, says):
    with pytest.raises(UsageError, match=says):
        ledger(tmp_path, case)


@pytest.mark.parametrize("reason", ["TODO", "todo: later", "  TODO: the result is #"])
def test_a_reason_that_is_still_to_be_written_is_none(tmp_path, reason):
    with pytest.raises(UsageError, match="entry 1: its reason is still to be written"):
        ledger(tmp_path, more=ENTRY.format(case='"p:*"').replace("the sign is lost", reason))


def test_a_pattern_for_what_was_not_asked_is_not_held_to_match_nothing(tmp_path):
    held = ledger(tmp_path, '"p:jvp:b"', '"p:jvp:c"')
    verdicts = {"p:jvp:a": OK}
    assert found(held, verdicts, unasked=["p:jvp:b"]) == [(FindingKind.UNMATCHED, "p:jvp:c")]


def test_what_was_not_asked_is_looked_up_only_for_patterns_that_it_decides_about(tmp_path):
    held = ledger(tmp_path, '["p:jvp:*", "p:vjp:*"]')
    looked_up = []

    def unasked(patterns):
        looked_up.append(set(patterns))
        return ["p:vjp:a"]

    assert examine(held, {}, {"p:jvp:a": WRONG, "p:vjp:a": WRONG}, unasked) == []
    assert looked_up == []
    assert examine(held, {}, {"p:jvp:a": WRONG}, unasked) == []
    assert looked_up == [{"p:vjp:*"}]


def test_some_cases_of_an_entry_may_not_have_been_asked(tmp_path):
    held = ledger(tmp_path, more=ENTRY.format(case='"p:jvp:*"') + 'match = "some"\n')
    assert found(held, {"p:jvp:a": OK}, unasked=["p:jvp:b"]) == []
    assert found(held, {"p:jvp:a": OK}) == [(FindingKind.GONE, "p:jvp:*")]


def test_findings_that_say_the_same_of_a_function_are_one_group(tmp_path):
    verdicts = {
        "f.a:jvp:n=2:float64:x": (VerdictKind.WRONG, "the result[0] is 1.5, the truth 2"),
        "f.a/axis=0:vjp:n=2:float64:x": (VerdictKind.WRONG, "the result[1, 2] is 7, the truth 0.1"),
        "f.a:hvp:n=2:float64:x": (VerdictKind.NONFINITE, "the result[0] is nan, the truth 2"),
        "f.b:jvp:n=2:float64:x": (VerdictKind.WRONG, "the result[0] is 1.5, the truth 2"),
        "f.b:vjp:n=2:float64:x": (VerdictKind.WRONG, "linearity fails"),
    }
    groups = grouped(examine(ledger(tmp_path), {}, verdicts))
    assert [(group.function, len(group.findings)) for group in groups] == [
        ("f.a", 2),
        ("f.a", 1),
        ("f.b", 1),
        ("f.b", 1),
    ]


def test_a_report_counts_what_was_judged(tmp_path):
    verdicts = {"p:jvp:a": WRONG, "p:vjp:a": OK, "p:hvp:a": OK}
    findings = tuple(examine(ledger(tmp_path), {}, verdicts))
    report = GateReport("run", (BackendGate("lib", {}, verdicts, 0, findings),))
    assert report.backends[0].counts == {VerdictKind.WRONG: 1, VerdictKind.OK: 2}
    assert report.findings == findings
    assert len(report.groups) == 1


def test_a_ledger_of_another_backend_is_refused(tmp_path):
    path = ledger(tmp_path).path
    entry = BackendEntry("mine", lambda: None, "a test", (), "", "", path)
    with pytest.raises(UsageError, match="is of backend 'lib', registered for 'mine'"):
        ledger_of(entry)
    assert ledger_of(BackendEntry("mine", lambda: None, "a test", (), "", "")).entries == ()
