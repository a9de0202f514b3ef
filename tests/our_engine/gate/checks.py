"""The checks that every specimen must pass; each raises AssertionError.

The truth knows nothing of the rules: Ridders' extrapolated central differences, which bound their
own error (C. J. F. Ridders, Advances in Engineering Software 4, 75, 1982), and where NumPy takes
complex numbers and the result agrees with those, a complex step, which has no rounding to speak of.
"""

from __future__ import annotations

import contextlib
import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import our_engine as oe
from our_engine.linear_maps.diagonal import real_dtype
from our_engine.primitives import COMPOSITE

from .specimen import Specimen

Outputs = tuple[Any, ...]


def forward_is_transposed_reverse(specimen: Specimen) -> None:
    """<u, J v> = <J^T u, v> for random u and v, of every argument's map on its own."""
    rng = np.random.default_rng(3)
    y, J = oe.linearize(specimen.outputs, *specimen.arguments)
    for argument in range(len(specimen.arguments)):
        vs = [np.zeros_like(x) for x in specimen.arguments]
        vs[argument] = direction(rng, specimen.arguments[argument])
        us = tuple(direction(rng, y_i) for y_i in y)
        y_dots = J.apply(*vs)
        x_bars = J.T.apply(us)
        x_bars = x_bars if len(vs) > 1 else (x_bars,)
        for x, x_bar in zip(specimen.arguments, x_bars, strict=True):
            assert np.shape(x_bar) == x.shape, "the cotangent has another shape"
            assert np.result_type(x_bar) == x.dtype, "the cotangent has another dtype"
        left, size = paired(us, y_dots)
        right, _ = paired(vs, x_bars)
        assert abs(left - right) <= 1e-12 * size + 1e-300, "forward and reverse disagree"


def value_and_derivative_are_true(specimen: Specimen) -> None:
    """The value, bit for bit but of a composite, and J v of each argument against the truth."""
    rng = np.random.default_rng(5)
    xs = specimen.arguments
    y, J = oe.linearize(specimen.outputs, *xs)
    for got, want in zip(y, specimen.outputs(*xs), strict=True):
        if specimen.function in COMPOSITE:
            close(got, want, 0.0, "the value", rtol=1e-14)
        else:
            np.testing.assert_array_equal(got, want, err_msg="the value is not NumPy's")
        assert np.result_type(got) == np.result_type(want), "the value has another dtype"
    for argument in range(len(xs)):
        vs = [np.zeros_like(x) for x in xs]
        vs[argument] = direction(rng, xs[argument])
        want, error = slope(lambda t, vs=vs: flat(specimen.outputs(*moved(xs, vs, t))))
        close(flat(J.apply(*vs)), want, error, f"the derivative by argument {argument + 1}")


def second_order_agrees(specimen: Specimen) -> None:
    """v^T H w of a scalar function of the outputs: four nestings, and differences of the gradient.

    The scalar is a weighted sum of y + y^2, or of y + |y|^2 where y is complex.
    """
    rng = np.random.default_rng(7)
    xs = specimen.arguments
    weights = [rng.normal(size=np.shape(y)) for y in specimen.outputs(*xs)]

    def scalar(*xs: Any) -> Any:
        total = 0.0
        for w, y in zip(weights, specimen.outputs(*xs), strict=True):
            total = total + np.sum(w * np.real(y + y * np.conj(y)))
        return total

    vs = [direction(rng, x) for x in xs]
    ws = [direction(rng, x) for x in xs]

    def forward(f: Callable[..., Any], vs: list[Any]) -> Callable[..., Any]:
        return lambda *xs: oe.jvp(f, xs, tuple(vs))[1]

    def reverse(f: Callable[..., Any], vs: list[Any]) -> Callable[..., Any]:
        def along(*xs: Any) -> Any:
            return pairing(oe.grad(f, tuple(range(len(xs))))(*xs), vs)

        return along

    along = reverse(scalar, vs)
    want, error = slope(lambda t: np.reshape(along(*moved(xs, ws, t)), 1), analytic=False)
    for outer, inner in itertools.product((forward, reverse), repeat=2):
        got = outer(inner(scalar, vs), ws)(*xs)
        name = f"second order, {outer.__name__} over {inner.__name__}"
        close(np.reshape(got, 1), want, error, name)


def single_precision_is_kept(specimen: Specimen) -> None:
    """float32 in, float32 out, in both modes, and the digits that float32 has."""
    rng = np.random.default_rng(9)
    narrow = [x.astype("F" if x.dtype.kind == "c" else "f") for x in specimen.arguments]
    wide = [x.astype("D" if x.dtype.kind == "c" else "d") for x in narrow]
    vs = [direction(rng, x).astype(x.dtype) for x in narrow]
    y, J = oe.linearize(specimen.outputs, *narrow)
    y_dots = J.apply(*vs)
    for got, want in zip(y, specimen.outputs(*narrow), strict=True):
        assert got.dtype == want.dtype, "float32: the value has another dtype"
    for y_dot, y_i in zip(y_dots, y, strict=True):
        assert y_dot.dtype == y_i.dtype, "float32: the tangent has another dtype"
    us = tuple(direction(rng, y_i).astype(y_i.dtype) for y_i in y)
    x_bars = J.T.apply(us)
    for x, x_bar in zip(narrow, x_bars if len(vs) > 1 else (x_bars,), strict=True):
        assert x_bar.dtype == x.dtype, "float32: the cotangent has another dtype"
    if specimen.single:
        with_more_digits = flat(oe.linearize(specimen.outputs, *wide)[1].apply(*vs))
        close(flat(y_dots), with_more_digits, 0.0, "float32", rtol=1e-3)


