"""Each name that problems may use is there on every AD backend, and is differentiated, not named.

The truth is NumPy in extended precision, differenced (in float64 for the linear algebra, which
NumPy has in no other): it knows no derivative rule.
"""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract.namespace import CONSTANT, DIFFERENTIABLE, DIFFERENTIABLE_LINALG

# name: (function of xp and its arguments, the shapes of these). Elements lie in (0.2, 0.9) and keep
# clear of every step and tie below.
SAMPLES = {
    "abs": (lambda xp, x: xp.abs(x - 0.5), (2, 3)),
    "acosh": (lambda xp, x: xp.acosh(x + 1), (2, 3)),
    "ceil": (lambda xp, x: x + xp.ceil(x), (2, 3)),
    "floor": (lambda xp, x: x + xp.floor(x), (2, 3)),
    "round": (lambda xp, x: x + xp.round(x), (2, 3)),
    "sign": (lambda xp, x: x + xp.sign(x), (2, 3)),
    "trunc": (lambda xp, x: x + xp.trunc(x), (2, 3)),
    "where": (lambda xp, x, y: xp.where(x > 0.5, x * x, y), (2, 3), (2, 3)),
    "clip": (lambda xp, x: xp.clip(x, 0.3, 0.6), (2, 3)),
    "cumulative_sum": (lambda xp, x: xp.cumulative_sum(x, axis=1), (2, 3)),
    "broadcast_to": (lambda xp, x: xp.broadcast_to(x, (2, 3)), (3,)),
    "concat": (lambda xp, x, y: xp.concat([x, y, x], axis=0), (2, 3), (1, 3)),
    "diff": (lambda xp, x: xp.diff(x, axis=1), (2, 3)),
    "expand_dims": (lambda xp, x: xp.expand_dims(x, axis=1), (2, 3)),
    "flip": (lambda xp, x: xp.flip(x, axis=1), (2, 3)),
    "matrix_transpose": (lambda xp, x: xp.matrix_transpose(x), (2, 2, 3)),
    "moveaxis": (lambda xp, x: xp.moveaxis(x, 0, 2), (2, 2, 3)),
    "permute_dims": (lambda xp, x: xp.permute_dims(x, (2, 0, 1)), (2, 2, 3)),
    "repeat": (lambda xp, x: xp.repeat(x, 2, axis=1), (2, 3)),
    "reshape": (lambda xp, x: xp.reshape(x, (3, 2)), (2, 3)),
    "roll": (lambda xp, x: xp.roll(x, 1, axis=1), (2, 3)),
    "squeeze": (lambda xp, x: xp.squeeze(x, axis=0), (1, 3)),
    "stack": (lambda xp, x, y: xp.stack([x, y], axis=1), (2, 3), (2, 3)),
    "take": (lambda xp, x: xp.take(x, xp.asarray([2, 0, 0]), axis=1), (2, 3)),
    "tile": (lambda xp, x: xp.tile(x, (2, 1)), (2, 3)),
    "tril": (lambda xp, x: xp.tril(x), (3, 3)),
    "triu": (lambda xp, x: xp.triu(x), (3, 3)),
    "unstack": (lambda xp, x: xp.unstack(x)[1] * xp.unstack(x)[0], (2, 3)),
    "matmul": (lambda xp, x, y: xp.matmul(x, y), (2, 3), (3, 2)),
    "tensordot": (lambda xp, x, y: xp.tensordot(x, y, axes=1), (2, 3), (3, 2)),
    "vecdot": (lambda xp, x, y: xp.vecdot(x, y), (2, 3), (3,)),
}
TWO = ("add", "atan2", "divide", "hypot", "logaddexp", "maximum", "minimum", "multiply", "pow")
SAMPLES |= {
    name: (lambda xp, x, y, name=name: getattr(xp, name)(x, y), (2, 3), (3,))
    for name in (*TWO, "subtract")
}
REDUCTIONS = ("max", "mean", "min", "prod", "std", "sum", "var")
SAMPLES |= {
    f"{name}{setting}": (lambda xp, x, n=name, kw=kw: getattr(xp, n)(x, **kw), (2, 3))
    for name in REDUCTIONS
    for setting, kw in {
        "": {},
        " axis": {"axis": 1},
        " keepdims": {"axis": 0, "keepdims": True},
    }.items()
}
SAMPLES |= {
    "var correction": (lambda xp, x: xp.var(x, axis=1, correction=1.0), (2, 3)),
    "std correction": (lambda xp, x: xp.std(x, axis=1, correction=1.0), (2, 3)),
    "where broadcast": (lambda xp, x, y: xp.where(x > 0.5, x * x, y), (2, 3), (3,)),
    "where scalar": (lambda xp, x: xp.where(x > 0.5, x * x, 0), (2, 3)),
    "concat flat": (lambda xp, x, y: xp.concat([x, y], axis=None), (2, 3), (4,)),
    "flip all": (lambda xp, x: xp.flip(x), (2, 3)),
    "matmul vectors": (lambda xp, x, y: xp.matmul(x, y), (3,), (3,)),
    "matmul by vector": (lambda xp, x, y: xp.matmul(x, y), (2, 3), (3,)),
    "matmul batch": (lambda xp, x, y: xp.matmul(x, y), (2, 2, 3), (3, 2)),
    "operators": (lambda xp, x, y: -(x**2) / y + 2 * (x - y) * abs(x @ y.T)[0, 0], (2, 3), (2, 3)),
    "indexing": (lambda xp, x: x[0, 1:] * x[1, 0] + x[:, None, 2][1] * x[..., :2][0], (2, 3)),
    "indexing by an array": (lambda xp, x: x[xp.asarray([1, 0, 1])], (2, 3)),
    "T": (lambda xp, x: x.T * 2, (2, 3)),
}
# What is left takes one argument and means what it says.
SAMPLES |= {
    name: (lambda xp, x, name=name: getattr(xp, name)(x), (2, 3))
    for name in DIFFERENTIABLE
    if name not in SAMPLES
}


