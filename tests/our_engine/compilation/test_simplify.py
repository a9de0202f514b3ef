"""What a recording leaves out, and what it must not."""

import warnings

import numpy as np
import pytest

import our_engine as oe

X = np.array([0.3, -0.5, 0.9])


def source_of(f, *args):
    compiled = oe.compile(f)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        compiled(*args)
    (recording,) = compiled.recordings
    return recording.source


def operations(source):
    """How many lines compute something."""
    lines = source[source.index("if kwargs") :].splitlines()[1:]
    return sum(not line.strip().startswith(("if", "with", "del", "return")) for line in lines)


def test_what_was_done_before_is_not_done_again(agree):
    def f(x):
        a = np.sin(x) * 2.0
        b = np.sin(x) * 2.0
        return a @ b + np.sum(np.sin(x))

    assert source_of(f, X).count("sin(") == 1
    assert source_of(oe.value_and_grad(f), X).count("sin(") == 1
    agree(f, [(X,), (-X,)])
    agree(oe.value_and_grad(f), [(X,), (-X,)])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: np.copysign(1.0, x * 0.0) + 2.0 * np.copysign(1.0, x * -0.0),
        lambda x: np.sum(x, keepdims=True) + np.sum(x, keepdims=False),
        lambda x: x * 1 + x / True + x * np.int64(1),
        lambda x: (x[0:2], x[0:1], x[:, None], x[..., None], x[None]),
        lambda x: np.concatenate([x, x]) + np.concatenate((x, -x)),
        lambda x: x.sum() + x.prod() + x.max(),
        lambda x: (x + np.array([1.0, 2.0, 3.0])) * (x + np.array([1.0, 2.0, 4.0])),
        lambda x: np.round(x, 1) + np.round(x, 2),
        lambda x: (np.divmod(x, 0.2), np.divmod(x, 0.3)),
    ],
    ids=["zeros", "keyword", "ones", "slices", "lists", "methods", "arrays", "integers", "pairs"],
)
def test_what_is_alike_but_not_the_same_is_done(agree, f):
    agree(f, [(X,), (2.0 * X,)])


def test_a_warning_that_is_due_is_not_lost_with_a_repetition():
    def f(x):
        with np.errstate(all="ignore"):
            quiet = np.log(x)
        return quiet + np.log(x)

    compiled = oe.compile(f)
    compiled(np.ones(2))
    with pytest.warns(RuntimeWarning, match="divide by zero encountered in log"):
        compiled(np.zeros(2))
    assert len(compiled.recordings) == 1


def test_an_exception_stays_where_the_result_is_not_asked_for(agree):
    def f(a):
        return np.sum(np.floor(np.linalg.inv(a))) + np.sum(a)

    points = [(np.eye(2),), (np.zeros((2, 2)),), (2.0 * np.eye(2),)]
    agree(oe.grad(f), points)
    compiled = oe.compile(oe.grad(f))
    compiled(np.eye(2))
    with pytest.raises(np.linalg.LinAlgError, match="Singular"):
        compiled(np.zeros((2, 2)))


def test_ones_and_spreads_cost_nothing():
    """The cotangent of a sum is the same number everywhere, and of a sum it is one."""
    source = source_of(oe.grad(lambda x: np.sum(3.0 * np.sum(np.sin(x * np.ones(3))))), X)
    assert operations(source) == 2  # cos(x), times 3
    spread = source_of(oe.grad(lambda x: np.sum(np.sin(x)) ** 2), X)
    assert "broadcast_to" not in spread


def test_a_factor_of_one_keeps_the_dtype(agree):
    single = X.astype(np.float32)
    agree(lambda x: x * np.ones(3), [(single,), (X,)])
    agree(lambda x: x * np.ones((2, 3)), [(single,), (X,)])
    agree(lambda x: np.arange(3) * x * 1.0, [(single,), (X,)])
    agree(lambda n: n * 1.0, [(np.arange(3),), (np.arange(3) > 1,)])
    agree(lambda x: x + np.zeros(3), [(np.array([-0.0, 1.0, 2.0]),)])


def test_zeros_are_not_taken_for_nothing(agree):
    """0 times infinity is undefined, and stays so."""
    points = [(np.array([1.0, 2.0]),), (np.array([np.inf, np.nan]),)]
    agree(lambda x: x * np.zeros(2), points)
    agree(oe.grad(lambda x: np.sum(np.log(x) * np.zeros(2))), [*points, (np.zeros(2),)])


def test_a_reshape_to_a_shape_that_varies_stays(agree):
    def f(x):
        y = np.reshape(x, (np.argmax(x) + 1, -1))
        return y * 2.0

    points = [(np.roll(np.arange(6.0), k),) for k in (1, 2, 3)]
    agree(f, points)
