"""Plain NumPy code on tracers: supported, or refused with the cure; never detached in silence."""

import math

import numpy as np
import pytest

import our_engine as oe

refuses = pytest.raises((TypeError, ValueError))


def run(body, x=None):
    return oe.grad(body)(np.array([1.0, 2.0]) if x is None else x)


DETACHING = {
    "np.array": lambda t: np.sum(np.array([t[0], t[1]])),
    "np.asarray": lambda t: np.sum(np.asarray(t)),
    "np.full": lambda t: np.sum(np.full(3, t[0])),
    "float": lambda t: float(t[0]),
    "int": lambda t: int(t[0]) * t[1],
    "complex": lambda t: complex(t[0]).real,
    "round": lambda t: round(t[0]),
    "math.sin": lambda t: math.sin(t[0]),
    "np.float64": lambda t: np.float64(t[0]),
    "item": lambda t: t[0].item(),
    "tolist": lambda t: sum(t.tolist()),
    "random": lambda t: np.random.default_rng(0).normal(t[0]),
    "index": lambda t: np.arange(3)[t[0]],
    "slice assignment": lambda t: np.zeros(2).__setitem__(slice(None), t),
    "out": lambda t: np.sum(np.multiply(t, 2.0, out=np.zeros(2))),
    "ufunc.at": lambda t: np.add.at(np.zeros(2), [0], t[0]),
    "put": lambda t: np.put(np.zeros(2), [0], t[0]),
    "ndarray.dot": lambda t: np.ones(2).dot(t),
    "setitem of a tracer": lambda t: t.__setitem__(0, 1.0),
    "sort in place": lambda t: t.sort(),
    "dtype keyword": lambda t: np.sum(np.sin(t, dtype=np.float32)),
    "where keyword": lambda t: np.sum(np.sin(t, where=np.array([True, False]))),
    "no rule": lambda t: np.sum(np.histogram(t)[1]),
}


@pytest.mark.parametrize("name", DETACHING)
def test_refused_with_the_cure(name):
    with pytest.raises(oe.DifferentiationError, match="our_engine"):
        run(DETACHING[name])


def test_element_assignment_is_refused():
    # NumPy raises a ValueError of its own here, which says nothing of the cure.
    def body(t):
        z = np.zeros(2)
        z[0] = t[0]
        return np.sum(z)

    for derivative in (
        lambda: oe.grad(body)(np.ones(2)),
        lambda: oe.jvp(body, (np.ones(2),), (np.ones(2),)),
        lambda: oe.jacobian(oe.grad(body))(np.ones(2)),
    ):
        with pytest.raises(oe.DifferentiationError, match=r"z\[i\] = t .* np\.stack") as caught:
            derivative()
        assert any("z[0] = t[0]" in str(entry.statement) for entry in caught.traceback)


def test_a_value_error_of_the_function_itself_passes_unchanged():
    def body(t):
        raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine$"):
        run(body)


def test_in_place_sum_into_an_array_is_refused():
    def body(t):
        z = np.zeros(2)
        z += t
        return np.sum(z)

    with pytest.raises(oe.DifferentiationError, match=r"z = z \+ t"):
        run(body)


def test_augmented_assignment_of_a_tracer():
    def body(t):
        y = t * 2.0
        y += t
        y *= t
        return np.sum(y)

    np.testing.assert_array_equal(run(body), [6.0, 12.0])


@pytest.mark.parametrize("n", [2, 1000])
def test_an_operand_changed_after_it_was_recorded(n):
    w = np.arange(float(n))
    want = w.copy()

    def body(t):
        y = t * w
        w[:] = -1.0
        return np.sum(y)

    np.testing.assert_array_equal(run(body, np.ones(n)), want)
    w[:] = want

    def loop(t):
        total = 0.0
        for _ in range(3):
            total = total + np.sum(np.sin(t) * w)
            w[:] = w * 2
        return total

    np.testing.assert_allclose(run(loop, np.ones(n)), np.cos(1.0) * 7 * want)


def test_an_index_changed_after_it_was_recorded():
    index = np.array([0, 0])

    def body(t):
        y = t[index]
        index[:] = 1
        return np.sum(y)

    np.testing.assert_array_equal(run(body), [2.0, 0.0])


def test_the_input_changed_through_a_closure():
    x = np.array([1.0, 2.0])

    def body(t):
        y = t * t
        x[:] = 50.0
        return np.sum(y)

    np.testing.assert_array_equal(oe.grad(body)(x), [2.0, 4.0])


