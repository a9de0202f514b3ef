"""By hand: the perceptron's derivatives, and its training, with the ReLU's mask as the only extra.

With m = 1[W_1 x > 0] of shape (h, b) the lecture's ∂x_4/∂W_1 = ((W_3ᵀ r) ⊙ m) xᵀ / b has row j
equal to W_3[j] · Σ_b m_jb r_b x_b, so W_3 comes out of the product: one BLAS call on the mask, and
the (h, b) matrix (W_3ᵀ r) ⊙ m is never formed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.contract import Descent, Operator

__all__ = ["DERIVATIVES", "descent"]

Array = np.ndarray


def _forward(W_1: Array, W_3: Array, x: Array, y: Array) -> tuple[Array, Array, Array]:
    """(m, x_2, r): the mask as numbers (h, b), the hidden values (h, b), the residuals (1, b)."""
    x_2 = W_1 @ x
    mask = (x_2 > 0).astype(x_2.dtype)
    x_2 *= mask
    residual = W_3 @ x_2
    residual -= y
    return mask, x_2, residual


def gradient(W_1: Array, W_3: Array, x: Array, y: Array) -> tuple[Array, Array]:
    """Four products, two of them with a vector."""
    mask, x_2, residual = _forward(W_1, W_3, x, y)
    residual /= x.shape[1]
    g_1 = mask @ (x * residual).T
    g_1 *= W_3.T
    return g_1, residual @ x_2.T


def vjp(W_1: Array, W_3: Array, x: Array, y: Array, x_4_bar: Array) -> tuple[Array, Array]:
    """The gradient, scaled."""
    g_1, g_3 = gradient(W_1, W_3, x, y)
    g_1 *= x_4_bar
    g_3 *= x_4_bar
    return g_1, g_3


def jvp(W_1: Array, W_3: Array, x: Array, y: Array, V_1: Array, V_3: Array) -> tuple[Any]:
    """The tangent follows the value."""
    mask, x_2, residual = _forward(W_1, W_3, x, y)
    x_2_dot = V_1 @ x
    x_2_dot *= mask
    x_3_dot = V_3 @ x_2
    x_3_dot += W_3 @ x_2_dot
    return (np.vdot(residual, x_3_dot) / x.shape[1],)


def hvp(W_1: Array, W_3: Array, x: Array, y: Array, V_1: Array, V_3: Array) -> tuple[Array, Array]:
    """Both rows of H v; the mask meets the data once, with both weightings side by side."""
    mask, x_2, residual = _forward(W_1, W_3, x, y)
    n_0, batch = x.shape
    x_2_dot = V_1 @ x
    x_2_dot *= mask
    x_3_dot = V_3 @ x_2
    x_3_dot += W_3 @ x_2_dot
    residual /= batch
    x_3_dot /= batch
    both = mask @ np.concatenate((x * residual, x * x_3_dot)).T
    by_W_1 = V_3.T * both[:, :n_0]
    by_W_1 += W_3.T * both[:, n_0:]
    by_W_3 = x_3_dot @ x_2.T
    by_W_3 += residual @ x_2_dot.T
    return by_W_1, by_W_3


def hessian(W_1: Array, W_3: Array, x: Array, y: Array) -> tuple[Array, Array, Array, Array]:
    """The whole of H as A Aᵀ / b with A the Jacobian of x_3, then what the residual adds."""
    mask, x_2, residual = _forward(W_1, W_3, x, y)
    hidden, (n_0, batch) = W_1.shape[0], x.shape
    first = hidden * n_0
    A = np.empty((first + hidden, batch), dtype=x.dtype)
    np.multiply((W_3.T * mask)[:, None, :], x, out=A[:first].reshape(hidden, n_0, batch))
    A[first:] = x_2
    H = A @ A.T
    H /= batch
    residual /= batch
    curvature = mask @ (x * residual).T
    by_unit = np.arange(hidden)
    H[:first, first:].reshape(hidden, n_0, hidden)[by_unit, :, by_unit] += curvature
    H[first:, :first].reshape(hidden, hidden, n_0)[by_unit, by_unit] += curvature
    return (
        H[:first, :first].reshape(hidden, n_0, hidden, n_0),
        H[:first, first:].reshape(hidden, n_0, 1, hidden),
        H[first:, :first].reshape(1, hidden, hidden, n_0),
        H[first:, first:].reshape(1, hidden, 1, hidden),
    )


def descent(plan: Descent) -> Callable[..., tuple[Array]]:
    """``call(W_1, W_3, x, y) -> (losses,)``: each step's loss and gradient share a forward pass."""

    def call(W_1: Array, W_3: Array, x: Array, y: Array) -> tuple[Array]:
        W_1, W_3 = W_1.copy(), W_3.copy()
        (hidden, _), batch = W_1.shape, x.shape[1]
        x_2 = np.empty((hidden, batch), dtype=x.dtype)
        mask = np.empty_like(x_2)
        losses = np.empty(plan.steps + 1, dtype=x.dtype)
        for step in range(plan.steps + 1):
            np.matmul(W_1, x, out=x_2)
            np.greater(x_2, 0, out=mask, casting="unsafe")
            x_2 *= mask
            residual = W_3 @ x_2
            residual -= y
            losses[step] = np.vdot(residual, residual) / (2 * batch)
            if step == plan.steps:
                break
            residual *= plan.learning_rate / batch
            step_1 = mask @ (x * residual).T
            step_1 *= W_3.T
            W_3 -= residual @ x_2.T
            W_1 -= step_1
        return (losses,)

    return call


DERIVATIVES: dict[Operator, Callable[..., Any]] = {
    Operator.JVP: jvp,
    Operator.VJP: vjp,
    Operator.GRADIENT: gradient,
    Operator.HVP: hvp,
    Operator.HESSIAN: hessian,
}
