"""Rules of choices and steps: maximum, where, clip, floor, heaviside, remainders.

Choices at kinks, all inside the interval of one-sided derivatives: maximum, minimum, fmax, fmin
and clip share a tie equally; steps (floor, sign, heaviside) have derivative 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from our_engine.linear_maps import (
    ONE,
    ZERO,
    Broadcast,
    Cast,
    LinearMap,
    Outputs,
    Scale,
    Select,
)
from our_engine.primitives import Spec, composite, elementwise, rule
from our_engine.recording import raw
from our_engine.stand_in import as_array
from our_engine.types import Array, Settings

_MISSING: Any = object()


def choose(mask: Any) -> LinearMap:
    """Where the mask is True the identity, elsewhere zero by structure."""
    mask = raw(mask)
    if isinstance(mask, np.ndarray) and mask.ndim:
        return Select(mask)
    return ONE if mask else ZERO


def _first(a: Array, b: Array, condition: Any) -> LinearMap:
    """The factor of a that wins over b where `condition`, and half of it at a tie."""
    tie = a == b
    # To count is the quickest way to ask whether there are any.
    if type(tie) is np.ndarray and not np.count_nonzero(tie) and type(condition) is np.ndarray:
        return Select(condition)
    if not np.any(tie):
        return choose(condition)
    half = np.where(tie, 0.5, 1.0).astype(np.result_type(raw(a), raw(b)))
    return Scale(float(half) if np.ndim(tie) == 0 else half) @ choose(condition | tie)


def _copysign(a: Array, b: Array, _y: Array) -> Array:
    sign = np.copysign(1.0, raw(b))
    return np.sign(a) * (sign.astype(b.dtype) if hasattr(b, "dtype") else float(sign))


def _true(condition: Any) -> Any:
    if type(condition) is np.ndarray and condition.dtype == bool:
        return condition
    return as_array(raw(condition)).astype(bool)[()]


def _where_arguments(
    condition: Any, x: Any = _MISSING, y: Any = _MISSING
) -> tuple[tuple[Any, ...], Settings]:
    """np.where(condition) alone gives the indices of what is not zero."""
    given = tuple(a for a in (x, y) if a is not _MISSING)
    if len(given) == 1:
        raise ValueError("either both or neither of x and y should be given")
    return (raw(condition), *given), {}


def _spread(x: Spec, y: Spec) -> LinearMap:
    """The broadcast and cast from an argument to an output."""
    chain: LinearMap = ONE if x.dtype == y.dtype else Cast(x.dtype, y.dtype)
    return chain if x.shape == y.shape else Broadcast(x.shape, y.shape) @ chain


def _nan_to_num(
    x: Array, _y: Array, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> LinearMap:
    return choose(np.isfinite(raw(x)))


def _clip(a: Array, a_min: Any = None, a_max: Any = None, out: Any = None, **keywords: Any) -> Any:
    if out is not None:
        return np.add(a, 0.0, out=out)  # refused there, with the cure
    low, high = keywords.pop("min", a_min), keywords.pop("max", a_max)
    if keywords:
        raise TypeError(f"our_engine: clip of a traced array does not support {sorted(keywords)}")
    if low is not None:
        a = np.maximum(a, low)
    return a if high is None else np.minimum(a, high)


elementwise(np.maximum, lambda a, b, _y: _first(a, b, a > b), lambda a, b, _y: _first(a, b, b > a))
elementwise(np.minimum, lambda a, b, _y: _first(a, b, a < b), lambda a, b, _y: _first(a, b, b < a))
elementwise(
    np.fmax,
    lambda a, b, _y: _first(a, b, (a > b) | np.isnan(raw(b))),
    lambda a, b, _y: _first(a, b, (b > a) | np.isnan(raw(a))),
)
elementwise(
    np.fmin,
    lambda a, b, _y: _first(a, b, (a < b) | np.isnan(raw(b))),
    lambda a, b, _y: _first(a, b, (b < a) | np.isnan(raw(a))),
)

elementwise(np.copysign, _copysign, ZERO)
elementwise(np.heaviside, ZERO, lambda a, _b, _y: choose(a == 0))
elementwise(np.fmod, lambda _a, _b, _y: ONE, lambda a, b, y: -np.rint((a - y) / b))
elementwise(np.remainder, lambda _a, _b, _y: ONE, lambda a, b, y: -np.rint((a - y) / b))
elementwise(np.floor_divide, ZERO, ZERO)
elementwise(np.ldexp, lambda _x, n, _y: np.ldexp(1.0, n), ZERO)
elementwise(np.nextafter, lambda _a, _b, _y: ONE, ZERO)
for _step in (np.floor, np.ceil, np.trunc, np.rint, np.spacing):
    elementwise(_step, ZERO)
elementwise(
    np.where,
    ZERO,
    lambda c, _a, _b, _y: choose(_true(c)),
    lambda c, _a, _b, _y: choose(~_true(c)),
    bind=_where_arguments,
)
rule(
    np.divmod,
    lambda _a, _b, y: Outputs(ZERO, _spread(_a, Spec(y[1]))),
    lambda _a, _b, y: Outputs(ZERO, Scale(-y[0]) @ _spread(_b, Spec(y[1]))),
)
rule(np.modf, lambda _x, _y: Outputs(ONE, ZERO))
rule(np.frexp, lambda _x, y: Outputs(Scale(np.ldexp(1.0, -y[1]).astype(_x.dtype)), ZERO))
rule(np.nan_to_num, _nan_to_num)
composite(np.clip, _clip)
rule(np.round, lambda _x, _y, decimals=0: ZERO)
rule(np.around, lambda _x, _y, decimals=0: ZERO)
rule(np.fix, ZERO)
