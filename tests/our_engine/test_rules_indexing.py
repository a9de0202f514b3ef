"""Taking, choosing and inserting; zeros by structure; writing in place is refused."""

import random

import numpy as np
import pytest

import our_engine as oe
from our_engine.linear_maps import Gather, Masked
from our_engine.rules.indexing import getitem, scatter_add

rng = np.random.default_rng(7)
A = rng.normal(size=(3, 4))
B = rng.normal(size=(2, 3, 4))
V = rng.normal(size=5)
Z = rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))
PLACES = np.array([[0, 2], [1, 1], [2, 0]])
MASK = np.array([True, False, True, True])
MIXED = np.arange(12).reshape(3, 4) % 3
CONDITIONS = [A > 0.5, A > -0.5]


CASES = {
    "mask": (getitem, lambda x: x[A > 0], [A]),
    "slices": (getitem, lambda x: x[::-1, 1:3], [A]),
    "repeated": (getitem, lambda x: x[:, [0, 0, 3]], [A]),
    "of an index": (getitem, lambda x: x[1:][:, MASK][[0, 0]], [A]),
    "scatter": (scatter_add, lambda x: scatter_add(x, shape=(4,), index=np.r_[0, 1, 1, 3, 0]), [V]),
    "take": (np.take, lambda x: np.take(x, [[0, -1], [5, 5]]), [A]),
    "take axis": (np.take, lambda x: np.take(x, 1, axis=-2), [B]),
    "take wrap": (np.take, lambda x: np.take(x, [-5, 7], axis=1, mode="wrap"), [A]),
    "take clip": (np.take, lambda x: x.take([-5, 7, 2], axis=1, mode="clip"), [A]),
    "take_along_axis": (np.take_along_axis, lambda x: np.take_along_axis(x, PLACES, 1), [A]),
    "take_along_axis default": (np.take_along_axis, lambda x: np.take_along_axis(x, PLACES), [A]),
    "take_along_axis broadcast": (
        np.take_along_axis,
        lambda x: np.take_along_axis(x, PLACES[None], axis=-1),
        [B],
    ),
    "take_along_axis flat": (
        np.take_along_axis,
        lambda x: np.take_along_axis(x, PLACES[:, 0], axis=None),
        [A],
    ),
    "compress": (np.compress, lambda x: np.compress(MASK, x, axis=1), [A]),
    "compress flat": (np.compress, lambda x: np.compress([0, 1, 1], x), [A]),
    "extract": (np.extract, lambda x: np.extract(A > 0, x), [A]),
    "delete": (np.delete, lambda x: np.delete(x, 1, axis=-1), [A]),
    "delete slice": (np.delete, lambda x: np.delete(x, slice(None, None, 2)), [A]),
    "delete mask": (np.delete, lambda x: np.delete(x, MASK, axis=1), [A]),
    "trim_zeros": (np.trim_zeros, lambda x: np.trim_zeros(x * [0, 1, 0, 1, 0]), [V]),
    "trim_zeros front": (np.trim_zeros, lambda x: np.trim_zeros(x * [0, 1, 0, 1, 0], "f"), [V]),
    "trim_zeros axis": (
        np.trim_zeros,
        lambda x: np.trim_zeros(x * np.array([0, 1, 1])[:, None], axis=0),
        [A],
    ),
    "choose": (np.choose, lambda a, b, c: np.choose(MIXED, (a, b, c)), [A, A[0], A[0, 0]]),
    "choose wrap": (np.choose, lambda a, b: np.choose(MIXED - 1, [a, b], mode="wrap"), [A, A**2]),
    "choose clip": (np.choose, lambda a, b: np.choose(MIXED - 1, [a, b], mode="clip"), [A, A**2]),
    "choose of rows": (np.choose, lambda a: np.choose([2, 0, 1, 1], a), [A]),
    "select": (np.select, lambda a, b: np.select(CONDITIONS, [a * b, b]), [A, A[0]]),
    "select default": (
        np.select,
        lambda a, b, c: np.select([CONDITIONS[0], MASK], [a, 2.0 * b], default=c),
        [A, A[:, :1], A[0, 0]],
    ),
    "insert": (np.insert, lambda x, v: np.insert(x, 1, v, axis=1), [A, A[:, 0]]),
    "insert many": (np.insert, lambda x, v: np.insert(x, [0, 2, 2], v, axis=-1), [A, A[:, :3]]),
    "insert flat": (np.insert, lambda x, v: np.insert(x, [3, -1], v), [A, V[:2]]),
    "insert slice": (np.insert, lambda x, v: np.insert(x, slice(0, 4, 2), v), [V, V[:2]]),
    "insert one": (np.insert, lambda x, v: np.insert(x, 2, v, axis=0), [A, V[0]]),
    "append": (np.append, lambda x, v: np.append(x, v), [A, V]),
    "append axis": (np.append, lambda x, v: np.append(x, v, axis=0), [A, A[:1]]),
    "piecewise": (
        np.piecewise,
        lambda x: np.piecewise(x, [A < -0.5, A > 0.5], [lambda t: t * t, np.sin, 1.5]),
        [A],
    ),
    "piecewise arguments": (
        np.piecewise,
        lambda x: np.piecewise(x, [A > 0], [lambda t, k, c=1: c * t**k] * 2, 3, c=2.0),
        [A],
    ),
    "piecewise overlapping": (
        np.piecewise,
        lambda x: np.piecewise(x, [A > -0.5, A > 0.5], [np.exp, lambda t: np.cumsum(t)]),
        [A],
    ),
    "take complex": (np.take, lambda x: np.take(x, [0, 0, 4]), [Z], {"truth": "steps"}),
    "select complex": (
        np.select,
        lambda a, b: np.select([A[:2, :3] > 0], [a], b),
        [A[:2, :3], Z],
        {"truth": "steps"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize("name", random.Random(9).sample(sorted(CASES), 12))
@pytest.mark.parametrize("kind", ["factor", "reverse"])
def test_a_planted_fault_is_caught(name, kind, check, planted):
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


LOGS = {
    "mask": lambda y: y[[False, True, True, True]],
    "slice": lambda y: y[1:],
    "repeated": lambda y: y[[1, 2, 3, 3]],
    "of an index": lambda y: y[1:][::-1][[0, 1, 2]],
    "row of a reshape": lambda y: y.reshape(2, 2)[1],
    "column of a transpose": lambda y: y.reshape(2, 2).T[1],
    "joined and cut": lambda y: np.concatenate([y, y[1:]])[1:4],
    "stacked and cut": lambda y: np.stack([y, y * 2])[:, 1:],
    "broadcast and cut": lambda y: (y[:, None] * np.ones(2))[1:],
    "rows of sums": lambda y: np.sum(y.reshape(2, 2), axis=1)[1:],
    "negated": lambda y: (-y)[1:] + y[2],
    "cast": lambda y: y.astype(np.float32)[1:],
    "complex": lambda y: np.real(np.conj(y + 0j))[1:],
    "take": lambda y: np.take(y, [3, 1]),
    "compress": lambda y: np.compress([False, True, True], y),
    "delete": lambda y: np.delete(y, 0),
    "choose": lambda y: np.choose([1, 0, 0, 0], [y, np.ones(4)]),
    "select": lambda y: np.select([[False, True, True, False]], [y], 2.0),
    "two selections": lambda y: y[1:3] * y[[1, 3]],
    "loop": lambda y: sum(y[i] * y[i] for i in (1, 2, 3, 3, 2, 1, 1, 1)),
}


@pytest.mark.parametrize("name", LOGS)
def test_what_is_not_selected_may_have_an_infinite_slope(name):
    x, v = np.array([0.0, 1.0, 2.0, 4.0]), np.array([3.0, 1.0, -1.0, 0.5])

    def f(x):
        return np.sum(LOGS[name](np.log(x)))

    with np.errstate(all="ignore"):
        g = oe.grad(f)(x)
        _, y_dot = oe.jvp(f, (x,), (v,))
        assert g[0] == 0.0
        assert np.isfinite(g).all()
        assert y_dot == pytest.approx(np.sum(g * v))
        for outer in ("forward", "reverse"):
            H = oe.jacobian(oe.grad(f), mode=outer)(x)
            assert np.isfinite(H).all()
        # Away from the pole the same program has the same derivatives.
        tame = oe.grad(f)(np.array([1.5, *x[1:]]))
        np.testing.assert_allclose(g[1:], tame[1:], rtol=1e-15)


def test_a_loop_over_elements_equals_the_whole():
    x = rng.normal(size=50)

    def loop(x):
        total = np.sum(x**3)
        for i in list(range(50)) * 4:
            total = total + np.sin(x[i]) * x[i : i + 2][0]
        return total

    def whole(x):
        return np.sum(x**3) + 4 * np.sum(np.sin(x) * x)

    np.testing.assert_allclose(oe.grad(loop)(x), oe.grad(whole)(x), rtol=1e-12)
    H = oe.jacobian(oe.grad(loop), mode="reverse")(x)
    np.testing.assert_allclose(H, oe.hessian(whole)(x), atol=1e-12)


def test_masked_sums_hold_no_more_than_twice_the_array():
    total = Masked.scattered(1.0, (10,), 3, True)
    for i in range(100):
        total = total.plus(Masked.scattered(np.ones(2), (10,), slice(i % 4, i % 4 + 2), True))
        assert total.count <= 10
    want = np.zeros(10)
    want[3] = 1
    for i in range(100):
        want[i % 4 : i % 4 + 2] += 1
    np.testing.assert_array_equal(total.value, want)
    np.testing.assert_array_equal(total.mask, want > 0)


def test_masked_scaled_before_and_after_it_is_settled():
    index = np.array([1, 1, 4])
    with np.errstate(all="ignore"):
        d = 1.0 / np.array([0.0, 1, 2, 0, 4])
        u = Gather((5,), index).pull(np.ones(3))
        np.testing.assert_array_equal(u.scaled(d).value, [0, 2, 0, 0, 0.25])
        assert u.value[1] == 2
        np.testing.assert_array_equal(u.scaled(d).value, [0, 2, 0, 0, 0.25])
        both = u.plus(np.ones(5))
        np.testing.assert_array_equal(both.value, [1, 3, 1, 1, 2])


def test_empty():
    assert oe.jacobian(lambda x: x[:0])(V).shape == (0, 5)
    assert oe.jacobian(lambda x: np.take(x, np.zeros(0, int)))(V).shape == (0, 5)
    assert oe.jacobian(lambda x: x[np.zeros(0, int)])(np.zeros(0)).shape == (0, 0)
    assert oe.jacobian(lambda x: np.delete(x, slice(None)))(V).shape == (0, 5)


def test_piecewise_of_a_number():
    assert oe.grad(lambda x: np.piecewise(x, [x < 0, x >= 0], [lambda t: -t, lambda t: t * t]))(
        3.0
    ) == pytest.approx(6.0)


def test_errors_are_numpys_own():
    for f, error in (
        (lambda x: np.take(x, 7), IndexError),
        (lambda x: np.take_along_axis(x, np.zeros(2, int), 0)[0] + np.take(x, [9]), IndexError),
        (lambda x: np.select([x > 0], [x, x]), ValueError),
        (lambda x: np.select([np.ones(5)], [x]), TypeError),
        (lambda x: np.choose([7], [x]), ValueError),
        (lambda x: np.piecewise(x, [x > 0], [1.0, 2.0, 3.0]), ValueError),
        (lambda x: np.trim_zeros(x, "q"), ValueError),
    ):
        with pytest.raises(error):
            oe.grad(lambda x, f=f: np.sum(f(x)))(V)


@pytest.mark.parametrize(
    "write",
    [
        lambda t: np.put_along_axis(np.zeros((1, 5)), np.array([[0]]), t[:1][None], 1),
        lambda t: np.putmask(np.zeros(5), np.ones(5, bool), t),
        lambda t: np.fill_diagonal(np.reshape(t[:4], (2, 2)), 0.0),
        lambda t: np.fill_diagonal(np.zeros((2, 2)), t[0]),
        lambda t: np.put(np.zeros(5), [0], t[:1]),
        lambda t: np.place(np.zeros(5), np.ones(5, bool), t),
        lambda t: np.copyto(np.zeros(5), t),
        lambda t: np.add.at(np.zeros(5), [0], t[0]),
        lambda t: np.take(t, [0], out=np.zeros(1)),
        lambda t: np.choose([0], [t], out=np.zeros(1)),
        lambda t: np.compress([True], t, out=np.zeros(1)),
    ],
)
def test_writing_in_place_is_refused_with_the_cure(write):
    with pytest.raises((oe.DifferentiationError, ValueError)) as caught:
        oe.grad(lambda t: write(t) or t[0])(V)
    text = str(caught.value) + str(caught.value.__cause__)
    assert "write" in text
