"""Interrupted runs: no finished record is lost, and the rest is done once."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from harness.contract import Case
from harness.errors import RunFailedError
from harness.running import supervisor
from harness.running.interruption import signals_interrupt
from harness.running.journal import JOURNAL, read_journal
from harness.running.progress import QuietView
from harness.running.record_lines import encode
from harness.running.records import (
    CellEndRecord,
    InterruptionRecord,
    MemoryRecord,
    RunEndRecord,
    SampleRecord,
    VerdictRecord,
)
from harness.running.run_folder import create_folder, read_run_file

SCRIPT = """
import json, signal, sys, time
from pathlib import Path
from harness.errors import AdjudgeError
from harness.running import supervisor
from harness.running.journal import Journal
from harness.running.plan import Plan
from harness.running.progress import QuietView

wanted, count, write = sys.argv[3], int(sys.argv[4]), Journal.write
written = 0

def write_and_wait(journal, *records):
    # Once what is waited for is written, nothing more is done until a signal comes.
    global written
    before, written = written, written + sum(record.type == wanted for record in records)
    write(journal, *records)
    if before < count <= written:
        time.sleep(600)

Journal.write = write_and_wait

# A shell that starts the tests in the background has it ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
plan, folder = Plan.from_json(json.loads(sys.argv[1])), Path(sys.argv[2])
try:
    supervisor.run(plan, folder, QuietView())
except AdjudgeError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""

PATIENCE_S = 60.0


