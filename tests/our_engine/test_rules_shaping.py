"""Shapes, orders, joining, splitting, repeating and padding."""

import random

import numpy as np
import pytest

import our_engine as oe

rng = np.random.default_rng(8)
A = rng.normal(size=(3, 4))
B = rng.normal(size=(2, 3, 4))
V = rng.normal(size=4)
Z = rng.normal(size=(2, 3)) + 1j * rng.normal(size=(2, 3))
STEPS = {"truth": "steps"}

SHAPES = {
    "reshape": (np.reshape, lambda x: np.reshape(x, (2, -1)), [A]),
    "reshape by columns": (np.reshape, lambda x: x.reshape((2, 6), order="F"), [A]),
    "ravel": (np.ravel, lambda x: np.ravel(x, "F"), [B]),
    "ravel of a row": (np.ravel, lambda x: np.ravel(x, "K"), [V]),
    "expand_dims": (np.expand_dims, lambda x: np.expand_dims(x, (0, -1)), [A]),
    "squeeze": (np.squeeze, lambda x: np.squeeze(x[:, None, :1], axis=(1, -1)), [A]),
    "transpose": (np.transpose, lambda x: np.transpose(x, (1, -1, 0)), [B]),
    "matrix_transpose": (np.matrix_transpose, np.matrix_transpose, [B]),
    "swapaxes": (np.swapaxes, lambda x: np.swapaxes(x, 0, -1), [B]),
    "moveaxis": (np.moveaxis, lambda x: np.moveaxis(x, (0, 1), (-1, 0)), [B]),
    "rollaxis": (np.rollaxis, lambda x: np.rollaxis(x, -1), [B]),
    "rollaxis start": (np.rollaxis, lambda x: np.rollaxis(x, 0, 3), [B]),
    "rollaxis middle": (np.rollaxis, lambda x: np.rollaxis(x, 0, -1), [B]),
    "roll": (np.roll, lambda x: np.roll(x, 2), [A]),
    "roll axis": (np.roll, lambda x: np.roll(x, -1, axis=1), [A]),
    "roll axes": (np.roll, lambda x: np.roll(x, (1, -2), axis=(0, 2)), [B]),
    "roll complex": (np.roll, lambda x: np.roll(x, 1, axis=0), [Z], STEPS),
    "broadcast_to": (np.broadcast_to, lambda x: np.broadcast_to(x, (2, 3, 4)), [A[:1]]),
    "copy": (np.copy, np.copy, [A]),
    "astype": (np.astype, lambda x: np.astype(x * x, np.float64), [A], {"truth": "real"}),
    "real_if_close": (np.real_if_close, np.real_if_close, [Z], STEPS),
    "flip": (np.flip, np.flip, [B]),
    "flip axes": (np.flip, lambda x: np.flip(x, (0, -1)), [B]),
    "fliplr": (np.fliplr, np.fliplr, [A]),
    "flipud": (np.flipud, np.flipud, [A]),
    "rot90": (np.rot90, np.rot90, [A]),
    "rot90 twice": (np.rot90, lambda x: np.rot90(x, 2), [A]),
    "rot90 back": (np.rot90, lambda x: np.rot90(x, -1, axes=(2, 0)), [B]),
    "rot90 four times": (np.rot90, lambda x: np.rot90(x, 4) * x, [A]),
    "atleast_1d": (np.atleast_1d, lambda x: np.atleast_1d(x * x), [0.4]),
    "atleast_2d": (np.atleast_2d, lambda x, y: np.atleast_2d(x, y), [V, A]),
    "atleast_3d": (np.atleast_3d, lambda x, y, z: np.atleast_3d(x, y, z), [V[0], V, A]),
    "broadcast_arrays": (np.broadcast_arrays, lambda x, y: np.broadcast_arrays(x, y), [V, A]),
    "meshgrid": (np.meshgrid, lambda x, y: np.meshgrid(x, y), [V, A[0, :3]]),
    "meshgrid by rows": (
        np.meshgrid,
        lambda x, y, z: np.meshgrid(x, y, z, indexing="ij"),
        [V[:2], V, A[0, :3]],
    ),
    "meshgrid sparse": (np.meshgrid, lambda x, y: np.meshgrid(x, y, sparse=True), [V, V[:2]]),
}
JOINS = {
    "concatenate": (np.concatenate, lambda x, y: np.concatenate((x, y), axis=-1), [A, A[:, :2]]),
    "concatenate flat": (np.concatenate, lambda x, y: np.concatenate([x, y], axis=None), [A, V]),
    "concatenate complex": (
        np.concatenate,
        lambda x, z: np.concatenate([x, z]),
        [A[:, :3], Z],
        STEPS,
    ),
    "stack": (np.stack, lambda x, y: np.stack((x, y), axis=-1), [A, A * 2]),
    "hstack": (np.hstack, lambda x, y: np.hstack((x, y)), [A, A[:, :2]]),
    "hstack of rows": (np.hstack, lambda x, y: np.hstack([x, y, 1.0]), [V, V[:2]]),
    "vstack": (np.vstack, lambda x, y: np.vstack((x, y)), [A, V]),
    "dstack": (np.dstack, lambda x, y: np.dstack((x, y)), [V, V * 2]),
    "column_stack": (np.column_stack, lambda x, y: np.column_stack((x, y)), [V, A.T]),
    "block": (
        np.block,
        lambda x, y, s: np.block([[x, y[:, None]], [np.zeros((1, 4)), s]]),
        [A, A[:, 0], V[0]],
    ),
    "block of one": (np.block, lambda x: np.block(x), [A]),
    "block in a row": (np.block, lambda x, y: np.block([x, y, 2.0]), [V, V[:2]]),
    "split": (np.split, lambda x: np.split(x, 2, axis=-1), [A]),
    "split at": (np.split, lambda x: np.split(x, [1, 3], axis=1), [B]),
    "array_split": (np.array_split, lambda x: np.array_split(x, 3, axis=1), [A]),
    "hsplit": (np.hsplit, lambda x: np.hsplit(x, 2), [A]),
    "hsplit of a row": (np.hsplit, lambda x: np.hsplit(x, [1]), [V]),
    "vsplit": (np.vsplit, lambda x: np.vsplit(x, [1, 1]), [A]),
    "dsplit": (np.dsplit, lambda x: np.dsplit(x, 2), [B]),
    "unstack": (np.unstack, lambda x: np.unstack(x, axis=-1), [A]),
}


