"""The journal: whatever tears the file, no complete record is lost and no torn one is kept."""

from __future__ import annotations

import fcntl
import json
import math
import os

import pytest

from harness.errors import RunFailedError
from harness.running.journal import GROUP_S, JOURNAL, Journal, read_journal
from harness.running.records import CellEndRecord, CurveRecord, MemoryRecord, RunEndRecord

RECORDS = [MemoryRecord("a", f"case-{i}", i) for i in range(3)]


@pytest.fixture
def folder(tmp_path):
    with Journal(tmp_path) as journal:
        for record in RECORDS:
            journal.append(record)
    return tmp_path


def raw(folder):
    return (folder / "journal.jsonl").read_bytes()


def test_what_is_appended_is_read_in_order(folder):
    assert read_journal(folder) == RECORDS
    with Journal(folder) as journal:
        journal.append(CellEndRecord("c", 2, "decided"), CellEndRecord("d", 3, "depth"))
    assert read_journal(folder)[3:] == [
        CellEndRecord("c", 2, "decided"),
        CellEndRecord("d", 3, "depth"),
    ]


def test_figures_that_json_lacks_come_back(tmp_path):
    with Journal(tmp_path) as journal:
        journal.append(CurveRecord("a", "c", [1.5, math.inf, -math.inf, math.nan]))
    (record,) = read_journal(tmp_path)
    assert record.losses[:3] == [1.5, math.inf, -math.inf]
    assert math.isnan(record.losses[3])
    json.loads(raw(tmp_path), parse_constant=pytest.fail)  # strict JSON: no bare NaN


def test_the_end_of_a_run_of_before_has_no_word_on_first_calls(tmp_path):
    (tmp_path / JOURNAL).write_text(
        '{"type": "run-end", "time": 1.0, "seconds_judging": 2.0, "seconds_timing": 3.0, '
        '"seconds_in_samples": 1.5, "seconds_start_up": 0.5}\n'
    )
    (end,) = read_journal(tmp_path)
    assert isinstance(end, RunEndRecord)
    assert end.seconds_start_up == 0.5
    assert math.isnan(end.seconds_first_calls)


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_torn_last_line_is_left_out_and_cut_off_before_appending(folder, cut):
    whole = raw(folder)
    (folder / "journal.jsonl").write_bytes(whole[:-1] + b'\n{"type": "memory", "backend'[: cut + 1])
    assert read_journal(folder) == RECORDS
    with Journal(folder) as journal:
        journal.append(MemoryRecord("b", "later", 9))
    assert read_journal(folder) == [*RECORDS, MemoryRecord("b", "later", 9)]


@pytest.mark.parametrize("cut", [1, 2, 10, 40])
def test_the_last_record_itself_may_be_torn(folder, cut):
    whole = raw(folder)
    (folder / "journal.jsonl").write_bytes(whole[:-cut])
    # Without its newline the last record is still complete; without more it is not.
    expected = RECORDS if cut == 1 else RECORDS[:-1]
    assert read_journal(folder) == expected
    with Journal(folder) as journal:
        journal.append(MemoryRecord("b", "later", 9))
    assert read_journal(folder) == [*expected, MemoryRecord("b", "later", 9)]


def test_a_torn_multibyte_character_is_a_torn_line(folder):
    with (folder / "journal.jsonl").open("ab") as file:
        file.write('{"type": "memory", "backend": "é'.encode()[:-1])
    assert read_journal(folder) == RECORDS


def test_an_append_that_was_interrupted_leaves_no_half_line(folder, monkeypatch):
    write = os.write

    def half(descriptor, data):
        write(descriptor, data[: len(data) // 2])
        raise KeyboardInterrupt

    with Journal(folder) as journal:
        monkeypatch.setattr(os, "write", half)
        with pytest.raises(KeyboardInterrupt):
            journal.append(MemoryRecord("b", "interrupted", 1))
        monkeypatch.undo()
        journal.append(MemoryRecord("b", "after", 2))
    assert read_journal(folder) == [*RECORDS, MemoryRecord("b", "after", 2)]


def test_records_are_synced_before_append_returns(folder, monkeypatch):
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.fstat(fd).st_size), fsync(fd)))
    with Journal(folder) as journal:
        synced.clear()
        journal.append(MemoryRecord("b", "c", 1))
        assert synced == [(folder / "journal.jsonl").stat().st_size]


def test_what_is_written_is_synced_together(folder, monkeypatch):
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.fstat(fd).st_size), fsync(fd)))
    with Journal(folder) as journal:
        synced.clear()
        assert journal.due_s is None
        for i in range(3):
            journal.write(MemoryRecord("b", f"c{i}", i))
        assert 0.0 <= journal.due_s <= GROUP_S
        assert not synced
        # A process that is killed here has lost nothing: the file has it.
        assert len(read_journal(folder)) == len(RECORDS) + 3
        journal.sync()
        assert synced == [(folder / "journal.jsonl").stat().st_size]
        assert journal.due_s is None
        journal.write(MemoryRecord("b", "last", 9))
    assert synced[1:] == [(folder / "journal.jsonl").stat().st_size]  # closing syncs the rest


def test_a_full_disk_is_one_line(folder, monkeypatch):
    def full(descriptor, data):
        raise OSError(28, "No space left on device")

    with Journal(folder) as journal:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(RunFailedError, match="No space left on device"):
            journal.append(MemoryRecord("b", "c", 1))


def test_a_damaged_line_in_the_middle_is_told(folder):
    lines = raw(folder).split(b"\n")
    lines[1] = b"{}"
    (folder / "journal.jsonl").write_bytes(b"\n".join(lines))
    with pytest.raises(RunFailedError, match="line 2 is no record"):
        read_journal(folder)


def test_a_lock_that_a_killed_process_leaves_for_a_moment_is_waited_for(folder, monkeypatch):
    """Its child, not yet running its own program, still has the file open."""
    monkeypatch.setattr("harness.running.journal._LOCK_PATIENCE_S", 60.0)
    descriptor = os.open(folder / "journal.jsonl", os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    waited = []

    def wait(seconds):
        waited.append(seconds)
        if len(waited) == 3:
            os.close(descriptor)

    monkeypatch.setattr("harness.running.journal.time.sleep", wait)
    Journal(folder).close()
    assert len(waited) == 3


def test_two_processes_cannot_write_one_journal(folder, monkeypatch):
    monkeypatch.setattr("harness.running.journal._LOCK_PATIENCE_S", 0.05)
    with Journal(folder), pytest.raises(RunFailedError, match="being written by another process"):
        Journal(folder)
    Journal(folder).close()  # and then it is free again


def test_a_run_without_a_journal_has_no_records(tmp_path):
    assert read_journal(tmp_path) == []
