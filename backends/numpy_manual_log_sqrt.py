"""By hand: f(x_1, x_2) = u + sqrt u with u = x_2 log x_1, on 0-d arrays.

With L = log x_1 the lecture's partials contain x_2 / sqrt u and L / sqrt u, which are 0/0 where one
factor of u vanishes although one of them tends to 0 there. As ±q and ±1/q with q = sqrt(x_2 / L)
and the sign of L they take one root as before, and their limits come out right.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.contract import Operator

__all__ = ["DERIVATIVES"]

Scalar = Any
"""A 0-d array or a NumPy scalar, float64 or float32."""


def gradient(x_1: Scalar, x_2: Scalar) -> tuple[Scalar, Scalar]:
    """((x_2 ± q/2) / x_1, L ± 1/2q)."""
    log_x_1 = np.log(x_1)
    half_q = np.copysign(0.5, log_x_1) * np.sqrt(x_2 / log_x_1)
    return (x_2 + half_q) / x_1, log_x_1 + 0.25 / half_q


def jvp(x_1: Scalar, x_2: Scalar, v_1: Scalar, v_2: Scalar) -> tuple[Scalar]:
    """⟨∇f, v⟩."""
    g_1, g_2 = gradient(x_1, x_2)
    return (g_1 * v_1 + g_2 * v_2,)


def vjp(x_1: Scalar, x_2: Scalar, y_bar: Scalar) -> tuple[Scalar, Scalar]:
    """∇f, scaled."""
    g_1, g_2 = gradient(x_1, x_2)
    return g_1 * y_bar, g_2 * y_bar


def hessian(x_1: Scalar, x_2: Scalar) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    """-(x_2 ± (1 + 1/2L) q/2) / x_1², then (1 + 1/(4 sqrt u)) / x_1 twice, then ∓1/(4 q x_2)."""
    log_x_1 = np.log(x_1)
    half_q = np.copysign(0.5, log_x_1) * np.sqrt(x_2 / log_x_1)
    h_11 = -(x_2 + half_q + 0.5 * half_q / log_x_1) / (x_1 * x_1)
    h_12 = (1 + 0.25 / np.sqrt(x_2 * log_x_1)) / x_1
    return h_11, h_12, h_12, -0.125 / (half_q * x_2)


def hvp(x_1: Scalar, x_2: Scalar, v_1: Scalar, v_2: Scalar) -> tuple[Scalar, Scalar]:
    """H v; for two numbers nothing is gained by not forming H."""
    h_11, h_12, _, h_22 = hessian(x_1, x_2)
    return h_11 * v_1 + h_12 * v_2, h_12 * v_1 + h_22 * v_2


DERIVATIVES: dict[Operator, Callable[..., Any]] = {
    Operator.JVP: jvp,
    Operator.VJP: vjp,
    Operator.GRADIENT: gradient,
    Operator.JACOBIAN: gradient,
    Operator.HVP: hvp,
    Operator.HESSIAN: hessian,
}
