"""The garbage collector: off while a sample is taken, and as it was afterwards."""

import gc
import weakref

import pytest

from harness.timing.collector import quiet_collector
from harness.timing.sampling import take


def nothing(*_):
    return None


def test_the_collector_is_off_and_the_heap_frozen_during_a_sample_and_restored_after():
    seen = []

    def call():
        seen.append((gc.isenabled(), gc.get_freeze_count() > 0))

    assert gc.isenabled()
    take(call, (), nothing, 1)
    assert seen == [(False, True)]
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_the_collector_is_restored_after_a_call_that_raises():
    def call():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take(call, (), nothing, 1)
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0


def test_a_collector_that_was_off_stays_off():
    gc.disable()
    try:
        take(nothing, (), nothing, 1)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_an_inner_quiet_collector_thaws_nothing_but_collects_new_garbage():
    class Node:
        def __init__(self):
            self.itself = self

    dead = []
    with quiet_collector():
        frozen = gc.get_freeze_count()
        node = Node()
        weak = weakref.ref(node, dead.append)
        del node
        take(nothing, (), nothing, 1)
        assert dead == [weak]
        assert gc.get_freeze_count() >= frozen
        assert not gc.isenabled()
    assert gc.isenabled()