def test_control_flow_and_comparison():
    def body(t):
        assert isinstance(t > 1.5, np.ndarray)
        assert (t == t).all()
        return t[0] * 3.0 if t[0] < 1.5 else t[1]

    np.testing.assert_array_equal(run(body), [3.0, 0.0])
    assert oe.grad(lambda t: t * t if t else t)(2.0) == 4.0
    assert oe.grad(lambda t: np.where(t > 1, t * 2.0, 0.0))(2.0) == 2.0


def test_operators_with_every_kind_of_operand():
    c = np.array([3.0, 4.0])
    cases = {
        "t + c": (lambda t: t + c, [1, 1]),
        "c - t": (lambda t: c - t, [-1, -1]),
        "c * t": (lambda t: c * t, c),
        "c / t": (lambda t: c / t, [-3, -1]),
        "t / c": (lambda t: t / c, 1 / c),
        "list": (lambda t: [3.0, 4.0] * t, c),
        "np scalar": (lambda t: np.float64(2.0) * t, [2, 2]),
        "int": (lambda t: 2 * t - 1, [2, 2]),
        "pow": (lambda t: 2.0**t, np.log(2) * np.array([2, 4])),
        "mod": (lambda t: t % 0.75, [1, 1]),
        "abs": (abs, [1, 1]),
        "neg pos": (lambda t: -(+t), [-1, -1]),
        "matmul": (lambda t: c @ t, c),
        "rmatmul": (lambda t: t @ c, c),
        "iterate": (lambda t: sum(v * v for v in t), [2, 4]),
        "T": (lambda t: t.T @ t, [2, 4]),
        "methods": (lambda t: t.reshape(2, 1).sum(axis=1).mean() * len(t), [1, 1]),
    }
    for name, (body, want) in cases.items():
        got = run(lambda t, body=body: np.sum(body(t)))
        np.testing.assert_allclose(got, want, rtol=1e-14, err_msg=name)


@pytest.mark.parametrize("x", [0.3, np.float64(0.3), np.array(0.3), np.float32(0.3)])
def test_scalar_operators_agree_with_the_closed_form(x):
    def body(t):
        return (2 * t - 1) / (t * t + 1.0) + (1 - t) * t**3 - 3 / t + np.sin(t) * np.float64(2)

    s = float(x)
    want = (
        (2 * (s * s + 1) - 2 * s * (2 * s - 1)) / (s * s + 1) ** 2
        + 3 * s**2
        - 4 * s**3
        + 3 / s**2
        + 2 * np.cos(s)
    )
    assert oe.grad(body)(x) == pytest.approx(want, rel=1e-5 if x.__class__ is np.float32 else 1e-14)


def test_value_is_numpys_own_also_outside_the_domain():
    with np.errstate(all="ignore"):
        for body, x in (
            (lambda t: 1.0 / t, 0.0),
            (np.log, 0.0),
            (np.sqrt, -1.0),
            (lambda t: t**0.5, -2.0),
            (lambda t: t**-1.0, 0.0),
            (np.exp, 1000.0),
            (lambda t: t / t, 0.0),
        ):
            y, g = oe.value_and_grad(body)(x)
            np.testing.assert_array_equal(y, body(np.float64(x)))
            assert isinstance(g, float)


def test_shaping_indexing_and_joining():
    x = np.arange(1.0, 7.0).reshape(2, 3)
    w = np.arange(10.0)

    cases = {
        "concatenate": lambda t: np.concatenate((t, [[1.0, 2.0, 3.0]], t * 2), axis=0),
        "concatenate flat": lambda t: np.concatenate([t, t[0]], axis=None),
        "stack": lambda t: np.stack([t[0], t[1] * t[0]], axis=-1),
        "transpose": lambda t: np.transpose(t)[::-1],
        "moveaxis": lambda t: np.moveaxis(t[None], 0, -1),
        "swapaxes": lambda t: t.swapaxes(0, 1),
        "expand": lambda t: np.expand_dims(t, (0, 2)),
        "squeeze": lambda t: np.squeeze(t[:1], axis=0),
        "broadcast": lambda t: np.broadcast_to(t[:, :1], (2, 4)),
        "reshape by columns": lambda t: np.reshape(t, (3, 2), order="F"),
        "ravel": lambda t: np.ravel(t, order="F"),
        "fancy": lambda t: t[[0, 0, 1], [2, 2, 0]],
        "fancy and slice": lambda t: t[:, [0, 0, 2]],
        "mask": lambda t: t[x > 2.0],
        "newaxis": lambda t: t[..., None, 1],
        "matmul": lambda t: t @ t.T,
        "outer": lambda t: np.outer(t[0], t[1]),
        "einsum": lambda t: np.einsum("ij,kj->ik", t, t),
        "einsum trace": lambda t: np.einsum("ii->i", t[:, :2]),
        "einsum sum": lambda t: np.einsum("...j->...", t),
        "tensordot": lambda t: np.tensordot(t, t, axes=([0], [0])),
        "inner": lambda t: np.inner(t, t),
        "vecdot": lambda t: np.vecdot(t, t),
        "dot": lambda t: np.dot(t, t.T),
        "mean": lambda t: np.mean(t * t, axis=(0,), keepdims=True),
        "sum": lambda t: t.sum(-1),
        "astype": lambda t: t.astype(np.float64) * 2,
        "add.reduce": lambda t: np.add.reduce(t * t),
    }
    for name, body in cases.items():
        plain = body(x)

        def weighted(t, body=body, plain=plain):
            y = body(t)
            weights = np.cos(np.arange(float(np.size(plain)))).reshape(np.shape(plain))
            return np.sum(y * weights)

        got = oe.grad(weighted)(x)
        want = np.zeros_like(x)
        for place in np.ndindex(*x.shape):
            h = np.zeros_like(x)
            h[place] = 1e-6
            want[place] = (weighted(x + h) - weighted(x - h)) / 2e-6
        np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-7, err_msg=name)
        v = np.sin(np.arange(6.0)).reshape(2, 3)
        _, y_dot = oe.jvp(weighted, (x,), (v,))
        np.testing.assert_allclose(y_dot, np.sum(got * v), rtol=1e-12, err_msg=name)
        np.testing.assert_array_equal(oe.linearize(body, x)[0], plain, err_msg=name)
    assert w.size == 10


