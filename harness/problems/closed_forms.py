"""What the closed forms of the built-in problems share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from harness.contract import NESTINGS, Operator

__all__ = ["hvp_in_every_nesting"]


def hvp_in_every_nesting(form: Callable[..., Any]) -> dict[Operator, Callable[..., Any]]:
    """``form`` as the answer to hvp and to each of its four nestings: H v is one vector."""
    return dict.fromkeys((Operator.HVP, *NESTINGS), form)
