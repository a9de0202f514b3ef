"""The rule of np.i0, whose derivatives NumPy lacks: modified Bessel functions of integer order.

By the power series, whose terms have one sign, and for large x by Hankel's expansion (DLMF 10.25.2
and 10.40.1); the derivative of I_n is (I_(n-1) + I_(n+1)) / 2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import Scale
from our_engine.primitives import rule
from our_engine.stand_in import one_operation
from our_engine.types import Array


@one_operation
def _modified_bessel(x: Array, order: int = 0) -> Any:
    """I_order(x) for real x."""
    x = np.asarray(x)
    size = np.abs(x.astype(float))
    bound = max(30.0, 2.0 * order * order)
    far = size > bound
    z = np.where(far, 1.0, size)
    square = 0.25 * z * z
    series = np.zeros_like(z)
    for k in range(int(bound) + 40, 0, -1):
        series = (series + 1.0) * square / (k * (k + order))
    near = (series + 1.0) * (0.5 * z) ** order / math.factorial(order)
    z = np.where(far, size, bound)
    tail = np.zeros_like(z)
    for k in range(40, 0, -1):
        tail = (tail + 1.0) * ((2 * k - 1) ** 2 - 4 * order * order) / (8.0 * k * z)
    half = np.exp(0.5 * z)  # exp(z) leaves the range before the product does
    value = np.where(far, half * ((tail + 1.0) / np.sqrt(2.0 * math.pi * z)) * half, near)
    if order % 2:
        value = np.where(x < 0, -value, value)
    return value.astype(x.dtype)[()]


modified_bessel: Callable[..., Any] = rule(
    _modified_bessel,
    lambda x, _y, order=0: Scale(_slope(x, order)),
    name="modified_bessel",
)


def _slope(x: Array, order: int) -> Array:
    above = modified_bessel(x, order=order + 1)
    return 0.5 * (modified_bessel(x, order=order - 1) + above) if order else above


rule(np.i0, lambda x, _y: Scale(modified_bessel(x, order=1)))
