"""Sweeps with blocks of the basis give what a loop of single sweeps gives."""

import numpy as np
import pytest

import our_engine as oe
from our_engine import jacobians
from our_engine.linear_maps import Operator
from our_engine.program import Program

rng = np.random.default_rng(3)
A, W = rng.normal(size=(4, 3)), rng.normal(size=(3, 3))
X = rng.uniform(0.2, 1.0, (2, 3))
twice = oe.rule(
    lambda x: 2.0 * x, lambda x, _y: Operator(lambda v: v + v, lambda u: u + u, np.shape(x))
)
FUNCTIONS = {
    "chain": lambda x: np.tanh(A @ np.tanh(W @ x[0])),
    "rows": lambda x: x @ A.T * 2.0,
    "columns": lambda x: A @ x.T,
    "both sides": lambda x: x.T @ x,
    "batch": lambda x: np.matmul(x[:, None, :], np.stack([W, W.T])) @ A.T,
    "sum": lambda x: np.sum(np.sin(x), axis=1),
    "all": lambda x: np.sum(x * x),
    "mean kept": lambda x: x - np.mean(x, axis=0, keepdims=True),
    "scalar times array": lambda x: x[0, 1] * np.exp(x),
    "row over rows": lambda x: x / x[0],
    "where": lambda x: np.where(x > 0.5, np.log(x), x[0]),
    "maximum": lambda x: np.maximum(x, 0.5 * x[::-1]),
    "gather": lambda x: x[[0, 1, 1], [2, 2, 0]] * x[1],
    "gather around": lambda x: x[None][:, [1, 0], :, None][0, :, [2, 0]],
    "moved": lambda x: np.moveaxis(x[:, None], 0, -1).reshape(-1, order="F"),
    "joined": lambda x: np.concatenate([x, np.stack([x[0], x[1] * x[0]])], axis=0),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, x),
    "division with remainder": lambda x: np.divmod(x, 0.3)[1] * x,
    "no better way": lambda x: twice(x) * x,
    "of one number": lambda x: np.array([1.0, 2.0]) * x[0, 0] ** 2,
    "no dependence": lambda x: np.floor(x),
    "float32": lambda x: x.astype(np.float32) * np.float32(2),
    "solve": lambda x: np.linalg.solve(W, x[0]) * 1.0,
}


def by_single_sweeps(fun, x):
    """The Jacobian by one sweep for each element, forward and in reverse."""
    program = Program("jacobian", fun, [x], lambda xs: fun(*xs))
    y = program.values()[0]
    columns, rows = [], []
    for j in range(x.size):
        e = np.zeros(x.size)
        e[j] = 1
        columns.append(program.push([e.reshape(x.shape)])[0])
    for i in range(np.size(y)):
        e = np.zeros(np.size(y), y.dtype)
        e[i] = 1
        rows.append(program.pull([e.reshape(np.shape(y))])[0])
    shape = np.shape(y) + x.shape
    return np.stack(columns, axis=-1).reshape(shape), np.stack(rows).reshape(shape)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("block", [1, 7, 2**22])
def test_blocks_agree_with_single_sweeps(name, block, monkeypatch):
    monkeypatch.setattr(jacobians, "BLOCK", block)
    fun = FUNCTIONS[name]
    forward, reverse = by_single_sweeps(fun, X)
    tolerance = {"rtol": 1e-13, "atol": 1e-14}
    for mode, want in (("forward", forward), ("reverse", reverse)):
        got = oe.jacobian(fun, mode=mode)(X)
        assert got.shape == want.shape
        assert got.dtype == (fun(X).dtype if mode == "forward" else X.dtype)
        np.testing.assert_allclose(got, want, **tolerance)
        assert got.flags.writeable
    np.testing.assert_allclose(forward, reverse, rtol=1e-6 if name == "float32" else 1e-12)


