"""Several requests under way and several workers for a backend: a fault still costs one case."""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest

from harness.contract import Case, Operator
from harness.running import judging, starting, supervisor, wire
from harness.running.hooks import Hooks
from harness.running.journal import JOURNAL, read_journal
from harness.running.messages import COMPILED, Evaluated
from harness.running.process import WorkerProcess
from harness.running.progress import QuietView
from harness.running.records import VerdictRecord
from harness.running.run_folder import create_folder
from harness.running.starting import Starting
from harness.verification.truths import cache_directory

DEADLINE_S = 1.0


@pytest.fixture
def plan(plan_tiny):
    """Two points of four operators, of which jvp comes second; with ``tiny`` four more of three."""

    def plan(*backends, problem="tiny.products"):
        points = ("generic-0", "generic-1")
        options = {"points": points, "deadline_s": DEADLINE_S, "measure": False}
        return plan_tiny(*backends, problems=(problem,), **options)

    return plan


@pytest.fixture
def started(monkeypatch):
    """The workers that the supervisor starts, in order."""
    workers = []

    class Recorded(WorkerProcess):
        def __init__(self, backend, variables, *args):
            super().__init__(backend, variables, *args)
            self.compiled = variables.get(COMPILED)
            self.ahead = 0
            workers.append(self)

        def send_ahead(self, request):
            sent = super().send_ahead(request)
            self.ahead += sent
            return sent

    monkeypatch.setattr(starting, "WorkerProcess", Recorded)
    return workers


@pytest.fixture
def verdicts(faulty_registry, tmp_path):
    """Carry a plan out; kinds by case and backend, each of which is there once."""

    def verdicts(plan):
        folder = create_folder(tmp_path)
        supervisor.run(plan, folder, QuietView(), registry=faulty_registry)
        found = [r for r in read_journal(folder) if isinstance(r, VerdictRecord)]
        asked = Counter((b, case.id) for b in plan.backends for case in plan.cases)
        assert Counter((r.backend, r.case) for r in found) == asked
        return {(r.backend, Case.parse(r.case)): r for r in found}

    return verdicts


EXPECTED = {
    Operator.VALUE: "ok",
    Operator.VJP: "unsupported",
    Operator.JACOBIAN: "ok",
    Operator.GRADIENT: "ok",
}


@pytest.mark.parametrize(
    ("backend", "kind"), [("faulty_aborts", "crashed"), ("faulty_hangs", "timeout")]
)
@pytest.mark.parametrize(("tasks", "ahead"), [(1, True), (1, False), (16, False)])
def test_it_costs_the_case_that_the_worker_was_on(
    plan, started, verdicts, monkeypatch, backend, kind, tasks, ahead
):
    """With the second point waiting behind the first, held back, or in the same request."""
    monkeypatch.setattr(judging, "_TASKS_AT_ONCE", tasks)
    if not ahead:
        monkeypatch.setattr(wire, "_AHEAD_BYTES", 0)
    found = verdicts(plan(backend))
    for (_, case), record in found.items():
        assert record.kind == (EXPECTED | {Operator.JVP: kind})[case.operator]
        assert record.stderr_tail == "" or case.operator is Operator.JVP
    # A new worker for what was to follow, and no more than that.
    assert len(started) == 1 + 2
    assert any(worker.ahead for worker in started) == ahead


def test_a_worker_killed_from_outside_costs_one_case(plan, started, verdicts, monkeypatch):
    killed = []
    poll = WorkerProcess.poll

    def killing(self, timeout_s=0.0):
        reply = poll(self, timeout_s)
        if isinstance(reply, Evaluated) and not killed:
            killed.append(self.pid)
            os.kill(self.pid, signal.SIGKILL)
        return reply

    monkeypatch.setattr(WorkerProcess, "poll", killing)
    found = verdicts(plan("faulty_none"))
    crashed = [r for r in found.values() if r.kind == "crashed"]
    # It may have answered everything before the signal came.
    assert len(crashed) <= 1
    assert all("SIGKILL" in record.reason for record in crashed)
    assert len(started) == 1 + len(crashed)


