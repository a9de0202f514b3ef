"""logsumexp, softmax and log_softmax, which SciPy writes in Python: to be called from here."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.special as sp

from our_engine.linear_maps import ZERO, LinearMap, Operator, Outputs, Scale, Sum
from our_engine.linear_maps.shaping import normalized_axes
from our_engine.node import raw
from our_engine.primitives import Spec, rule
from our_engine.rules.arguments import fitted
from our_engine.stand_in import one_operation
from our_engine.types import Array, DifferentiationError


def logsumexp(
    a: Array, axis: Any = None, b: Array = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """log(sum(b exp(a))) over `axis`, as scipy.special.logsumexp; traced by a and b.

    Elements that are infinite and tie share the derivative equally.
    """
    settings = {"axis": axis, "keepdims": keepdims, "return_sign": return_sign}
    return _plain(a, **settings) if b is None else _weighted(a, b, **settings)


@one_operation
def _evaluate(a: Array, axis: Any = None, keepdims: Any = False, return_sign: Any = False) -> Any:
    return sp.logsumexp(a, axis=axis, keepdims=keepdims, return_sign=return_sign)


@one_operation
def _evaluate_weighted(
    a: Array, b: Array, axis: Any = None, keepdims: Any = False, return_sign: Any = False
) -> Any:
    return sp.logsumexp(a, axis=axis, b=b, keepdims=keepdims, return_sign=return_sign)


def _plain_rule(
    a: Array, y: Any, axis: Any = None, keepdims: Any = False, return_sign: Any = False
) -> LinearMap:
    return _outputs(
        Sum(a.shape, axis, bool(keepdims)) @ Scale(shares(a, axis=axis)), a, return_sign
    )


def _by_exponent(
    a: Array, b: Array, y: Any, axis: Any = None, keepdims: Any = False, return_sign: Any = False
) -> LinearMap:
    e, total = _weighted_exponentials(a, b, axis)
    summed = Sum(np.shape(e), axis, bool(keepdims)) @ Scale(b * e / total)
    return _outputs(summed @ fitted(Spec(a), Spec(e)), a, return_sign)


def _by_weight(
    a: Array, b: Array, y: Any, axis: Any = None, keepdims: Any = False, return_sign: Any = False
) -> LinearMap:
    e, total = _weighted_exponentials(a, b, axis)
    summed = Sum(np.shape(e), axis, bool(keepdims)) @ Scale(e / total)
    return _outputs(summed @ fitted(Spec(b), Spec(e)), a, return_sign)


def _weighted_exponentials(a: Array, b: Array, axis: Any) -> tuple[Array, Array]:
    shape = np.broadcast_shapes(np.shape(a), np.shape(b))
    e = exponentials(np.broadcast_to(a, shape), axis)
    if np.result_type(raw(b)) != e.dtype:
        e = e.astype(np.result_type(raw(b), e.dtype))
    return e, np.sum(b * e, axis=axis, keepdims=True)


def exponentials(a: Array, axis: Any) -> Array:
    """exp(a) over the largest of each row; 1 for what ties with an infinite one."""
    plain = raw(a)
    most = np.max(plain.real, axis=axis, keepdims=True, initial=-np.inf)
    endless = np.isinf(most) & (plain.real == most)
    if not endless.any():
        return np.exp(a - np.where(np.isinf(most), 0, most))
    return np.exp(np.where(endless, 0, a - np.where(np.isinf(most) & (most < 0), 0, most)))


def _outputs(J: LinearMap, a: Array, return_sign: bool) -> LinearMap:
    if not return_sign:
        return J
    if np.iscomplexobj(raw(a)):
        raise DifferentiationError(
            "our_engine: logsumexp of a complex traced array does not support return_sign=True; "
            "write it without that argument"
        )
    return Outputs(J, ZERO)


@one_operation
def _softmax(x: Array, axis: Any = None) -> Any:
    return sp.softmax(x, axis=axis)


def _shares(a: Array, axis: Any = None) -> Any:
    e = exponentials(a, axis)
    return e / np.sum(e, axis=axis, keepdims=True)


def _softmax_rule(_x: Spec, y: Array, axis: Any = None) -> LinearMap:
    """diag(y) - y y^T in each row, which is its own transpose.

    The mean is taken of differences from the element with the largest share: where that is nearly
    all, what is left of v - mean(v) is small, and would be lost.
    """
    plain = raw(y)
    most = np.max(np.abs(plain), axis=axis, keepdims=True, initial=0)
    one = largest(np.abs(plain) == most, axis)

    def apply(v: Array) -> Array:
        v = v - np.sum(np.where(one, v, 0), axis=axis, keepdims=True)
        return y * (v - np.sum(y * v, axis=axis, keepdims=True))

    return Operator(apply, apply, _x.shape, 2 * _x.size)


def largest(hit: Array, axis: Any) -> Array:
    """The first True of each row."""
    axes = normalized_axes(axis, np.ndim(hit))
    rest = tuple(i for i in range(np.ndim(hit)) if i not in axes)
    turned = np.transpose(hit, (*rest, *axes))
    flat = turned.reshape(*turned.shape[: len(rest)], -1)
    first = flat & (np.cumsum(flat, axis=-1) == 1)
    return np.transpose(first.reshape(turned.shape), np.argsort((*rest, *axes)))


@one_operation
def _log_softmax(x: Array, axis: Any = None) -> Any:
    return sp.log_softmax(x, axis=axis)


def _log_softmax_rule(x: Array, _y: Spec, axis: Any = None) -> LinearMap:
    """1 - 1 p^T in each row."""
    p = softmax(x, axis=axis)

    def push(v: Array) -> Array:
        return v - np.sum(p * v, axis=axis, keepdims=True)

    def pull(u: Array) -> Array:
        return u - p * np.sum(u, axis=axis, keepdims=True)

    return Operator(push, pull, x.shape, x.size)


_plain = rule(_evaluate, _plain_rule, name="logsumexp")
_weighted = rule(_evaluate_weighted, _by_exponent, _by_weight, name="logsumexp")
shares = rule(_shares, _softmax_rule, name="shares")
softmax = rule(_softmax, _softmax_rule, name="softmax")
log_softmax = rule(_log_softmax, _log_softmax_rule, name="log_softmax")