def positive_definite(xp, x):
    """From any square matrix, by operations that every backend has."""
    return x @ x.T + 2 * xp.eye(3, dtype=xp.float64)


LINALG = {
    "cholesky": (lambda xp, x: xp.linalg.cholesky(positive_definite(xp, x)), (3, 3)),
    "det": (lambda xp, x: xp.linalg.det(positive_definite(xp, x)), (3, 3)),
    "diagonal": (lambda xp, x: xp.linalg.diagonal(x), (2, 3)),
    "diagonal above": (lambda xp, x: xp.linalg.diagonal(x, offset=1), (2, 3)),
    "diagonal below": (lambda xp, x: xp.linalg.diagonal(x, offset=-1), (3, 2)),
    "inv": (lambda xp, x: xp.linalg.inv(positive_definite(xp, x)), (3, 3)),
    "matmul": (lambda xp, x, y: xp.linalg.matmul(x, y), (2, 3), (3, 2)),
    "matrix_norm": (lambda xp, x: xp.linalg.matrix_norm(x), (2, 3)),
    "matrix_transpose": (lambda xp, x: xp.linalg.matrix_transpose(x), (2, 3)),
    "outer": (lambda xp, x, y: xp.linalg.outer(x, y), (3,), (2,)),
    "slogdet": (lambda xp, x: xp.linalg.slogdet(positive_definite(xp, x))[1], (3, 3)),
    "solve": (lambda xp, x, b: xp.linalg.solve(positive_definite(xp, x), b), (3, 3), (3, 2)),
    "solve vector": (lambda xp, x, b: xp.linalg.solve(positive_definite(xp, x), b), (3, 3), (3,)),
    "tensordot": (lambda xp, x, y: xp.linalg.tensordot(x, y, axes=1), (2, 3), (3, 2)),
    "trace": (lambda xp, x: xp.linalg.trace(x), (3, 3)),
    "vecdot": (lambda xp, x, y: xp.linalg.vecdot(x, y), (2, 3), (2, 3)),
    "vector_norm": (lambda xp, x: xp.linalg.vector_norm(x, axis=1), (2, 3)),
}
EVERY = [("", name) for name in SAMPLES] + [("linalg.", name) for name in LINALG]

# autograd 1.9.1 gives the side of `where` that was broadcast a cotangent of the output's shape.
# Strict: a mended version is noticed.
FAULTS = {("AutogradBackend", "where broadcast", "reverse")}


