"""The derivative operators that adjudge knows, and how each is seeded and nested."""

from __future__ import annotations

import functools
from enum import StrEnum

__all__ = ["FIRST_ORDER", "HESSIAN_NESTINGS", "NESTINGS", "SECOND_ORDER", "Operator"]


class Operator(StrEnum):
    """A way of differentiating ``f: R^n -> R^m`` at ``x``; the value is the name in every table.

    A plain name (``jacobian``, ``hvp``) leaves the choice of mode to the backend, as the
    library's user would; a longer one fixes it. ``JVP_BATCHED`` and ``VJP_BATCHED`` take a stack
    of points and of seeds through the library's own ``vmap``. ``THIRD`` is the third derivative
    along one direction twice, D³ f(x)[v, v, ·]. ``DESCENT`` is not a derivative but a programme
    made of gradients: the loss after each step of gradient descent.
    """

    VALUE = "value"
    JVP = "jvp"
    JVP_BATCHED = "jvp-batched"
    VJP = "vjp"
    VJP_BATCHED = "vjp-batched"
    GRADIENT = "gradient"
    JACOBIAN = "jacobian"
    JACOBIAN_FORWARD = "jacobian-forward"
    JACOBIAN_REVERSE = "jacobian-reverse"
    HVP = "hvp"
    HVP_FORWARD_OVER_REVERSE = "hvp-forward-over-reverse"
    HVP_REVERSE_OVER_FORWARD = "hvp-reverse-over-forward"
    HVP_REVERSE_OVER_REVERSE = "hvp-reverse-over-reverse"
    HVP_FORWARD_OVER_FORWARD = "hvp-forward-over-forward"
    HESSIAN = "hessian"
    HESSIAN_FORWARD_OVER_REVERSE = "hessian-forward-over-reverse"
    HESSIAN_REVERSE_OVER_FORWARD = "hessian-reverse-over-forward"
    HESSIAN_REVERSE_OVER_REVERSE = "hessian-reverse-over-reverse"
    HESSIAN_FORWARD_OVER_FORWARD = "hessian-forward-over-forward"
    THIRD = "third"
    THIRD_FORWARD = "third-forward"
    THIRD_REVERSE = "third-reverse"
    DESCENT = "descent"

    @functools.cached_property
    def base(self) -> Operator:
        """The operator without its mode: what is computed, not how."""
        return Operator(self.value.split("-", 1)[0])

    @functools.cached_property
    def order(self) -> int:
        """The order of the highest derivative in it: 0 to 3."""
        if self is Operator.VALUE:
            return 0
        if self.base is Operator.THIRD:
            return 3
        return 2 if self.base in (Operator.HVP, Operator.HESSIAN) else 1

    @property
    def takes_tangents(self) -> bool:
        """Whether a tangent is given for each differentiable argument (jvp, hvp, third)."""
        return self.base in (Operator.JVP, Operator.HVP, Operator.THIRD)

    @property
    def takes_cotangent(self) -> bool:
        """Whether a cotangent of the output is given (vjp)."""
        return self.base is Operator.VJP

    @property
    def of_scalar(self) -> bool:
        """Whether it is defined for a scalar output only (gradient, hvp, hessian, third).

        Of any other function it is taken of a weighted sum of the output
        (``harness.contract.weighting``).
        """
        return self.base in (Operator.GRADIENT, Operator.HVP, Operator.HESSIAN, Operator.THIRD)

    @property
    def batched(self) -> bool:
        """Whether it maps over a stack of points (``jvp-batched``, ``vjp-batched``)."""
        return self in (Operator.JVP_BATCHED, Operator.VJP_BATCHED)


NESTINGS: dict[Operator, tuple[str, str]] = {
    Operator.HVP_FORWARD_OVER_REVERSE: ("forward", "reverse"),
    Operator.HVP_REVERSE_OVER_FORWARD: ("reverse", "forward"),
    Operator.HVP_REVERSE_OVER_REVERSE: ("reverse", "reverse"),
    Operator.HVP_FORWARD_OVER_FORWARD: ("forward", "forward"),
}
"""The four second-order nestings: (outer mode, inner mode)."""

HESSIAN_NESTINGS: dict[Operator, tuple[str, str]] = {
    Operator(nested.replace("hvp", "hessian")): modes for nested, modes in NESTINGS.items()
}
"""The same for whole Hessians."""

FIRST_ORDER: frozenset[Operator] = frozenset(o for o in Operator if o.order <= 1)
SECOND_ORDER: frozenset[Operator] = frozenset(o for o in Operator if o.order == 2)
