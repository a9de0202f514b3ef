"""Rules of reductions with the mistakes that are made in them."""

from __future__ import annotations

import numpy as np
import scipy.special

from harness.contract import Operator, VerdictKind
from our_engine.linear_maps import Operator as Map

from .engine import entered
from .mutant import with_rule

__all__ = ["MUTANTS"]

Op, Kind = Operator, VerdictKind


def _mean(x, /, *, axis=None, keepdims=False):
    return np.mean(x, axis=axis, keepdims=keepdims)


def _mean_map(x, y, axis=None, keepdims=False):
    """The sum is right, the count is that of all elements."""
    shape, n = x.shape, x.size
    return Map(
        lambda v: np.sum(v, axis=axis, keepdims=keepdims) / n,
        lambda u: np.broadcast_to(u if keepdims else np.expand_dims(u, axis), shape) / n,
    )


def _std(x, /, *, axis=None, correction=0.0):
    return np.std(x, axis=axis, correction=correction)


def _std_map(x, y, axis=None, correction=0.0):
    """(x - mean) / (n σ), whatever the correction."""
    centred = x - np.mean(x, axis=axis, keepdims=True)
    w = centred / (x.shape[axis] * np.expand_dims(y, axis))
    return Map(lambda v: np.sum(w * v, axis=axis), lambda u: w * np.expand_dims(u, axis))


def _prod(x, /):
    return np.prod(x)


def _prod_map(x, y):
    return Map(lambda v: np.sum(y / x * v), lambda u: u * y / x)


def _prod_of_nonempty_map(x, y):
    """It looks for the largest factor first, which an empty array has not."""
    w = y / x * (np.max(np.abs(x)) > 0)
    return Map(lambda v: np.sum(w * v), lambda u: u * w)


def _cumulative_sum(x, /, *, axis=None):
    return np.cumsum(x, axis=axis)


def _cumulative_sum_map(x, y, axis=None):
    """The pullback runs forward too."""
    return Map(lambda v: np.cumsum(v, axis=axis), lambda u: np.cumsum(u, axis=axis))


def _logsumexp_map(x, y):
    """exp(x) / Σ exp(x), unshifted."""
    w = np.exp(x) / np.sum(np.exp(x))
    return Map(lambda v: np.sum(w * v), lambda u: u * w)


def _logsumexp(x, /):
    return scipy.special.logsumexp(x)


MUTANTS = (
    with_rule(
        "mean-ignores-its-axis",
        "the divisor is the number of all elements",
        "mean",
        entered(_mean, _mean_map),
        "array_api.mean/axis=0",
    ),
    with_rule(
        "std-ignores-its-correction",
        "the divisor is n where it should be n - 1",
        "std",
        entered(_std, _std_map),
        "array_api.std/axis=1,correction=1",
    ),
    with_rule(
        "prod-by-division",
        "the product over x: 0/0 where a factor is 0",
        "prod",
        entered(_prod, _prod_map),
        "array_api.prod",
        point="one-zero",
        kind=Kind.NONFINITE,
    ),
    with_rule(
        "prod-of-nothing",
        "the rule fails for an empty array",
        "prod",
        entered(_prod, _prod_of_nonempty_map),
        "array_api.prod",
        point="empty",
        kind=Kind.RAISED,
        oracle="structure",
    ),
    with_rule(
        "cumulative-sum-pulled-forward",
        "the pullback sums from the front, not from the back",
        "cumulative_sum",
        entered(_cumulative_sum, _cumulative_sum_map),
        "array_api.cumulative_sum/axis=0",
        Op.VJP,
    ),
    with_rule(
        "logsumexp-unshifted",
        "exp(x) / Σ exp(x) overflows",
        "special.logsumexp",
        entered(_logsumexp, _logsumexp_map),
        "special.logsumexp",
        point="large",
        kind=Kind.NONFINITE,
    ),
)
