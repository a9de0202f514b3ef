"""A kept answer held against a new one: is what was found once found again?"""

from __future__ import annotations

import numpy as np

from harness.verification.oracles.oracle import TrueBlock, Truth
from harness.verification.truths import Answer

__all__ = ["difference"]

_RELATIVE = 2.0**-70
"""Far below what a comparison sees, and above what is lost in packing."""

_SETS = 1e-9
_SIZES = 1.25
"""Sizes are kept to a sixteenth of an octave, and a change of the rest is worth a look."""


def difference(kept: Answer, new: Answer) -> str | None:
    """What differs, for a person; None where the answers are the same."""
    (old, old_reasons), (truth, reasons) = kept, new
    if old is None or truth is None:
        if old is truth:
            return None
        known, unknown = ("kept", reasons) if truth is None else ("found", old_reasons)
        return f"a truth was {known}, but also: {'; '.join(unknown)}"
    if old.oracle != truth.oracle:
        return f"kept of {old.oracle}, found by {truth.oracle}"
    if old.curve_bound != truth.curve_bound:
        return f"the bound of a curve is {old.curve_bound}, now {truth.curve_bound}"
    if not _same_directions(old, truth):
        return "the directions are other ones"
    if len(old.blocks) != len(truth.blocks):
        return f"{len(old.blocks)} results, now {len(truth.blocks)}"
    for i, (a, b) in enumerate(zip(old.blocks, truth.blocks, strict=True)):
        if (found := _of_blocks(a, b)) is not None:
            return f"result {i}: {found}" if len(old.blocks) > 1 else found
    return None


def _of_blocks(old: TrueBlock, new: TrueBlock) -> str | None:
    if old.high.shape != new.high.shape:
        return f"the shape was {old.high.shape}, is {new.high.shape}"
    with np.errstate(invalid="ignore", over="ignore"):
        gap = np.abs((new.high - old.high) + (new.low - old.low))
        # Two infinities of one sign have no gap; NaN is where NaN was.
        same = (old.high == new.high) & ~np.isfinite(new.high)
        same |= np.isnan(old.high) & np.isnan(new.high)
        allowed = _RELATIVE * np.abs(new.high) + old.bound + new.bound
    apart = ~same & ~(gap <= allowed)
    if apart.any():
        at = tuple(int(i) for i in np.argwhere(apart)[0])
        return f"the truth at {list(at)} was {float(old.high[at])!r}, is {float(new.high[at])!r}"
    for name in ("lower", "upper"):
        if not _same_set(getattr(old, name), getattr(new, name)):
            return f"the {name} end of the accepted set is another one"
    large, small = (
        np.fmax(old.conditioning, new.conditioning),
        np.fmin(old.conditioning, new.conditioning),
    )
    with np.errstate(over="ignore"):
        other = large > _SIZES * small
    if other.any():
        at = tuple(int(i) for i in np.argwhere(other)[0])
        was, now = float(old.conditioning[at]), float(new.conditioning[at])
        return f"the conditioning at {list(at)} was {was:.3g}, is {now:.3g}"
    return None


def _same_set(old: np.ndarray | None, new: np.ndarray | None) -> bool:
    if old is None or new is None:
        return old is new
    return bool(np.allclose(old, new, rtol=_SETS, atol=0.0, equal_nan=True))


def _same_directions(old: Truth, new: Truth) -> bool:
    def flat(truth: Truth) -> list[np.ndarray]:
        return [part for group in truth.directions for v in group for part in v]

    ours, theirs = flat(old), flat(new)
    return len(ours) == len(theirs) and all(map(np.array_equal, ours, theirs))