def sample(where, name):
    function, *shapes = (LINALG if where else SAMPLES)[name]
    rng = np.random.default_rng(sum(map(ord, name)))
    elements = sum(int(np.prod(shape)) for shape in shapes)
    # Evenly spread: no two are equal, and none lies on a step (0.3, 0.5 and 0.6 are left out).
    spread = rng.permutation(np.linspace(0.2, 0.9, 61)[[i for i in range(61) if i % 2]])[:elements]
    args, directions, start = [], [], 0
    for shape in shapes:
        stop = start + int(np.prod(shape))
        args.append(spread[start:stop].reshape(shape))
        directions.append(rng.normal(size=shape))
        start = stop
    return function, args, directions


def truth(where, function, args, directions):
    """The derivative along ``directions``, by the fourth-order central difference."""
    number = np.float64 if where else np.longdouble
    h = number(1e-3)

    def at(steps):
        return function(
            np, *(number(x) + steps * h * number(v) for x, v in zip(args, directions, strict=True))
        )

    return np.asarray((8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * h), dtype=np.float64)


def refuses(backend, where, error):
    """Whether it is autograd saying that it has no forward rule for some linear algebra."""
    by_autograd = type(backend).__name__ == "AutogradBackend" and where
    return by_autograd and isinstance(error, NotImplementedError) and "JVP of" in str(error)


def test_every_name_has_a_sample():
    assert {name.split()[0] for name in SAMPLES} >= set(DIFFERENTIABLE)
    assert {name.split()[0] for name in LINALG} == set(DIFFERENTIABLE_LINALG)


@pytest.mark.parametrize("mode", ["forward", "reverse"])
@pytest.mark.parametrize(("where", "name"), EVERY, ids=lambda part: part)
def test_the_name_is_differentiated(ad_backend, where, name, mode, request):
    if (type(ad_backend).__name__, name, mode) in FAULTS:
        request.applymarker(pytest.mark.xfail(reason="a fault of the library"))
    if type(ad_backend).__name__ == "JaxBackend" and mode == "forward":
        return  # JAX's reverse sweep is its forward rule, transposed: one compilation tests both
    function, args, directions = sample(where, name)
    expected = truth(where, function, args, directions)
    primals = tuple(map(ad_backend.asarray, args))

    def fun(*xs):
        return function(ad_backend.xp, *xs)

    try:
        if mode == "forward":
            tangents = tuple(map(ad_backend.asarray, directions))
            y, y_dot = ad_backend.jvp(fun, primals, tangents)
            found = ad_backend.to_numpy(y_dot)
            assert found.shape == expected.shape == ad_backend.to_numpy(y).shape
            assert found.dtype == np.float64
            error = np.max(np.abs(found - expected))
        else:
            y, pullback = ad_backend.vjp(fun, primals)
            y_bar = np.random.default_rng(1).normal(size=expected.shape)
            x_bars = [ad_backend.to_numpy(b) for b in pullback(ad_backend.asarray(y_bar))]
            assert [b.shape for b in x_bars] == [x.shape for x in args]
            along = sum(np.sum(b * v) for b, v in zip(x_bars, directions, strict=True))
            error = abs(along - np.sum(y_bar * expected))
    except Exception as raised:
        if not refuses(ad_backend, where, raised):
            raise
        return
    assert error < 1e-8 * max(1.0, np.max(np.abs(expected)))
    # A derivative of zero everywhere would be an output cut off from its input.
    assert np.any(expected != 0)


@pytest.mark.parametrize("name", CONSTANT)
def test_every_constant_name_is_there(backend, name):
    assert hasattr(backend.xp, name)


def test_special_functions_are_under_special(ad_backend):
    x = ad_backend.asarray(np.array([0.5]))
    erf = ad_backend.to_numpy(ad_backend.xp.special.erf(x))
    assert float(erf[0]) == pytest.approx(0.5204998778130465, rel=1e-15)  # DLMF table 7.23(i)


def test_a_name_outside_the_contract_does_not_slip_through_autograd(backend_named):
    """``autograd.numpy`` has it, and would cut its result off from the input without a word."""
    with pytest.raises(AttributeError, match="vstack"):
        _ = backend_named("autograd").xp.vstack
