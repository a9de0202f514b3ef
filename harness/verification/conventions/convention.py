"""One convention: what is asked of a backend, and how it travels to a worker."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.contract import Case, Operator, Point, Problem, Size, Written
from harness.problems.inputs import CaseInputs
from harness.verification.conventions.naming import Namer

__all__ = ["SUITE", "Convention"]

SUITE = "conventions"

_POINT, _SIZE = "there", Size({}, 1)


@dataclass(frozen=True, slots=True)
class Convention:
    """One question: ``operator`` of the function ``text`` at ``args``, named by ``namer``.

    ``where`` tells a person what is asked, ``group`` what it belongs to. The derivative is by all
    arguments. ``cotangent`` is given to a vjp.
    """

    name: str
    group: str
    where: str
    text: str
    args: Mapping[str, Any]
    namer: Namer
    operator: Operator = Operator.GRADIENT
    cotangent: complex = 1.0

    @property
    def problem(self) -> Problem:
        """The function as a problem of no plug-in, which can travel to a worker."""
        fun = Written(tuple(self.args), self.text)
        return Problem(
            name=f"{SUITE}.{self.name}",
            source=self.where,
            fun=fun,
            arguments=fun.arguments,
            argnums=tuple(range(len(fun.arguments))),
            sizes=(_SIZE,),
            points=(Point(_POINT, functools.partial(_given, self.task[1].args)),),
            operators=frozenset({self.operator}),
            timed_operators=frozenset(),
            closed_forms={},
            operations=_one,
            dtypes=frozenset({"float64"}),
            uses=fun.names,
            suite=SUITE,
        )

    @property
    def task(self) -> tuple[Case, CaseInputs]:
        """The case, and its numbers as they are: integers and complex numbers among them."""
        case = Case(f"{SUITE}.{self.name}", self.operator, _SIZE.name, "float64", _POINT)
        args = tuple(np.array(value) for value in self.args.values())
        seeds = (np.array(self.cotangent),) if self.operator.takes_cotangent else ()
        return case, CaseInputs(args, seeds, (), ())


def _given(
    args: tuple[np.ndarray, ...], _dims: Mapping[str, int], _rng: np.random.Generator
) -> tuple[np.ndarray, ...]:
    return args


def _one(_dims: Mapping[str, int]) -> int:
    return 1
