"""Keyword by keyword: what NumPy does in floating point, the namespace does in many digits."""

import array_api_compat.numpy as numpy_namespace
import numpy as np
import pytest

from tests.harness.verification.oracles.number_arrays import (
    KINDS,
    close_to_numpy,
    computing,
    floats,
)

RNG = np.random.default_rng(11)
X = RNG.normal(size=(3, 4))
Y = RNG.normal(size=(3, 4)) + 0.25
V = RNG.normal(size=5)
C = RNG.normal(size=(2, 3, 4))
Z = RNG.normal(size=(3, 4)) + 1j * RNG.normal(size=(3, 4))
W = RNG.normal(size=(3, 4)) + 1j * RNG.normal(size=(3, 4))
K = np.array([[3, -7, 2, 5], [4, 5, -1, 0], [9, 1, 1, 2]])
TIED = np.array([[2.0, 1.0, 2.0, 1.0], [0.5, 0.5, 0.5, -1.0]])
UNORDERED = np.array([1.0, np.nan, -2.0, np.inf, np.nan, 0.0])

# Each expression reads the arrays above, as numbers here and as NumPy's floats there.
REDUCTIONS = [
    f"xp.{name}(C, axis={axis}, keepdims={keepdims})"
    for name in ("sum", "prod", "mean", "max", "min", "std", "var")
    for axis in (None, 0, -1, (0, 2), (-1, 0), (0, 1, 2))
    for keepdims in (False, True)
] + [
    *(f"xp.{f}(C, axis=1, correction={n})" for f in ("std", "var") for n in (0, 1, 0.5, 2)),
    *("xp.sum(K, axis=0)", "xp.prod(K)", "xp.mean(K, axis=-1)", "xp.max(K)", "xp.sum(K > 1)"),
    *("xp.sum(Z, axis=0)", "xp.prod(Z, axis=-1)", "xp.mean(Z)", "xp.var(Z, axis=0)", "xp.std(Z)"),
    *("xp.sum(X[:0], axis=0)", "xp.prod(X[:0])", "xp.sum(X[:0], keepdims=True)"),
    *("xp.cumulative_sum(V)", "xp.cumulative_sum(C, axis=-2)", "xp.cumulative_prod(X, axis=0)"),
    "xp.cumulative_sum(C, axis=-1, include_initial=True)",
    "xp.cumulative_prod(X, axis=-1, include_initial=True)",
    *("xp.any(X > 1, axis=0, keepdims=True)", "xp.all(X > -1, axis=(0, 1))", "xp.any(X)"),
    *("xp.max(UNORDERED)", "xp.min(UNORDERED)", "xp.count_nonzero(K, axis=-1, keepdims=True)"),
    *("xp.count_nonzero(X)", "xp.count_nonzero(K, axis=(0, 1))"),
]
ORDER = [
    *(
        f"xp.{f}({a}, axis={axis}, descending={d}, stable=True)"
        for f in ("sort", "argsort")
        for a, axes in (("C", (0, 1, -1)), ("TIED", (0, -1)), ("K", (0, -1)))
        for axis in axes
        for d in (False, True)
    ),
    *("xp.sort(UNORDERED)", "xp.argsort(UNORDERED)", "xp.sort(V[:0])", "xp.sort(V[:1])"),
    *(
        f"xp.{f}({a}, axis={axis}, keepdims={k})"
        for f in ("argmax", "argmin")
        for a in ("C", "K", "C * C")
        for axis in (None, 0, -2)
        for k in (False, True)
    ),
    *("xp.argmax(UNORDERED)", "xp.argmin(UNORDERED)", "xp.argmax(TIED, axis=1)"),
    *("xp.argmin(TIED, axis=1)", "xp.nonzero(K)[0]", "xp.nonzero(K)[1]", "xp.nonzero(K * X)[1]"),
    *(
        f"xp.searchsorted(xp.asarray([-1.0, 0.5, 0.5, 2.0]), {needles}, side={side!r})"
        for needles in ("X", "xp.asarray([0.5, -1.0, 2.0, 9.0])")
        for side in ("left", "right")
    ),
    "xp.searchsorted(V, X, sorter=xp.argsort(V))",
]
SHAPING = [
    *("xp.concat([X, Y])", "xp.concat([X, Y], axis=-1)", "xp.concat([X, V], axis=None)"),
    *("xp.concat([X, K], axis=0)", "xp.stack([X, Y], axis=-1)", "xp.stack([X, Y], axis=1)"),
    *("xp.unstack(C)[1]", "xp.unstack(C, axis=-1)[2]", "xp.expand_dims(X, axis=-1)"),
    *("xp.expand_dims(X, axis=0)", "xp.expand_dims(X, axis=(0, 2))", "xp.flip(C)"),
    *("xp.flip(C, axis=-1)", "xp.flip(C, axis=(0, 1))", "xp.moveaxis(C, 0, -1)"),
    *("xp.moveaxis(C, (0, 1), (2, 0))", "xp.permute_dims(C, (2, 0, 1))", "xp.repeat(X, 2)"),
    *("xp.repeat(X, 3, axis=0)", "xp.repeat(X, xp.asarray([0, 2, 1, 1]), axis=-1)"),
    *("xp.reshape(C, (4, -1))", "xp.reshape(X, (-1,), copy=True)", "xp.roll(C, 3)"),
    *("xp.roll(C, -1, axis=1)", "xp.roll(C, (1, 2), axis=(0, -1))"),
    *("xp.squeeze(C[:1, :, :1], 0)", "xp.squeeze(C[:1, :, :1], (0, -1))"),
    *("xp.tile(X, (2,))", "xp.tile(X, (2, 1, 3))", "xp.broadcast_to(V, (2, 5))"),
    *("xp.broadcast_arrays(X[:, :1], Y[0])[0]", "xp.broadcast_arrays(X[:, :1], Y[0])[1]"),
    *("xp.meshgrid(V, X[0])[0]", "xp.meshgrid(V, X[0], indexing='ij')[1]"),
    *(f"xp.{f}(C, k={k})" for f in ("tril", "triu") for k in (-4, -1, 0, 1, 4)),
    *("xp.take(X, xp.asarray([2, 0, 0]), axis=0)", "xp.take(V, xp.arange(3))"),
    *("xp.take(C, xp.asarray([1]), axis=-2)", "xp.matrix_transpose(C)"),
    "xp.take_along_axis(X, xp.argsort(X, axis=0), axis=0)",
    "xp.take_along_axis(X, xp.argsort(X))",
    *("xp.diff(X)", "xp.diff(C, axis=0)", "xp.diff(X, n=2, axis=-1)", "xp.diff(X, n=0)"),
    "xp.diff(X, axis=0, prepend=Y[:1], append=Y[1:])",
    *("xp.where(X > 0, X, Y)", "xp.where(X[:, :1] > 0, Y, 0.0)", "xp.where(K > 0, K, -K)"),
    *("xp.clip(X, -0.5, 0.5)", "xp.clip(X, min=Y)", "xp.clip(X, max=0.1)", "xp.clip(X)"),
    *("xp.clip(X, min=Y[:1], max=Y[:1] + 1)", "xp.clip(K, 0, 3)"),
]
CREATION = [
    *("xp.zeros((2, 3))", "xp.ones(2, dtype=xp.float64)", "xp.full((2,), 3)", "xp.full(2, 0.1)"),
    *("xp.full((2,), 3, dtype=xp.float64)", "xp.full(2, True)", "xp.full((), 1j)"),
    *("xp.zeros_like(X)", "xp.ones_like(K)", "xp.full_like(X, 3)", "xp.zeros_like(Z)"),
    *("xp.ones_like(X, dtype=xp.int64)", "xp.eye(3)", "xp.eye(2, 4, k=1)", "xp.eye(3, k=-1)"),
    *(
        "xp.eye(2, dtype=xp.int64)",
        "xp.arange(4)",
        "xp.arange(1, 7, 2)",
        "xp.arange(0.5, 2.0, 0.5)",
    ),
    *(
        "xp.arange(3, dtype=xp.float64)",
        "xp.linspace(0, 1, 5)",
        "xp.linspace(1, 2, 4, endpoint=False)",
    ),
    *("xp.linspace(3, 4, 1)", "xp.asarray([1, 2])", "xp.asarray([[1, 2.5]])", "xp.asarray(2.5)"),
    *("xp.asarray([1, 2], dtype=xp.float64)", "xp.asarray([])", "xp.astype(K, xp.float64)"),
    *("xp.astype(X > 0, xp.float64)", "xp.astype(X * 5, xp.int64)", "xp.astype(X, xp.complex128)"),
    *("xp.asarray([X[0, 0], 2])", "xp.shape_of(xp.empty((2, 3)))", "xp.shape_of(xp.empty_like(X))"),
]
ARITHMETIC = [
    *(f"xp.{f}(X, Y)" for f in ("add", "subtract", "multiply", "divide", "atan2", "hypot")),
    *(f"xp.{f}(X, Y)" for f in ("copysign", "nextafter", "floor_divide", "remainder", "logaddexp")),
    *(f"xp.{f}(K, 3)" for f in ("floor_divide", "remainder", "bitwise_and", "bitwise_xor")),
    *("X // 0.3", "X % 0.3", "1 / X", "2 ** X", "X ** 3", "abs(X) ** Y", "-X", "+X", "abs(X)"),
    *("X[:, :1] + Y[0]", "3 - X", "X @ X.T", "xp.bitwise_or(K, 1)", "xp.bitwise_invert(K)"),
    *("xp.bitwise_left_shift(K, 2)", "xp.bitwise_right_shift(K, 1)", "xp.abs(K)", "xp.sign(K)"),
    *(f"xp.{f}(3 * X)" for f in ("floor", "ceil", "round", "trunc", "sign", "signbit", "square")),
    *(f"xp.logical_{f}(X > 0, Y > 0)" for f in ("and", "or", "xor")),
    *("xp.logical_not(X > 0)", "xp.reciprocal(X)", "xp.positive(X)", "xp.sqrt(K * K)"),
    *(
        f"xp.{f}(X, Y)"
        for f in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")
    ),
    *(
        "xp.maximum(K, 2)",
        "xp.minimum(K, X) / 2",
        "xp.maximum(X, 0.1)",
        "xp.minimum(X, Y)",
        "xp.exp(K)",
        "xp.pow(xp.abs(X), 0.5)",
    ),
]
COMPLEX = [
    *(f"xp.{f}(Z)" for f in ("abs", "real", "imag", "conj", "sign", "square", "reciprocal")),
    *(f"xp.{f}(Z)" for f in ("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "negative")),
    *(f"xp.{f}(Z)" for f in ("sin", "cos", "tan", "sinh", "cosh", "tanh")),
    *(f"xp.{f}(Z)" for f in ("asin", "acos", "atan", "asinh", "acosh", "atanh")),
    *(
        "xp.real(X)",
        "xp.imag(X)",
        "xp.conj(X)",
        "X + 1j * Y",
        "(X + 1j * Y).imag",
        "Z.real",
        "Z * W",
    ),
    *("Z / W", "Z ** 2", "Z ** 0.5", "Z ** W", "Z @ W.T", "xp.abs(Z * 0)", "Z == W", "xp.isnan(Z)"),
    *("xp.expm1(Z * 1e-9)", "xp.log1p(Z * 1e-9)", "xp.concat([X, Z])", "xp.where(X > 0, Z, X)"),
    *("xp.isfinite(Z)", "xp.sign(Z * 0)", "xp.vecdot(Z, W)", "xp.tensordot(Z, W, axes=2)"),
]
PRODUCTS = [
    *("xp.matmul(C, X.T)", "xp.matmul(X, Y[0])", "xp.matmul(C[0, 0], C.mT)", "xp.matmul(C.mT, C)"),
    *("xp.matmul(X[:, :0], Y.T[:0])", "xp.tensordot(C, X, axes=2)", "xp.tensordot(X, Y, axes=0)"),
    *("xp.tensordot(C, X, axes=((1, 2), (0, 1)))", "xp.tensordot(X, Y, axes=((0,), (0,)))"),
    *(
        "xp.vecdot(C, X)",
        "xp.vecdot(X, Y, axis=-2)",
        "xp.vecdot(X, Y[0])",
        "xp.einsum('ij,kj->ik', X, Y)",
    ),
    *("xp.einsum('bij,bij->b', C, C)", "xp.einsum('ii', X[:, :3])", "xp.linalg.outer(V, X[0])"),
    *("xp.linalg.cross(X[:, :3], Y[:, :3])", "xp.linalg.cross(X, Y, axis=0)"),
    *(f"xp.linalg.{f}(C, offset={k})" for f in ("diagonal", "trace") for k in (-2, 0, 1)),
    *(f"xp.diag({x}, k={k})" for x in ("V", "X", "X.T") for k in (-2, 0, 1)),
    *(
        "xp.linalg.cross(X[0, :3], Y[:, :3])",
        "xp.linalg.vecdot(Z, W)",
        "xp.linalg.trace(C[:, :0, :0])",
    ),
]
EXPRESSIONS = [*REDUCTIONS, *ORDER, *SHAPING, *CREATION, *ARITHMETIC, *COMPLEX, *PRODUCTS]


def arrays(enter=lambda x: x):
    names = ["X", "Y", "V", "C", "Z", "W", "K", "TIED", "UNORDERED"]
    return {name: enter(globals()[name]) for name in names}


class WithShape:
    """The namespace, and the one question that the tests ask about what is empty."""

    def __init__(self, xp):
        self.xp = xp

    def __getattr__(self, name):
        return getattr(self.xp, name)

    def shape_of(self, x):
        return np.asarray(x.shape)


def by_numpy(expression):
    with np.errstate(all="ignore"):
        return eval(expression, {"xp": WithShape(numpy_namespace)} | arrays())


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_numpy_means_the_same(kind, expression):
    with computing(40, KINDS[kind]) as (xp, enter):
        result = floats(eval(expression, {"xp": WithShape(xp)} | arrays(enter)))
    close_to_numpy(result, by_numpy(expression))
