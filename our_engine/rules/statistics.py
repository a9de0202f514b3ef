"""Rules of weighted means, variances, covariances and correlations.

A standard deviation is the norm of the deviations from the mean, and at a constant it has that
norm's kink: its derivative there is 0, the only choice that favours no direction, while std**2 has
the derivatives of the variance (see `norms`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import ONE, LinearMap, Real, Scale, Sum
from our_engine.linear_maps.diagonal import real_dtype
from our_engine.linear_maps.shaping import normalized_axes
from our_engine.primitives import Spec, composite, rule
from our_engine.recording import Node, raw
from our_engine.stand_in import as_array
from our_engine.types import Array, DifferentiationError, Settings

from .arguments import array, count, fitted, refuse, selection, with_value


def _bind(
    a: Array,
    axis: Any = None,
    dtype: Any = None,
    out: Any = None,
    ddof: Any = 0,
    keepdims: Any = np._NoValue,
    *,
    where: Any = np._NoValue,
    mean: Any = np._NoValue,
    correction: Any = np._NoValue,
) -> tuple[tuple[Any, Any], Settings]:
    settings = {"axis": axis, "dtype": dtype, "out": out, "keepdims": keepdims, "where": where}
    if correction is not np._NoValue:
        settings["correction"] = correction
    if ddof:
        settings["ddof"] = ddof
    return (a, None if mean is np._NoValue else mean), settings


def _evaluate(function: Callable[..., Any]) -> Callable[..., Any]:
    def evaluate(x: Array, mean: Any, **settings: Any) -> Any:
        return function(x, **settings) if mean is None else function(x, mean=mean, **settings)

    return evaluate


def _deviation(
    x: Array, mean: Any, axis: Any, ddof: Any, where: Any, correction: Any
) -> tuple[Array, Any]:
    """The elements less their mean, and the degrees of freedom."""
    if mean is None:
        mean = np.mean(x, axis=axis, keepdims=True, where=where)
    dof = count(x.shape, axis, where) - (ddof if correction is None else correction)
    return x - mean, np.maximum(dof, 0).astype(real_dtype(x.dtype))


def _valid(x: Array, where: Any) -> Any:
    """The elements chosen by `where` that are not NaN."""
    return ~np.isnan(raw(x)) & as_array(where, bool)


def _variance_rule(function: Callable[..., Any], nan: bool) -> None:
    """Enter the rule of a variance, of all elements or of those that are not NaN."""

    def by_x(
        x: Array,
        mean: Any,
        _y: Spec,
        axis: Any = None,
        ddof: Any = 0,
        keepdims: bool = False,
        where: Any = True,
        correction: Any = None,
    ) -> LinearMap:
        # The mean moves with x, but to that the sum of squares is stationary.
        where = _valid(x, where) if nan else where
        d, dof = _deviation(x, mean, axis, ddof, where, correction)
        total = Sum(x.shape, axis, bool(keepdims)) @ selection(where, x.shape)
        return (
            total @ (Real(x.dtype) if x.dtype.kind == "c" else ONE) @ Scale(2.0 * np.conj(d) / dof)
        )

    def by_mean(
        x: Array,
        mean: Array,
        _y: Spec,
        axis: Any = None,
        ddof: Any = 0,
        keepdims: bool = False,
        where: Any = True,
        correction: Any = None,
    ) -> LinearMap:
        J = by_x(x, mean, _y, axis, ddof, keepdims, where, correction)
        return -J @ fitted(Spec(mean), Spec(x))

    rule(function, by_x, by_mean, bind=_bind, evaluate=_evaluate(function))


def _deviation_norm(function: Callable[..., Any], nan: bool) -> Callable[..., Any]:
    """A standard deviation, of all elements or of those that are not NaN."""

    def std(*args: Any, **kwargs: Any) -> Any:
        (a, mean), settings = _bind(*args, **kwargs)
        refuse(function.__name__, dtype=settings.pop("dtype"), out=settings.pop("out"))
        value = _evaluate(function)(raw(a), raw(mean), **settings)
        settings = {k: v for k, v in settings.items() if v is not np._NoValue}
        x, axis, where = array(a), settings["axis"], settings.get("where", True)
        where = _valid(x, where) if nan else where
        d, dof = _deviation(
            x, mean, axis, settings.get("ddof", 0), where, settings.get("correction")
        )
        if where is not True:
            d = np.where(np.broadcast_to(where, d.shape), d, 0)
        axes = normalized_axes(axis, x.ndim)
        if not axes:
            return with_value(d, value)
        size = np.linalg.vector_norm(d, axis=axes, keepdims=bool(settings.get("keepdims")))
        root = np.sqrt(dof)
        return with_value(size / (np.reshape(root, size.shape) if np.ndim(root) else root), value)

    return std


def _average(
    a: Array,
    axis: Any = None,
    weights: Any = None,
    returned: bool = False,
    *,
    keepdims: Any = np._NoValue,
) -> Any:
    a = array(a)
    keepdims = {} if keepdims is np._NoValue else {"keepdims": keepdims}
    if weights is None:
        mean = np.mean(a, axis, **keepdims)
        total: Any = mean.dtype.type(a.size / mean.size)
    else:
        weights = _weights(weights, a.shape, axis)
        total = np.sum(weights, axis=axis, **keepdims)
        if np.any(raw(total) == 0.0):
            raise ZeroDivisionError("Weights sum to zero, can't be normalized")
        mean = np.sum(a * weights, axis=axis, **keepdims) / total
    return (mean, np.broadcast_to(total, mean.shape)) if returned else mean


def _weights(weights: Any, shape: tuple[int, ...], axis: Any) -> Array:
    """The weights in the shape of the array, or with ones for the axes that they do not cover."""
    weights = array(weights)
    if weights.shape == shape:
        return weights
    if axis is None:
        raise TypeError("Axis must be specified when shapes of a and weights differ.")
    axes = normalized_axes(axis if np.ndim(axis) == 0 else tuple(axis), len(shape))
    if weights.shape != tuple(shape[i] for i in axes):
        raise ValueError(
            "Shape of weights must be consistent with shape of a along specified axis."
        )
    ordered = np.transpose(weights, [int(i) for i in np.argsort(axes)])
    return np.reshape(ordered, [n if i in axes else 1 for i, n in enumerate(shape)])


def _cov(
    m: Array,
    y: Array | None = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    if isinstance(fweights, Node):
        raise DifferentiationError(
            "our_engine: fweights of cov are whole numbers of repetitions and have no derivative; "
            "pass aweights, or our_engine.stop_gradient(fweights)"
        )
    plain = [raw(argument) for argument in (m, y, fweights, aweights)]
    value = np.cov(plain[0], plain[1], rowvar, bias, ddof, *plain[2:], dtype=dtype)
    X = _rows(m, not rowvar, value.dtype)
    if y is not None:
        # Of one row it is one variable, however the others lie.
        columns = not rowvar and np.ndim(y) == 2 and np.shape(y)[0] != 1
        X = np.concatenate([X, _rows(y, columns, value.dtype)])
    if ddof is None:
        ddof = 0 if bias else 1
    w = np.ones(X.shape[1]) if fweights is None else as_array(fweights, float)
    w_sum = np.sum(w)
    reduction = ddof
    if aweights is not None:
        w = w * aweights
        w_sum = np.sum(w)
        reduction = ddof * np.sum(w * aweights) / w_sum if ddof else 0
    centred = X - (np.sum(X * w, axis=1) / w_sum)[:, None]
    degrees = w_sum - reduction
    if raw(degrees) <= 0:
        # NumPy has warned, and gives what is not finite.
        degrees = np.zeros(())
    with np.errstate(all="ignore"):
        product = np.matmul(centred, np.conj((centred * w).T)) / degrees
    return with_value(np.squeeze(product), value)


def _rows(x: Array, columns: bool, dtype: np.dtype[Any]) -> Array:
    """One variable in each row; `columns` says that of a matrix each column is one."""
    x = array(x)
    x = x if x.dtype == dtype else x.astype(dtype)
    if x.ndim < 2:
        return np.reshape(x, (1, x.size))
    return x.T if columns else x


def _corrcoef(x: Array, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    value = np.corrcoef(raw(x), raw(y), rowvar, dtype=dtype)
    c = np.cov(x, y, rowvar, dtype=dtype)
    if not c.shape:
        return with_value(c / c, value)
    every = np.arange(len(c))
    deviations = np.sqrt(np.real(c[every, every]))
    # NumPy's value is clipped to [-1, 1]; without rounding nothing would be.
    return with_value(c / deviations[:, None] / deviations, value)


_variance_rule(np.var, nan=False)
_variance_rule(np.nanvar, nan=True)
composite(np.std, _deviation_norm(np.std, nan=False))
composite(np.nanstd, _deviation_norm(np.nanstd, nan=True))
composite(np.average, _average)
composite(np.cov, _cov)
composite(np.corrcoef, _corrcoef)
