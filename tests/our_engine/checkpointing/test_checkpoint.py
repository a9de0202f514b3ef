"""checkpoint: the same derivatives, less memory, and never a silently wrong one."""

import gc
import tracemalloc
import weakref

import numpy as np
import pytest

import our_engine as oe
from our_engine.checkpointing import revolve

RNG = np.random.default_rng(0)
P = RNG.normal(size=(4, 4)) / 2
X = RNG.normal(size=4)


def step(x, P):
    return np.tanh(P @ x) + 0.1 * x


def plain_loop(steps):
    def looped(x, P):
        for _ in range(steps):
            x = step(x, P)
        return x

    return looped


def loss(loop):
    return lambda *args: np.sum(loop(*args) ** 2 * np.arange(1.0, 5.0))


@pytest.mark.parametrize("steps", [0, 1, 2, 3, 17])
@pytest.mark.parametrize("snapshots", [None, 1, 2, 5, 100])
def test_the_gradient_of_a_loop(steps, snapshots):
    loop = oe.checkpoint(step, steps, snapshots)
    np.testing.assert_array_equal(loop(X, P), plain_loop(steps)(X, P))
    got = oe.grad(loss(loop), (0, 1))(X, P)
    want = oe.grad(loss(plain_loop(steps)), (0, 1))(X, P)
    for a, b in zip(got, want, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("mode", ["forward", "reverse", "optimal", "sparse"])
def test_every_jacobian_mode(mode):
    for f, g in (
        (oe.checkpoint(step, 6, 2), plain_loop(6)),
        (oe.checkpoint(step), step),
    ):
        got, want = oe.jacobian(f, (0, 1), mode)(X, P), oe.jacobian(g, (0, 1), mode)(X, P)
        for a, b in zip(got, want, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_the_pullback_can_be_called_many_times():
    _, pullback = oe.vjp(oe.checkpoint(step, 9, 3), (X, P))
    want = oe.vjp(plain_loop(9), (X, P))[1]
    for y_bar in (np.ones(4), RNG.normal(size=4)):
        for a, b in zip(pullback(y_bar), want(y_bar), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12)


def test_linearize_goes_both_ways():
    linear = oe.linearize(oe.checkpoint(step, 9, 3), X, P)[1]
    x_dot, P_dot, y_bar = RNG.normal(size=4), RNG.normal(size=(4, 4)), RNG.normal(size=4)
    y_dot = linear(x_dot, P_dot)
    np.testing.assert_allclose(y_dot, oe.jvp(plain_loop(9), (X, P), (x_dot, P_dot))[1], rtol=1e-12)
    x_bar, P_bar = linear.T(y_bar)
    assert np.sum(y_bar * y_dot) == pytest.approx(np.sum(x_bar * x_dot) + np.sum(P_bar * P_dot))


HVPS = {
    "forward over reverse": lambda f, v: lambda x: oe.jvp(oe.grad(f), (x,), (v,))[1],
    "reverse over reverse": lambda f, v: oe.grad(lambda x: np.sum(oe.grad(f)(x) * v)),
    "reverse over forward": lambda f, v: oe.grad(lambda x: oe.jvp(f, (x,), (v,))[1]),
    "forward over forward": lambda f, v: (
        lambda x: oe.jacobian(lambda y: oe.jvp(f, (y,), (v,))[1], mode="forward")(x)
    ),
}


@pytest.mark.parametrize("nesting", HVPS)
@pytest.mark.parametrize("kind", ["loop", "part"])
def test_second_order_in_every_nesting(nesting, kind):
    loop = oe.checkpoint(step, 5, 2) if kind == "loop" else oe.checkpoint(plain_loop(5))
    v = RNG.normal(size=4)
    got = HVPS[nesting](lambda x: loss(loop)(x, P), v)(X)
    want = HVPS["forward over reverse"](lambda x: loss(plain_loop(5))(x, P), v)(X)
    np.testing.assert_allclose(got, want, rtol=1e-11)


def test_third_order():
    loop = oe.checkpoint(lambda x: np.sin(x) * 1.1, 3, 1)

    def plain(x):
        return np.sin(np.sin(np.sin(x) * 1.1) * 1.1) * 1.1

    third = oe.grad(oe.grad(oe.grad(loop)))(0.7)
    assert third == pytest.approx(oe.grad(oe.grad(oe.grad(plain)))(0.7), rel=1e-12)


def test_checkpoints_in_checkpoints():
    inner = oe.checkpoint(lambda x, P: step(step(x, P), P))
    loop = oe.checkpoint(oe.checkpoint(inner, 3, 1), 2, 1)
    np.testing.assert_allclose(
        oe.grad(loss(loop), 1)(X, P), oe.grad(loss(plain_loop(12)), 1)(X, P), rtol=1e-12
    )


def test_trees_settings_and_numbers_of_steps():
    def walk(k, state, params, *, plain_argument=None):
        position, velocity = state["x"], state["v"]
        force = params[0] * np.sin(position) * (k + 1.0)
        return {"x": position + 0.1 * velocity, "v": velocity + params[1] * force}

    def looped(state, params):
        for k in range(7):
            state = walk(k, state, params)
        return state

    start = {"x": np.array([0.3, 0.4]), "v": np.array([1.0, -1.0])}
    params = (0.5, np.array([2.0, 3.0]))

    def energy(loop):
        def f(state, params):
            end = loop(state, params)
            return np.sum(end["x"] * end["v"])

        return oe.grad(f, (0, 1))(start, params)

    got = energy(oe.checkpoint(walk, 7, 3, numbered=True))
    want = energy(looped)
    np.testing.assert_allclose(got[0]["x"], want[0]["x"], rtol=1e-12)
    np.testing.assert_allclose(got[0]["v"], want[0]["v"], rtol=1e-12)
    assert got[1][0] == pytest.approx(want[1][0], rel=1e-12)
    np.testing.assert_allclose(got[1][1], want[1][1], rtol=1e-12)

    @oe.checkpoint
    def scaled(x, *, by, what):
        return {"y": x * by, "name": what}, 3

    assert scaled.__name__ == "scaled"
    assert oe.grad(lambda x, c: scaled(x, by=c, what="product")[0]["y"], (0, 1))(2.0, 5.0) == (5, 2)
    assert scaled(1.0, by=2.0, what="w") == ({"y": 2.0, "name": "w"}, 3)


def test_scalars_keep_their_kinds():
    square = oe.checkpoint(lambda x: x * x)
    assert oe.grad(square)(3.0) == 6.0
    single = oe.grad(lambda x: np.sum(square(x)))(np.array([3.0], np.float32))
    assert single.dtype == np.float32
    assert oe.grad(square)(np.array(3.0)).shape == ()
    loop = oe.checkpoint(lambda z: z * z, 2)
    assert oe.grad(lambda z: np.real(loop(z)))(1.0 + 1.0j) == pytest.approx(4 * (1 + 1j) ** 3)


def test_an_argument_that_is_not_used_has_derivative_zero():
    f = oe.checkpoint(lambda x, y: x * 2.0)
    assert oe.grad(f, (0, 1))(1.0, 1.0) == (2.0, 0.0)
    two = oe.checkpoint(lambda x, y: (np.sin(x), np.cos(y)))
    assert oe.grad(lambda x, y: two(x, y)[0], (0, 1))(0.0, 0.5) == (1.0, 0.0)
    loop = oe.checkpoint(lambda s, unused: s * 2.0, 3)
    assert oe.grad(loop, (0, 1))(1.0, 1.0) == (8.0, 0.0)


def test_steps_that_work_in_place_do_no_harm():
    def in_place(x):
        x += 0.5 * x * x
        return x

    def by_value(x):
        for _ in range(6):
            x = x + 0.5 * x * x
        return x

    x = np.array([0.1, 0.2])
    want = oe.grad(lambda x: np.sum(by_value(x)))(x)
    loop = oe.checkpoint(in_place, 6, 2)
    np.testing.assert_allclose(oe.grad(lambda x: np.sum(loop(x)))(x), want, rtol=1e-13)
    np.testing.assert_array_equal(x, [0.1, 0.2])
    once = oe.checkpoint(in_place)
    got = oe.grad(lambda x: np.sum(once(x * 1.0) + x))(x)
    np.testing.assert_allclose(got, 2.0 + x, rtol=1e-13)


def peak(f):
    f()
    gc.collect()
    tracemalloc.start()
    f()
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def test_memory_is_that_of_the_snapshots():
    x = np.linspace(0.0, 1.0, 50_000)
    steps = 60

    def one(x):
        return np.sin(x) * 1.01

    def gradient(loop):
        g = oe.grad(lambda x: np.sum(loop(x)))
        return lambda: g(x)

    def plainly(x):
        for _ in range(steps):
            x = one(x)
        return x

    remembered = peak(gradient(plainly)) / x.nbytes
    assert remembered > steps  # what there is to save
    for snapshots in (2, 5, 10):
        used = peak(gradient(oe.checkpoint(one, steps, snapshots))) / x.nbytes
        # Beside the snapshots: the state on its way, one step's recording, and the cotangent.
        assert used < snapshots + 10
    assert peak(gradient(oe.checkpoint(plainly))) / x.nbytes > steps  # one part is one recording


@pytest.mark.parametrize("snapshots", [1, 3, 7])
def test_the_number_of_live_states_and_of_runs(snapshots):
    steps, runs, most = 40, 0, 0
    ids = {}

    def counted(x):
        nonlocal runs, most
        runs += 1
        y = x * 1.0
        if isinstance(y, np.ndarray):
            place = id(y)
            ids[place] = weakref.ref(y, lambda _, place=place: ids.pop(place, None))
            most = max(most, len(ids))
        return y

    loop = oe.checkpoint(counted, steps, snapshots)
    oe.grad(lambda x: np.sum(loop(x)))(np.ones(3))
    first, recordings = steps, steps
    last = revolve.first_places(steps, snapshots)[-1]
    assert runs == first + revolve.runs(steps, snapshots) - last + recordings
    # The state on its way, and the one that it is made of.
    assert most <= snapshots + 2


def test_forward_mode_passes_through():
    runs = []

    def one(x):
        runs.append(1)
        return x * 2.0

    assert oe.jvp(oe.checkpoint(one, 5), (1.0,), (1.0,)) == (32.0, 32.0)
    assert len(runs) == 5


def test_a_trace_shows_what_is_inside():
    t = oe.trace(oe.checkpoint(lambda x: np.sin(x) * 2.0), 0.5, names=["x"], mode="reverse")
    assert [str(row.expression) for row in t.rows[1:]] == ["sin x", "2 x_1"]


def test_a_traced_value_from_outside_is_refused_not_lost():
    def f(x):
        return oe.checkpoint(lambda y: y * x)(x * 2.0)

    with pytest.raises(oe.DifferentiationError, match="not among its arguments"):
        oe.grad(f)(1.0)
    with pytest.raises(oe.DifferentiationError, match="not among its arguments"):
        oe.grad(lambda x: oe.checkpoint(lambda y: y * x, 3)(x))(1.0)
    # One of an outer derivative is a constant to this one, and keeps its own derivative.
    mixed = oe.grad(lambda c: oe.grad(oe.checkpoint(lambda y: c * y * y))(3.0))(5.0)
    assert mixed == 6.0


def test_another_result_when_run_again_is_an_error():
    scale = np.ones(3)

    def f(x):
        y = oe.checkpoint(lambda x: x * scale)(x)
        scale[:] = 2.0
        return np.sum(y)

    with pytest.raises(oe.DifferentiationError, match="gave another result"):
        oe.grad(f)(np.ones(3))
    noise = iter(np.arange(1.0, 100.0))
    loop = oe.checkpoint(lambda x: x * next(noise), 4, 2)
    with pytest.raises(oe.DifferentiationError, match="gave another result"):
        oe.grad(loop)(1.0)


def test_infinities_and_nans_are_as_without():
    f = oe.checkpoint(lambda x: np.log(x) * x)
    with np.errstate(all="ignore"):
        assert np.isnan(oe.grad(f)(-1.0))
        assert oe.grad(oe.checkpoint(lambda x: np.sqrt(x)))(0.0) == np.inf


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: oe.checkpoint(step, -1), ValueError, "-1 steps"),
        (lambda: oe.checkpoint(step, 3, 0), ValueError, "0 snapshots"),
        (
            lambda: oe.grad(lambda x: oe.checkpoint(lambda s: (s[0] * s[0], s[1]), 2)((x, 3))[0])(
                1.0
            ),
            oe.DifferentiationError,
            "must be floating-point, not 3",
        ),
        (
            lambda: oe.checkpoint(lambda x: (x, x), 2)(1.0),
            oe.DifferentiationError,
            r"structure \* into \(\*, \*\)",
        ),
    ],
)
def test_errors_say_what_is_wrong(call, error, text):
    with pytest.raises(error, match=text):
        call()
