"""What comes back from a backend: an evaluation or a failure; and what is made of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

__all__ = ["TIMEABLE", "Evaluation", "Failure", "Sample", "Verdict", "VerdictKind"]


class VerdictKind(StrEnum):
    """The closed vocabulary of judgements (design, section 5)."""

    OK = "ok"
    ACCURACY_LOSS = "accuracy-loss"
    WRONG = "wrong"
    NONFINITE = "nonfinite"
    STRUCTURE = "structure"
    CONVENTION = "convention"
    OUTSIDE_DOMAIN = "outside-domain"
    UNSUPPORTED = "unsupported"
    RAISED = "raised"
    CRASHED = "crashed"
    TIMEOUT = "timeout"
    INCONCLUSIVE = "inconclusive"


TIMEABLE: frozenset[VerdictKind] = frozenset(
    {VerdictKind.OK, VerdictKind.ACCURACY_LOSS, VerdictKind.CONVENTION}
)
"""No time without one of these verdicts."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An evaluation that did not come back; ``kind`` is raised, crashed, timeout or unsupported.

    ``plain_raises`` tells whether the plain function raises at that point too; None: not known.
    """

    kind: VerdictKind
    message: str
    stderr_tail: str = ""
    plain_raises: bool | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one worker computed for one case, as plain NumPy arrays, with what it saw.

    ``results`` has the layout that ``derivation`` documents for the operator. ``value`` is the
    value seen under differentiation (None where the operator does not give one) and
    ``plain_value`` the value of the function run without it. ``mutated`` names operands
    whose bytes changed during the call; ``aliased`` names results through which an argument could
    be written to, ``seed_aliased`` those that share memory with a tangent or a cotangent;
    ``disconnected`` names arguments that the library itself reports as cut off from
    the output (None from autograd.grad, say); ``repeatable`` tells whether a second call
    gave the same bits. ``probe`` and ``combined`` are the results for a second direction w
    and for v + w (an exact sum), where the operator takes seeds: they show linearity. A third
    derivative has a ``probe`` only, for 2 v, and a batched operator neither: its results have
    two rows.
    ``stdout_bytes`` is noise that the backend wrote meanwhile.
    """

    results: tuple[np.ndarray, ...]
    plain_value: np.ndarray | None
    repeatable: bool
    value: np.ndarray | None = None
    probe: tuple[np.ndarray, ...] = ()
    combined: tuple[np.ndarray, ...] = ()
    mutated: tuple[str, ...] = ()
    aliased: tuple[str, ...] = ()
    seed_aliased: tuple[str, ...] = ()
    disconnected: tuple[str, ...] = ()
    native: bool = False
    seconds: float = 0.0
    stdout_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of one (backend, case).

    ``error`` is the largest absolute componentwise error, ``tolerance`` the bound at that
    component, ``error_over_tolerance`` the largest ratio of the two over all components, and
    ``ulp`` that same error in units in the last place of the true component; NaN where there
    is none. ``oracle`` names what decided; ``reason`` is one line for a person.
    """

    kind: VerdictKind
    oracle: str
    reason: str
    error: float = float("nan")
    relative_error: float = float("nan")
    tolerance: float = float("nan")
    error_over_tolerance: float = float("nan")
    ulp: float = float("nan")
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """One raw timing sample: ``loops`` calls in ``wall_s`` seconds, where and when it was taken."""

    set_index: int
    round_index: int
    position: int
    arm: str
    loops: int
    wall_s: float
    cpu_s: float
    involuntary_switches: int
    steal_s: float
