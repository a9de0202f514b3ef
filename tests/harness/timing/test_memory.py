"""Peak memory: what a call takes is seen in its full size, and nothing else is."""

import threading

import numpy as np
import pytest

from harness.timing import memory
from harness.timing.memory import peak_bytes, peak_method

MB = 1_000_000
SIZE = 50 * MB
# Resident pages are counted in batches, and the interpreter's own small change is in it.
SLACK = 4 * MB


def nothing(_):
    return None


def allocate():
    """50 MB, written to: pages that are only reserved are not resident."""
    return np.ones(SIZE // 8)


def allocate_and_free():
    allocate()
    return 0


exact = pytest.mark.skipif(peak_method() != "VmHWM", reason="the kernel keeps no resettable mark")


@exact
@pytest.mark.parametrize("call", [allocate, allocate_and_free])
def test_what_a_call_holds_or_has_held_is_seen(call):
    assert peak_bytes(call, (), nothing) == pytest.approx(SIZE, abs=SLACK)


@exact
def test_two_at_a_time_count_twice():
    assert peak_bytes(lambda: allocate() + allocate()[0], (), nothing) == pytest.approx(
        2 * SIZE, abs=SLACK
    )


@exact
def test_what_was_taken_before_is_not_counted():
    operand = allocate()
    assert peak_bytes(lambda x: float(x[0]), (operand,), nothing) < SLACK


@exact
def test_an_earlier_peak_does_not_hide_or_add():
    kept = allocate()
    del kept
    assert peak_bytes(lambda: 1, (), nothing) < SLACK
    assert peak_bytes(allocate, (), nothing) == pytest.approx(SIZE, abs=SLACK)


@exact
def test_free_but_resident_heap_does_not_hide_what_a_call_takes():
    """Freed blocks below a live one stay in the heap, where the next call would find them."""
    live = []

    def fragmenting():
        blocks = [np.ones(8_000) for _ in range(SIZE // 64_000)]
        live.append(blocks.pop())
        return blocks

    assert peak_bytes(fragmenting, (), nothing) == pytest.approx(SIZE, abs=SLACK)


@exact
def test_what_only_the_first_call_takes_is_not_counted():
    cache = []

    def call():
        if not cache:
            cache.append(allocate())

    assert peak_bytes(call, (), nothing) < SLACK


@exact
def test_what_waiting_takes_is_counted():
    def wait(result):
        result.append(allocate())

    assert peak_bytes(list, (), wait) == pytest.approx(SIZE, abs=SLACK)


def test_without_a_resettable_mark_a_thread_samples(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_CLEAR_REFS", tmp_path / "absent" / "clear_refs")
    assert peak_method() == "sampled"
    # The result lives until the last reading, so this does not hang on when the thread looks.
    assert peak_bytes(allocate, (), nothing) == pytest.approx(SIZE, abs=SLACK)
    assert 0 <= peak_bytes(lambda: 1, (), nothing) < SLACK


def test_the_sampling_thread_ends_when_the_call_raises(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "_CLEAR_REFS", tmp_path / "absent" / "clear_refs")
    calls = iter([0, 1])

    def call():
        if next(calls):
            raise ZeroDivisionError

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        peak_bytes(call, (), nothing)
    assert threading.active_count() == before
