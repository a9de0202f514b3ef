"""What is wrong with a problem, said when it is registered and not in the middle of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from harness.contract.operators import Operator
from harness.contract.problem import Problem

__all__ = ["defects"]

_SEPARATOR = ":"


def defects(problem: Problem) -> Iterator[str]:
    """Each mistake in the declaration of ``problem``, one line each; nothing is evaluated."""
    yield from _names(problem)
    yield from _arguments(problem)
    yield from _sizes_and_points(problem)
    yield from _operators(problem)
    yield from _descent(problem)


def _names(problem: Problem) -> Iterator[str]:
    """Names become parts of a case's id, which is split at its colons."""
    named = {
        "its name": [problem.name],
        "a size": [size.name for size in problem.sizes],
        "a point": [point.name for point in problem.points],
    }
    for what, names in named.items():
        for name in names:
            if _SEPARATOR in name or name.split() != [name]:
                yield f"{what} is {name!r}; write a word without spaces and colons"


def _arguments(problem: Problem) -> Iterator[str]:
    yield from _duplicates("argument", problem.arguments)
    yield from _duplicates("argnum", problem.argnums)
    if not problem.argnums:
        yield "argnums is empty; name at least one argument to differentiate"
    for argnum in problem.argnums:
        if not 0 <= argnum < len(problem.arguments):
            there = f"0 to {len(problem.arguments) - 1}" if problem.arguments else "none"
            yield f"argnum {argnum} is no position among its arguments ({there})"


def _sizes_and_points(problem: Problem) -> Iterator[str]:
    if not problem.sizes:
        yield "it has no size; a problem without dimensions has Size({}, scale=1)"
    if not problem.points:
        yield "it has no point to evaluate it at"
    sizes = {size.name for size in problem.sizes}
    yield from _duplicates("size", (size.name for size in problem.sizes))
    yield from _duplicates("point", (point.name for point in problem.points))
    for size in problem.sizes:
        if size.scale < 1:
            yield f"size {size.name!r} has scale {size.scale}; the scale is 1 or more"
        for dimension, n in size.dims.items():
            if n < 0:
                yield f"size {size.name!r} has {dimension} = {n}; a dimension is 0 or more"
    for point in problem.points:
        yield from _unknown(f"point {point.name!r} is limited to the size", point.sizes, sizes)
    for operator, limited in problem.operator_sizes.items():
        yield from _unknown(f"{operator} is limited to the size", limited, sizes)


def _operators(problem: Problem) -> Iterator[str]:
    if not problem.operators:
        yield "it asks for no operator"
    asked = {str(operator) for operator in problem.operators}
    known = {str(operator) for operator in Operator}
    yield from _unknown("it asks for the operator", asked, known)
    for what, operators in (
        ("it times", problem.timed_operators),
        ("it has a closed form of", problem.closed_forms),
        ("it predicts the cost of", problem.predicted_cost),
        ("it limits the sizes of", problem.operator_sizes),
    ):
        for operator in sorted(str(operator) for operator in operators):
            if operator not in asked:
                yield f"{what} {operator}, which is not among its operators"
    if problem.timed_operators and not any(point.timed for point in problem.points):
        yield "it has operators to time and no point that is timed"
    if not problem.dtypes:
        yield "it has no dtype"
    for dtype in sorted(problem.dtypes):
        if not _floating(dtype):
            yield f"dtype {dtype!r} is no floating dtype of NumPy, such as 'float64'"


def _descent(problem: Problem) -> Iterator[str]:
    descent = problem.descent
    if (descent is not None) != (Operator.DESCENT in problem.operators):
        yield "the operator descent and the field descent belong together; it has only one"
    if descent is None:
        return
    if descent.steps < 1:
        yield f"its descent has {descent.steps} steps; it takes at least one"
    for name in ("learning_rate", "curve_bound", "final_loss"):
        if not getattr(descent, name) > 0:
            yield f"its descent has {name} = {getattr(descent, name)}; it must be positive"


def _duplicates(what: str, names: Iterable[object]) -> Iterator[str]:
    seen = set()
    for name in names:
        if name in seen:
            yield f"the {what} {name!r} is there twice"
        seen.add(name)


def _unknown(what: str, names: Iterable[str] | None, known: Iterable[str]) -> Iterator[str]:
    for name in sorted(set(names or ()) - set(known)):
        yield f"{what} {name!r}, which there is not"


def _floating(dtype: str) -> bool:
    try:
        return np.dtype(dtype).kind == "f"
    except TypeError:
        return False
