"""The derivative operators that adjudge knows, and how each is seeded and nested."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["FIRST_ORDER", "NESTINGS", "SECOND_ORDER", "Operator"]


class Operator(StrEnum):
    """A way of differentiating ``f: R^n -> R^m`` at ``x``; the value is the name in every table.

    A plain name (``jacobian``, ``hvp``) leaves the choice of mode to the backend, as the
    library's user would; a longer one fixes it. ``DESCENT`` is not a derivative but a
    programme made of gradients: the loss after each step of gradient descent.
    """

    VALUE = "value"
    JVP = "jvp"
    VJP = "vjp"
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
    DESCENT = "descent"

    @property
    def base(self) -> Operator:
        """The operator without its mode: what is computed, not how."""
        return Operator(self.value.split("-", 1)[0])

    @property
    def order(self) -> int:
        """The order of the highest derivative in it: 0, 1 or 2."""
        if self is Operator.VALUE:
            return 0
        return 2 if self.base in (Operator.HVP, Operator.HESSIAN) else 1

    @property
    def takes_tangents(self) -> bool:
        """Whether a tangent is given for each differentiable argument (jvp, hvp)."""
        return self.base in (Operator.JVP, Operator.HVP)

    @property
    def takes_cotangent(self) -> bool:
        """Whether a cotangent of the output is given (vjp)."""
        return self is Operator.VJP


NESTINGS: dict[Operator, tuple[str, str]] = {
    Operator.HVP_FORWARD_OVER_REVERSE: ("forward", "reverse"),
    Operator.HVP_REVERSE_OVER_FORWARD: ("reverse", "forward"),
    Operator.HVP_REVERSE_OVER_REVERSE: ("reverse", "reverse"),
    Operator.HVP_FORWARD_OVER_FORWARD: ("forward", "forward"),
}
"""The four second-order nestings: (outer mode, inner mode)."""

FIRST_ORDER: frozenset[Operator] = frozenset(o for o in Operator if o.order <= 1)
SECOND_ORDER: frozenset[Operator] = frozenset(o for o in Operator if o.order == 2)
