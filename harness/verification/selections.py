"""Which member of the accepted set a backend chose at a kink, said in one line."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from harness.verification.comparison import Comparison

__all__ = ["selection"]

_NAMED = ((0.0, "0"), (0.5, "1/2"), (1.0, "1"))


def selection(compared: Sequence[Comparison]) -> str:
    """The share λ of the first side, where one λ explains every component; else that it is mixed.

    A result is (1 - λ)·(derivative with all ties on their second side) + λ·(… on their first).
    For ``where(x > 0, x, 0)`` and ``maximum(x, 0)`` at 0, λ is what a backend takes for σ'(0).
    Without ties (a kink such as a norm's at 0), λ runs from the lower to the upper one-sided
    derivative.
    """
    ends = [_ends(c) for c in compared]
    usable = [
        (c, low, high)
        for c, (low, high) in zip(compared, ends, strict=True)
        if np.isfinite(low).all() and np.isfinite(high).all()
    ]
    tied = any(c.block.branches is not None for c in compared)
    between = "the two sides" if tied else "the two one-sided derivatives"
    legend = "0: the comparison fails, 1: it holds" if tied else "0: the lower end, 1: the upper"
    along = sum(float(np.sum((c.result - low) * (high - low))) for c, low, high in usable)
    length = sum(float(np.sum((high - low) ** 2)) for _, low, high in usable)
    if not length:
        return f"inside the accepted set, between {between}"
    share = along / length
    mixed = any(
        (np.abs(c.result - low - share * (high - low)) > c.allowed).any() for c, low, high in usable
    )
    where = _where(compared)
    if mixed:
        return f"a mixed selection{where}: each component lies between {between}"
    for value, name in _NAMED:
        if abs(share - value) < 1e-3:
            return f"selection {name}{where} ({legend})"
    return f"selection {share:.6g}{where} ({legend})"


def _ends(c: Comparison) -> tuple[np.ndarray, np.ndarray]:
    """The derivatives for λ = 0 and λ = 1."""
    if c.block.branches is not None:
        return c.block.branches.second, c.block.branches.first
    lower = c.block.high if c.block.lower is None else c.block.lower
    upper = c.block.high if c.block.upper is None else c.block.upper
    return lower, upper


def _where(compared: Sequence[Comparison]) -> str:
    branches = next((c.block.branches for c in compared if c.block.branches is not None), None)
    if branches is None:
        return ""
    ties = "1 tie" if branches.count == 1 else f"{branches.count} ties"
    return f" at {ties}" if branches.exact else f" at {ties} within rounding"