def test_noise_is_told_with_the_case_that_made_it(plan, verdicts):
    for (_, case), record in verdicts(plan("faulty_prints")).items():
        assert ("noise on stdout" in record.reason) == (case.operator is Operator.JVP)


def test_two_workers_share_the_cases_of_one_backend(plan, started, verdicts, monkeypatch):
    monkeypatch.setattr(judging, "_WORTH_A_WORKER", 1)
    monkeypatch.setattr(judging, "_TASKS_AT_ONCE", 1)
    # Slow enough for a second worker to come up.
    found = verdicts(plan("faulty_hangs", problem="tiny"))
    assert all(
        r.kind == (EXPECTED | {Operator.JVP: "timeout"})[c.operator] for (_, c), r in found.items()
    )
    assert len(started) == 2 + 6
    assert started[0].started < started[1].started < started[0].started + DEADLINE_S


def test_a_second_worker_that_does_not_come_up_costs_nothing(
    plan, started, verdicts, monkeypatch, faulty_registry
):
    monkeypatch.setattr(judging, "_WORTH_A_WORKER", 1)
    monkeypatch.setattr(judging, "_TASKS_AT_ONCE", 1)
    start = Starting.for_judging

    def failing(self, backend):
        # A first worker, a second that fails, and what replaces the first.
        return start(self, "faulty_missing" if len(started) == 1 else backend)

    monkeypatch.setattr(Starting, "for_judging", failing)
    found = verdicts(plan("faulty_hangs", problem="tiny"))
    assert {r.kind for r in found.values()} == {"ok", "timeout", "unsupported"}
    assert sum(worker.backend == "faulty_missing" for worker in started) == 1


def test_a_backend_that_never_comes_up_is_tried_once(plan, started, verdicts, monkeypatch):
    monkeypatch.setattr(judging, "_WORTH_A_WORKER", 1)
    start = Starting.for_judging
    monkeypatch.setattr(Starting, "for_judging", lambda self, _: start(self, "faulty_missing"))
    found = verdicts(plan("faulty_none"))
    assert {r.kind for r in found.values()} == {"raised"}
    assert all("did not start" in r.reason for r in found.values())
    assert len(started) == 1


def test_a_verdict_is_told_when_it_is_on_disk(plan, faulty_registry, tmp_path, monkeypatch):
    folder = create_folder(tmp_path)
    synced, told = [b""], []
    fsync = os.fsync

    def witnessed(descriptor):
        fsync(descriptor)
        if (folder / JOURNAL).exists() and os.path.sameopenfile(
            descriptor, (handle := os.open(folder / JOURNAL, os.O_RDONLY))
        ):
            os.close(handle)
            synced[0] = (folder / JOURNAL).read_bytes()

    def case_judged(self, backend, case, verdict):
        told.append(case)
        assert case.id.encode() in synced[0]

    monkeypatch.setattr(os, "fsync", witnessed)
    monkeypatch.setattr(Hooks, "case_judged", case_judged)
    asked = plan("faulty_none")
    supervisor.run(asked, folder, QuietView(), registry=faulty_registry)
    assert sorted(told) == sorted(asked.cases)


def test_the_first_set_compiles_by_itself_and_the_others_take_what_judging_has_compiled(
    plan_tiny, started, faulty_registry, tmp_path
):
    timed = plan_tiny("faulty_none", operators=("jvp",))
    supervisor.run(timed, create_folder(tmp_path), QuietView(), registry=faulty_registry)
    judging, *timing = started
    assert judging.compiled == str(cache_directory() / "compiled" / "faulty_none")
    arms = len(timing) // timed.depth.looks[-1]
    assert {worker.compiled for worker in timing[:arms]} == {None}
    assert {worker.compiled for worker in timing[arms:]} == {judging.compiled}