def arguments_are_left_alone(specimen: Specimen) -> None:
    """Read-only arguments with strides give the same bits, twice; none is changed."""
    rng = np.random.default_rng(13)
    us = tuple(direction(rng, y) for y in specimen.outputs(*specimen.arguments))
    strided = []
    for x in specimen.arguments:
        wide = np.zeros((*x.shape, 2), x.dtype)
        wide[..., 0] = x
        view = wide[..., 0]
        view.flags.writeable = False
        strided.append(view)
    before = [u.copy() for u in us]
    runs = []
    for _ in range(2):
        _, pull = oe.vjp(specimen.outputs, tuple(strided))
        runs.append(pull(us))
        runs.append(pull(us))
    for first, *others in zip(*runs, strict=True):
        for other in others:
            np.testing.assert_array_equal(first, other, err_msg="not the same bits twice")
    for x, view in zip(specimen.arguments, strided, strict=True):
        np.testing.assert_array_equal(x, view, err_msg="an argument was changed")
    for u, was in zip(us, before, strict=True):
        np.testing.assert_array_equal(u, was, err_msg="a cotangent was changed")
    _, pull = oe.vjp(specimen.outputs, specimen.arguments)
    for got, want in zip(pull(us), runs[0], strict=True):
        close(got, want, 0.0, "strided arguments", rtol=1e-12)


FIRST_ORDER = (forward_is_transposed_reverse, value_and_derivative_are_true)
EVERY = (*FIRST_ORDER, second_order_agrees, single_precision_is_kept, arguments_are_left_alone)


def applicable(specimen: Specimen) -> Iterator[Callable[[Specimen], None]]:
    """The checks that a specimen is for."""
    for check in EVERY:
        if check is not second_order_agrees or specimen.nonlinear:
            yield check


def slope(
    f: Callable[[Any], Any], analytic: bool = True, first: float = 2.0**-5
) -> tuple[Any, Any]:
    """The derivative of f(t) at 0 and a bound of its error, relative to the largest element."""
    want, error = ridders(f, first)
    if analytic and not np.iscomplexobj(want):
        with contextlib.suppress(TypeError, ValueError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exact = np.imag(f(1e-30j)) / 1e-30
            if np.shape(exact) == want.shape and np.all(np.abs(exact - want) <= 10 * error):
                return exact, 0.0
    return want, error


def ridders(f: Callable[[Any], Any], h: float, rows: int = 7) -> tuple[Any, Any]:
    """Neville's extrapolation of central differences to step 0, the most certain of a tableau."""
    above: list[Any] = []
    best: Any = None
    error: Any = np.inf
    for i in range(rows):
        with np.errstate(all="ignore"):
            row = [(f(h) - f(-h)) / (2.0 * h)]
        h /= 2.0
        for j in range(1, i + 1):
            row.append(row[-1] + (row[-1] - above[j - 1]) / (4.0**j - 1.0))
            found = max(
                np.max(np.abs(row[-1] - row[-2]), initial=0.0),
                np.max(np.abs(row[-1] - above[j - 1]), initial=0.0),
            )
            if found <= error:
                error, best = found, row[-1]
        above = row
    assert best is not None, "no differences: the point is too near the end of the domain"
    return best, error


def close(got: Any, want: Any, error: Any, what: str, rtol: float = 1e-11) -> None:
    """Equal to the truth's error, which must be small itself."""
    got, want = np.asarray(got), np.asarray(want)
    assert got.shape == want.shape, f"{what}: shape {got.shape}, not {want.shape}"
    scale = np.max(np.abs(want), initial=1e-3)
    assert error <= 1e-5 * scale, f"{what}: the truth is not known well enough, to {error:.1e}"
    distance = np.max(np.abs(got - want), initial=0.0)
    bound = rtol * max(scale, 0.1) + 4.0 * error
    assert distance <= bound, f"{what}: off by {distance:.2e}, where {bound:.1e} is allowed"


def direction(rng: np.random.Generator, x: Any) -> Any:
    """A random array of the shape of x, complex if x is."""
    v = np.asarray(rng.normal(size=np.shape(x)))
    if np.iscomplexobj(x):
        v = v + 1j * rng.normal(size=np.shape(x))
    return v.astype(np.result_type(x, real_dtype(np.result_type(x))))


def moved(xs: Any, vs: Any, t: Any) -> list[Any]:
    """x + t v of each."""
    return [x + t * v if np.any(v) else x for x, v in zip(xs, vs, strict=True)]


def flat(ys: Outputs) -> Any:
    """All outputs in one vector."""
    return np.concatenate([np.reshape(y, -1) for y in ys]) if ys else np.zeros(0)


def paired(us: Any, vs: Any) -> tuple[Any, Any]:
    """<u, v>, and the sum of its terms' magnitudes."""
    terms = flat(tuple(np.asarray(u * v) for u, v in zip(us, vs, strict=True)))
    return np.sum(np.real(terms)), np.sum(np.abs(terms))


def pairing(us: Any, vs: Any) -> Any:
    """<u, v> of values that may be traced."""
    return sum(np.sum(np.real(u * v)) for u, v in zip(us, vs, strict=True))
