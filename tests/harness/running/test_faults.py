"""One fault for each backend: the right verdict, and every other case of the run complete."""

from __future__ import annotations

import pytest

from harness.contract import Case, Operator
from harness.running.journal import read_journal
from harness.running.records import RunEndRecord, VerdictRecord
from harness.running.run_folder import read_run_file

KINDS = {
    "faulty_none": "ok",
    "faulty_sign": "wrong",
    "faulty_raises": "raised",
    "faulty_hangs": "timeout",
    "faulty_children": "timeout",
    "faulty_aborts": "crashed",
    "faulty_exits": "crashed",
    "faulty_prints": "ok",
    "faulty_shape": "structure",
    "faulty_mutates": "structure",
}

DEADLINE_S = 3.0


@pytest.fixture(scope="module")
def judged(plan_tiny, carry_out):
    """One run of all of them, judged only."""
    plan = plan_tiny(*KINDS, deadline_s=DEADLINE_S, measure=False)
    folder = carry_out(plan)
    return plan, folder, read_journal(folder)


@pytest.fixture(scope="module")
def verdicts(judged):
    return [record for record in judged[2] if isinstance(record, VerdictRecord)]


def of(verdicts, backend, operator):
    return [v for v in verdicts if v.backend == backend and Case.parse(v.case).operator is operator]


@pytest.mark.parametrize(("backend", "kind"), KINDS.items())
def test_the_fault_gets_its_verdict(verdicts, backend, kind):
    found = of(verdicts, backend, Operator.JVP)
    assert [v.kind for v in found] == [kind]


@pytest.mark.parametrize("backend", KINDS)
def test_every_other_case_of_the_backend_is_complete_and_right(verdicts, backend):
    for operator, kind in (("value", "ok"), ("jacobian", "ok"), ("vjp", "unsupported")):
        found = of(verdicts, backend, Operator(operator))
        assert [v.kind for v in found] == [kind]


def test_no_case_is_missing_and_none_is_there_twice(judged, verdicts):
    plan = judged[0]
    asked = {(backend, case.id) for backend in plan.backends for case in plan.cases}
    assert sorted((v.backend, v.case) for v in verdicts) == sorted(asked)
    assert isinstance(judged[2][-1], RunEndRecord)


@pytest.mark.parametrize(
    ("backend", "reason"),
    [
        ("faulty_raises", "ArithmeticError: planted: the rule of this function is missing"),
        ("faulty_hangs", "no answer within 3 s"),
        ("faulty_aborts", "SIGABRT"),
        ("faulty_exits", "exited with code 7"),
        ("faulty_prints", "bytes of noise on stdout"),
        ("faulty_mutates", "x"),
    ],
)
def test_the_reason_is_one_line_that_says_what_happened(verdicts, backend, reason):
    for verdict in of(verdicts, backend, Operator.JVP):
        assert reason in verdict.reason
        assert "\n" not in verdict.reason


def test_the_last_words_of_a_crash_are_kept(verdicts):
    for verdict in of(verdicts, "faulty_aborts", Operator.JVP):
        assert "planted: about to abort" in verdict.stderr_tail


def test_the_libraries_are_recorded_with_each_verdict_and_in_run_json(judged, verdicts):
    assert all("numpy " in v.version and "faulty 0.1.0" in v.version for v in verdicts)
    versions = read_run_file(judged[1])["versions"]
    assert set(versions) == set(KINDS)
    assert versions["faulty_none"]["faulty"] == "0.1.0"


def test_a_run_of_verdicts_alone_times_nothing(judged):
    assert {record.type for record in judged[2]} == {"verdict", "result", "run-end"}
