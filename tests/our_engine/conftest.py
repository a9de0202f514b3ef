"""What a rule is checked by: its value, its two modes, the truth, second order, dtypes, layouts.

A case is (function, f, arguments) or (function, f, arguments, options): `function` is what the
rule table knows the rule by, f the call of it to differentiate, by all of its arguments. Options:

    truth   "complex": a complex step, where NumPy takes complex numbers (no rounding to speak of)
            "steps": differences in extended precision, where the arguments are complex or f takes
            a modulus
            "real": differences in double precision, for what is piecewise linear, or for C code
    second  False where the second derivatives are not to be compared
    single  False where single precision says nothing
"""

import contextlib
import itertools

import numpy as np
import pytest

import our_engine as oe
from our_engine import rules
from our_engine.linear_maps import LinearMap, Operator, Scale, plain
from our_engine.primitives import COMPOSITE, TABLE, each
from our_engine.recording import Node, raw
from our_engine.trees import leaves

rules.load()


def flat(tree):
    """All outputs in one vector."""
    return np.concatenate([np.reshape(y, -1) for y in leaves(tree)])


def like(rng, x):
    """A random direction of the shape of x, complex if x is."""
    v = rng.normal(size=np.shape(x))
    return v + 1j * rng.normal(size=np.shape(x)) if np.iscomplexobj(x) else v


def moved(xs, vs, t):
    return [x + t * v for x, v in zip(xs, vs, strict=True)]


def slope(f, xs, vs, truth):
    """The directional derivative of f at xs along vs, without a rule."""
    if truth == "complex":
        return np.imag(flat(f(*moved(xs, vs, 1e-30j)))) / 1e-30
    extended = truth == "steps"
    if extended:
        xs = [np.asarray(x, np.result_type(x, np.longdouble)) for x in xs]
    h = np.longdouble(1e-4) if extended else 2.0**-11
    near = flat(f(*moved(xs, vs, h))) - flat(f(*moved(xs, vs, -h)))
    far = flat(f(*moved(xs, vs, 2 * h))) - flat(f(*moved(xs, vs, -2 * h)))
    return (8 * near - far) / (12 * h)


def close(got, want, rtol, what):
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape, what
    scale = np.max(np.abs(want), initial=1e-3)
    np.testing.assert_allclose(
        got, want.astype(got.dtype), rtol=rtol, atol=rtol * scale, err_msg=what
    )


def first_order(f, xs, truth, rng):
    y, J = oe.linearize(f, *xs)
    for a, b in zip(leaves(y), leaves(f(*xs)), strict=True):
        np.testing.assert_array_equal(a, b, err_msg="value")
        assert np.result_type(a) == np.result_type(b), "dtype of the value"
    rtol = {"complex": 1e-11, "steps": 1e-10, "real": 1e-9}[truth]
    for _ in range(2):
        vs = [like(rng, x) for x in xs]
        us = [like(rng, y_i) for y_i in leaves(y)]
        y_dots = leaves(J.apply(*vs))
        seeds = iter(us)
        u = us[0]
        if isinstance(y, (tuple, list)):
            u = type(y)(*seeds) if hasattr(y, "_fields") else type(y)(seeds)
        x_bars = J.T.apply(u)
        x_bars = x_bars if len(xs) > 1 else (x_bars,)
        for x, x_bar in zip(xs, x_bars, strict=True):
            assert np.shape(x_bar) == np.shape(x), "shape of the cotangent"
            assert np.result_type(x_bar) == np.result_type(x), "dtype of the cotangent"
        left = sum(np.sum(np.real(u * y_dot)) for u, y_dot in zip(us, y_dots, strict=True))
        right = sum(np.sum(np.real(b * v)) for b, v in zip(x_bars, vs, strict=True))
        size = sum(np.sum(np.abs(u * y_dot)) for u, y_dot in zip(us, y_dots, strict=True))
        assert abs(left - right) <= 1e-12 * (size + 1e-3), "forward and reverse disagree"
        close(flat(y_dots), slope(f, xs, vs, truth), rtol, "forward against the truth")


