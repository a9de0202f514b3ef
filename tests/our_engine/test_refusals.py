"""Every way out of a trace: supported with the right derivative, or refused with its cure.

The list is that of what NumPy's protocols cannot reach. Nothing on it may give a derivative of
zero in silence, in any mode, at any level.
"""

import copy
import math
import pickle
import re

import numpy as np
import pytest

import our_engine as oe

X = np.array([1.3, 0.7])


def into(write):
    """A program that lets `write(z, t)` write t into an array z of zeros, and adds z up."""

    def body(t):
        z = np.zeros(2)
        write(z, t)
        return np.sum(z)

    return body


def put(z, index, value):
    z[index] = value


ARRAY = r"np\.stack\(\[t, \.\.\.\]\), np\.ones\(n\) \* t, np\.where\(mask, t, z\)"
FLOAT = r"write t itself, np\.sin\(t\), np\.stack"
OUT = r"write z = z \+ t, z = f\(t\)"
INDEX = r"cannot be an index; write int\(our_engine\.stop_gradient\(t\)\)"

REFUSED = {
    "np.array([t, ...])": (lambda t: np.sum(np.array([t[0], t[1]])), ARRAY),
    "np.array(t)": (lambda t: np.sum(np.array(t)), ARRAY),
    "np.asarray(t)": (lambda t: np.sum(np.asarray(t)), ARRAY),
    "np.full(n, t)": (lambda t: np.sum(np.full(3, t[0])), ARRAY),
    "np.full_like(z, t)": (lambda t: np.sum(np.full_like(X, t[0])), r"np\.ones\(n\) \* t"),
    "np.float64(t)": (lambda t: np.float64(t[0]), ARRAY),
    "np.arange(t)": (lambda t: np.sum(np.arange(0, t[0], 0.5)), ARRAY),
    "np.fromiter": (lambda t: np.sum(np.fromiter(iter(t), float)), FLOAT),
    "np.vectorize": (lambda t: np.sum(np.vectorize(lambda v: v * v)(t)), ARRAY),
    "np.sum of a list": (lambda t: np.sum([t[0], t[1]]), ARRAY),
    "np.sin of a list": (lambda t: np.sum(np.sin([t[0], t[1]])), ARRAY),
    "array times list": (lambda t: np.sum(X * [t[0], t[1]]), ARRAY),
    "float(t)": (lambda t: float(t[0]), FLOAT),
    "int(t)": (lambda t: int(t[0]) * t[1], r"write np\.floor\(t\)"),
    "complex(t)": (lambda t: complex(t[0]).real, r"write t \+ 0j"),
    "round(t)": (lambda t: round(t[0], 2), r"write np\.round\(t\)"),
    "math.sin(t)": (lambda t: math.sin(t[0]), FLOAT),
    "math.hypot(t)": (lambda t: math.hypot(t[0], t[1]), FLOAT),
    "math.floor(t)": (lambda t: math.floor(t[0]) * t[0], r"write np\.floor\(t\)"),
    "math.ceil(t)": (lambda t: math.ceil(t[0]) * t[0], r"write np\.ceil\(t\)"),
    "math.trunc(t)": (lambda t: math.trunc(t[0]) * t[0], r"write np\.trunc\(t\)"),
    "z[i] = t": (into(lambda z, t: put(z, 0, t[0])), r"z\[i\] = t .* np\.stack"),
    "z[:] = t": (into(lambda z, t: put(z, slice(None), t)), ARRAY),
    "z[:] = scalar": (into(lambda z, t: put(z, slice(None), t[0])), ARRAY),
    "z[:] = [t, ...]": (into(lambda z, t: put(z, slice(None), [t[0], t[1]])), ARRAY),
    "z[mask] = t": (into(lambda z, t: put(z, z == 0, t)), ARRAY),
    "z[list] = t": (into(lambda z, t: put(z, [0, 1], t)), ARRAY),
    "z += t": (into(lambda z, t: z.__iadd__(t)), OUT),
    "z *= t": (into(lambda z, t: z.__imul__(t)), OUT),
    "z @= t": (lambda t: np.sum(np.eye(2).__imatmul__(np.outer(t, t))), OUT),
    "out=z": (lambda t: np.sum(np.multiply(t, 2.0, out=np.zeros(2))), OUT),
    "out by position": (lambda t: np.sum(np.multiply(t, 2.0, np.zeros(2))), OUT),
    "sum into out": (lambda t: np.sum(t, out=np.zeros(())), r"write z = f\(x\) in place of"),
    "np.copyto": (into(np.copyto), r"np\.where\(mask, t, z\)"),
    "np.place": (into(lambda z, t: np.place(z, z == 0, t)), r"np\.where\(mask, t, z\)"),
    "np.put": (into(lambda z, t: np.put(z, [0], t[0])), r"np\.where\(mask, t, z\)"),
    "np.add.at": (into(lambda z, t: np.add.at(z, [0, 1], t)), r"add two arrays"),
    "normal(t)": (lambda t: np.random.default_rng(0).normal(t[0]), ARRAY),
    "normal of an array": (lambda t: np.sum(np.random.default_rng(0).normal(t)), ARRAY),
    "legacy normal": (lambda t: np.sum(np.random.normal(t)), ARRAY),  # noqa: NPY002
    "uniform(0, t)": (lambda t: np.random.default_rng(0).uniform(0, t[0]), ARRAY),
    "choice(t)": (lambda t: np.sum(np.random.default_rng(0).choice(t, 1)), ARRAY),
    "permutation(t)": (lambda t: np.random.default_rng(0).permutation(t)[0], ARRAY),
    "shuffle(t)": (lambda t: np.random.default_rng(0).shuffle(t), r"t\[i\] = v cannot be"),
    "z.dot(t)": (lambda t: X.dot(t), ARRAY),
    "z.fill(t)": (into(lambda z, t: z.fill(t[0])), FLOAT),
    "z.put(i, t)": (into(lambda z, t: z.put([0], t[0])), ARRAY),
    "z.choose([t, ...])": (lambda t: np.sum(np.array([0, 1]).choose([t, 2 * t])), ARRAY),
    "z.sum(initial=t)": (lambda t: X.sum(initial=t[0]), FLOAT),
    "z.reshape(t)": (lambda t: X.reshape(t), INDEX),
    "range(t)": (lambda t: len(range(t[0])) * t[0], INDEX),
    "list[t]": (lambda t: [1.0, 2.0][t[0]], INDEX),
    "t[i] = v": (lambda t: put(t, 0, 1.0), r"np\.where\(mask, v, t\)"),
    "del t[i]": (lambda t: t.__delitem__(0), r"np\.delete\(t, i\)"),
    "t.sort()": (lambda t: t.sort(), r"write np\.sort\(t\)"),
    "t.partition()": (lambda t: t.partition(1), r"write np\.partition\(t, k\)"),
    "t.put()": (lambda t: t.put([0], 1.0), r"write np\.where\(mask, v, t\)"),
    "t.fill()": (lambda t: t.fill(1.0), r"write np\.full_like\(t, v\)"),
    "t.resize()": (lambda t: t.resize(3), r"write np\.resize\(t, n\)"),
    "t.setfield()": (lambda t: t.setfield(1.0, float), r"write np\.where\(mask, v, t\)"),
    "t.item()": (lambda t: t[0].item(), r"write t\[\(\)\], t\[i\]"),
    "t.tolist()": (lambda t: sum(t.tolist()), r"write list\(t\)"),
    "t.dumps()": (lambda t: t.dumps(), r"comes out of the derivative"),
    "t.getfield": (lambda t: t.getfield(np.float32), r"t\.astype\(dtype\)"),
    "t.is_integer()": (lambda t: t[0].is_integer(), r"np\.floor\(t\)"),
    "t.as_integer_ratio()": (lambda t: t[0].as_integer_ratio(), r"t itself"),
    "t.hex()": (lambda t: t[0].hex(), r"t itself"),
    "t.base": (lambda t: t.base, r"t itself"),
    "t.flags": (lambda t: t.flags, r"t itself"),
    "t.ctypes": (lambda t: t.ctypes, r"t itself"),
    "t.setflags": (lambda t: t.setflags(write=True), r"t\.copy\(\)"),
    "t.dump": (lambda t: t.dump("file"), r"comes out of the derivative"),
    "t.tobytes()": (lambda t: np.frombuffer(t.tobytes()).sum(), r"write t itself"),
    "t.tofile()": (lambda t: t.tofile("x"), r"comes out of the derivative"),
    "t.view()": (lambda t: np.sum(t.view(float)), r"write t\.astype\(dtype\)"),
    "t.byteswap()": (lambda t: np.sum(t.byteswap()), r"write t itself"),
    "t.data": (lambda t: np.sum(np.frombuffer(t.data)), r"write t itself"),
    "pickle": (lambda t: np.sum(pickle.loads(pickle.dumps(t))), r"write t\.copy\(\)"),
    "objects": (lambda t: np.sum(np.array([1.0, 2.0], object) * t), r"write x\.astype\(float\)"),
    "masked array": (lambda t: np.sum(t * np.ma.array(X, mask=[0, 1])), r"np\.asarray\(x\)"),
    "matrix": (lambda t: np.sum(t * np.asmatrix(np.eye(2))), r"np\.asarray\(x\)"),
    "no rule": (lambda t: np.sum(np.frompyfunc(lambda a: a, 1, 1)(t)), r"our_engine\.rule"),
}


