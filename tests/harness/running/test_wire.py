"""The wire: a reply is a message and nothing else, and no peer holds the supervisor up."""

from __future__ import annotations

import fractions
import pickle
from dataclasses import replace

import numpy as np
import pytest

from harness.contract import Case
from harness.problems.inputs import case_inputs
from harness.running.messages import Checked, Done, Evaluate
from harness.running.wire import Wire, read_reply

CASE = Case.parse("tiny.products:jvp:n=3:float64:generic-0")


@pytest.fixture
def wire():
    wire = Wire(1.0)
    yield wire
    wire.theirs.close()
    wire.close()


def framed(data):
    """As ``multiprocessing.connection`` frames a message: its length in four bytes before it."""
    return len(data).to_bytes(4, "big") + data


def test_a_reply_with_arrays_is_read(wire):
    assert not wire.readable(0)
    wire.theirs.sendall(framed(pickle.dumps(Checked((np.arange(3.0),)))))
    assert wire.readable(0)
    (result,) = wire.receive().results
    np.testing.assert_array_equal(result, [0.0, 1.0, 2.0])


def test_a_peer_that_stops_in_the_middle_of_a_message_blocks_nobody(wire):
    wire.theirs.sendall(framed(pickle.dumps(Done()))[:-1])
    with pytest.raises(BlockingIOError):
        wire.receive()


def test_the_end_is_told(wire):
    wire.theirs.close()
    assert wire.readable(0)
    with pytest.raises(EOFError):
        wire.receive()


def test_what_goes_ahead_is_short_enough_to_wait_in_the_socket(wire, faulty_registry):
    inputs = case_inputs(faulty_registry.problem(CASE.problem), CASE)
    # Nobody reads: the second has to fit behind the first.
    for _ in range(2):
        assert wire.send_ahead(Evaluate(((CASE, inputs),)))
    large = replace(inputs, args=(np.zeros(10_000),))
    assert not wire.send_ahead(Evaluate(((CASE, large),)))


def test_a_reply_may_not_bring_a_library_along():
    with pytest.raises(pickle.UnpicklingError, match=r"fractions\.Fraction"):
        read_reply(pickle.dumps(fractions.Fraction(1, 3)))


def test_what_is_no_reply_is_refused():
    with pytest.raises(TypeError, match="not a reply: dict"):
        read_reply(pickle.dumps({"harmless": 1}))
