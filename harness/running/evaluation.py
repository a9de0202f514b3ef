"""The worker's answer to ``Evaluate``: compute a case and watch what the backend does meanwhile."""

from __future__ import annotations

import time
import traceback
from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.contract import (
    Array,
    Backend,
    Case,
    Evaluation,
    Failure,
    Operator,
    Problem,
    UnsupportedOperatorError,
    VerdictKind,
    build,
    is_native,
)
from harness.contract.derivation import function_of_primals
from harness.problems.inputs import Arrays, CaseInputs

__all__ = ["evaluate", "failure_of", "host_results", "one_line", "refuse_other_dtype"]

_TRACEBACK_CHARACTERS = 2000
_OVERLAP_WORK = (
    10_000  # np.shares_memory solves a Diophantine equation; beyond this, the bounds say
)


def evaluate(backend: Backend, problem: Problem, case: Case, inputs: CaseInputs) -> Evaluation:
    """Evaluate ``case`` and report what ``harness.contract.Evaluation`` lists.

    The prepared call (jitted, compiled) is what is judged, since it is what will be timed.
    Raises UnsupportedOperatorError when the backend does not claim the case, and whatever the
    backend raises.
    """
    refuse_other_dtype(backend, case)
    host = (*inputs.args, *inputs.seeds)
    operands = _native(backend, host)
    pristine = [_bits(backend.to_numpy(x)) for x in operands]
    call = backend.prepare(build(backend, problem, case.operator), *operands)
    start = time.perf_counter()
    first = call(*operands)
    backend.wait(first)
    seconds = time.perf_counter() - start
    names = _operand_names(problem, case.operator, len(inputs.seeds))
    disconnected = _disconnected(problem, first)
    aliased = _aliased(backend, first, operands, names)
    # Copied before the next call, which might write into the same memory.
    results = host_results(backend, _zero_where_cut(backend, problem, first, inputs.args))
    mutated = _changed(backend, operands, pristine, names)
    again = host_results(backend, _zero_where_cut(backend, problem, call(*operands), inputs.args))
    further = [
        host_results(backend, call(*operands[: len(inputs.args)], *_native(backend, seeds)))
        for seeds in (inputs.probe_seeds, inputs.combined_seeds)
        if seeds
    ]
    mutated += [n for n in _changed(backend, operands, pristine, names) if n not in mutated]
    # Fresh operands: the values must not depend on what the calls above may have done to them.
    operands = _native(backend, host)
    value = _value_under_differentiation(backend, problem, case.operator, operands)
    return Evaluation(
        results=results,
        plain_value=_plain_value(backend, problem, operands[: len(inputs.args)]),
        repeatable=[_bits(r) for r in results] == [_bits(r) for r in again],
        value=None if value is None else _host(backend, value),
        probe=further[0] if further else (),
        combined=further[1] if further else (),
        mutated=tuple(mutated),
        aliased=aliased,
        disconnected=disconnected,
        native=is_native(backend, problem, case.operator),
        seconds=seconds,
    )


def failure_of(
    error: Exception, backend: Backend, problem: Problem, inputs: CaseInputs | None
) -> Failure:
    """The Failure that ``error`` is, after trying whether the plain function raises too."""
    if isinstance(error, UnsupportedOperatorError):
        return Failure(VerdictKind.UNSUPPORTED, one_line(error))
    tail = "".join(traceback.format_exception(error))[-_TRACEBACK_CHARACTERS:]
    plain_raises = None if inputs is None else _plain_raises(backend, problem, inputs.args)
    return Failure(VerdictKind.RAISED, one_line(error), tail, plain_raises)


def _plain_raises(backend: Backend, problem: Problem, args: Arrays) -> bool:
    try:
        backend.wait(problem.fun(backend.xp, *_native(backend, args)))
    except Exception:  # noqa: BLE001 - whatever the plain function raises is the answer
        return True
    return False


def refuse_other_dtype(backend: Backend, case: Case) -> None:
    """Raise UnsupportedOperatorError when the backend does not keep the case's dtype."""
    if case.dtype not in backend.dtypes:
        kept = ", ".join(sorted(backend.dtypes))
        raise UnsupportedOperatorError(f"the backend keeps {kept}, not {case.dtype}")


def one_line(error: BaseException) -> str:
    """``TypeName: message`` on one line of at most 300 characters."""
    if isinstance(error, UnsupportedOperatorError):
        return " ".join(str(error).split())
    return f"{type(error).__name__}: {' '.join(str(error).split())}"[:300]


