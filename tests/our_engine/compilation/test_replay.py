"""Compiled functions do what the functions do, and are run once for each kind of arguments."""

import collections
import warnings
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest

import our_engine as oe

RNG = np.random.default_rng(1)
VECTORS = [(RNG.normal(size=5),) for _ in range(4)]
PAIRS = [(RNG.normal(size=5), RNG.normal(size=5)) for _ in range(4)]
MATRICES = [(RNG.normal(size=(3, 3)) + 3.0 * np.eye(3),) for _ in range(4)]
SCALARS = [(0.3,), (0.5,), (-2.0,)]


def perceptron(W_1, W_2):
    X = np.linspace(-1.0, 1.0, 12).reshape(4, 3)
    hidden = np.maximum(X @ W_1, 0.0)
    return 0.5 * np.sum((np.tanh(hidden) @ W_2 - 0.3) ** 2)


WEIGHTS = [(RNG.normal(size=(3, 5)), RNG.normal(size=(5, 1))) for _ in range(4)]
TRANSFORMS = {
    "grad": (oe.grad(lambda x: np.sum(np.sin(x) * x)), VECTORS),
    "grad of two": (oe.grad(perceptron, (0, 1)), WEIGHTS),
    "value and grad": (oe.value_and_grad(perceptron, 1), WEIGHTS),
    "the function itself": (lambda x: np.exp(x)[1:] @ x[:-1], VECTORS),
    "vjp": (lambda x, u: oe.vjp(lambda x: np.tanh(x) * x, (x,))[1](u), PAIRS),
    "jvp": (lambda x, v: oe.jvp(lambda x: np.cumsum(x) ** 3, (x,), (v,)), PAIRS),
    "hvp": (lambda x, v: oe.hvp(lambda x: np.sum(x**4), (x,), (v,)), PAIRS),
    "hessian": (oe.hessian(lambda x: np.prod(np.cos(x))), VECTORS),
    "jacobian forward": (oe.jacobian(lambda x: np.outer(x, x) @ x, mode="forward"), VECTORS),
    "jacobian reverse": (oe.jacobian(lambda x: np.sum(x**2)[None], mode="reverse"), VECTORS),
    "jacobian optimal": (oe.jacobian(lambda x: np.sin(np.cos(x)), mode="optimal"), VECTORS),
    "grad of grad": (
        oe.grad(lambda x: np.sum(oe.grad(lambda y: np.sum(y**3))(x) ** 2)),
        VECTORS,
    ),
    "grad of jvp": (
        oe.grad(lambda x: np.sum(oe.jvp(np.sin, (x,), (x * 2.0,))[1])),
        VECTORS,
    ),
    "checkpoint": (
        oe.grad(lambda x: np.sum(oe.checkpoint(lambda y: np.sin(y) ** 2)(x))),
        VECTORS,
    ),
    "loop of checkpoints": (
        oe.grad(lambda x: np.sum(oe.checkpoint(lambda y: np.sin(y) * 1.1, steps=7)(x))),
        VECTORS,
    ),
    "inverse": (oe.grad(lambda a: np.sum(np.linalg.inv(a) @ a.T)), MATRICES),
    "eigenvalues": (oe.grad(lambda a: np.sum(np.linalg.eigvalsh(a @ a.T) ** 2)), MATRICES),
    "qr": (oe.grad(lambda a: np.sum(np.linalg.qr(a)[1] ** 2)), MATRICES),
    "transform": (oe.grad(lambda x: np.sum(np.abs(np.fft.rfft(x)) ** 2)), VECTORS),
    "scalar": (oe.grad(lambda x: np.sin(x) * x**2 / (1.0 + x)), SCALARS),
    "added in place": (oe.grad(lambda x: _added(x)), VECTORS),
}


def _added(x):
    y = x * 1.0
    z = y
    y += x
    total = 0.0
    for i in range(3):
        total += y[i] ** 2
    return total + np.sum(z)


