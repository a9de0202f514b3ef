"""Functions that rules need and NumPy lacks, accurate everywhere and closed under derivatives."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import Scale
from our_engine.primitives import elementwise, rule
from our_engine.stand_in import one_operation
from our_engine.types import Array


def _sech2(x: Array) -> Any:
    e = np.exp(-2.0 * np.abs(x))
    return 4.0 * e / (1.0 + e) ** 2


def _expit(x: Array) -> Any:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, e)[()] / (1.0 + e)


@one_operation
def _sinc_derivative(x: Array, order: int = 0) -> Any:
    """The derivative of sinc of the given order: a series near 0, else the recurrence

        x f^(n) + n f^(n-1) = pi^(n-1) sin(pi x + n pi / 2),

    which follows from differentiating x f(x) = sin(pi x) / pi n times.
    """
    x = np.asarray(x)
    near = np.abs(x) < 1.0 + 0.5 * order
    far = np.where(near, 1.0, x)
    f = np.sinc(far)
    reduced = math.pi * (far - 2.0 * np.rint(0.5 * far))  # exact but for the product
    wave = (np.sin(reduced), np.cos(reduced), -np.sin(reduced), -np.cos(reduced))
    for n in range(1, order + 1):
        f = (math.pi ** (n - 1) * wave[n % 4] - n * f) / far
    z = np.where(near, x, 0.0)
    series = np.zeros_like(z)
    first = (order + 1) // 2
    for k in range(first + 24 + 2 * order, first - 1, -1):
        term = (-1) ** k * math.pi ** (2 * k) / (2 * k + 1) / math.factorial(2 * k - order)
        series = series * (z * z) + term
    series = series * z ** (2 * first - order)
    return np.where(near, series, f).astype(x.dtype)[()]


def _one_less_square(x: Array) -> Any:
    return (1.0 - x) * (1.0 + x)


one_less_square: Callable[..., Any] = elementwise(_one_less_square, lambda x, _y: -2.0 * x)
sech2: Callable[..., Any] = elementwise(_sech2, lambda x, y: -2.0 * np.tanh(x) * y)
expit: Callable[..., Any] = elementwise(_expit, lambda x, _y: 0.25 * sech2(0.5 * x))
sinc_derivative: Callable[..., Any] = rule(
    _sinc_derivative, lambda x, _y, order=0: Scale(sinc_derivative(x, order=order + 1))
)