@pytest.mark.parametrize("outer", ["forward", "reverse"])
@pytest.mark.parametrize("inner", ["forward", "reverse"])
@pytest.mark.parametrize("name", ["chain", "where", "gather", "einsum", "row over rows", "batch"])
def test_blocks_can_be_differentiated(name, inner, outer):
    fun = FUNCTIONS[name]
    got = oe.jacobian(oe.jacobian(fun, mode=inner), mode=outer)(X)
    h = 1e-6
    want = np.zeros(got.shape)
    for place in np.ndindex(*X.shape):
        e = np.zeros_like(X)
        e[place] = h
        difference = oe.jacobian(fun)(X + e) - oe.jacobian(fun)(X - e)
        want[(..., *place)] = difference / (2 * h)
    np.testing.assert_allclose(got, want, atol=1e-7 * max(1.0, np.abs(want).max()))


def test_a_branch_not_taken_is_zero_in_every_row():
    x = np.array([0.0, 4.0])
    with np.errstate(all="ignore"):
        for mode in ("forward", "reverse"):
            J = oe.jacobian(lambda t: np.where(t > 0, np.sqrt(t), 0.0), mode=mode)(x)
            np.testing.assert_array_equal(J, [[0.0, 0.0], [0.0, 0.25]])
            J = oe.jacobian(lambda t: np.sqrt(t)[1:] * t[1], mode=mode)(x)
            np.testing.assert_array_equal(J, [[0.0, 3.0]])


@pytest.mark.parametrize("mode", ["forward", "reverse"])
def test_blocks_of_trees_share_no_memory(mode):
    def fun(a, b):
        return {"a": a, "again": a, "turned": np.reshape(a, (1, 2)), "both": a * b}

    J = oe.jacobian(fun, (0, 1), mode=mode)(np.ones(2), np.full(2, 3.0))
    flat = [block for name in J for block in J[name]]
    for i, block in enumerate(flat):
        assert not any(np.shares_memory(block, other) for other in flat[:i])
    np.testing.assert_array_equal(J["both"][0], 3 * np.eye(2))
    np.testing.assert_array_equal(J["turned"][0], np.eye(2)[None])
    np.testing.assert_array_equal(J["turned"][1], np.zeros((1, 2, 2)))


def test_zeros_off_the_diagonal_meet_no_infinity():
    for mode in ("forward", "reverse"):
        for f in (np.sqrt, lambda t: np.reshape(3.0 * np.sqrt(t), (2, 1))):
            J = oe.jacobian(f, mode=mode)(np.array([0.0, 4.0])).reshape(2, 2)
            np.testing.assert_array_equal(J / J[1, 1], [[np.inf, 0.0], [0.0, 1.0]])


def test_the_basis_as_a_diagonal_is_what_it_is_when_formed():
    from our_engine.basis import Diagonal, OfStacks
    from our_engine.linear_maps import NEGATIVE, LeftMul, Reshape, Scale, Sum

    d = rng.normal(size=6)
    for shape, J in (
        ((2, 3), Scale(rng.normal(size=(2, 3)))),
        ((2, 3), Scale(rng.normal(size=3))),
        ((2, 3), Reshape((2, 3), (6,))),
        ((6,), LeftMul(rng.normal(size=(4, 6)), (6, 1)) @ Reshape((6,), (6, 1))),
        ((2, 3), LeftMul(rng.normal(size=(4, 2)), (2, 3))),
        ((2, 3), Scale(2.0) @ Sum((2, 3), 0) @ Scale(rng.normal(size=(2, 3)))),
        ((2, 3), NEGATIVE @ Reshape((3, 2), (2, 3)) @ Reshape((2, 3), (3, 2))),
    ):
        v = Diagonal(d, shape)
        both = OfStacks(J, 6)
        want = J.stacked(6).apply(v.formed())
        got = both.apply(v)
        got = got.formed() if isinstance(got, Diagonal) else got
        np.testing.assert_allclose(got, want, rtol=1e-13)
        out = J.out_shape(shape)
        size = int(np.prod(out))
        u = Diagonal(rng.normal(size=size), out)
        pulled = OfStacks(J, size).pull(u)
        pulled = pulled.formed() if isinstance(pulled, Diagonal) else pulled
        np.testing.assert_allclose(pulled, J.stacked(size).pull(u.formed()), rtol=1e-13)
    total = Diagonal(d, (6,)) + np.ones((6, 6))
    np.testing.assert_array_equal(total, np.diag(d) + 1)
    np.testing.assert_array_equal((2.0 * Diagonal(d, (6,)) + Diagonal(d, (6,))), 3 * np.diag(d))
