"""Results are the caller's own, and memory is used again only where nobody else reads it."""

import tracemalloc

import numpy as np
import pytest

import our_engine as oe
from our_engine.compilation.memory import Memory
from our_engine.compilation.operations import Operation, Recorded, Variable
from our_engine.trees import leaves

X = np.linspace(0.1, 1.0, 6).reshape(2, 3)
C = np.arange(6.0).reshape(2, 3)
SHARING = {
    "argument": lambda x: x,
    "argument twice": lambda x: (x, x),
    "views of an argument": lambda x: (x.T, x[0], x.reshape(-1), np.real(x), x[...]),
    "views of one result": lambda x: (np.sin(x), np.sin(x).T),
    "one result twice": lambda x: [y := np.sin(x), y, y.T, y.reshape(-1)],
    "broadcast": lambda x: np.broadcast_to(np.sin(x), (4, 2, 3)),
    "diagonal": lambda x: np.diagonal(np.exp(x)),
    "constant": lambda x: (C, C, x + C),
    "view of a constant": lambda x: {"a": C.T, "b": C[0] + x},
    "times one": lambda x: (x * np.ones((2, 3)), +x, x.astype(float), np.copy(x)),
    "gradient": oe.value_and_grad(lambda x: np.sum(x * x)),
    "gradient of a sum": oe.grad(lambda x: np.sum(x)),
    "gradient of a reshape": oe.grad(lambda x: np.sum(x.reshape(-1) * np.arange(6.0))),
    "gradient by two": oe.grad(lambda x, y=C: np.sum(x + y), (0,)),
    "jvp": lambda x: oe.jvp(lambda x: (x, x * 1.0), (x,), (x,)),
    "vjp": lambda x: oe.vjp(lambda x: (x, x.T), (x,))[1]((x, x.T)),
    "linear": lambda x: oe.jacobian(lambda x: 2.0 * x)(x),
}


@pytest.mark.parametrize("name", SHARING)
def test_results_share_memory_with_nothing(name):
    compiled = oe.compile(SHARING[name])
    x = X.copy()
    first = [y for y in leaves(compiled(x)) if isinstance(y, np.ndarray)]
    second = [y for y in leaves(compiled(x)) if isinstance(y, np.ndarray)]
    assert len(compiled.recordings) == 1
    before = [y.copy() for y in second]
    everything = [*first, *second]
    for i, y in enumerate(everything):
        assert y.flags.writeable
        assert not np.shares_memory(y, x)
        assert not np.shares_memory(y, C)
        assert not any(np.shares_memory(y, z) for z in everything[:i])
    for y in first:
        y[...] = np.nan
    for y, was in zip(second, before, strict=True):
        np.testing.assert_array_equal(y, was)
    for y, was in zip(leaves(compiled(x)), before, strict=False):
        if isinstance(y, np.ndarray):
            np.testing.assert_array_equal(y, was)
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(C, np.arange(6.0).reshape(2, 3))


def variable(number, shape=(4,), dtype=float):
    return Variable(number, np.zeros(shape, dtype))


def test_an_operand_is_overwritten_when_it_is_read_for_the_last_time():
    x, a, b, c = (variable(k) for k in range(4))
    steps = [
        Operation(np.sin, (x,), {}, a),
        Operation(np.multiply, (a, x), {}, b),
        Operation(np.add, (a, b), {}, c),
    ]
    memory = Memory(Recorded([x], steps, c))
    assert memory.target(0, steps[0]) is None  # an argument
    assert memory.target(1, steps[1]) is None  # a is read again
    assert memory.target(2, steps[2]) is a