@pytest.mark.parametrize("name", TRANSFORMS)
def test_a_compiled_function_gives_the_same_and_is_run_once(agree, name):
    g, calls = TRANSFORMS[name]
    done = agree(g, calls)
    assert done.runs == 1
    assert len(done.compiled.recordings) == 1


def test_the_source_can_be_read():
    compiled = oe.compile(oe.grad(lambda x: np.sum(np.sin(x) * x)))
    compiled(np.ones(3))
    (source,) = (recording.source for recording in compiled.recordings)
    assert source.startswith("def replay(args, kwargs):")
    assert "cos(" in source
    # The value is not asked for.
    assert "reduce" not in source
    assert "sum" not in source


Pair = collections.namedtuple("Pair", ["a", "b"])


@pytest.mark.parametrize(
    "make",
    [
        lambda: ({"a": RNG.normal(size=3), "b": [RNG.normal(size=2), 0.5]},),
        lambda: (Pair(RNG.normal(size=3), (RNG.normal(size=2), np.float64(RNG.normal()))),),
        lambda: SimpleNamespace(args=(RNG.normal(size=3),), kwargs={"scale": RNG.normal(size=3)}),
        lambda: (RNG.normal(size=()),),
        lambda: (np.zeros((0, 3)),),
        lambda: (np.float32(RNG.normal()),),
        lambda: (RNG.normal(size=3).astype(np.float32),),
        lambda: (RNG.normal(size=(2, 3)) + 1j * RNG.normal(size=(2, 3)),),
        lambda: (np.asfortranarray(RNG.normal(size=(2, 3))),),
        lambda: (RNG.normal(size=(4, 6))[::2, ::3],),
    ],
    ids=[
        "dict",
        "named tuple",
        "keyword",
        "no axes",
        "empty",
        "single scalar",
        "single",
        "complex",
        "by columns",
        "strided",
    ],
)
def test_arguments_of_each_kind(agree, make):
    def total(tree, scale=1.0):
        return sum(np.sum(np.real(x * scale * np.conj(x)) + np.real(x)) for x in oe_leaves(tree))

    done = agree(oe.grad(total), [make() for _ in range(3)])
    assert done.runs == 1


def oe_leaves(tree):
    if isinstance(tree, dict):
        return [x for item in tree.values() for x in oe_leaves(item)]
    if isinstance(tree, (tuple, list)):
        return [x for item in tree for x in oe_leaves(item)]
    return [tree]


def test_another_kind_of_arguments_is_recorded_anew(agree):
    gradient = oe.grad(lambda x, power: np.sum(np.sin(x) ** power))
    kinds = [
        (np.ones(3), 2),
        (np.ones(4), 2),
        (np.ones(3, np.float32), 2),
        (np.ones((1, 3)), 2),
        (np.ones(3), 3),
        (np.ones(3), np.float64(2.0)),
        (0.5, 2),
    ]
    assert agree(gradient, kinds).runs == len(kinds)


def test_true_is_not_one_and_zeros_of_both_signs_differ(agree):
    gradient = oe.grad(lambda x, flag: np.sum(x) * (2.0 if flag is True else 3.0))
    assert agree(gradient, [(np.ones(3), True), (np.ones(3), 1)]).runs == 2
    inverse = lambda z: np.divide(1.0, np.copysign(1.0, z.imag))  # noqa: E731
    agree(lambda x, z: x * inverse(z), [(np.ones(3), 0j), (np.ones(3), -0j)])


def test_read_only_arguments_do_not_make_results_read_only(agree):
    x = np.arange(3.0)
    x.flags.writeable = False
    compiled = oe.compile(lambda x: (x, x.T, np.broadcast_to(x, (2, 3))))
    for _ in range(2):
        for y in compiled(x):
            assert y.flags.writeable
    agree(oe.grad(lambda x: np.sum(x**2)), [(x,), (x + 1.0,)])


