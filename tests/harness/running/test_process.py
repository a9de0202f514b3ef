"""Worker processes: whatever one does costs one request, and none outlives its supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace

import numpy as np
import psutil
import pytest

from harness.contract import Case, Evaluation, Failure, Operator, VerdictKind
from harness.problems.inputs import case_inputs
from harness.running import process
from harness.running.messages import Evaluate, Hello
from harness.running.process import WorkerProcess

CASE = Case("tiny.products", Operator.JVP, "n=3", "float64", "generic-0")
PLENTY_S = 30.0


@pytest.fixture
def evaluate(faulty_registry):
    return Evaluate(((CASE, case_inputs(faulty_registry.problem(CASE.problem), CASE)),))


@pytest.fixture
def start(faulty_registry):
    """Start a worker that is there; all are killed when the test ends."""
    started = []

    def start(backend):
        worker = WorkerProcess(backend, {})
        started.append(worker)
        hello = worker.wait()
        assert isinstance(hello, Hello), hello
        return worker

    yield start
    for worker in started:
        worker.kill()


def test_a_worker_says_hello_and_answers(start, evaluate):
    worker = start("faulty_none")
    reply = worker.request(evaluate, PLENTY_S)
    assert isinstance(reply.outcome, Evaluation)
    ((_, inputs),) = evaluate.tasks
    (x, y), (v, w) = inputs.args, inputs.seeds
    expected = v * y + x * w  # the product rule
    np.testing.assert_allclose(reply.outcome.results[0], expected, rtol=1e-15)
    worker.close()
    assert not psutil.pid_exists(worker.pid)


def test_garbage_on_stdout_is_counted_and_corrupts_nothing(start, evaluate):
    worker = start("faulty_prints")
    ((_, inputs),) = evaluate.tasks
    plain = replace(inputs, seeds=(), probe_seeds=(), combined_seeds=())
    quiet = (replace(CASE, operator=Operator.VALUE), plain)
    assert worker.send(Evaluate((*evaluate.tasks, quiet, *evaluate.tasks)), PLENTY_S) is None
    replies = [worker.wait() for _ in range(3)]
    assert all(isinstance(reply.outcome, Evaluation) for reply in replies)
    # Noise belongs to the task that it came with, and comes with the same number of calls.
    first, none, last = (reply.outcome.stdout_bytes for reply in replies)
    assert first == last > 100
    assert none == 0


def test_an_exception_is_one_line_and_the_worker_goes_on(start, evaluate):
    worker = start("faulty_raises")
    reply = worker.request(evaluate, PLENTY_S).outcome
    assert isinstance(reply, Failure)
    assert reply.kind is VerdictKind.RAISED
    assert reply.message == "ArithmeticError: planted: the rule of this function is missing"
    assert "native_jvp" in reply.stderr_tail  # where it was raised
    assert reply.plain_raises is False
    assert worker.alive


def test_an_abort_names_the_signal_and_keeps_the_last_words(start, evaluate):
    worker = start("faulty_aborts")
    reply = worker.request(evaluate, PLENTY_S)
    assert isinstance(reply, Failure)
    assert reply.kind is VerdictKind.CRASHED
    assert "SIGABRT" in reply.message
    assert "planted: about to abort" in reply.stderr_tail
    assert not worker.alive


def test_an_exit_names_the_code(start, evaluate):
    reply = start("faulty_exits").request(evaluate, PLENTY_S)
    assert isinstance(reply, Failure)
    assert reply.kind is VerdictKind.CRASHED
    assert "exited with code 7" in reply.message


def test_a_missed_deadline_kills_the_grandchildren_too(start, evaluate, alive):
    worker = start("faulty_children")
    begin = time.monotonic()
    reply = worker.request(evaluate, 1.5)
    assert time.monotonic() - begin < 10
    assert isinstance(reply, Failure)
    assert reply.kind is VerdictKind.TIMEOUT
    assert "1.5 s" in reply.message
    grandchildren = [int(line.split()[1]) for line in reply.stderr_tail.splitlines()]
    assert len(grandchildren) == 2  # one in the worker's session, one in a session of its own
    assert not any(alive(pid) for pid in (worker.pid, *grandchildren))


def test_each_task_has_the_whole_deadline(start, evaluate):
    worker = start("faulty_hangs")
    ((_, inputs),) = evaluate.tasks
    plain = replace(inputs, seeds=(), probe_seeds=(), combined_seeds=())
    value = (replace(CASE, operator=Operator.VALUE), plain)
    worker.send(Evaluate((value, *evaluate.tasks)), 1.0)
    time.sleep(0.7)
    assert isinstance(worker.wait().outcome, Evaluation)
    begin = time.monotonic()
    assert worker.wait().kind is VerdictKind.TIMEOUT
    assert time.monotonic() - begin > 0.8  # of the first task's second, 0.3 s were left


def test_a_worker_that_is_stopped_misses_its_deadline(start, evaluate, alive):
    worker = start("faulty_none")
    os.kill(worker.pid, signal.SIGSTOP)
    reply = worker.request(evaluate, 0.5)
    assert isinstance(reply, Failure)
    assert reply.kind is VerdictKind.TIMEOUT
    assert not alive(worker.pid)


def test_a_worker_that_was_killed_between_requests_is_a_crash(start, evaluate):
    worker = start("faulty_none")
    os.kill(worker.pid, signal.SIGKILL)
    reply = worker.request(evaluate, PLENTY_S)
    assert isinstance(reply, Failure)
    assert reply.kind is VerdictKind.CRASHED
    assert "SIGKILL" in reply.message


def test_endless_output_is_stopped(start, evaluate, monkeypatch):
    monkeypatch.setattr(process, "_MOST_OUTPUT_BYTES", 10)
    worker = start("faulty_children")  # it writes, and never answers
    reply = worker.request(evaluate, PLENTY_S)
    assert isinstance(reply, Failure)
    assert "output" in reply.message


def test_a_backend_that_does_not_come_up_is_a_failure(faulty_registry):
    worker = WorkerProcess("faulty_missing", {})
    reply = worker.wait()
    worker.kill()
    assert isinstance(reply, Failure)
    assert "no_such_library_anywhere" in reply.message
    assert "\n" not in reply.message


def test_workers_take_the_variables_and_find_what_the_supervisor_finds(start, monkeypatch):
    worker = WorkerProcess("faulty_none", {"OMP_NUM_THREADS": "3"})
    worker.wait()
    environment = psutil.Process(worker.pid).environ()
    worker.kill()
    assert environment["OMP_NUM_THREADS"] == "3"
    assert environment["ADJUDGE_FAULTY"] == "1"


SUPERVISOR = """
import sys, time
from harness.plugins import load
from harness.problems.inputs import case_inputs
from harness.contract import Case
from harness.running.messages import Evaluate, Hello
from harness.running.process import WorkerProcess

