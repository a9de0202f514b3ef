"""Operands and settings of a call: their values on the newest tape, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from .linear_maps.diagonal import real_dtype
from .node import Node
from .primitives import Primitive
from .tape import frozen
from .types import DifferentiationError, Settings

_DOUBLE = np.float64


def value_of(x: Any, inside: bool) -> Any:
    """The value of an operand on the newest tape; a constant as it is, a list as an array."""
    if inside:
        # NumPy's scalar takes part in the choice of dtype, as a Python float does not.
        v = x.value
        return _DOUBLE(v) if type(v) is float and not x.weak else v
    if type(x) is list or type(x) is tuple:
        return np.array(x)
    if isinstance(x, (np.matrix, np.ma.MaskedArray)):
        raise DifferentiationError(
            f"our_engine: the operations of a {type(x).__name__} are not those of an array; write "
            "np.asarray(x), or np.where(mask, x, 0) for an array with a mask"
        )
    return x


def strong(v: float, y: Any) -> Any:
    """A Python float as a NumPy scalar, of the precision that it had in the computation of y."""
    if isinstance(y, (tuple, list)) or not hasattr(y, "dtype") or y.dtype.kind not in "fc":
        return _DOUBLE(v)
    return real_dtype(y.dtype).type(v)


def settled(primitive: Primitive, settings: Settings) -> Settings:
    """The settings, safe from later changes; a traced one is refused."""
    for name, setting in settings.items():
        if isinstance(setting, Node):
            raise DifferentiationError(
                f"our_engine: {primitive.name} cannot be differentiated with respect to "
                f"{name}; pass our_engine.stop_gradient({name}) if it is meant as a constant"
            )
    return {name: frozen(setting) for name, setting in settings.items()}
