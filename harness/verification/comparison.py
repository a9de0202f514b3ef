"""One result array held against its truth, component by component."""

from __future__ import annotations

import functools
from typing import Self

import numpy as np

from harness.verification.oracles.oracle import TrueBlock
from harness.verification.tolerance import Standard, accuracy_floor

__all__ = ["Comparison"]

_ZERO_FACTOR = 4.0
"""All zeros pass for a truth that is not zero only if so many roundings can make it so …"""

_VAGUE_FACTOR = 16.0
"""… and where the tolerance would allow any sign, no more than so many are allowed; each times
the fourth root of the operations, half way from one rounding to the tolerance's √operations."""

_ORDINARY = 1e6
_KNOWN_ZERO = 1e-12
"""What is zero everywhere must be known to be so within this."""


class Comparison:
    """Errors and tolerances of one block, float64 arrays of its shape.

    ``error`` is the distance from the truth, or from the accepted set after ``to_set``;
    ``allowed`` its tolerance with η; ``floor`` the error up to which accuracy is merely lost.
    Where the truth is infinite the error is 0 or infinite, where there is none (NaN) likewise.
    """

    def __init__(
        self,
        block: TrueBlock,
        result: np.ndarray,
        standard: Standard,
        curve_bound: float | None = None,
        *,
        against_set: bool = False,
    ) -> None:
        """``curve_bound`` replaces the tolerance by a relative one."""
        self._given = (block, result, standard, curve_bound)
        self.block = block
        self.precision = standard.precision
        self._rounding = self.precision.unit_roundoff * standard.operations**0.25
        self.result = np.asarray(result, dtype=np.longdouble)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            # What is beyond the dtype's range is infinite in it, what is below it zero.
            self.target = block.high.astype(self.precision.dtype).astype(np.float64)
            if curve_bound is None:
                tolerance = standard.tolerance(block)
            else:
                tolerance = curve_bound * np.abs(block.high) + block.bound
            self.error = self._from_set() if against_set else self._from_point()
        self._tolerance = tolerance
        self.floor = np.maximum(accuracy_floor(block, standard), tolerance)
        self._slack = self.precision.slack(self.target)
        self.allowed = tolerance + (0.0 if self._zero_for_nonzero else self._slack)
        self.within = self.error <= self.allowed

    def to_set(self) -> Self:
        """The same, with errors measured from the accepted set where there is one."""
        if self.block.lower is None or self.block.upper is None:
            return self
        return type(self)(*self._given, against_set=True)

    @property
    def leaves_choice(self) -> bool:
        """Whether the accepted set is larger than rounding makes it."""
        lower, upper = self.block.lower, self.block.upper
        if lower is None or upper is None:
            return False
        with np.errstate(invalid="ignore"):
            return bool((upper - lower > 2 * self.allowed).any())

    @property
    def block_is_tied(self) -> bool:
        """Whether the point itself is on a kink, so that no member of the set is the truth."""
        branches = self.block.branches
        return self.block.lower is not None and (branches is None or branches.exact)

    @functools.cached_property
    def missing(self) -> np.ndarray:
        """Where a finite derivative came out NaN or infinite, or an infinite one NaN."""
        finite = np.isfinite(self.result)
        none = np.isnan(self.target)
        return np.where(np.isinf(self.target), np.isnan(self.result), ~finite & ~none)

    @property
    def nowhere(self) -> bool:
        """Whether some component has no derivative at all."""
        return bool(np.isnan(self.target).any())

    @property
    def erased(self) -> bool:
        """All zeros for a truth that is not zero, unless a few roundings explain it."""
        if not self._zero_for_nonzero:
            return False
        excused = _ZERO_FACTOR * self._rounding * self.block.conditioning + self.block.bound
        return bool((self.error > excused).any())

    @property
    def astray(self) -> bool:
        """Whether the result is off although the tolerance, being wider than the truth, allows it.

        An ill-conditioned derivative excuses the roundings of its operands, not their sign.
        """
        sure = np.abs(self.target) > self.block.bound
        sure &= np.isfinite(self.target)
        if not sure.any() or (2 * self._tolerance < np.abs(self.target))[sure].any():
            return False
        with np.errstate(over="ignore"):
            size = np.abs(self.target) + self.block.conditioning
            few = _VAGUE_FACTOR * self._rounding * size
            return bool((self.error > few + self.block.bound + self._slack)[sure].any())

    @functools.cached_property
    def largest(self) -> float:
        """The largest component of the truth; what is beyond the range is its largest number."""
        sizes = np.minimum(np.abs(self.target), float(np.finfo(self.precision.dtype).max))
        return float(np.max(sizes[~np.isnan(sizes)], initial=0.0))

    def too_wide(self, overall: float) -> bool:
        """Whether the oracle's bound could hide a loss of accuracy, or more.

        It is measured by the largest component; a block of zeros by its own terms, or by
        ``overall``, the largest of all blocks, as far as that is of an ordinary size: 1e160 by one
        argument says nothing of a derivative by another. And what is zero everywhere must be known
        to be.
        """
        widest = float(np.max(self.block.bound[np.isfinite(self.target)], initial=0.0))
        loss = self.precision.accuracy_loss
        if self.largest > widest:
            return widest > loss * self.largest
        terms = float(np.max(self.block.conditioning, initial=0.0))
        known = loss * min(overall, _ORDINARY) if overall > widest else _KNOWN_ZERO
        return widest > max(loss * terms, known)

    @property
    def worst_ratio(self) -> float:
        """The largest error over its tolerance."""
        return float(np.max(self._ratios, initial=0.0))

    @property
    def worst_index(self) -> tuple[int, ...]:
        """Where that is; a component that is not finite where it should be counts as worst."""
        ratios = self._ratios
        return tuple(int(i) for i in np.unravel_index(int(np.argmax(ratios)), ratios.shape))

    @property
    def largest_error(self) -> float:
        """The largest absolute error."""
        return float(np.max(self.error, initial=0.0))

    def figures_at_largest_error(self) -> dict[str, float]:
        """The largest error, and in what relations it stands to truth, tolerance and ulp."""
        at = np.unravel_index(int(np.argmax(self.error)), self.error.shape)
        error, target = float(self.error[at]), abs(float(self.target[at]))
        spacing = float(np.spacing(self.precision.dtype.type(target))) if target < np.inf else 0.0
        return {
            "error": error,
            "relative_error": _over(error, target),
            "tolerance": float(self.allowed[at]),
            "ulp": _over(error, spacing),
        }

    def described(self, at: tuple[int, ...]) -> str:
        """The truth at a component, or the set, for a person."""
        lower, upper = self.block.lower, self.block.upper
        if self.block_is_tied and lower is not None and upper is not None:
            return f"lies in [{float(lower[at]):.17g}, {float(upper[at]):.17g}]"
        return f"{float(self.block.high[at]):.17g}"

    @functools.cached_property
    def _ratios(self) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratios = np.where(self.error == 0, 0.0, self.error / self.allowed)
        return np.where(self.missing | np.isnan(ratios), np.inf, ratios)

    @functools.cached_property
    def _zero_for_nonzero(self) -> bool:
        """All zeros, where the truth surely is a normal number and zero is not accepted."""
        if not self.result.size or self.result.any():
            return False
        nothing = np.maximum(self.block.bound, self.precision.smallest_normal)
        return bool((np.abs(self.target) >= nothing)[self.error > 0].any())

    def _from_point(self) -> np.ndarray:
        block = self.block
        error = np.abs((self.result - block.high) - block.low).astype(np.float64)
        return self._special(error)

    def _from_set(self) -> np.ndarray:
        lower, upper = self.block.lower, self.block.upper
        if lower is None or upper is None:
            return self._from_point()
        # fmax passes over the NaN of an infinite result at an infinite end.
        outside = np.fmax(lower - self.result, self.result - upper)
        error = np.where(np.isnan(self.result), np.inf, np.fmax(0.0, outside))
        return self._special(error.astype(np.float64))

    def _special(self, error: np.ndarray) -> np.ndarray:
        """The error where something is not finite: all or nothing."""
        if np.isfinite(error).all() and np.isfinite(self.target).all():
            return error
        infinite = np.isinf(self.target)
        error = np.where(np.isnan(error), np.inf, error)
        hit = np.where(infinite, self.result == self.target, False)
        error = np.where(infinite & (self.block.lower is None), np.where(hit, 0.0, np.inf), error)
        none = np.isnan(self.target)
        return np.where(none, np.where(np.isfinite(self.result), np.inf, 0.0), error)


def _over(error: float, unit: float) -> float:
    if error == 0:
        return 0.0
    return error / unit if unit else float("inf")