def pad(mode, width=((2, 1), (0, 3)), **keywords):
    return np.pad, lambda x: np.pad(x, width, mode, **keywords), [A]


REPEATS = {
    "repeat": (np.repeat, lambda x: np.repeat(x, 2), [A]),
    "repeat axis": (np.repeat, lambda x: np.repeat(x, 3, axis=-2), [A]),
    "repeat each": (np.repeat, lambda x: x.repeat([0, 2, 1, 3], axis=1), [A]),
    "repeat of a number": (np.repeat, lambda x: np.repeat(x, 2, axis=0), [V[0]]),
    "repeat never": (np.repeat, lambda x: np.repeat(x, 0, axis=0), [A]),
    "tile": (np.tile, lambda x: np.tile(x, 2), [A]),
    "tile more": (np.tile, lambda x: np.tile(x, (2, 1, 3)), [A]),
    "tile less": (np.tile, lambda x: np.tile(x, (2,)), [B]),
    "tile of a number": (np.tile, lambda x: np.tile(x, (2, 2)), [V[0]]),
    "resize": (np.resize, lambda x: np.resize(x, (5, 3)), [A]),
    "pad": pad("constant"),
    "pad constant": pad("constant", 2, constant_values=((1.0, 2.0), (3.0, 4.0))),
    "pad by dict": pad("constant", {-1: (1, 2)}),
    "pad edge": pad("edge", (1, 2)),
    "pad reflect": pad("reflect", 5),
    "pad reflect odd": pad("reflect", 2, reflect_type="odd"),
    "pad symmetric": pad("symmetric", ((4, 0), (1, 2))),
    "pad symmetric odd": pad("symmetric", 3, reflect_type="odd"),
    "pad wrap": pad("wrap", 5),
    "pad linear_ramp": pad("linear_ramp", 3, end_values=(1.0, -2.0)),
    "pad mean": pad("mean"),
    "pad mean of the nearest": pad("mean", 2, stat_length=((1, 2), (3, 2))),
}
CASES = SHAPES | JOINS | REPEATS


@pytest.mark.parametrize("name", CASES)
def test_rule(name, check):
    check(CASES[name])


