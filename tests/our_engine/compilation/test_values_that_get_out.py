"""Whatever depends on a value is not taken for a constant, however the value gets out."""

import contextlib
import copy
import functools
import io
import math
import pickle
import struct
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import our_engine as oe
from our_engine import stop_gradient as plain

RNG = np.random.default_rng(2)
VECTORS = [(RNG.normal(size=5),) for _ in range(5)]
TIES = [
    (np.array(v, float),)
    for v in ([1, 1, 2], [2, 2, 1], [1, 2, 2], [1, 2, 3], [3, 3, 3], [0, 0, 0], [0, 5, 0])
]
SYMMETRIC = [(np.diag(v),) for v in ([1.0, 2, 3], [1.0, 1, 2], [2.0, 1, 1], [1.0, 1, 1])]


def _while(x):
    y = np.sum(x * x)
    while y < 100.0:
        y = y * 2.0
    return y


def _assigned(x):
    z = np.zeros(5)
    z[1] = plain(x[0])
    return np.sum(x * z)


def _caught(a):
    try:
        return np.sum(np.linalg.inv(a))
    except np.linalg.LinAlgError:
        return 7.0 * np.sum(a)


def _printed(x):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        print(plain(x))
    return np.sum(x) * sum(map(ord, text.getvalue()))


def _raising(x):
    if x[0] < 0:
        raise ValueError("negative")
    return np.sum(x)


def _swallowed(x):
    """A recording that fails inside must not go on as if it had not."""
    try:
        return np.sum(x) * struct.unpack("d", plain(x[0]).tobytes())[0]
    except Exception:  # noqa: BLE001 - as a careless program would
        return np.sum(x)


@functools.lru_cache
def _cached(t):
    return 2.0 * t


class _Memory:
    """A function with a memory of what it was called with."""

    def __init__(self):
        self.seen = {}

    def __call__(self, x):
        return np.sum(x) * self.seen.setdefault(float(plain(x[0])), 2.0)


