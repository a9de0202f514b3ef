"""First calls: conversion, preparation, compiling and the second call are told apart."""

import math

import numpy as np
import pytest

from harness.contract import Backend
from harness.timing.first_calls import first_calls
from tests.harness.timing.clock import Clock


class Compiling(Backend):
    """Takes known times to start, to convert, to prepare, to compile and to run."""

    def __init__(self, clock):
        self.clock = clock
        self.started = False
        self.log = []

    xp = np

    def asarray(self, x):
        self.clock.now += 10 if self.started else 1_000
        self.started = True
        return x.copy()

    def to_numpy(self, x):
        self.clock.now += 5
        return x

    def prepare(self, call, *example):
        self.clock.now += 300
        compiled = False

        def run(*operands):
            nonlocal compiled
            self.clock.now += 0 if compiled else 7_000
            compiled = True
            return call(*operands)

        return run

    def wait(self, result):
        self.log.append(result)
        self.clock.now += 40

    def versions(self):
        return {}


class Plain(Compiling):
    prepare = Backend.prepare


def ran(clock):
    def call(x, y):
        clock.now += 100
        return float(x + y)

    return call


def test_first_calls_are_told_apart():
    clock = Clock()
    backend = Compiling(clock)
    first = first_calls(backend, ran(clock), (np.array(1.0), np.array(2.0)), clock)
    assert first.initialise_s == pytest.approx(990e-9)
    assert first.conversion_s == pytest.approx(2 * (10 + 5) * 1e-9)
    assert first.prepare_s == pytest.approx(300e-9)
    assert first.first_call_s == pytest.approx((7_000 + 100 + 40) * 1e-9)
    assert first.second_call_s == pytest.approx((100 + 40) * 1e-9)
    assert first.compile_s == pytest.approx(7_000e-9)
    assert backend.log == [3.0, 3.0]
    assert first.call(*first.operands) == 3.0


def test_a_backend_that_prepares_nothing_compiles_nothing():
    clock = Clock()
    slow_first = clock.work(5_000, 100)
    first = first_calls(Plain(clock), slow_first, (np.array(1.0),), clock)
    assert first.first_call_s > first.second_call_s
    assert first.compile_s == 0


def test_a_single_call_leaves_the_second_unknown():
    clock = Clock()
    first = first_calls(
        Compiling(clock), ran(clock), (np.array(1.0), np.array(2.0)), clock, None, False
    )
    assert first.first_call_s == pytest.approx((7_000 + 100 + 40) * 1e-9)
    assert math.isnan(first.second_call_s)
    assert math.isnan(first.compile_s)


@pytest.mark.parametrize(("kind", "calls"), [(Plain, 1), (Compiling, 2)])
def test_a_long_first_call_in_which_nothing_was_compiled_is_not_repeated(kind, calls):
    clock = Clock()
    backend = kind(clock)
    operands = (np.array(1.0), np.array(2.0))
    first = first_calls(backend, ran(clock), operands, clock, longest_s=50e-9)
    assert len(backend.log) == calls
    assert first.second_call_s == pytest.approx(140e-9)
