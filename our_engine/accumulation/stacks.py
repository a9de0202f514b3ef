"""A local Jacobian applied to a stack of tangents or cotangents, which lie along a first axis."""

from __future__ import annotations

from typing import Any

from our_engine.linear_maps import LinearMap, plain
from our_engine.types import Cotangent

Stack = Any
"""An array of shape (count, *shape of the node), a tuple of stacks, or None for zero."""


def pushed(J: Any, V: Stack, count: int) -> Stack:
    """J v for each v of the stack."""
    if V is None:
        return None
    return J.stacked(count).apply(V) if isinstance(J, LinearMap) else J * V


def pulled(J: Any, U: Cotangent, count: int) -> Cotangent:
    """J^T u for each u of the stack."""
    if U is None:
        return None
    if not isinstance(J, LinearMap):
        return J * plain(U)
    J = J.stacked(count)
    return J.pull(U if J.takes_masked else plain(U))
