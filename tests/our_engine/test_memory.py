"""Peaks of memory, in arrays of the size of the argument."""

import tracemalloc

import numpy as np

import our_engine as oe

N, STEPS = 100_000, 40
X = np.linspace(0.1, 1.0, N)


def loop(t):
    y = t
    for _ in range(STEPS):
        y = np.sin(y) * 1.01
    return np.sum(y)


def peak(call):
    """The peak of what a second call allocates, in arrays of N numbers."""
    call()
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / X.nbytes
    finally:
        tracemalloc.stop()


def test_forward_mode_holds_what_is_alive_and_not_the_program():
    # x, its tangent, y, its tangent, and what one step computes on the way.
    assert peak(lambda: oe.jvp(loop, (X,), (X,))) < 8


def test_reverse_mode_holds_what_its_maps_read_once():
    # Each sine keeps its argument; cotangents are multiplied in place.
    assert peak(lambda: oe.grad(loop)(X)) < STEPS + 8


def test_a_sum_keeps_nothing():
    def body(t):
        y = t
        for _ in range(STEPS):
            y = y + 1.0
        return np.sum(y)

    assert peak(lambda: oe.grad(body)(X)) < 6


def test_the_sweep_releases_as_it_goes():
    # The second half of the memory would be needed if the tape were kept until the end.
    def body(t):
        y = t
        for _ in range(STEPS):
            y = np.exp(-y)
        return np.sum(y)

    assert peak(lambda: oe.grad(body)(X)) < STEPS + 6
    _, pullback = oe.vjp(body, (X,))
    first = pullback(1.0)[0]
    np.testing.assert_array_equal(first, pullback(1.0)[0])


def test_blocks_of_tangents_are_released_after_their_last_use():
    x = np.linspace(0.1, 1.0, 300)

    def body(t):
        y = t
        for _ in range(STEPS):
            y = np.sin(y) * 1.01
        return y

    J = oe.jacobian(body, mode="forward")
    J(x)
    tracemalloc.start()
    try:
        J(x)
        found = tracemalloc.get_traced_memory()[1] / (300 * 300 * 8)
    finally:
        tracemalloc.stop()
    assert found < 7