@pytest.mark.parametrize(
    ("second", "results"),
    [
        (lambda a, x, b: Operation(np.add, (a, x), {}, b), lambda a, b: (a, b)),
        (lambda a, x, b: Operation(np.add, (a, x), {"where": True}, b), lambda a, b: b),
        (lambda a, x, b: Operation(np.less, (a, x), {}, b), lambda a, b: b),
        (lambda a, x, b: Operation(np.matmul, (a, x), {}, b), lambda a, b: b),
    ],
    ids=["it is returned", "with a keyword", "of another dtype", "not element by element"],
)
def test_an_operand_is_not_overwritten_if(second, results):
    x, a = variable(0), variable(1)
    b = variable(2, dtype=bool if results is None else float)
    step = second(a, x, b)
    if step.function is np.less:
        b = step.results = variable(2, dtype=bool)
    steps = [Operation(np.sin, (x,), {}, a), step]
    assert Memory(Recorded([x], steps, results(a, b))).target(1, step) is None


def test_an_operand_is_not_overwritten_while_a_view_of_it_is_read():
    x, a, view, b, c = (variable(k) for k in range(5))
    steps = [
        Operation(np.sin, (x,), {}, a),
        Operation(np.reshape, (a, (4,)), {}, view),
        Operation(np.exp, (a,), {}, b),
        Operation(np.add, (view, b), {}, c),
    ]
    memory = Memory(Recorded([x], steps, c))
    assert memory.target(2, steps[2]) is None
    assert memory.target(3, steps[3]) is b


def test_what_an_unknown_function_was_given_is_not_overwritten():
    x, a, seen, b = (variable(k) for k in range(4))
    steps = [
        Operation(np.sin, (x,), {}, a),
        Operation(lambda v: v, (a,), {}, seen),
        Operation(np.exp, (a,), {}, b),
    ]
    memory = Memory(Recorded([x], steps, (seen, b)))
    assert memory.target(2, steps[2]) is None
    assert not memory.is_own(seen)
    assert memory.is_own(b)


def constants_of(recording):
    return [v for v in recording.replay.__globals__.values() if isinstance(v, np.ndarray)]


def test_recordings_share_their_constants_and_read_only_ones_with_the_program():
    mutable, fixed = np.arange(3.0), np.arange(3.0) + 1.0
    fixed.flags.writeable = False
    compiled = oe.compile(lambda x: x * mutable + x * fixed + x * np.arange(3.0))
    compiled(np.ones(3))
    compiled(np.ones((2, 3)))
    first, second = map(constants_of, compiled.recordings)
    assert len(first) == len(second) == 2
    assert all(any(a is b for b in second) for a in first)
    assert any(a is fixed for a in first)
    assert not any(np.shares_memory(a, mutable) for a in first)


def peak(call):
    """The peak of what a third call allocates, in bytes."""
    call()
    call()
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_peak_is_not_above_that_of_the_function_and_nothing_is_held():
    x = np.linspace(0.1, 1.0, 100_000)

    def loop(t):
        y = t
        for _ in range(20):
            y = np.sin(y) * 1.01
        return np.sum(y)

    gradient = oe.grad(loop)
    compiled = oe.compile(gradient)
    assert peak(lambda: compiled(x)) <= peak(lambda: gradient(x))
    # Each of 20 sines keeps its argument until its cosine is asked for.
    assert peak(lambda: compiled(x)) < 24 * x.nbytes
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        compiled(x)
        assert tracemalloc.get_traced_memory()[0] - before < x.nbytes // 10
    finally:
        tracemalloc.stop()


def test_a_checkpoint_trades_time_for_memory_also_when_it_is_compiled():
    x = np.linspace(0.1, 1.0, 50_000)
    step = lambda y: np.sin(y) * 1.01  # noqa: E731
    steps = 36

    def plain(t):
        for _ in range(steps):
            t = step(t)
        return np.sum(t)

    cheap = oe.compile(oe.grad(lambda t: np.sum(oe.checkpoint(step, steps=steps)(t))))
    dear = oe.compile(oe.grad(plain))
    np.testing.assert_array_equal(cheap(x), dear(x))
    assert peak(lambda: cheap(x)) < 0.6 * peak(lambda: dear(x))