@pytest.fixture
def begin(tmp_path):
    """Start a run in a process of its own and wait until its journal holds what is wanted.

    It goes no further by itself: on a busy machine it might be over before the signal comes.
    """
    started = []

    def begin(plan, wanted, count):
        folder = create_folder(tmp_path)
        command = [sys.executable, "-c", SCRIPT, json.dumps(plan.to_json()), str(folder)]
        command += [wanted.type, str(count)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        started.append(process)
        patience = time.monotonic() + PATIENCE_S
        while sum(isinstance(r, wanted) for r in read_journal(folder)) < count:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < patience
            time.sleep(0.005)
        return process, folder

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def slow(plan_tiny):
    """Enough cases that a run is still at it when it is stopped."""
    return plan_tiny("faulty_none", "faulty_prints", problems=("tiny.cubes",), points=("*",))


def finish(folder, registry):
    """Resume the run; return what was there before, and all records."""
    before = read_journal(folder)
    supervisor.resume(folder, QuietView(), registry=registry)
    return before, read_journal(folder)


def assert_complete(plan, before, records):
    """All that was there still is, in its place, and everything planned is there once."""
    # As lines: a record with a NaN equals no other.
    assert [encode(r) for r in records[: len(before)]] == [encode(r) for r in before]
    asked = [(backend, case.id) for backend in plan.backends for case in plan.cases]
    verdicts = [(r.backend, r.case) for r in records if isinstance(r, VerdictRecord)]
    assert sorted(verdicts) == sorted(asked)
    ends = [r.case for r in records if isinstance(r, CellEndRecord)]
    assert sorted(ends) == sorted(case.id for case in plan.timed)
    turns = Counter(
        (r.arm, r.case, r.set_index, r.round_index) for r in records if isinstance(r, SampleRecord)
    )
    assert set(turns.values()) == {1}
    memory = Counter((r.backend, r.case) for r in records if isinstance(r, MemoryRecord))
    assert set(memory.values()) == {1}
    assert sum(isinstance(r, RunEndRecord) for r in records) == 1
    assert isinstance(records[-1], RunEndRecord)


@pytest.mark.parametrize(("wanted", "count"), [(VerdictRecord, 5), (SampleRecord, 1)])
def test_kill_9_loses_no_finished_record(faulty_registry, begin, slow, wanted, count):
    process, folder = begin(slow, wanted, count)
    process.kill()
    process.wait()
    before, records = finish(folder, faulty_registry)
    assert sum(isinstance(r, wanted) for r in before) >= count
    assert not any(isinstance(r, RunEndRecord) for r in before)
    assert_complete(slow, before, records)


def test_kill_9_between_writing_and_syncing_loses_no_record(faulty_registry, slow, tmp_path):
    folder = create_folder(tmp_path)
    dying = "from harness.running.journal import Journal\nimport os\n" + SCRIPT.replace(
        "try:", "Journal.sync = lambda self: os.kill(os.getpid(), signal.SIGKILL)\ntry:"
    )
    command = [sys.executable, "-c", dying, json.dumps(slow.to_json()), str(folder), "", "1"]
    assert subprocess.run(command, timeout=PATIENCE_S).returncode == -signal.SIGKILL
    before, records = finish(folder, faulty_registry)
    # Several records were on their way to the disk together.
    assert sum(isinstance(r, VerdictRecord) for r in before) > 1
    assert_complete(slow, before, records)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interruption_leaves_a_readable_run(faulty_registry, begin, slow, alive, number):
    process, folder = begin(slow, VerdictRecord, 5)
    process.send_signal(number)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130
    assert said.count("\n") == 1
    assert f"adjudge run --resume {folder}" in said
    assert isinstance(read_journal(folder)[-1], InterruptionRecord)
    if number is signal.SIGINT:  # what follows is the same for all
        assert_complete(slow, *finish(folder, faulty_registry))


def test_a_signal_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals_interrupt():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN  # nohup
            assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.fixture(scope="module")
def finished(plan_tiny, carry_out):
    """A small finished run, to be cut short in many ways."""
    plan = plan_tiny("faulty_none", "faulty_prints", problems=("tiny.cubes",), operators=("jvp",))
    return plan, carry_out(plan)


@pytest.fixture
def cut(finished, tmp_path):
    """A copy of the finished run whose journal ends after so many records, or inside one."""

    def cut(keep, torn=b""):
        folder = tmp_path / "cut"
        shutil.copytree(finished[1], folder)
        lines = (folder / JOURNAL).read_bytes().splitlines(keepends=True)
        (folder / JOURNAL).write_bytes(b"".join(lines[:keep]) + torn)
        return folder

    return cut


def index_of(records, wanted):
    return next(i for i, r in enumerate(records) if isinstance(r, wanted))


@pytest.mark.parametrize("wanted", [SampleRecord, MemoryRecord, CellEndRecord, RunEndRecord])
def test_a_run_goes_on_from_wherever_it_was_cut(faulty_registry, finished, cut, wanted):
    folder = cut(index_of(read_journal(finished[1]), wanted), torn=b'{"type": "sam')
    before, records = finish(folder, faulty_registry)
    assert_complete(finished[0], before, records)


def test_sets_go_on_with_the_next_index(faulty_registry, finished, cut):
    records = read_journal(finished[1])
    folder = cut(index_of(records, SampleRecord) + 1)  # one sample of set 0
    before, records = finish(folder, faulty_registry)
    later = {r.set_index for r in records[len(before) :] if isinstance(r, SampleRecord)}
    assert min(later) == 1


def test_verdicts_are_not_asked_again(faulty_registry, finished, cut, monkeypatch):
    folder = cut(index_of(read_journal(finished[1]), MemoryRecord))

    class NoJudging:
        def judge(self, *args):
            raise AssertionError("judged again")

    # What is timed now was judged by a process that is gone: it is held against the truth anew,
    # and nothing else is.
    monkeypatch.setattr("harness.running.cell.verdict_of", lambda *args: _Fine)
    supervisor.resume(folder, QuietView(), registry=faulty_registry, judge=NoJudging())
    assert isinstance(read_journal(folder)[-1], RunEndRecord)


class _Fine:
    kind = "ok"


def test_a_finished_run_is_left_alone(faulty_registry, finished):
    folder = finished[1]
    before = (folder / JOURNAL).read_bytes()
    supervisor.resume(folder, QuietView(), registry=faulty_registry)
    assert (folder / JOURNAL).read_bytes() == before


def test_a_folder_with_a_run_is_not_run_into_again(faulty_registry, finished):
    with pytest.raises(RunFailedError, match="--resume"):
        supervisor.run(finished[0], finished[1], QuietView(), registry=faulty_registry)


def test_a_plug_in_that_is_gone_is_no_verdict(finished, cut, monkeypatch):
    folder = cut(3)
    monkeypatch.delenv("ADJUDGE_FAULTY")
    with pytest.raises(RunFailedError, match="'faulty_none' that is not installed any more"):
        supervisor.resume(folder, QuietView())
    assert len(read_journal(folder)) == 3


def test_a_plan_that_cannot_be_read_is_one_line(finished, cut):
    folder = cut(3)
    content = read_run_file(folder)
    del content["plan"]["cases"]
    (folder / "run.json").write_text(json.dumps(content))
    with pytest.raises(RunFailedError, match="holds no plan"):
        supervisor.resume(folder, QuietView())


def test_other_versions_than_at_the_beginning_are_told(faulty_registry, finished, cut):
    folder = cut(index_of(read_journal(finished[1]), MemoryRecord))
    content = read_run_file(folder)
    content["versions"]["faulty_none"] = {"numpy": "1.0"}
    (folder / "run.json").write_text(json.dumps(content))
    supervisor.resume(folder, QuietView(), registry=faulty_registry)
    (notice,) = [n for n in read_run_file(folder)["notices"] if n.startswith("faulty_none: ")]
    assert "1.0" in notice


def test_timed_cases_keep_their_identity(finished):
    assert all(Case.parse(case.id) == case for case in finished[0].timed)