def second_order(f, xs, truth, rng):
    """v^T H w of a scalar made of f, in four nestings."""
    weights = rng.normal(size=np.shape(flat(f(*xs))))

    by_modulus = any(np.iscomplexobj(x) for x in xs)

    def g(*xs):
        y = flat(f(*xs))
        if by_modulus:
            return np.real(np.sum(weights * (y * np.conj(y) + y)))
        return np.sum(weights * (y * y + y))

    vs, ws = [like(rng, x) for x in xs], [like(rng, x) for x in xs]
    xs = tuple(xs)

    def forward(g, vs):
        return lambda *xs: oe.jvp(g, xs, tuple(vs))[1]

    def reverse(g, vs):
        def along(*xs):
            grads = oe.grad(g, tuple(range(len(xs))))(*xs)
            return sum(np.sum(np.real(a * v)) for a, v in zip(grads, vs, strict=True))

        return along

    h = 2.0**-8 if truth == "real" else 2.0**-11

    def first(t):
        return slope(lambda *xs: g(*xs), moved(xs, ws, t), vs, truth)

    want = (8 * (first(h) - first(-h)) - (first(2 * h) - first(-2 * h))) / (12 * h)
    rtol = 2e-6 if truth == "real" else 1e-7
    for outer, inner in itertools.product((forward, reverse), repeat=2):
        got = outer(inner(g, vs), ws)(*xs)
        close(np.reshape(got, 1), want, rtol, f"{outer.__name__} over {inner.__name__}")


def layouts(f, xs, rng):
    """Single precision, and strided read-only arguments, give the same gradient."""
    us = [rng.normal(size=np.shape(y)) for y in leaves(f(*xs))]

    def weighted(*xs):
        return sum(np.real(np.sum(u * y)) for u, y in zip(us, leaves(f(*xs)), strict=True))

    gradient = oe.grad(weighted, tuple(range(len(xs))))
    wants = gradient(*xs)
    strided = []
    for x in xs:
        wide = np.zeros((*np.shape(x), 2), np.result_type(x))
        wide[..., 0] = x
        view = wide[..., 0]
        view.flags.writeable = False
        strided.append(view)
    for got, want in zip(gradient(*strided), wants, strict=True):
        close(got, want, 1e-13, "strided")
    return gradient, wants


def single_precision(gradient, xs, wants):
    narrow = [np.asarray(x).astype("F" if np.iscomplexobj(x) else "f") for x in xs]
    for x, got, want in zip(narrow, gradient(*narrow), wants, strict=True):
        assert got.dtype == x.dtype, "float32 is not kept"
        close(got.astype(want.dtype), want, 3e-4, "single precision")


@pytest.fixture
def check():
    """check(case): raise AssertionError unless the rule is right in every respect."""

    def check(case):
        _, f, xs, *rest = case
        options = {"truth": "complex", "second": True, "single": True, **(rest[0] if rest else {})}
        rng = np.random.default_rng(5)
        xs = [np.asarray(x) for x in xs]
        first_order(f, xs, options["truth"], rng)
        if options["second"]:
            second_order(f, xs, options["truth"], rng)
        gradient, wants = layouts(f, xs, rng)
        if options["single"]:
            single_precision(gradient, xs, wants)

    return check


def _spoilt_map(kind, *args, **settings):
    J = kind[1](*args, **settings)
    if not isinstance(J, LinearMap):
        J = Scale(J)
    if kind[0] == "factor":
        return Operator(lambda v: _times(J.apply(v)), lambda u: _times(plain(J.pull(u))))
    return Operator(J.apply, lambda u: _times(plain(J.pull(u))))


def _times(v):
    if isinstance(v, tuple):
        return tuple(_times(item) for item in v)
    return None if v is None else v * 1.0001


def _spoilt_composite(implementation):
    def off(y):
        if isinstance(y, (tuple, list)):
            items = [off(item) for item in y]
            return type(y)(*items) if hasattr(y, "_fields") else type(y)(items)
        return raw(y) + 1.0001 * (y - raw(y)) if isinstance(y, Node) else y

    return lambda *args, **kwargs: off(implementation(*args, **kwargs))


@pytest.fixture
def planted():
    """planted(function, kind): a context in which the rule is wrong by one part in ten thousand.

    "factor" is wrong in both modes alike, "reverse" in the transpose alone.
    """

    @contextlib.contextmanager
    def planted(function, kind):
        if function in COMPOSITE:
            right = COMPOSITE[function]
            COMPOSITE[function] = _spoilt_composite(right)
            try:
                yield
            finally:
                COMPOSITE[function] = right
            return
        primitive = TABLE[function]
        right = primitive.jacobians

        def spoil(jacobian):
            inner = jacobian.jacobian if isinstance(jacobian, each) else jacobian
            wrong = lambda *args, **settings: _spoilt_map((kind, inner), *args, **settings)  # noqa: E731
            return each(wrong) if isinstance(jacobian, each) else wrong

        parts = primitive.parts
        primitive.jacobians = tuple(j if isinstance(j, LinearMap) else spoil(j) for j in right)
        primitive.parts = tuple(
            (j, kept, fixed if isinstance(j, LinearMap) else None)
            for j, (_, kept, fixed) in zip(primitive.jacobians, parts, strict=True)
        )
        try:
            yield
        finally:
            primitive.jacobians = right
            primitive.parts = parts

    return planted
