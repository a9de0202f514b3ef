"""From what was seen and what is true to a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from harness.contract import Failure, Operator, PointKind, Verdict, VerdictKind
from harness.verification.comparison import Comparison
from harness.verification.oracles.identities import NAME as IDENTITIES
from harness.verification.oracles.identities import Breach
from harness.verification.oracles.oracle import Truth
from harness.verification.oracles.structure import NAME as STRUCTURE
from harness.verification.selections import selection
from harness.verification.tolerance import Standard

__all__ = [
    "beyond_the_border",
    "compare",
    "inconclusive",
    "of_breach",
    "of_failure",
    "of_structure",
    "outside",
]


def of_failure(failure: Failure, kind: PointKind) -> Verdict:
    """A failure is its own verdict; outside the domain an exception is a right answer."""
    reason = failure.message or failure.kind.value
    if failure.kind is VerdictKind.RAISED and kind is PointKind.OUTSIDE:
        return Verdict(VerdictKind.OUTSIDE_DOMAIN, STRUCTURE, f"it raises there: {reason}")
    if failure.plain_raises:
        reason = f"{reason} (the plain function raises here too)"
    return Verdict(failure.kind, STRUCTURE, reason)


def of_structure(fault: str) -> Verdict:
    """The form of the evaluation is wrong."""
    return Verdict(VerdictKind.STRUCTURE, STRUCTURE, fault)


def inconclusive(reasons: Sequence[str]) -> Verdict:
    """Nothing could decide: never a pass."""
    said = "; ".join(reasons) or "no oracle was asked"
    return Verdict(VerdictKind.INCONCLUSIVE, "none", f"nothing could decide: {said}")


def outside(operator: Operator, results: Sequence[np.ndarray], value: np.ndarray) -> Verdict:
    """Where the function has no value: a value must say so, a derivative may be anything.

    ``value`` is what the function gives there in NumPy. Where that is NaN or infinite, a finite
    value is invented, and wrong. A derivative that does not exist cannot be missed: NaN, infinity
    and an exception say so, and the formula that is the derivative inside the domain (1/x of log at
    -1, which every library gives) is not a claim about a function that nobody can evaluate there.
    The reason says which of them came.
    """
    if np.isfinite(value).all():
        return inconclusive(["the point is declared outside the domain, but f is finite there"])
    if operator is Operator.VALUE:
        (given,) = results
        if (np.isfinite(given) & ~np.isfinite(value)).any():
            reason = "a finite value where the function has none"
            return Verdict(VerdictKind.WRONG, STRUCTURE, reason)
        return Verdict(VerdictKind.OUTSIDE_DOMAIN, STRUCTURE, "no value here, and it says so")
    if all(np.isfinite(result).all() for result in results):
        reason = "no value here, and so no derivative: its formula goes on"
    else:
        reason = "no value here, and so no derivative: the result says so"
    return Verdict(VerdictKind.OUTSIDE_DOMAIN, STRUCTURE, reason)


def beyond_the_border(
    verdict: Verdict, truth: Truth, results: Sequence[np.ndarray], standard: Standard
) -> Verdict:
    """The ``verdict`` at -0, on the border of a domain where the derivative is infinite.

    To NumPy -0 is 0 in a value, log(-0) = -inf, and the other side in a quotient, 1/-0 = -inf: so a
    derivative's formula has there the infinity of the side where the function has no value. That is
    no wrong derivative of a function that has none on that side; the infinity of the inner side is
    as right, and anything else is judged as it is.
    """
    turned = [
        replace(
            block,
            high=np.where(
                np.isinf(block.high) & np.isinf(result), np.copysign(np.inf, result), block.high
            ),
        )
        for block, result in zip(truth.blocks, results, strict=True)
    ]
    if compare(replace(truth, blocks=tuple(turned)), results, standard).kind is not VerdictKind.OK:
        return verdict
    reason = "at -0 the formula has the infinity of the side where there is no value"
    return Verdict(VerdictKind.OUTSIDE_DOMAIN, truth.oracle, reason)


def of_breach(breach: Breach, accuracy_loss: float) -> Verdict:
    """A broken identity: the results are wrong, or inaccurate where its sides nearly meet."""
    relative = breach.gap / breach.largest if breach.largest else float("inf")
    kind = VerdictKind.ACCURACY_LOSS if relative <= accuracy_loss else VerdictKind.WRONG
    if not np.isfinite(breach.gap):
        kind = VerdictKind.NONFINITE
    of = f" ({' and '.join(breach.operators)}: one is wrong)" if breach.operators else ""
    return Verdict(
        kind,
        IDENTITIES,
        f"{breach.identity} fails: its sides are {breach.gap:.3g} apart, "
        f"with terms of {breach.scale:.3g}{of}",
        error=breach.gap,
        relative_error=relative,
        tolerance=breach.allowed,
        error_over_tolerance=breach.gap / breach.allowed if breach.allowed else float("inf"),
        details={"identity": breach.identity},
    )


def compare(truth: Truth, results: Sequence[np.ndarray], standard: Standard) -> Verdict:
    """The verdict of a truth on results of its blocks' shapes.

    ``ok`` within the tolerance everywhere; ``accuracy-loss`` outside it, but with as many digits
    as the dtype's ``accuracy_loss`` asks for; ``nonfinite`` where a finite component came out
    NaN or infinite; ``convention`` for another member of the accepted set at a tie;
    ``inconclusive`` where the oracle's own bound is too wide to tell; ``wrong`` the rest.
    """
    points = [
        Comparison(block, result, standard, truth.curve_bound)
        for block, result in zip(truth.blocks, results, strict=True)
    ]
    to_set = [c.to_set() for c in points]
    chosen = _is_choice(points) and not (
        all(not c.block_is_tied for c in points) and all(c.within.all() for c in points)
    )
    compared = to_set if chosen else points
    kind, reason = _kind(compared, chosen)
    if kind is VerdictKind.CONVENTION:
        reason = selection(compared)
    elif kind not in (VerdictKind.OK, VerdictKind.OUTSIDE_DOMAIN):
        worst = max((c for c in compared if c.result.size), key=lambda c: c.worst_ratio)
        what = "direction" if truth.directions else "result"
        reason = f"{reason}: {_where(compared, worst, what)}"
    return Verdict(kind, truth.oracle, reason, **_figures(compared), details={"truth": truth.note})


def _is_choice(points: Sequence[Comparison]) -> bool:
    return any(c.leaves_choice for c in points)


def _kind(compared: Sequence[Comparison], chosen: bool) -> tuple[VerdictKind, str]:
    if any(c.missing.any() for c in compared):
        return VerdictKind.NONFINITE, "not finite where the derivative is"
    if any(c.erased for c in compared):
        return VerdictKind.WRONG, "all zeros for a derivative that is not zero"
    if any(c.astray for c in compared):
        return VerdictKind.WRONG, "further off than a few roundings, whose effect is large here"
    if all(c.within.all() for c in compared):
        overall = max((c.largest for c in compared), default=0.0)
        if any(c.too_wide(overall) for c in compared):
            return VerdictKind.INCONCLUSIVE, "the oracle's own error bound is too wide to tell"
        if any(c.nowhere for c in compared):
            return VerdictKind.OUTSIDE_DOMAIN, "there is no derivative, and the result says so"
        if chosen:
            return VerdictKind.CONVENTION, ""
        return VerdictKind.OK, _agreement(compared)
    if all((c.error <= c.floor).all() for c in compared):
        return VerdictKind.ACCURACY_LOSS, "outside the tolerance of rounding, but the right digits"
    return VerdictKind.WRONG, "not the derivative"


def _agreement(compared: Sequence[Comparison]) -> str:
    ratio = max((c.worst_ratio for c in compared), default=0.0)
    return f"within {ratio:.2g} of the tolerance"


def _where(compared: Sequence[Comparison], worst: Comparison, what: str) -> str:
    """The worst component, for a person; ``what`` a block is: a result, or a direction."""
    at = worst.worst_index
    place = f"{what} {compared.index(worst)}" if len(compared) > 1 else f"the {what}"
    index = f"[{', '.join(map(str, at))}]" if at else ""
    return f"{place}{index} is {float(worst.result[at]):.17g}, the truth {worst.described(at)}"


def _figures(compared: Sequence[Comparison]) -> dict[str, float]:
    """The error figures of ``Verdict``, over all components of all results."""
    nonempty = [c for c in compared if c.error.size]
    if not nonempty:
        return dict.fromkeys(
            ("error", "relative_error", "tolerance", "error_over_tolerance", "ulp"), 0.0
        )
    worst = max(nonempty, key=lambda c: c.largest_error)
    return {
        **worst.figures_at_largest_error(),
        "error_over_tolerance": max(c.worst_ratio for c in nonempty),
    }