WAYS = {
    "comparison": (lambda x: np.sum(x**2) if x[0] > 0 else np.sum(x), VECTORS),
    "truth": (lambda x: np.sum(x**2) if np.all(x > -1.0) else np.sum(x), VECTORS),
    "while": (_while, VECTORS),
    "builtin max": (lambda x: max(x[0], x[1]) ** 2, VECTORS),
    "sorted": (lambda x: sorted(x)[1] ** 2, VECTORS),
    "in": (lambda x: np.sum(x) * (3.0 if 1.0 in x else 5.0), TIES),
    "and, or": (lambda x: np.sum(x) * (3.0 if x[0] > 0 and x[1] > 0 else 5.0), VECTORS),
    "array_equal": (lambda x: np.sum(x) * (3.0 if np.array_equal(x, x[::-1]) else 5.0), TIES),
    "allclose": (lambda x: np.sum(x) * (3.0 if np.allclose(plain(x), 1.0) else 5.0), TIES),
    "where of a mask": (lambda x: np.sum(np.where(x > 0, x * x, np.exp(x))), VECTORS),
    "where of a branch undefined": (lambda x: np.sum(np.where(x > 0, np.log(x), 0.0)), VECTORS),
    "boolean index": (lambda x: np.sum(x[x > 0] ** 2), VECTORS),
    "count in the shape": (lambda x: np.sum(x) * x[x > 0].shape[0], VECTORS),
    "length": (lambda x: np.sum(x) * len(np.unique(x)), TIES),
    "nonzero": (lambda x: np.sum(x[np.nonzero(x > 0)] ** 2), VECTORS),
    "argmax as an index": (lambda x: x[np.argmax(x)] ** 2, VECTORS),
    "argmax as a bound": (lambda x: np.sum(x[: np.argmax(x) + 1]), VECTORS),
    "range of an argmax": (lambda x: sum(x[i] for i in range(int(np.argmax(x)) + 1)), VECTORS),
    "argsort": (lambda x: np.sum(x[np.argsort(x)] * np.arange(5.0)), VECTORS),
    "sort": (lambda x: np.sum(np.sort(x) * np.arange(5.0)), VECTORS),
    "take": (lambda x: np.sum(np.take(x, np.argsort(x)[:2])), VECTORS),
    "searchsorted": (lambda x: np.sum(x) * np.searchsorted([0.0, 1.0], plain(x[0])), VECTORS),
    "sign": (lambda x: np.sum(np.sign(x) * x), VECTORS),
    "clip": (lambda x: np.sum(np.clip(x, 0.0, 0.5) ** 2), VECTORS),
    "floor": (lambda x: np.sum(np.floor(x) * x), VECTORS),
    "median": (np.median, [*VECTORS, *TIES]),
    "quantile": (lambda x: np.quantile(x, 0.3), [*VECTORS, *TIES]),
    "ties of max": (np.max, TIES),
    "ties of maximum": (lambda x: np.sum(np.maximum(x, np.array([1.0, 2, 3]))), TIES),
    "ties of sort": (lambda x: np.sum(np.sort(x) ** 2 * np.arange(3.0)), TIES),
    "zeros of prod": (np.prod, TIES),
    "zeros of cumprod": (lambda x: np.sum(np.cumprod(x)), TIES),
    "norm at the origin": (lambda x: np.linalg.norm(x) ** 2, TIES),
    "std of a constant": (np.std, TIES),
    "abs at the origin": (lambda x: np.sum(np.abs(x)), TIES),
    "power at zero": (lambda x: np.sum(x**x), TIES),
    "unique": (lambda x: np.sum(np.unique(x) ** 2), TIES),
    "equal eigenvalues": (lambda a: np.sum(np.linalg.eigvalsh(a) ** 3), SYMMETRIC),
    "singular determinant": (np.linalg.det, [*SYMMETRIC, (np.ones((3, 3)),)]),
    "an exception caught": (_caught, [(np.eye(2),), (np.zeros((2, 2)),), (2 * np.eye(2),)]),
    "an exception": (_raising, VECTORS),
    "an exception of NumPy": (
        lambda a: np.sum(np.linalg.inv(a)),
        [(np.eye(2),), (np.zeros((2, 2)),), (2 * np.eye(2),)],
    ),
    "float": (lambda x: np.sum(x) * float(plain(x[0])), VECTORS),
    "int": (lambda x: np.sum(x) * int(plain(10 * x[0])), VECTORS),
    "round": (lambda x: np.sum(x) * round(plain(10 * x[0])), VECTORS),
    "math": (lambda x: np.sum(x) * math.sin(plain(x[0])) + math.floor(plain(x[1])), VECTORS),
    "complex": (lambda x: np.sum(x) * complex(plain(x[0])).real, VECTORS),
    "np.array": (lambda x: np.sum(x * np.array(plain(x))), VECTORS),
    "np.array of a list": (lambda x: np.sum(x[:2] * np.array([plain(x[0]), 1.0])), VECTORS),
    "np.full": (lambda x: np.sum(x * np.full(5, plain(x[0]))), VECTORS),
    "assignment": (_assigned, VECTORS),
    "fromiter": (lambda x: np.sum(x * np.fromiter(plain(x), float)), VECTORS),
    "vectorize": (lambda x: np.sum(x * np.vectorize(lambda v: v + 1.0)(plain(x))), VECTORS),
    "tolist": (lambda x: np.sum(x) * plain(x).tolist()[0], VECTORS),
    "hash": (lambda x: np.sum(x) * {plain(x[0]): 2.0}[plain(x[0])], VECTORS),
    "struct": (lambda x: np.sum(x) * struct.unpack("d", struct.pack("d", plain(x[0])))[0], VECTORS),
    "pickle": (lambda x: np.sum(x) * pickle.loads(pickle.dumps(plain(x)))[0], VECTORS),
    "deepcopy": (lambda x: np.sum(x * copy.deepcopy(plain(x))), VECTORS),
    "format": (lambda x: np.sum(x) * len(f"{x[0]:.3f}"), VECTORS),
    "str": (lambda x: np.sum(x) * sum(map(ord, str(plain(x)))), VECTORS),
    "percent": (lambda x: np.sum(x) * len("%f" % plain(10 * x[0])), VECTORS),  # noqa: UP031
    "print": (_printed, VECTORS),
    "swallowed": (_swallowed, VECTORS),
    "memory": (_Memory(), VECTORS),
    "piecewise": (
        lambda x: np.sum(np.piecewise(x, [x < 0, x >= 0], [lambda v: v**2, lambda v: v])),
        VECTORS,
    ),
    "along an axis": (lambda x: np.sum(np.apply_along_axis(lambda v: v * v.sum(), 0, x)), VECTORS),
    "a shape made of an argmax": (
        lambda x: np.mean(np.reshape(np.tile(x, 12), (np.argmax(x) + 1, -1))[0] ** 2),
        VECTORS,
    ),
    "repeats made of an argmax": (lambda x: np.mean(np.tile(x, np.argmax(x) + 1)), VECTORS),
    "broadcast made of an argmax": (
        lambda x: np.sum(np.broadcast_to(x, (np.argmax(x) + 1, 5))),
        VECTORS,
    ),
    "axis made of an argmax": (
        lambda x: np.sum(np.sum(x[:3, None] * x[:2], axis=np.argmax(x[:2])) ** 2),
        VECTORS,
    ),
    "nan_to_num in place": (
        lambda x: np.sum(np.nan_to_num(plain(x), False) * x),
        [(np.array([1.0, np.nan]),), (np.array([np.inf, 2.0]),)],
    ),
    "out by position": (
        lambda x: np.sum(np.dot(plain(x)[:, None], plain(x)[None], np.empty((5, 5))) @ x),
        VECTORS,
    ),
    "overwriting median": (
        lambda x: np.median(plain(x), None, None, True) * np.sum(plain(x) * [1, 2, 3, 4, 5] * x),
        VECTORS,
    ),
    "cached": (lambda x: np.sum(x) * _cached(plain(x[0])), VECTORS),
    "nested": (
        lambda x: np.sum(oe.grad(lambda y: np.sum(y**2) if y[0] > 0 else np.sum(y))(x) * x),
        VECTORS,
    ),
    "checkpoint": (
        oe.checkpoint(lambda x: np.sum(x**2) if x[0] > 0 else np.sum(x)),
        VECTORS,
    ),
}


