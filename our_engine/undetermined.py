"""Where forward mode inside another derivative has to be done by reverse mode instead.

At equal eigenvalues or a norm of zero an operation has directional derivatives, but these have no
derivative of their own: only sums of them, weighted as a smooth function weights them, do. Forward
mode does not know the weights when it needs them; reverse mode does. A map that meets such a point
under an outer trace says so here, and the sweep that applied it is repeated by rows.
"""

from __future__ import annotations


class _Latest:
    """The latest occasion: an object of its own, so that threads cannot hide each other's."""

    occasion = object()


def occasion() -> object:
    """What to compare with later: it is another object once `meet` was called."""
    return _Latest.occasion


def meet() -> None:
    """Note that a tangent was formed which an outer derivative cannot use."""
    _Latest.occasion = object()
