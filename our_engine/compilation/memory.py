"""Whose memory a value is in: what may be overwritten, given away, or released, and when."""

from __future__ import annotations

from typing import Any

import numpy as np

from .functions import REARRANGED, has_known_kind, is_fresh
from .operations import Condition, Operation, Recorded, Step, Variable, variables

_LARGE = 16_384
"""Arrays of so many bytes are released after their last use, smaller ones at the end."""


class Memory:
    """What is known of the memory of a program's variables.

    `owners[v]` are the variables whose memory v may be in: itself, if it was computed; None is
    the caller's or the program's own, which nobody may write to.
    """

    def __init__(self, recorded: Recorded) -> None:
        """Follow the program from its inputs to its results."""
        self.owners: dict[Variable, frozenset[Variable | None]] = {}
        self.users: dict[Variable, set[Variable]] = {}
        self.last: dict[Variable, int] = {}
        self._whole: set[Variable] = set()
        self._lent: set[Variable | None] = set()
        foreign: frozenset[Variable | None] = frozenset((None,))
        for x in recorded.inputs:
            self.owners[x] = foreign
        for place, step in enumerate(recorded.steps):
            for x in step.reads():
                self.last[x] = place
            if isinstance(step, Operation):
                self._follow(step)
        for v, owners in self.owners.items():
            for owner in owners:
                if owner is not None:
                    self.users.setdefault(owner, set()).add(v)
        self.results = list(variables(recorded.results))
        self._returned = set(self.results)

    def _follow(self, step: Operation) -> None:
        reads = [x for x in step.reads() if not x.scalar]
        fresh = is_fresh(step.function, step.args)
        if not has_known_kind(step.function, step.args):
            # A function of the user's may keep what it was given.
            self._lent.update(*(self.owners[x] for x in reads))
        for y in step.writes():
            if fresh or y.scalar:
                self.owners[y] = frozenset((y,))
                self._whole.add(y)
            else:
                shared = frozenset().union(*(self.owners[x] for x in reads))
                known = step.function in REARRANGED and len(reads) == 1
                self.owners[y] = shared if known else shared | {None}
                if known and reads[0] in self._whole:
                    self._whole.add(y)

    def target(self, place: int, step: Step) -> Variable | None:
        """An operand that dies here, in whose memory the result can be written."""
        if isinstance(step, Condition) or not _is_elementwise(step):
            return None
        y = step.results
        reads = [x for x in step.args if type(x) is Variable]
        for x in reads:
            if x.scalar or x.shape != y.shape or x.dtype != y.dtype:
                continue
            if self.owners[x] != {x} or x in self._lent or not self._dies(x, place):
                continue
            if any(x in self.owners[z] for z in reads if z is not x):
                continue
            return x
        return None

    def _dies(self, x: Variable, place: int) -> bool:
        return all(self.last.get(v, -1) <= place and v not in self._returned for v in self.users[x])

    def released(self, place: int, step: Step) -> list[Variable]:
        """The large variables that nobody reads after this step."""
        touched = dict.fromkeys([*step.reads(), *step.writes()])
        return [
            v
            for v in touched
            if self.last.get(v, -1) <= place and v not in self._returned and self._is_large(v)
        ]

    def _is_large(self, v: Variable) -> bool:
        owners = [o for o in self.owners[v] if o is not None]
        return any(o.dtype.itemsize * int(np.prod(o.shape)) >= _LARGE for o in owners)

    def is_own(self, y: Variable) -> bool:
        """Whether a result can be given away as it is."""
        if y.scalar:
            return True
        owners = self.owners[y]
        if y not in self._whole or len(owners) != 1 or None in owners or owners & self._lent:
            return False
        return sum(1 for z in self.results if not z.scalar and self.owners[z] & owners) == 1


def _is_elementwise(step: Operation) -> bool:
    function: Any = step.function
    return (
        isinstance(function, np.ufunc)
        and function.signature is None
        and function.nout == 1
        and not step.kwargs
        and len(step.args) == function.nin
        and not step.results.scalar
    )