worker = WorkerProcess(sys.argv[1], {})
assert isinstance(worker.wait(), Hello)
case = Case.parse("tiny.products:jvp:n=3:float64:generic-0")
if sys.argv[2] == "busy":
    worker.send(Evaluate(((case, case_inputs(load().problem(case.problem), case)),)), 600.0)
    time.sleep(0.5)
print(worker.pid, flush=True)
time.sleep(600)
"""


def test_a_worker_ends_with_its_exit_handlers_and_takes_nothing_apart():
    script = """
        import atexit
        from harness.running.own_process import leave

        class Module:
            def __del__(self):
                print("taken apart")

        kept = Module()
        atexit.register(print, "handled")
        leave()
    """
    ended = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=False
    )
    assert (ended.stdout, ended.stderr, ended.returncode) == ("handled\n", "", 0)


@pytest.mark.parametrize(("backend", "state"), [("faulty_none", "idle"), ("faulty_hangs", "busy")])
def test_a_worker_leaves_when_its_supervisor_is_gone(faulty_registry, alive, backend, state):
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(SUPERVISOR), backend, state],
        stdout=subprocess.PIPE,
        text=True,
    ) as supervisor:
        assert supervisor.stdout is not None
        worker = int(supervisor.stdout.readline())
        assert alive(worker)
        supervisor.kill()
    patience = time.monotonic() + 10
    while alive(worker) and time.monotonic() < patience:
        time.sleep(0.05)
    assert not alive(worker)
