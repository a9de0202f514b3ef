"""A mutant: our engine with one fault in it, the case that shows it, and who should say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.contract import Backend, Operator, VerdictKind

from .engine import replaced

__all__ = ["Mutant", "with_rule"]

Asked = tuple[Operator, str]
"""An operator, and the point that it is asked at."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """``planted`` says what is wrong with the backend that ``backend`` makes.

    ``oracle`` is to find ``kind`` at the case (``problem``, ``operator``, ``point``, ``dtype``),
    after the cases ``before`` of the same problem, which are right. ``blind``: no oracle knows the
    truth, so that identities alone can tell. ``size`` is one of those that the point has, and
    None for the only one.
    """

    name: str
    planted: str
    problem: str
    operator: Operator
    backend: Callable[[], Backend]
    oracle: str = "multiprecision"
    kind: VerdictKind = VerdictKind.WRONG
    point: str = "generic-0"
    dtype: str = "float64"
    size: str | None = None
    before: tuple[Asked, ...] = ()
    blind: bool = False


def with_rule(
    name: str,
    planted: str,
    function: str,
    rule: Callable[[], Any],
    problem: str | None = None,
    operator: Operator = Operator.GRADIENT,
    **facts: Any,
) -> Mutant:
    """A mutant in which ``function``, a dotted name, has the wrong rule that ``rule()`` enters.

    The problem has the function's name, unless it is another.
    """
    return Mutant(name, planted, problem or function, operator, replaced(function, rule), **facts)
