"""Specimens of functions of whole arrays: reductions, orders, shapes, joining, choosing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.rules import construction, indexing, recurrences, shaping

from .specimen import Specimen, by, linear, of

rng = np.random.default_rng(31)
A = rng.permutation(np.linspace(-2.0, 2.5, 24)).reshape(2, 3, 4)
B = A[0]
V = A[1, 2]
Z = B + 1j * A[1]
EMPTY = np.zeros((0, 3))
MASK = rng.uniform(size=(3, 4)) > 0.35
MASK[:, 1] = True
MASK[1, 0] = MASK[0, 1] = True
HOLES = np.where(rng.uniform(size=(3, 4)) > 0.7, np.nan, B)
HOLES[0, 1] = 0.7


def reductions() -> list[Specimen]:
    """Sums, means, products, extrema, and the methods of ufuncs."""
    found = []
    for function in (np.sum, np.prod, np.max, np.min, np.amax, np.amin):
        found += [
            of(function, A),
            of(function, A, axis=-1),
            of(function, A, axis=(0, -2), keepdims=True),
            of(function, B, axis=1, where=MASK, initial=0.4),
            of(function, B, initial=3.0),
            of(function, np.array(0.7)),
            of(function, np.asfortranarray(B)[::2], axis=0),
            of(function, np.zeros((3, 0)), axis=0),
        ]
    found += [
        of(np.sum, Z, axis=0),
        of(np.prod, Z, axis=0),
        of(np.prod, np.array([[0.0, 2.0, 3.0], [0.0, 0.0, 4.0], [1.0, 2.0, 5.0]]), axis=1),
    ]
    for function in (np.mean, np.var, np.std):
        found += [
            of(function, A),
            of(function, A, axis=(0, 2), keepdims=True),
            of(function, B, axis=-1, where=MASK | np.eye(3, 4, dtype=bool)),
            of(function, B[:, ::2], axis=0),
        ]
    found.append(of(np.mean, Z, axis=1))
    for function in (np.var, np.std, np.nanvar, np.nanstd):
        found += [
            of(function, A, axis=1, ddof=1),
            of(function, B, correction=1.5),
            by(
                function,
                lambda x, m, f=function: f(x, axis=1, keepdims=True, mean=m, where=MASK),
                B,
                np.mean(B, axis=1, keepdims=True),
                label="mean, where",
            ),
        ]
    found += [of(np.var, Z, axis=1), of(np.std, Z)]
    for function in (np.nansum, np.nanmean, np.nanprod, np.nanmax, np.nanmin):
        initial = {} if function is np.nanmean else {"initial": 0.3}
        found += [
            of(function, B),
            of(function, HOLES, axis=0, keepdims=True),
            of(function, B, axis=1, where=MASK, **initial),
        ]
    for ufunc in (np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin, np.logaddexp):
        found += [
            of((ufunc, "reduce"), B),
            of((ufunc, "reduce"), A, axis=(0, 2), keepdims=True)
            if ufunc is not np.logaddexp
            else of((ufunc, "reduce"), A, axis=1, keepdims=True),
            of((ufunc, "reduce"), B, axis=1, where=MASK, initial=0.4),
        ]
    for ufunc in (np.add, np.multiply, np.maximum, np.minimum, np.fmax, np.fmin):
        found += [of((ufunc, "accumulate"), B), of((ufunc, "accumulate"), B, axis=1)]
    found += [
        by(
            (np.add, "reduceat"),
            lambda x: np.add.reduceat(x, [0, 2, 1], axis=1),
            B,
            label="indices, axis",
        ),
        of(np.ptp, B),
        of(np.ptp, A, axis=(0, 1), keepdims=True),
    ]
    return found


def cumulative() -> list[Specimen]:
    """Running sums and products."""
    found = []
    for function in (np.cumsum, np.cumprod, np.nancumsum, np.nancumprod):
        found += [of(function, B), of(function, A, axis=-2), of(function, np.array(0.4))]
        found.append(of(function, EMPTY, axis=1))
    for function in (np.cumulative_sum, np.cumulative_prod):
        found += [of(function, V), of(function, B, axis=1, include_initial=True)]
    found += [
        of(np.nancumsum, HOLES, axis=0),
        by(np.bincount, lambda w: np.bincount([1, 3, 1, 0], weights=w, minlength=6), V),
        of(np.nancumprod, HOLES, axis=1),
        of(recurrences.recurrence, V, B[0]),
    ]
    return found


def ordering() -> list[Specimen]:
    """Sorting, quantiles, unique elements; no ties, whose rule the edges of the gate test."""
    found = [
        of(np.sort, B),
        of(np.sort, A, axis=None),
        of(np.sort, A, axis=1, kind="stable"),
        of(np.sort, B.T, axis=0, stable=True),
        of(np.sort, EMPTY),
        of(np.sort_complex, B),
        of(np.sort_complex, Z),
        by(np.partition, lambda x: np.partition(x, 2), B, label="kth"),
        by(
            np.partition,
            lambda x: np.partition(x, (0, 1), axis=0),
            B,
            label="kth, axis",
        ),
        of(np.median, B),
        of(np.median, A, axis=(0, 2), keepdims=True),
        of(np.nanmedian, HOLES, axis=0, keepdims=True),
        of(np.unique, B),
        of(np.unique, V, return_index=True, return_inverse=True, return_counts=True),
        of(np.unique, B, equal_nan=False),
        of(np.unique, V, sorted=False),
        of(np.unique_values, B),
        of(np.unique_all, V),
        of(np.unique_counts, V),
        of(np.unique_inverse, B),
    ]
    for function in (np.quantile, np.nanquantile, np.percentile, np.nanpercentile):
        scale = 1.0 if "quantile" in function.__name__ else 100.0
        at = np.array([0.13, 0.41, 0.88]) * scale
        found += [
            by(function, lambda x, f=function, at=at: f(x, at), B),
            by(
                function,
                lambda x, f=function, at=at: f(x, at, axis=(0, 1), keepdims=True),
                A,
                label="axis, keepdims",
            ),
            by(
                function,
                lambda x, f=function, at=at: f(x, at, axis=1, method="median_unbiased"),
                B,
                label="method",
            ),
            by(
                function,
                lambda x, f=function, at=at: f(
                    x, at, axis=1, weights=np.abs(B) + 0.1, method="inverted_cdf"
                ),
                B,
                label="weights",
                nonlinear=False,
            ),
        ]
    return found


def statistics() -> list[Specimen]:
    """Averages and covariances."""
    w = np.abs(V) + 0.3
    return [
        of(np.average, B),
        by(
            np.average,
            lambda a, w: np.average(a, axis=1, weights=w, returned=True, keepdims=True),
            B,
            w,
            label="axis, weights, returned, keepdims",
        ),
        of(np.cov, B),
        by(np.cov, lambda m, y: np.cov(m, y, rowvar=False), B, B[::-1] ** 2, label="y, rowvar"),
        of(np.cov, B, bias=True),
        by(np.cov, lambda m: np.cov(m, dtype=np.complex128), B, label="dtype"),
        by(np.corrcoef, lambda m: np.corrcoef(m, dtype=np.float64), B, label="dtype"),
        by(
            np.cov,
            lambda m, a: np.cov(m, ddof=0, fweights=[1, 2, 1, 3], aweights=a),
            B,
            w,
            label="ddof, fweights, aweights",
        ),
        of(np.corrcoef, B),
        by(
            np.corrcoef,
            lambda m, y: np.corrcoef(m, y, rowvar=False),
            B,
            B[::-1] ** 2,
            label="y, rowvar",
        ),
    ]


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
    families = (reductions, cumulative, ordering, statistics, shapes, joined, chosen)
    return [specimen for family in families for specimen in family()]
