"""Logistic functions, and products with logarithms."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from our_engine.node import raw
from our_engine.primitives import elementwise
from our_engine.rules.arguments import with_value
from our_engine.rules.smooth import sech2
from our_engine.stand_in import one_operation
from our_engine.types import Array


def _ratio(x: Array, y: Array) -> Array:
    """x / y, and 0 where both are: x log y is 0 for x = 0, whatever y."""
    none = (raw(x) == 0) & (raw(y) == 0)
    return np.where(none, 0, x / np.where(none, 1, y)) if np.any(none) else x / y


@one_operation
def _log_ratio(x: Array, y: Array) -> Any:
    """log(x / y), also where the quotient leaves the range."""
    q = np.asarray(x / y)
    usual = (q >= np.finfo(q.dtype).tiny) & np.isfinite(q)
    if np.all(usual):
        return np.log(x / y)
    return np.where(usual, np.log(np.where(usual, q, 1)), np.log(x) - np.log(y))[()]


def _logit(x: Array, _y: Array) -> Array:
    """1 / x + 1 / (1 - x), which is 1 / (x (1 - x)) without its overflow."""
    outside = (raw(x) < 0) | (raw(x) > 1)
    if np.any(outside):
        x = x * np.where(outside, np.nan, 1.0).astype(x.dtype)
    return 1.0 / x + 1.0 / (1.0 - x)


def _kl_slope(x: Array, y: Array, _z: Any) -> Array:
    """(y - x) / y, whose derivatives do not cancel as it does."""
    return with_value(1.0 - x / y, (raw(y) - raw(x)) / raw(y))


def _softplus(x: Array) -> Any:
    return np.logaddexp(x, 0)


elementwise(sp.expit, lambda x, _y: 0.25 * sech2(0.5 * x))
elementwise(sp.log_expit, lambda x, _y: sp.expit(-x))
elementwise(sp.logit, _logit)
elementwise(sp.xlogy, lambda _x, y, _z: np.log(y), lambda x, y, _z: _ratio(x, y))
elementwise(sp.xlog1py, lambda _x, y, _z: np.log1p(y), lambda x, y, _z: _ratio(x, 1.0 + y))
elementwise(sp.entr, lambda x, _y: -1.0 - np.log(x))
log_ratio: Callable[..., Any] = elementwise(
    _log_ratio, lambda x, _y, _z: 1.0 / x, lambda _x, y, _z: -1.0 / y
)
elementwise(sp.rel_entr, lambda x, y, _z: log_ratio(x, y) + 1.0, lambda x, y, _z: -_ratio(x, y))
elementwise(sp.kl_div, lambda x, y, _z: log_ratio(x, y), _kl_slope)
softplus: Callable[..., Any] = elementwise(_softplus, lambda x, _y: sp.expit(x))