def host_results(backend: Backend, results: Any) -> Arrays:
    """The results as NumPy arrays of their own memory; TypeError when they are no such thing."""
    if not isinstance(results, tuple | list):
        raise TypeError(f"the call returned {type(results).__name__}, not a tuple of arrays")
    return tuple(_host(backend, x) for x in results)


def _host(backend: Backend, x: Array) -> np.ndarray:
    array = np.array(backend.to_numpy(x))
    # Anything but NumPy's own numbers would need the library to be read in the supervisor.
    if array.dtype.kind not in "biufc":
        raise TypeError(f"to_numpy gave an array of dtype {array.dtype}")
    return array


def _native(backend: Backend, arrays: Sequence[np.ndarray]) -> tuple[Array, ...]:
    """Each array as the backend's own, from a copy that nobody else holds."""
    return tuple(backend.asarray(np.array(x)) for x in arrays)


def _bits(x: np.ndarray) -> tuple[tuple[int, ...], str, bytes]:
    return x.shape, x.dtype.str, x.tobytes()


def _operand_names(problem: Problem, operator: Operator, seeds: int) -> list[str]:
    if operator.takes_tangents:
        return [
            *problem.arguments,
            *(f"tangent of {problem.arguments[i]}" for i in problem.argnums),
        ]
    return [*problem.arguments, *["cotangent"] * seeds]


def _changed(
    backend: Backend, operands: Sequence[Array], pristine: Sequence[Any], names: Sequence[str]
) -> list[str]:
    return [
        name
        for name, x, before in zip(names, operands, pristine, strict=True)
        if _bits(np.asarray(backend.to_numpy(x))) != before
    ]


def _aliased(
    backend: Backend, results: Any, operands: Sequence[Array], names: Sequence[str]
) -> tuple[str, ...]:
    """The results that share memory with an operand, where ``to_numpy`` gives views that tell."""
    if not isinstance(results, tuple | list):
        return ()
    views = [np.asarray(backend.to_numpy(x)) for x in operands]
    found = []
    for number, result in enumerate(results):
        if result is None:
            continue
        array = np.asarray(backend.to_numpy(result))
        sharing = [n for n, view in zip(names, views, strict=True) if _overlap(array, view)]
        if sharing:
            found.append(f"result {number} is {', '.join(sharing)}")
    return tuple(found)


def _overlap(a: np.ndarray, b: np.ndarray) -> bool:
    return np.may_share_memory(a, b) and np.shares_memory(a, b)


def _disconnected(problem: Problem, results: Any) -> tuple[str, ...]:
    """The arguments for which the library gave None: it says that the output ignores them."""
    if not isinstance(results, tuple | list) or len(results) != len(problem.argnums):
        return ()
    cut = (i for i, x in zip(problem.argnums, results, strict=True) if x is None)
    return tuple(problem.arguments[i] for i in cut)


def _zero_where_cut(backend: Backend, problem: Problem, results: Any, args: Arrays) -> Any:
    """Zeros for each None; ``disconnected`` tells that the library did not compute them."""
    if not _disconnected(problem, results):
        return results
    return tuple(
        backend.asarray(np.zeros_like(args[i])) if x is None else x
        for i, x in zip(problem.argnums, results, strict=True)
    )


def _plain_value(backend: Backend, problem: Problem, args: Sequence[Array]) -> np.ndarray | None:
    """The value without differentiation; None when the backend claims none or it raises."""
    try:
        return _host(backend, build(backend, problem, Operator.VALUE)(*args)[0])
    except Exception:  # noqa: BLE001 - the derivative came, so this failure is the plain value's own
        return None


def _value_under_differentiation(
    backend: Backend, problem: Problem, operator: Operator, operands: Sequence[Array]
) -> Array | None:
    """y as the backend's own jvp or vjp gives it, where the operator is derived from that."""
    if operator.order != 1 or operator is Operator.DESCENT or is_native(backend, problem, operator):
        return None
    args = operands[: len(problem.arguments)]
    fun = function_of_primals(backend, problem, args)
    primals = tuple(args[i] for i in problem.argnums)
    forward = type(backend).jvp is not Backend.jvp
    reverse = type(backend).vjp is not Backend.vjp
    by_columns = operator in (Operator.JVP, Operator.JACOBIAN_FORWARD)
    if reverse and not by_columns:
        return backend.vjp(fun, primals)[0]
    if forward:
        tangents = tuple(backend.xp.ones_like(x) for x in primals)
        return backend.jvp(fun, primals, tangents)[0]
    return None