@pytest.mark.parametrize(
    "name", random.Random(10).sample(sorted(set(CASES) - {"block of one", "repeat never"}), 24)
)
def test_a_planted_fault_is_caught(name, check, planted):
    kind = random.Random(name).choice(["factor", "reverse"])
    with planted(CASES[name][0], kind), pytest.raises(AssertionError):
        check(CASES[name])


def test_zeros_by_structure_survive_shaping():
    x = np.array([0.0, 1.0, 2.0, 4.0])
    for body in (
        lambda y: np.flip(y)[:3],
        lambda y: np.split(y, [1])[1],
        lambda y: np.hstack([y, y])[1:4],
        lambda y: np.rot90(y.reshape(2, 2))[:, 1],
        lambda y: np.swapaxes(y[None], 0, 1)[1:],
        lambda y: np.unstack(y)[2],
    ):
        with np.errstate(all="ignore"):
            g = oe.grad(lambda x, body=body: np.sum(body(np.log(x))))(x)
        assert np.isfinite(g).all()
        assert g[0] == 0


def test_real_if_close_of_what_is_real():
    z = np.array([1.0 + 1e-15j, 2.0])

    def f(z):
        y = np.real_if_close(z * z)
        assert y.dtype == float
        return np.sum(y)

    np.testing.assert_allclose(oe.grad(f)(z), 2 * z)


def test_empty():
    for f in (
        lambda x: np.roll(x, 1),
        lambda x: np.flip(x),
        lambda x: np.tile(x, 2),
        lambda x: np.repeat(x, 2),
        lambda x: np.concatenate([x, x]),
        lambda x: np.pad(x, 2),
        lambda x: np.array_split(x, 2)[0],
        lambda x: np.resize(x, 3),
    ):
        assert oe.jacobian(f)(np.zeros(0)).shape == (*f(np.zeros(0)).shape, 0)


def test_memory_order_is_refused():
    for f in (
        lambda x: np.ravel(x, "K"),
        lambda x: x.flatten("A"),
        lambda x: x.reshape(12, order="A"),
    ):
        with pytest.raises(oe.DifferentiationError, match="order="):
            oe.grad(lambda x, f=f: np.sum(f(x)))(A)


@pytest.mark.parametrize("mode", ["maximum", "minimum", "median", "empty", lambda *_: None])
def test_modes_of_pad_that_are_refused(mode):
    with pytest.raises(oe.DifferentiationError, match="mode="):
        oe.grad(lambda x: np.sum(np.pad(x, 1, mode)))(A)


@pytest.mark.parametrize(
    ("f", "error"),
    [
        (lambda x: np.split(x, 3, axis=1), ValueError),
        (lambda x: np.array_split(x, 0), ValueError),
        (lambda x: np.vsplit(x[0], 2), ValueError),
        (lambda x: np.dsplit(x, 2), ValueError),
        (lambda x: np.hsplit(x[0, 0], 2), ValueError),
        (lambda x: np.unstack(x[0, 0]), ValueError),
        (lambda x: np.fliplr(x[0]), ValueError),
        (lambda x: np.flipud(x[0, 0]), ValueError),
        (lambda x: np.flip(x, 2), np.exceptions.AxisError),
        (lambda x: np.rot90(x, axes=(0, -2)), ValueError),
        (lambda x: np.block([[x, x], x]), ValueError),
        (lambda x: np.block([x, []]), ValueError),
        (lambda x: np.block([(x, x)]), TypeError),
        (lambda x: np.meshgrid(x[0], indexing="yx"), ValueError),
        (lambda x: np.resize(x, (-1,)), ValueError),
        (lambda x: np.concatenate([x, x], dtype=np.float32), oe.DifferentiationError),
        (lambda x: np.hstack([x, x], dtype=np.float32), oe.DifferentiationError),
        (lambda x: np.stack([x, x], out=np.zeros((2, 3, 4))), oe.DifferentiationError),
        (lambda x: np.repeat(x, x[0].astype(float), axis=1), oe.DifferentiationError),
        (lambda x: np.astype(x, float, device="gpu"), oe.DifferentiationError),
    ],
)
def test_errors(f, error):
    with pytest.raises(error):
        oe.grad(lambda x: np.sum(f(x)))(A)
