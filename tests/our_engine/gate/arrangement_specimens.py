"""Specimens of functions that arrange, join, split and choose the elements of arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.rules import construction, indexing, shaping

from .reduction_specimens import EMPTY, MASK, A, B, V, Z
from .specimen import Specimen, by, linear, of


def shapes() -> list[Specimen]:
    """Another arrangement of the same elements."""
    calls: list[tuple[Any, Callable[..., Any], Any, str]] = [
        (np.reshape, lambda x: np.reshape(x, (4, -1), order="F"), A, "shape, order"),
        (np.reshape, lambda x: np.reshape(x, shape=(3, 2, 4), order="F"), A.T, "shape, order"),
        (np.reshape, lambda x: np.reshape(x, (3, 0)), EMPTY, "shape"),
        (np.squeeze, lambda x: np.squeeze(x[:, None], axis=1), A, "axis"),
        (np.squeeze, lambda x: np.squeeze(x[:, None, None]), B, ""),
        (np.expand_dims, lambda x: np.expand_dims(x, (0, -1)), B, "axis"),
        (np.transpose, lambda x: np.transpose(x, axes=(1, 2, 0)), A, "axes"),
        (np.matrix_transpose, np.matrix_transpose, A, ""),
        (np.swapaxes, lambda x: np.swapaxes(x, 1, -1), A, "axis1, axis2"),
        (np.moveaxis, lambda x: np.moveaxis(x, (0, 1), (-1, 0)), A, "source, destination"),
        (np.rollaxis, lambda x: np.rollaxis(x, 2, start=1), A, "axis, start"),
        (np.roll, lambda x: np.roll(x, 5), B, "shift"),
        (np.roll, lambda x: np.roll(x, (1, -2), axis=(0, 2)), A, "shift, axis"),
        (np.broadcast_to, lambda x: np.broadcast_to(x, (2, 3, 4)), B[:, :1], "shape"),
        (np.broadcast_to, lambda x: np.broadcast_to(x, (3,)), 0.7, "shape"),
        (np.flip, lambda x: np.flip(x, axis=(0, -1)), A, "axis"),
        (np.fliplr, np.fliplr, A, ""),
        (np.flipud, np.flipud, A, ""),
        (np.rot90, lambda x: np.rot90(x, k=3, axes=(0, 2)), A, "k, axes"),
        (np.repeat, lambda x: np.repeat(x, 3), B, "repeats"),
        (np.repeat, lambda x: np.repeat(x, [2, 0, 3], axis=-2), B, "repeats, axis"),
        (np.tile, lambda x: np.tile(x, (2, 1, 3)), B, "reps"),
        (np.resize, lambda x: np.resize(x, (5, 3)), B, "new_shape"),
        (np.diag, lambda x: np.diag(x, k=-1), V, "k"),
        (np.diag, lambda x: np.diag(x, k=1), B, "k"),
        (np.diagflat, lambda x: np.diagflat(x, k=2), B, "k"),
        (np.tril, lambda x: np.tril(x, k=1), A, "k"),
        (np.triu, lambda x: np.triu(x, k=-1), B, "k"),
        (np.tril, np.tril, V, ""),
        (np.diagonal, lambda x: np.diagonal(x, 1, axis1=2, axis2=0), A, "offset, axis1, axis2"),
        (np.trace, lambda x: np.trace(x, offset=-1, axis1=1, axis2=2), A, "offset, axis1, axis2"),
        (np.trace, lambda x: np.trace(x), Z, ""),
        (np.linalg.trace, lambda x: np.linalg.trace(x, dtype=np.float64), A, "dtype"),
        (np.trace, lambda x: np.trace(x, dtype=np.float64), A, "dtype"),
        (np.ravel, lambda x: np.ravel(x, order="F"), A, "order"),
        (np.copy, np.copy, B, ""),
        (shaping.astype, lambda x: x.astype(np.complex128), B, "dtype"),
        (np.real_if_close, lambda x: np.real_if_close(x + 1e-9j, tol=1e8), B, "tol"),
        (np.real_if_close, np.real_if_close, Z, ""),
        (np.astype, lambda x: np.astype(x, np.complex128), B, "dtype"),
    ]
    found = [linear(by(f, call, x, label=label)) for f, call, x, label in calls]
    for function in (np.atleast_1d, np.atleast_2d, np.atleast_3d):
        found += [linear(of(function, 0.7)), linear(of(function, V)), linear(of(function, A))]
        found.append(linear(of(function, V, np.array(0.3))))
    found += [
        of(np.vander, V),
        of(np.vander, V, N=3, increasing=True),
        linear(of(np.broadcast_arrays, B, V)),
        linear(of(np.broadcast_arrays, B, V, subok=True)),
        linear(of(np.meshgrid, V, B[:, 0])),
        linear(of(np.meshgrid, V, B[:, 0], indexing="ij", sparse=True)),
        linear(of(np.meshgrid, V, B[0, :2], V[1:], copy=False)),
        by(np.linspace, lambda a, b: np.linspace(a, b, num=5), 0.3, 1.7, label="num"),
        by(
            np.linspace,
            lambda a, b: np.linspace(a, b, 4, endpoint=False, retstep=True, axis=1, device="cpu"),
            V,
            B,
            label="num, endpoint, retstep, axis, device",
        ),
        by(
            np.geomspace,
            lambda a, b: np.geomspace(a, b, num=4, endpoint=False, axis=-1),
            np.abs(V) + 0.2,
            np.abs(B) + 0.2,
            label="num, endpoint, axis",
        ),
        by(
            np.logspace,
            lambda a, b, base: np.logspace(a, b, num=4, endpoint=False, base=base, axis=1),
            V,
            B,
            2.5,
            label="num, endpoint, base, axis",
        ),
        by(np.full_like, np.full_like, B, 0.7),
        by(
            np.full_like,
            lambda a, t: np.full_like(a, t, dtype=complex, order="F", subok=False, device="cpu"),
            B,
            0.7,
            label="dtype, order, subok, device",
        ),
        by(np.full_like, lambda a, t: np.full_like(a, t, shape=(2, 4)), B, V, label="shape"),
        by(construction._linear, lambda a, b: np.linspace(a, b, 4), V, B, label="num"),
        by(
            construction._linear,
            lambda a, b: np.linspace(a, b, 4, endpoint=False, axis=1),
            V,
            B,
            label="num, endpoint, axis",
        ),
    ]
    return found


def joined() -> list[Specimen]:
    """Several arrays in one, one array in several, and margins."""
    lists: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
        (np.concatenate, (B, B[:1]), {}),
        (np.concatenate, (B, V, np.array([0.3])), {"axis": None}),
        (np.concatenate, (A, A[:, :, :1]), {"axis": -1}),
        (np.concatenate, (EMPTY, B[:, :3]), {"axis": 0}),
        (np.stack, (B, 2.0 - B), {"axis": -1}),
        (np.stack, (np.array(0.3), np.array(1.3)), {}),
        (np.hstack, (V, np.array(0.3)), {}),
        (np.vstack, (V, B), {}),
        (np.dstack, (B, B[::-1]), {}),
        (np.column_stack, (B[:, 0], B), {}),
    ]
    found = [
        linear(by(f, lambda *xs, f=f, k=k: f(xs, **k), *xs, label=", ".join(k)))
        for f, xs, k in lists
    ]
    found += [
        linear(
            by(
                np.block,
                lambda a, b, c: np.block([[a, b], [c, a]]),
                B[:2, :2],
                B[:2, 2:],
                B[1:, 2:],
            )
        ),
        linear(by(np.array_split, lambda x: np.array_split(x, 3, axis=1), B, label="axis")),
        linear(by(np.split, lambda x: np.split(x, [1, 2], axis=-1), A, label="axis")),
        linear(by(np.hsplit, lambda x: np.hsplit(x, 2), B)),
        linear(by(np.vsplit, lambda x: np.vsplit(x, 3), B)),
        linear(by(np.dsplit, lambda x: np.dsplit(x, [1]), A)),
        linear(by(np.unstack, lambda x: np.unstack(x, axis=1), A, label="axis")),
        linear(by(np.append, lambda a, b: np.append(a, b, axis=0), B, B[:1], label="axis")),
        linear(by(np.append, np.append, B, V)),
    ]
    modes: list[dict[str, Any]] = [
        {"mode": "constant", "constant_values": 0.3},
        {"mode": "edge"},
        {"mode": "linear_ramp", "end_values": (0.2, 0.4)},
        {"mode": "reflect", "reflect_type": "odd"},
        {"mode": "symmetric"},
        {"mode": "wrap"},
        {"mode": "empty"},
        {"mode": "mean", "stat_length": 2},
    ]
    for keywords in modes:
        if keywords["mode"] != "empty":
            label = ", ".join(map(str, keywords.values()))
            pad = lambda x, k=keywords: np.pad(x, ((1, 2), (2, 0)), **k)  # noqa: E731
            found.append(by(np.pad, pad, B, label=label))
    return found


def chosen() -> list[Specimen]:
    """Elements taken, put, and chosen by index or condition."""
    index = np.array([[2, 0], [1, 1]])
    along = np.array([[0, 2, 1, 1], [2, 2, 0, 1]])
    conditions = [MASK, B > 0.5]
    getitem, scatter_add = indexing.getitem, indexing.scatter_add
    calls: list[tuple[Any, Callable[..., Any], Any, str]] = [
        (getitem, lambda x: x[1:, ::-2], B, "slices"),
        (getitem, lambda x: x[index, 1], B, "integers that repeat"),
        (getitem, lambda x: x[..., None, -1], A, "ellipsis"),
        (getitem, lambda x: x[MASK], B, "booleans"),
        (getitem, lambda x: x[()], np.array(0.7), "0-d"),
        (scatter_add, lambda u: scatter_add(u, shape=(3, 4), index=(index, 1)), B[:2, :2], "add"),
        (np.take, lambda x: np.take(x, index), B, "indices"),
        (np.take, lambda x: np.take(x, [4, -5], axis=1, mode="wrap"), B, "axis, mode"),
        (np.take, lambda x: np.take(x, [7, -5], axis=0, mode="clip"), B, "axis, mode"),
        (np.take_along_axis, lambda x: np.take_along_axis(x, along, axis=0), B, "axis"),
        (np.compress, lambda x: np.compress([True, False, True], x, axis=1), B, "axis"),
        (np.extract, lambda x: np.extract(MASK, x), B, "condition"),
        (np.delete, lambda x: np.delete(x, [0, 2], axis=1), B, "axis"),
        (np.delete, lambda x: np.delete(x, slice(1, 5)), B, "slice"),
        (np.trim_zeros, lambda x: np.trim_zeros(x * np.array([0, 1, 1, 0]), trim="b"), V, "trim"),
        (np.trim_zeros, lambda x: np.trim_zeros(x * np.eye(3, 4, 2), axis=1), B, "axis"),
    ]
    found = [linear(by(f, call, x, label=label)) for f, call, x, label in calls]
    pieces = [lambda t: t * t, np.sin, 0.5]
    found += [
        linear(by(np.choose, lambda a, b: np.choose(index % 2, [a, b]), V[:2], 0.3)),
        linear(by(np.choose, lambda a, b: np.choose(index, [a, b], mode="clip"), V[:2], 0.3)),
        by(np.select, lambda a, b, d: np.select(conditions, [a, b], d), B, V, 0.3, label="default"),
        by(np.piecewise, lambda x: np.piecewise(x, [x < -0.5, x > 0.5], pieces), B),
        linear(by(np.insert, lambda a, v: np.insert(a, [1, 3], v), B, V[:2], label="obj")),
        linear(by(np.insert, lambda a, v: np.insert(a, 1, v, axis=1), B, B[:, 0], label="axis")),
    ]
    return found


def specimens() -> list[Specimen]:
    """All of this family."""
    return [*shapes(), *joined(), *chosen()]
