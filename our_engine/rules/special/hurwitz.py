"""Hurwitz' zeta function by both of its arguments.

The derivatives by the exponent s are sums with powers of logarithms,

    Z_n(s, q) = sum over k of log(q + k)^n (q + k)^-s        d^n zeta / ds^n = (-1)^n Z_n

which are taken term by term up to q + N, and from there by Euler and Maclaurin's formula
(DLMF 25.11.28 and 2.10.1): each derivative of w^-s P(log w) is w^-(s+1) times a polynomial again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special as sp

from our_engine.node import raw
from our_engine.primitives import elementwise, refused
from our_engine.stand_in import one_operation
from our_engine.types import Array

_BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510, 43867 / 798,
    -174611 / 330,
)  # fmt: skip
_LEAST = 12
_MOST = 400
"""Terms before the formula: of an exponent so large that these do not do, few terms count."""


@one_operation
def _zeta_logs(n: Any, s: Array, q: Array) -> Any:
    n = int(n)
    s_wide, q_wide = np.broadcast_arrays(np.asarray(s, float), np.asarray(q, float))
    largest = np.max(s_wide, initial=0.0, where=np.isfinite(s_wide))
    count = int(min(_LEAST + 2 * largest, _MOST))
    with np.errstate(divide="ignore", invalid="ignore", under="ignore"):
        total = np.zeros(s_wide.shape)
        for k in range(count):
            total += np.log(q_wide + k) ** n * (q_wide + k) ** -s_wide
        total += _rest(n, s_wide, q_wide + count)
        total = np.where((s_wide > 1) & (q_wide > 0), total, np.nan)
    return total.astype(np.result_type(s, q))[()]


def _rest(n: int, s: Array, w: Array) -> Array:
    """The sum from w on."""
    log = np.log(w)
    integral = sum(math.perm(n, j) * log ** (n - j) / (s - 1.0) ** (j + 1) for j in range(n + 1))
    total = w ** (1.0 - s) * integral + 0.5 * log**n * w**-s
    # The coefficients of P, the constant first, for the derivatives of w^-s P(log w).
    coefficients = [np.zeros_like(s) for _ in range(n)] + [np.ones_like(s)]
    for order in range(1, 2 * len(_BERNOULLI)):
        falling = -(s + order - 1.0)
        above = [*(j * coefficients[j] for j in range(1, n + 1)), np.zeros_like(s)]
        coefficients = [falling * c + a for c, a in zip(coefficients, above, strict=True)]
        if order % 2:
            value = sum(c * log**j for j, c in enumerate(coefficients)) * w ** (-s - order)
            total = total - _BERNOULLI[order // 2] / math.factorial(order + 1) * value
    return np.asarray(total)


def _logs_by_shift(n: Any, s: Array, q: Array, _y: Array) -> Array:
    by_power = -s * zeta_logs(n, s + 1.0, q)
    return by_power + n * zeta_logs(n - 1, s + 1.0, q) if n else by_power


def _by_shift(s: Any, q: Array, y: Array) -> Array:
    """-s zeta(s + 1, q), where zeta(s, q) is finite."""
    undefined = np.where(np.isfinite(raw(y)), 1.0, np.nan).astype(y.dtype)
    return -s * hurwitz_zeta(s + 1.0, q) * undefined


zeta_logs: Callable[..., Any] = elementwise(
    _zeta_logs, refused, lambda n, s, q, _y: -zeta_logs(n + 1, s, q), _logs_by_shift
)

# The ufunc that scipy.special.zeta calls with two arguments.
hurwitz_zeta = sp._ufuncs._zeta
elementwise(hurwitz_zeta, lambda s, q, _y: -zeta_logs(1, s, q), _by_shift)
