"""By hand: f(x_1, x_2) = u + sqrt u with u = x_2 log x_1, on 0-d arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.contract import Operator

__all__ = ["DERIVATIVES"]

Scalar = Any
"""A 0-d array or a NumPy scalar, float64 or float32."""


def gradient(x_1: Scalar, x_2: Scalar) -> tuple[Scalar, Scalar]:
    """Both partials; with s = sqrt u, f'(u) = 1 + 1/(2s)."""
    log_x_1 = np.log(x_1)
    slope = 1 + 0.5 / np.sqrt(x_2 * log_x_1)
    return x_2 / x_1 * slope, log_x_1 * slope


def jvp(x_1: Scalar, x_2: Scalar, v_1: Scalar, v_2: Scalar) -> tuple[Scalar]:
    """The lecture's forward sweep, with u_dot gathered first."""
    log_x_1 = np.log(x_1)
    u_dot = x_2 * v_1 / x_1 + log_x_1 * v_2
    return (u_dot + 0.5 * u_dot / np.sqrt(x_2 * log_x_1),)


def vjp(x_1: Scalar, x_2: Scalar, y_bar: Scalar) -> tuple[Scalar, Scalar]:
    """The lecture's reverse sweep."""
    log_x_1 = np.log(x_1)
    u_bar = y_bar + 0.5 * y_bar / np.sqrt(x_2 * log_x_1)
    return x_2 * u_bar / x_1, log_x_1 * u_bar


def hvp(x_1: Scalar, x_2: Scalar, v_1: Scalar, v_2: Scalar) -> tuple[Scalar, Scalar]:
    """The tangent of the gradient's own few lines: f'(u) and its tangent, shared by both rows."""
    log_x_1 = np.log(x_1)
    u = x_2 * log_x_1
    half_root = 0.5 / np.sqrt(u)
    slope = 1 + half_root
    log_dot = v_1 / x_1
    slope_dot = -0.5 * half_root * (x_2 * log_dot + log_x_1 * v_2) / u
    return (
        (v_2 * slope + x_2 * slope_dot - x_2 * slope * log_dot) / x_1,
        log_dot * slope + log_x_1 * slope_dot,
    )


def hessian(x_1: Scalar, x_2: Scalar) -> tuple[Scalar, Scalar, Scalar, Scalar]:
    """H_11 = -(x_2/x_1²)(1 + (1 + 1/(2 log x_1)) / 2s), H_12 = (1 + 1/(4s)) / x_1,
    H_22 = -log x_1 / (4 x_2 s), with s = sqrt u.
    """
    log_x_1 = np.log(x_1)
    half_root = 0.5 / np.sqrt(x_2 * log_x_1)
    h_11 = -x_2 / (x_1 * x_1) * (1 + half_root * (1 + 0.5 / log_x_1))
    h_12 = (1 + 0.5 * half_root) / x_1
    return h_11, h_12, h_12, -0.5 * half_root * log_x_1 / x_2


DERIVATIVES: dict[Operator, Callable[..., Any]] = {
    Operator.JVP: jvp,
    Operator.VJP: vjp,
    Operator.GRADIENT: gradient,
    Operator.JACOBIAN: gradient,
    Operator.HVP: hvp,
    Operator.HESSIAN: hessian,
}