def modes(body):
    """Each way to differentiate the program, so that t is traced by one level or by two."""

    def inner(x):
        return oe.grad(lambda s: np.sum(s * s) + np.sum(x))(x)

    return {
        "grad": lambda: oe.grad(body)(X),
        "jvp": lambda: oe.jvp(body, (X,), (X,)),
        "linearize": lambda: oe.linearize(body, X),
        "grad of grad": lambda: oe.jacobian(oe.grad(body))(X),
        "inside a derivative": lambda: oe.grad(lambda t: body(t) + np.sum(inner(t)))(X),
        "of an outer value": lambda: oe.grad(
            lambda t: oe.grad(lambda s: np.sum(s) * body(t))(np.ones(2))[0]
        )(X),
    }


@pytest.mark.filterwarnings("ignore:you are shuffling")
@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_the_cure_in_every_mode(name):
    body, cure = REFUSED[name]
    for mode, derivative in modes(body).items():
        with pytest.raises(oe.DifferentiationError) as caught:
            derivative()
        message = str(caught.value)
        assert re.search(cure, message), (mode, message)
        assert message.startswith("our_engine"), mode
        assert "\n" not in message


SUPPORTED = {
    "where with a scalar branch": lambda t: np.sum(np.where(t > 1, t * t, 0)),
    "where with constants": lambda t: np.sum(np.where(t > 1, 2.0, 0.5) * t),
    "negated comparison of a scalar": lambda t: np.where(~(t[0] > 1), 5.0, t[0] * t[1]),
    "comparison as a factor": lambda t: np.sum((t > 1) * t * t),
    "boolean index": lambda t: np.sum(t[t > 1] ** 2),
    "if": lambda t: t[0] ** 2 if t[0] > t[1] else t[1],
    "and": lambda t: (t[0] and t[1]) * t[1],
    "max": lambda t: max(t[0], t[1]) * t[1],
    "sorted": lambda t: sorted([t[0], t[1]])[0] * 3.0,
    "sum": lambda t: sum(t * t),
    "abs and divmod": lambda t: abs(t[0]) + divmod(t[1], 0.4)[1],
    "iteration": lambda t: next(a * b for a, b in zip(t, t[::-1], strict=True)),
    "copy": lambda t: np.sum(copy.copy(t) * t),
    "deepcopy": lambda t: np.sum(copy.deepcopy(t) * t),
    "deepcopy of a list": lambda t: np.sum(copy.deepcopy([t, 1.0])[0] ** 2),
    "z.clip(t)": lambda t: np.sum(np.array([2.0, 0.1]).clip(0.5, t) * t),
    "stack": lambda t: np.sum(np.stack([t[0], t[1] * t[0]]) ** 2),
    "linspace": lambda t: np.sum(np.linspace(0.0, t[0], 3) ** 2),
    "namespace": lambda t: t.__array_namespace__().sum(t * t),
    "argument sorts": lambda t: t[t.argsort()][0] * 2.0 + t[t.argpartition(1)[0]],
    "compress and choose": lambda t: np.sum(t.compress([True, False]) ** 2),
}