def test_undefined_values_take_their_way(agree):
    gradient = oe.grad(lambda x: np.sum(np.log(x)))
    points = [(np.array(v),) for v in ([1.0, 2.0], [np.nan, 2.0], [0.0, 2.0], [-1.0, np.inf])]
    agree(gradient, points)


def test_under_another_derivative_it_is_as_if_it_were_not_compiled():
    f = oe.compile(lambda x: np.sum(np.sin(x) * x))
    x = np.arange(3.0)
    f(x)
    np.testing.assert_array_equal(oe.grad(f)(x), oe.grad(lambda x: np.sum(np.sin(x) * x))(x))
    outer = oe.compile(lambda x: oe.compile(lambda y: y * 2.0)(x) + 1.0)
    np.testing.assert_array_equal(outer(x), 2.0 * x + 1.0)
    np.testing.assert_array_equal(outer(x + 1.0), 2.0 * x + 3.0)


def test_few_recordings_are_kept_the_latest_used_first():
    compiled = oe.compile(oe.grad(lambda x: np.sum(np.sin(x) ** 2)))
    for n in range(1, 25):
        for _ in range(10):
            x = np.arange(float(n))
            np.testing.assert_allclose(compiled(x), np.sin(2.0 * x), atol=1e-15)
    assert len(compiled.recordings) == 16
    latest = next(iter(compiled.recordings))
    assert ".shape != (24,)" in latest.source
    compiled(np.arange(20.0))
    assert ".shape != (20,)" in next(iter(compiled.recordings)).source


def test_many_threads_may_call_it():
    compiled = oe.compile(oe.grad(lambda x: np.sum(np.exp(np.sin(x) * x)) if x[0] > 0 else x[1]))
    gradient = oe.grad(lambda x: np.sum(np.exp(np.sin(x) * x)) if x[0] > 0 else x[1])
    points = [np.full(50, (-1.0) ** k * (k + 1) / 40) for k in range(40)]
    with ThreadPoolExecutor(4) as pool:
        for got, x in zip(pool.map(compiled, points * 3), points * 3, strict=True):
            np.testing.assert_array_equal(got, gradient(x))


def test_floating_point_errors_are_the_callers_where_the_programs_were():
    def f(x):
        with np.errstate(divide="ignore"):
            inverse = np.minimum(1.0 / x, 5.0)
        return np.sum(inverse) + np.sum(np.log(x))

    compiled = oe.compile(f)
    compiled(np.ones(2))
    # 1 / 0 is the program's own affair, log 0 the caller's.
    with pytest.warns(RuntimeWarning, match="divide by zero encountered in log"):
        assert compiled(np.array([0.0, 1.0])) == -np.inf
    with np.errstate(all="raise"), pytest.raises(FloatingPointError, match="log"):
        compiled(np.array([0.0, 1.0]))
    assert len(compiled.recordings) == 1
    gradient = oe.compile(oe.grad(lambda x: np.sum(np.sqrt(x))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # the engine's sweeps are silent
        for _ in range(2):
            np.testing.assert_array_equal(gradient(np.array([0.0, 0.25])), [np.inf, 1.0])
    assert len(gradient.recordings) == 1


def test_names_that_python_uses_are_not_taken():
    def v1(x):
        return x * 2.0

    def replay(x):
        return x + 1.0

    own = [oe.rule(f, lambda _x, _y: 1.0) for f in (v1, replay)]
    own_type = collections.namedtuple("len", ["a"])
    compiled = oe.compile(lambda pair: own_type(own[1](own[0](pair.a))))
    for x in (1.0, 2.0):
        assert compiled(own_type(np.full(2, x))).a.tolist() == [2.0 * x + 1.0] * 2
    assert len(compiled.recordings) == 1
    for f in (v1, replay, *own):
        del oe.primitives.TABLE[f]


def test_the_name_and_the_text_of_the_function_stay():
    def squares(x):
        """The squares."""
        return x * x

    compiled = oe.compile(squares)
    assert (compiled.__name__, compiled.__doc__) == ("squares", "The squares.")