@pytest.mark.parametrize("name", WAYS)
def test_the_gradient_follows_the_values(agree, name):
    f, calls = WAYS[name]
    agree(oe.grad(f), calls)


@pytest.mark.parametrize("name", [n for n in WAYS if n != "memory"])
def test_the_value_follows_too(agree, name):
    """Without a derivative the program works on staged values themselves."""
    f, calls = WAYS[name]
    agree(lambda x: f(x) * 1.0, calls)


@pytest.mark.parametrize("name", ["abs at the origin", "norm at the origin", "zeros of prod"])
def test_second_derivatives_at_kinks(agree, name):
    f, calls = WAYS[name]
    agree(oe.hessian(lambda x: f(x) ** 2), calls)


def test_second_derivatives_at_equal_eigenvalues(agree):
    agree(oe.hessian(lambda a: np.sum(np.linalg.eigvalsh(a) ** 2)), SYMMETRIC)


def test_a_branch_is_recorded_once_and_kept(agree):
    f = oe.grad(lambda x: np.sum(x**2) if x[0] > 0 else np.sum(x))
    up, down = np.ones(3), -np.ones(3)
    assert agree(f, [(up,), (down,), (up,), (down,), (2.0 * up,)]).runs == 2


def test_what_is_never_the_same_again_is_left_alone():
    """A recording for each value would cost more than running the function."""
    runs = 0

    def f(x):
        nonlocal runs
        runs += 1
        return np.sum(x) * math.sin(plain(x[0]))

    compiled = oe.compile(oe.grad(f))
    for k in range(200):
        compiled(np.full(3, float(k)))
    assert runs == 200
    assert 0 < len(compiled.recordings) <= 16


def test_a_rule_of_ones_own_is_called_each_time(agree):
    """Its function and its Jacobian may branch as they like."""

    def odd(x):
        return float(x[0]) * x if x[0] > 0 else -x

    def slope(x, y):
        return plain_slope(x)

    def plain_slope(x):
        return np.where(x[0] > 0, 2.0, -1.0) * np.ones(3)

    own = oe.rule(odd, slope, name="odd")
    agree(oe.grad(lambda x: np.sum(own(x) * x)), [(np.ones(3),), (-np.ones(3),), (2 * np.ones(3),)])
    del oe.primitives.TABLE[odd], oe.primitives.TABLE[own]


def test_arrays_that_the_program_reads_are_constants_as_they_were():
    c = np.ones(3)
    gradient = oe.grad(lambda x: np.sum(c * x))
    compiled = oe.compile(gradient)
    x = np.arange(3.0)
    np.testing.assert_array_equal(compiled(x), [1.0, 1.0, 1.0])
    c[0] = 5.0
    np.testing.assert_array_equal(compiled(x), [1.0, 1.0, 1.0])
    # Of arguments of another kind it makes a recording of its own.
    np.testing.assert_array_equal(compiled(x.astype(np.float32)), [5.0, 1.0, 1.0])


def test_an_array_that_is_overwritten_meanwhile_counts_as_it_was_each_time(agree):
    def f(x):
        work = np.ones(3)
        total = 0.0
        for k in range(3):
            work[0] = k
            total = total + np.sum(work * x)
        return total

    assert agree(oe.grad(f), [(np.arange(3.0),), (np.ones(3),)]).runs == 1


def test_a_value_that_is_kept_beyond_the_recording_is_refused():
    kept = []

    def f(x):
        kept.append(x)
        return x * 2.0

    oe.compile(f)(np.ones(3))
    with pytest.raises(oe.DifferentiationError, match="kept beyond its end"):
        kept[0] + 1.0
    assert "has ended" in repr(kept[0])


def test_writing_in_place_and_threads_end_the_recording_and_not_the_program(agree):
    def written(x):
        y = x * 2.0
        y[0] = 1.0
        return y

    def threaded(x):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: x * 2.0).result()

    for f in (written, threaded, lambda x: np.add(x, x, out=np.empty(3)), lambda x: x.T.fill(2.0)):
        done = agree(f, [(np.ones(3),), (np.arange(3.0),)])
        assert len(done.compiled.recordings) == 0