@pytest.mark.parametrize("name", SUPPORTED)
def test_supported_with_the_right_derivative(name):
    body = SUPPORTED[name]
    h = 1e-6
    want = [(body(X + h * e) - body(X - h * e)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(oe.grad(body)(X), want, rtol=1e-8, atol=1e-9)
    dots = [oe.jvp(body, (X,), (e,))[1] for e in np.eye(2)]
    np.testing.assert_allclose(dots, want, rtol=1e-8, atol=1e-9)
    assert oe.value_and_grad(body)(X)[0] == body(X)


def test_a_constant_on_purpose_is_a_copy():
    def body(t):
        y = t * 2.0
        z = oe.stop_gradient(y)
        z += 100.0
        pair = oe.stop_gradient((y, {"a": [y[0]]}))
        assert isinstance(pair[1]["a"][0], float)
        return np.sum(y * y) + 0.0 * np.sum(z) + float(pair[1]["a"][0])

    np.testing.assert_allclose(oe.grad(body)(X), 8 * X)
    plain = np.ones(2)
    assert oe.stop_gradient(plain) is plain


def test_a_comparison_of_a_scalar_is_numpys_boolean():
    seen = []
    oe.grad(lambda t: [seen.append(t[0] > 1), t[0]][1])(X)
    assert isinstance(seen[0], np.bool_)


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_an_input_that_is_no_plain_array():
    with pytest.raises(oe.DifferentiationError, match=r"MaskedArray.*np\.asarray"):
        oe.grad(np.sum)(np.ma.array(X, mask=[0, 1]))
    with pytest.raises(oe.DifferentiationError, match=r"matrix.*np\.asarray"):
        oe.grad(np.sum)(np.asmatrix(X))

    class Named(np.ndarray):
        pass

    g = oe.grad(lambda t: np.sum(t * t))(X.view(Named))
    assert type(g) is np.ndarray
    np.testing.assert_array_equal(g, 2 * X)
