"""The worker's answer to ``Evaluate``: compute a case and watch what the backend does meanwhile."""

from __future__ import annotations

import dataclasses
import functools
import time
import traceback
from collections.abc import Callable, Sequence
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
from harness.contract.derivation import function_of_primals, prepare
from harness.problems.inputs import Arrays, CaseInputs
from harness.problems.inputs import operands as operands_of
from harness.running.observing import (
    Watch,
    bits,
    disconnected,
    filled,
    native,
    operand_names,
    to_host,
)

__all__ = ["Evaluator", "failure_of", "one_line", "refuse_other_dtype"]

_TRACEBACK_CHARACTERS = 2000


class Evaluator:
    """Evaluates cases with one backend.

    The prepared call (jitted, compiled) is what is judged, since it is what will be timed. It
    serves every point of a size, as a user's would: one that has kept anything of the point that
    it was prepared at is found out.
    """

    def __init__(self, backend: Backend) -> None:
        """Evaluate with ``backend``."""
        self._backend = backend
        self._calls: dict[tuple[str, ...], Callable[..., Any]] = {}
        self._values: dict[tuple[str, ...], np.ndarray | None] = {}
        self._problem = ""

    def evaluate(self, problem: Problem, case: Case, inputs: CaseInputs) -> Evaluation:
        """Evaluate ``case`` and report what ``harness.contract.Evaluation`` lists.

        Raises UnsupportedOperatorError when the backend does not claim the case, and whatever
        the backend raises.
        """
        backend, arity = self._backend, len(inputs.args)
        refuse_other_dtype(backend, case)
        if case.problem != self._problem:
            # Problems come one after the other, and compiled code takes much memory.
            self._calls.clear()
            self._values.clear()
            backend.forget()
            self._problem = case.problem
        if case.operator.takes_cotangent:
            inputs = self._with_cotangents_of_the_output(problem, case, inputs)
        given = operands_of(case.operator, inputs)
        args = given[:arity]
        operands = native(backend, given)
        watch = Watch(backend, operands, operand_names(problem, case.operator))
        call = self._prepared(problem, case, operands)
        start = time.perf_counter()
        first = call(*operands)
        backend.wait(first)
        seconds = time.perf_counter() - start
        (aliased, seed_aliased), mutated = watch.aliased(first, arity), watch.changed()
        # Copied before the next call, which might write into the same memory.
        results = filled(backend, problem, first, args)
        again = filled(backend, problem, call(*operands), args)
        # The second direction of a batch is its second row.
        further = [
            filled(backend, problem, call(*operands[:arity], *native(backend, seeds)), args)
            for seeds in (inputs.probe_seeds, inputs.combined_seeds)
            if seeds and not case.operator.batched
        ]
        return Evaluation(
            results=results,
            plain_value=self._plain_value(problem, case, inputs.args),
            repeatable=[bits(r) for r in results] == [bits(r) for r in again],
            value=self._value_under_differentiation(problem, case, inputs.args),
            probe=further[0] if further else (),
            combined=further[1] if len(further) > 1 else (),
            mutated=tuple(dict.fromkeys((*mutated, *watch.changed()))),
            aliased=aliased,
            seed_aliased=seed_aliased,
            disconnected=disconnected(problem, first),
            native=is_native(backend, problem, case.operator),
            seconds=seconds,
        )

    def _prepared(
        self, problem: Problem, case: Case, operands: Sequence[Array]
    ) -> Callable[..., Any]:
        key = (case.problem, case.operator, case.size, case.dtype)
        if key not in self._calls:
            call = build(self._backend, problem, case.operator)
            self._calls[key] = prepare(self._backend, case.operator, call, *operands)
        return self._calls[key]

    def _with_cotangents_of_the_output(
        self, problem: Problem, case: Case, inputs: CaseInputs
    ) -> CaseInputs:
        """Cotangents in the dtype of y as the backend gives it: a function may ask for its own.

        Nothing is rounded: seeds are exact in every dtype.
        """
        y = self._plain_value(problem, case, inputs.args)
        if y is None or y.dtype == case.dtype or y.dtype.kind != "f":
            return inputs
        sets = (inputs.seeds, inputs.probe_seeds, inputs.combined_seeds)
        cast = [tuple(seed.astype(y.dtype) for seed in seeds) for seeds in sets]
        return CaseInputs(inputs.args, *cast)

    def _plain_value(self, problem: Problem, case: Case, args: Arrays) -> np.ndarray | None:
        """The value without differentiation; None when the backend claims none or it raises."""
        key = ("plain", case.problem, case.size, case.dtype, case.point)
        if key not in self._values:
            plain = dataclasses.replace(case, operator=Operator.VALUE)
            operands = native(self._backend, args)
            try:
                result = self._prepared(problem, plain, operands)(*operands)[0]
                self._values[key] = to_host(self._backend, result)
            except Exception:  # noqa: BLE001 - the derivative came: this failure is the value's own
                self._values[key] = None
        return self._values[key]

    def _value_under_differentiation(
        self, problem: Problem, case: Case, args: Arrays
    ) -> np.ndarray | None:
        """y as the backend's own jvp or vjp gives it, where the operator is derived from that."""
        backend, operator = self._backend, case.operator
        if operator.order != 1 or operator.batched or operator is Operator.DESCENT:
            return None
        mode = _mode(backend, operator)
        if mode is None or is_native(backend, problem, operator):
            return None
        key = (mode, case.problem, case.size, case.dtype, case.point)
        if key not in self._values:
            operands = native(backend, args)
            call_key = (mode, case.problem, case.size, case.dtype)
            if call_key not in self._calls:
                y = functools.partial(_differentiated_value, backend, problem, mode)
                self._calls[call_key] = backend.prepare(y, *operands)
            self._values[key] = to_host(backend, self._calls[call_key](*operands))
        return self._values[key]


def _mode(backend: Backend, operator: Operator) -> str | None:
    """The mode that a first-order operator is derived by; None: neither is there."""
    forward = type(backend).jvp is not Backend.jvp
    reverse = type(backend).vjp is not Backend.vjp
    by_columns = operator in (Operator.JVP, Operator.JACOBIAN_FORWARD)
    if reverse and not by_columns:
        return "reverse"
    return "forward" if forward else None


def _differentiated_value(backend: Backend, problem: Problem, mode: str, *args: Array) -> Array:
    """y of the backend's jvp or vjp at ``args``."""
    fun = function_of_primals(backend, problem, args)
    primals = tuple(args[i] for i in problem.argnums)
    if mode == "reverse":
        return backend.vjp(fun, primals)[0]
    return backend.jvp(fun, primals, tuple(backend.xp.ones_like(x) for x in primals))[0]


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
        backend.wait(problem.fun(backend.xp, *native(backend, args)))
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
