"""A worker's output: each line is told with the request or task that it came with."""

from __future__ import annotations

import os

import pytest

from harness.running.worker_output import WorkerOutput


@pytest.fixture
def output():
    output = WorkerOutput()
    yield output
    output.close()


def say(output, text):
    os.write(output.stderr.fileno(), text.encode())


def end(output):
    return os.fstat(output.stderr.fileno()).st_size


def test_a_request_is_not_told_what_came_before_it(output):
    say(output, "before")
    os.write(output.stdout.fileno(), b"noise")
    output.begin()
    assert output.stderr_tail() == ""
    assert output.stdout_bytes == output.stderr_bytes == 0
    say(output, "mine")
    os.write(output.stdout.fileno(), b"more")
    assert output.stderr_tail() == "mine"
    assert (output.stdout_bytes, output.stderr_bytes) == (4, 4)


def test_each_task_is_told_its_own_words(output):
    output.begin()
    say(output, "first")
    first = end(output)
    say(output, "second")
    second = end(output)
    say(output, "third")  # which has not answered
    output.answered(first)
    assert output.stderr_tail() == "first"
    output.answered(second)
    assert output.stderr_tail() == "second"
    assert output.stderr_bytes == len("third")
    output.expect_last_words()
    assert output.stderr_tail() == "third"


def test_of_much_output_the_end_is_told(output):
    output.begin()
    say(output, "x" * 100_000 + "the cause")
    assert output.stderr_tail().endswith("the cause")
    assert len(output.stderr_tail()) < 5_000
    assert output.stderr_bytes == 100_009


def test_what_is_no_text_is_told_all_the_same(output):
    output.begin()
    os.write(output.stderr.fileno(), b"\xff\xfe")
    assert output.stderr_tail() == "\N{REPLACEMENT CHARACTER}" * 2
