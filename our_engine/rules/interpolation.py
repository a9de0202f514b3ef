"""Rules of piecewise linear interpolation and of polynomials.

At a knot the derivative of np.interp is the mean of the slopes on both sides, where the slope
outside of the knots is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.linear_maps import ZERO, Gather, LeftMul, LinearMap, Reshape, Scale
from our_engine.primitives import Spec, composite, rule
from our_engine.recording import Node, raw
from our_engine.stand_in import as_array
from our_engine.types import Array, DifferentiationError, Settings

from .arguments import array, cast, selection


def _interpolate(x: Array, xp: Array, fp: Array, left: Any = None, right: Any = None) -> Any:
    return np.interp(x, xp, fp, left, right)


def _slope(x: Array, xp: Array, fp: Array) -> Array:
    """The slope at each x; the mean of both sides at a knot."""
    widths = np.diff(xp)
    widths = np.where(raw(widths) == 0, 1, widths)
    none = np.zeros(1)
    slopes = np.concatenate([none, np.diff(fp) / widths, none])
    knots, points = raw(xp), as_array(raw(x))
    after = np.searchsorted(knots, points, "right")
    if not np.any(knots[after - 1] == points):
        return slopes[after]
    before = np.searchsorted(knots, points, "left")
    return 0.5 * (slopes[before] + slopes[after])


def _weights(x: Array, xp: Array, left: Any, right: Any) -> LinearMap:
    """The map of the values at the knots: of the two around each x the convex combination."""
    points, knots = as_array(raw(x)), raw(xp)
    n = len(knots)
    lower = np.clip(np.searchsorted(knots, points, "right") - 1, 0, max(n - 2, 0))
    upper = np.minimum(lower + 1, n - 1)
    width = xp[upper] - xp[lower]
    t = (x - xp[lower]) / np.where(raw(width) == 0, 1, width)
    below, above = points < knots[0], points > knots[-1]
    t = np.where(below, 0.0, np.where(above | (raw(width) == 0), 1.0, t))
    shape = np.shape(xp)
    J = Scale(1.0 - t) @ Gather(shape, lower) + Scale(t) @ Gather(shape, upper)
    outside = (below & (left is not None)) | (above & (right is not None))
    return selection(~outside, points.shape) @ J if np.any(outside) else J


def _by_x(
    x: Array, xp: Array, fp: Array, _y: Spec, left: Any = None, right: Any = None
) -> LinearMap:
    return Scale(_slope(x, xp, fp)) @ cast(Spec(x), _y)


def _by_xp(
    x: Array, xp: Array, fp: Array, _y: Spec, left: Any = None, right: Any = None
) -> LinearMap:
    """As much as the knots move, x moves against them."""
    weights = _weights(x, xp, left, right)
    return Scale(-_slope(x, xp, fp)) @ cast(Spec(x), _y) @ weights @ _real(xp)


def _by_fp(
    x: Array, xp: Array, _fp: Spec, _y: Spec, left: Any = None, right: Any = None
) -> LinearMap:
    return _weights(x, xp, left, right) @ cast(_fp, _y)


def _real(xp: Array) -> LinearMap:
    return cast(Spec(xp), Spec(np.zeros(())))


_interp: Callable[..., Any] = rule(_interpolate, _by_x, _by_xp, _by_fp, name="interp")


def _interp_any(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    xp, fp = array(xp), array(fp)
    if period is None:
        return _interp(array(x), xp, fp, left=left, right=right)
    if raw(period) == 0:
        raise ValueError("period must be a non-zero value")
    period = np.abs(period)
    x, xp = np.remainder(array(x), period), np.remainder(xp, period)
    order = np.argsort(raw(xp))
    xp, fp = xp[order], fp[order]
    xp = np.concatenate([xp[-1:] - period, xp, xp[:1] + period])
    fp = np.concatenate([fp[-1:], fp, fp[:1]])
    return _interp(x, xp, fp)


def _bind_polyval(p: Any, x: Any) -> tuple[tuple[Any, Any], Settings]:
    if isinstance(x, np.poly1d):
        raise DifferentiationError(
            "our_engine: polyval of traced coefficients takes numbers, not a poly1d; write "
            "np.polyval(p, np.polyval(q, x))"
        )
    if isinstance(p, (list, tuple)) and any(isinstance(c, Node) for c in p):
        p = np.stack(p)
    return (array(p), array(x)), {}


def _polyval_coefficients(_p: Spec, x: Array, _y: Spec) -> LinearMap:
    """Powers of x."""
    n, size = _p.shape[0], _y.size
    powers = np.vander(np.ravel(x), n)
    column = Reshape((n,), (n, 1)) @ cast(_p, _y)
    return Reshape((size, 1), _y.shape) @ LeftMul(powers, (n, 1)) @ column


def _polyval_point(p: Array, x: Array, _y: Spec) -> LinearMap:
    n = p.shape[0]
    if n < 2:
        return ZERO
    derivative = p[:-1] * np.arange(n - 1.0, 0.0, -1.0).astype(raw(p).real.dtype)
    return Scale(np.polyval(derivative, x)) @ cast(Spec(x), _y)


composite(np.interp, _interp_any)
rule(np.polyval, _polyval_coefficients, _polyval_point, bind=_bind_polyval)