def test_keywords_are_honoured_or_refused_by_name():
    with pytest.raises(oe.DifferentiationError, match=r"sin .* does not support where="):
        run(lambda t: np.sum(np.sin(t, where=np.array([True, False]))))
    with pytest.raises(oe.DifferentiationError, match="dtype"):
        run(lambda t: np.sum(np.sin(t, dtype=np.float32)))
    np.testing.assert_array_equal(run(lambda t: np.sum(t, 0, None, None)), [1.0, 1.0])


def test_a_users_own_primitive():
    calls = []

    def cube(x, scale=1.0):
        calls.append(1)
        return scale * np.asarray(x) ** 3

    from our_engine.linear_maps import Scale

    traced_cube = oe.rule(cube, lambda x, _y, scale=1.0: Scale(3.0 * scale * x * x))
    assert oe.grad(traced_cube)(2.0) == 12.0
    assert oe.grad(lambda x: traced_cube(x, scale=2.0))(2.0) == 24.0
    assert oe.grad(oe.grad(traced_cube))(2.0) == 12.0
    assert traced_cube(2.0) == 8.0
    with pytest.raises(oe.DifferentiationError, match="shift"):
        oe.grad(lambda x: traced_cube(x, shift=2.0))(2.0)


def test_an_unneeded_jacobian_is_never_built():
    def never(*_):
        raise AssertionError("built without need")

    pair = oe.rule(lambda a, b: a * b, lambda a, b, _y: b, never)
    assert oe.grad(lambda a: pair(a, 3.0))(2.0) == 3.0


def test_stop_gradient():
    assert oe.grad(lambda x: x * oe.stop_gradient(x))(3.0) == 3.0


def test_a_users_primitive_may_return_a_python_float_and_refuse_an_argument():
    exp = oe.rule(lambda x: math.exp(x), lambda _x, y: y)
    assert oe.grad(exp)(1.0) == math.e
    scaled = oe.rule(lambda x, n: float(x * n), lambda _x, n, _y: n, oe.refused, name="scaled")
    assert oe.grad(scaled)(2.0, 3.0) == 3.0
    with pytest.raises(oe.DifferentiationError, match=r"scaled has no derivative .* argument 2"):
        oe.grad(scaled, 1)(2.0, 3.0)


def test_where_with_a_condition_alone_gives_indices():
    x = np.array([[0.0, 2.0], [3.0, 0.0]])
    np.testing.assert_array_equal(oe.grad(lambda t: np.sum(t[np.where(t)] ** 2))(x), 2 * x)
    with pytest.raises(ValueError, match="both or neither"):
        oe.grad(lambda t: np.where(t, t))(x)


@pytest.mark.parametrize("name", [n for n in dir(np.ndarray) if not n.startswith("_")])
def test_every_public_name_of_an_array_is_there(name):
    """It works or refuses; a plain AttributeError would say neither."""
    found = []
    oe.grad(lambda t: found.append(hasattr(type(t), name)) or np.sum(t))(np.ones(2))
    assert found == [True]


def test_membership_and_device():
    def f(t):
        assert 2.0 in t
        assert 5.0 not in t
        assert t.device == "cpu"
        assert t.strides == (8,)
        return np.sum(t.to_device("cpu") * t)

    np.testing.assert_array_equal(oe.grad(f)(np.array([1.0, 2.0])), [2.0, 4.0])
