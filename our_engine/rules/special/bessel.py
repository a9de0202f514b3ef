"""Bessel functions. By the order there is no rule; that is refused.

The scaled functions ive and kve fall slowly where the others grow and fall like exponentials; for
large x the difference that their derivative is cancels, and Hankel's expansion takes its place
(DLMF 10.40), for x beyond 18 and twice the square of the order.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import scipy.special as sp

from our_engine.node import raw
from our_engine.primitives import elementwise, refused
from our_engine.stand_in import as_array
from our_engine.types import Array, DifferentiationError

_TERMS = 38
_FAR = 18.0


def _hankel_slope(v: Any, x: Array, sign: float) -> Array:
    """d/dx of x^-1/2 sum_k sign^k a_k(v) / x^k."""
    mu = 4.0 * np.square(as_array(v, float))
    a = [np.ones_like(mu)]
    for k in range(1, _TERMS):
        a.append(a[-1] * sign * (mu - (2 * k - 1) ** 2) / (8.0 * k))
    inverse = 1.0 / x
    total: Array = 0.0
    for k in range(_TERMS - 1, -1, -1):
        total = total * inverse - (k + 0.5) * a[k].astype(x.dtype)
    return total * inverse * np.sqrt(inverse)


def _is_far(v: Any, x: Array) -> Any:
    plain = raw(x)
    if np.iscomplexobj(plain):
        return np.zeros(np.broadcast_shapes(np.shape(v), plain.shape), bool)
    return np.abs(plain) > np.maximum(_FAR, 2.0 * np.square(v))


def _ive(v: Any, x: Array, y: Array) -> Array:
    """(I_(v-1) + I_(v+1)) / 2 - sign(Re x) I_v, scaled by exp(-|Re x|)."""
    if np.iscomplexobj(raw(x)):
        raise DifferentiationError(
            "our_engine: ive of a complex traced array has no derivative rule, because its scale "
            "is not analytic; write it with iv"
        )
    side = np.sign(raw(x))
    near = 0.5 * (sp.ive(v - 1, x) + sp.ive(v + 1, x)) - side * y
    far = _is_far(v, x)
    if not np.any(far):
        return near
    parity = np.where(side < 0, np.cos(math.pi * as_array(v, float)), 1.0).astype(x.dtype)
    slope = _hankel_slope(v, np.where(far, np.abs(x), _FAR), -1.0) / math.sqrt(2.0 * math.pi)
    return np.where(far, parity * side * slope, near)


def _kve(v: Any, x: Array, y: Array) -> Array:
    """K_v - (K_(v-1) + K_(v+1)) / 2, scaled by exp(x)."""
    near = y - 0.5 * (sp.kve(v - 1, x) + sp.kve(v + 1, x))
    far = _is_far(v, x)
    if not np.any(far):
        return near
    slope = _hankel_slope(v, np.where(far, x, _FAR), 1.0) * math.sqrt(math.pi / 2.0)
    return np.where(far, slope, near)


def jv(v: Any, x: Array) -> Array:
    """J_v, of order 0 and 1 by the functions that are exact for the smallest x too."""
    return {0: sp.j0, 1: sp.j1}.get(v, lambda x: sp.jv(v, x))(x) if np.ndim(v) == 0 else sp.jv(v, x)


def iv(v: Any, x: Array) -> Array:
    """I_v, likewise."""
    return {0: sp.i0, 1: sp.i1}.get(v, lambda x: sp.iv(v, x))(x) if np.ndim(v) == 0 else sp.iv(v, x)


elementwise(sp.j0, lambda x, _y: -sp.j1(x))
elementwise(sp.j1, lambda x, _y: 0.5 * (sp.j0(x) - jv(2, x)))
elementwise(sp.y0, lambda x, _y: -sp.y1(x))
elementwise(sp.y1, lambda x, _y: 0.5 * (sp.y0(x) - sp.yv(2, x)))
elementwise(sp.i0, lambda x, _y: sp.i1(x))
elementwise(sp.i1, lambda x, _y: 0.5 * (sp.i0(x) + iv(2, x)))
elementwise(sp.k0, lambda x, _y: -sp.k1(x))
elementwise(sp.k1, lambda x, _y: -0.5 * (sp.k0(x) + sp.kv(2, x)))
elementwise(sp.jv, refused, lambda v, x, _y: 0.5 * (jv(v - 1, x) - jv(v + 1, x)))
elementwise(sp.yv, refused, lambda v, x, _y: 0.5 * (sp.yv(v - 1, x) - sp.yv(v + 1, x)))
elementwise(sp.yn, refused, lambda n, x, _y: 0.5 * (sp.yn(n - 1, x) - sp.yn(n + 1, x)))
elementwise(sp.iv, refused, lambda v, x, _y: 0.5 * (iv(v - 1, x) + iv(v + 1, x)))
elementwise(sp.kv, refused, lambda v, x, _y: -0.5 * (sp.kv(v - 1, x) + sp.kv(v + 1, x)))
elementwise(sp.kn, refused, lambda n, x, _y: -0.5 * (sp.kv(n - 1, x) + sp.kv(n + 1, x)))
elementwise(sp.ive, refused, _ive)
elementwise(sp.kve, refused, _kve)
elementwise(sp.i0e, lambda x, y: _ive(0, x, y))
elementwise(sp.i1e, lambda x, y: _ive(1, x, y))
elementwise(sp.k0e, lambda x, y: _kve(0, x, y))
elementwise(sp.k1e, lambda x, y: _kve(1, x, y))
