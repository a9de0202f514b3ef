"""The lecture's worked example, slides 25 and 29: f(x_1, x_2) = x_2 log x_1 + sqrt(x_2 log x_1)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.contract import Array, Namespace, Operator, Point, PointKind, Problem, Size
from harness.problems.closed_forms import hvp_in_every_nesting

__all__ = ["LOG_SQRT"]

Build = Callable[[Mapping[str, int], np.random.Generator], tuple[np.ndarray, ...]]


def log_sqrt(xp: Namespace, x_1: Array, x_2: Array) -> Array:
    """f(x_1, x_2) for scalars x_1 > 0 and x_2 with x_2 log x_1 >= 0; lines as on the slide."""
    x_3 = xp.log(x_1)
    x_4 = x_2 * x_3
    x_5 = xp.sqrt(x_4)
    return x_4 + x_5


def _gradient(xp: Namespace, x_1: Array, x_2: Array) -> tuple[Array, Array]:
    """With u = x_2 log x_1, f = u + sqrt u: each partial is f'(u) times that of u."""
    log_x_1 = xp.log(x_1)
    slope = 1 + 1 / (2 * xp.sqrt(x_2 * log_x_1))
    return x_2 / x_1 * slope, log_x_1 * slope


def _hessian(xp: Namespace, x_1: Array, x_2: Array) -> tuple[Array, Array, Array, Array]:
    """H_ij = f''(u) u_i u_j + f'(u) u_ij with f''(u) = -1 / (4 u sqrt u)."""
    log_x_1 = xp.log(x_1)
    u = x_2 * log_x_1
    slope, bend = 1 + 1 / (2 * xp.sqrt(u)), -1 / (4 * u * xp.sqrt(u))
    u_1, u_2 = x_2 / x_1, log_x_1
    h_11 = bend * u_1 * u_1 - slope * u_1 / x_1
    h_12 = bend * u_1 * u_2 + slope / x_1
    return h_11, h_12, h_12, bend * u_2 * u_2


def _value(xp: Namespace, x_1: Array, x_2: Array) -> tuple[Array]:
    u = x_2 * xp.log(x_1)
    return (u + xp.sqrt(u),)


def _jvp(xp: Namespace, x_1: Array, x_2: Array, v_1: Array, v_2: Array) -> tuple[Array]:
    g_1, g_2 = _gradient(xp, x_1, x_2)
    return (g_1 * v_1 + g_2 * v_2,)


def _vjp(xp: Namespace, x_1: Array, x_2: Array, y_bar: Array) -> tuple[Array, Array]:
    g_1, g_2 = _gradient(xp, x_1, x_2)
    return y_bar * g_1, y_bar * g_2


def _hvp(xp: Namespace, x_1: Array, x_2: Array, v_1: Array, v_2: Array) -> tuple[Array, Array]:
    h_11, h_12, h_21, h_22 = _hessian(xp, x_1, x_2)
    return h_11 * v_1 + h_12 * v_2, h_21 * v_1 + h_22 * v_2


def _within(low: tuple[float, float], high: tuple[float, float]) -> Build:
    """Uniform random arguments in the box from ``low`` to ``high``."""

    def build(dims: Mapping[str, int], rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        x = rng.uniform(low, high)
        return np.array(x[0]), np.array(x[1])

    return build


def _at(x_1: float, x_2: float) -> Build:
    def build(dims: Mapping[str, int], rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        return np.array(x_1), np.array(x_2)

    return build


_CLOSED_FORMS: dict[Operator, Callable[..., Any]] = {
    Operator.VALUE: _value,
    Operator.JVP: _jvp,
    Operator.VJP: _vjp,
    Operator.GRADIENT: _gradient,
    Operator.JACOBIAN: _gradient,  # of a scalar: the same blocks, the same shapes
    Operator.HESSIAN: _hessian,
    **hvp_in_every_nesting(_hvp),
}

LOG_SQRT = Problem(
    name="lecture.log_sqrt",
    source="lecture 3, slides 25 (forward mode) and 29 (reverse mode)",
    fun=log_sqrt,
    arguments=("x_1", "x_2"),
    argnums=(0, 1),
    sizes=(Size({}, scale=1),),
    points=(
        Point("generic-0", _within((1.25, 0.5), (4.0, 4.0)), timed=True),
        Point("generic-1", _within((10.0, 0.01), (100.0, 0.1))),
        # Both factors of u negative: inside the domain, though x_2 < 0.
        Point("generic-2", _within((0.2, -4.0), (0.8, -0.5))),
        Point("e-4", _at(math.e, 4.0)),
        # 1 + 2^-20 is exact in float32 too: u = 2.9e-6, and f'(u) is about 300.
        Point("near-u-zero", _at(1.0 + 2.0**-20, 3.0)),
        Point("u-zero", _at(1.0, 3.0), PointKind.INFINITE),
        Point("outside-log", _at(-2.0, 3.0), PointKind.OUTSIDE),
        Point("outside-sqrt", _at(0.5, 3.0), PointKind.OUTSIDE),
    ),
    operators=frozenset(_CLOSED_FORMS),
    timed_operators=frozenset({Operator.VALUE, Operator.JVP, Operator.GRADIENT, Operator.HESSIAN}),
    closed_forms=_CLOSED_FORMS,
    operations=lambda dims: 4,
)
