"""Specimens of reductions, running sums, orders and statistics."""

from __future__ import annotations

import numpy as np

from our_engine.rules import recurrences

from .specimen import Specimen, by, of

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
    for function in (np.sum, np.mean, np.prod, np.nanmean, np.nansum, np.nanprod):
        found.append(of(function, B, axis=0, dtype=np.float64))
    for method in ((np.add, "reduce"), (np.multiply, "reduce")):
        found.append(of(method, B, dtype=np.float64))
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
    for function in (np.cumsum, np.cumprod, np.cumulative_sum, np.cumulative_prod):
        found.append(of(function, B, axis=1, dtype=np.float64))
    for method in ((np.add, "accumulate"), (np.multiply, "accumulate")):
        found.append(of(method, B, dtype=np.float64))
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


def specimens() -> list[Specimen]:
    """All of this family."""
    return [*reductions(), *cumulative(), *ordering(), *statistics()]
