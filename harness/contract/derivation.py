"""Every operator from jvp and vjp, once, for every backend.

``build(backend, problem, operator)`` returns ``call(*args, *seeds)``, where ``args`` are ALL
arguments of the problem in the backend's arrays (so that a compiler sees data, not
constants) and ``seeds`` are one tangent for each differentiable argument (jvp, hvp, third), one
cotangent of the output (vjp), or nothing. The result is a tuple of arrays; with x_i the
differentiable arguments, y the output, ψ the scalar (y itself, or its weighted sum:
``harness.contract.weighting``) and H_ij the blocks of the Hessian of ψ:

========================  ==========================================================
value                     ``(y,)``
jvp                       ``(y_dot,)``
vjp                       ``(x_bar_1, …)``, shape of x_i
gradient                  ``(g_1, …)`` of ψ, shape of x_i
jacobian, -forward, …     ``(J_1, …)``, shape ``(*y.shape, *x_i.shape)``
hvp, hvp-…                ``(Hv_1, …)``, shape of x_i, with v the tangents
hessian, hessian-…        ``(H_11, H_12, …)``, row by row, ``(*x_i.shape, *x_j.shape)``
third, third-…            ``(T_1, …)``, D³ψ(x)[v, v, ·], shape of x_i, with v the tangents
jvp-batched, vjp-batched  as jvp and vjp, with a leading axis for every operand and result
descent                   ``(losses,)``, shape ``(steps + 1,)``
========================  ==========================================================

``backend.native[op](fun, primals, *seeds)`` returns the same layouts, with the seeds bundled:
``(fun, primals, tangents)`` or ``(fun, primals, cotangent)``; ``fun`` is ψ where that is meant.
A batched operator is ``backend.vmap`` of the call without a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

from harness.contract.backend import Backend, Function
from harness.contract.derived import derived_operators, overrides
from harness.contract.operators import Operator
from harness.contract.problem import Array, Namespace, Problem
from harness.contract.sweeps import Results
from harness.contract.weighting import function_of

__all__ = ["UnsupportedOperatorError", "build", "function_of_primals", "is_native", "prepare"]

Call = Callable[..., Results]


class UnsupportedOperatorError(Exception):
    """The backend does not claim this operator, or gives nothing that it could be derived from."""


def prepare(backend: Backend, operator: Operator, call: Call, *example: Array) -> Call:
    """``call`` of ``build`` as the backend would run it many times (``Backend.prepare``).

    A descent is left as it is: its step is what is prepared, and a compiler that took all of
    its steps at once would unroll them.
    """
    return call if operator is Operator.DESCENT else backend.prepare(call, *example)


def is_native(backend: Backend, problem: Problem, operator: Operator) -> bool:
    """Whether the library's own operator, or a hand-written one, answers."""
    return operator in backend.native or backend.specialise(problem, operator) is not None


def build(backend: Backend, problem: Problem, operator: Operator) -> Call:
    """Return ``call(*args, *seeds)`` as the module describes, not yet prepared.

    Raises UnsupportedOperatorError when the backend does not claim the operator, when its
    namespace lacks a name that the problem uses, or when it gives neither a native operator nor
    the jvp or vjp that it would be derived from.
    """
    if not backend.supports(problem, operator):
        raise UnsupportedOperatorError(f"the backend does not claim {operator} of {problem.name}")
    specialised = backend.specialise(problem, operator)
    if specialised is not None:
        return specialised
    for name in problem.uses:
        if not _reaches(backend.xp, name):
            raise UnsupportedOperatorError(f"the namespace of this backend has no {name}")
    if operator is Operator.DESCENT:
        return _descent(backend, problem)
    if operator.batched:
        return _batched(backend, problem, operator)
    derived = backend.native.get(operator) or _derived(backend, operator)
    argnums, arity = problem.argnums, len(problem.arguments)

    def call(*operands: Array) -> Results:
        args, seeds = operands[:arity], operands[arity:]
        fun = function_of_primals(backend, problem, args, operator)
        primals = tuple(args[i] for i in argnums)
        if operator.takes_tangents:
            return tuple(derived(fun, primals, tuple(seeds)))
        if operator.takes_cotangent:
            return tuple(derived(fun, primals, seeds[0]))
        return tuple(derived(fun, primals))

    return call


def function_of_primals(
    backend: Backend,
    problem: Problem,
    args: Sequence[Array],
    operator: Operator = Operator.VALUE,
) -> Function:
    """``fun(*primals)``: what ``operator`` differentiates, of its differentiable arguments."""
    differentiated = function_of(problem, operator)

    def fun(*primals: Array) -> Array:
        full = list(args)
        for position, primal in zip(problem.argnums, primals, strict=True):
            full[position] = primal
        return differentiated(backend.xp, *full)

    return fun


def _derived(backend: Backend, operator: Operator) -> Callable[..., Results]:
    """The operator made of the backend's jvp and vjp."""
    available = derived_operators(backend)
    if operator not in available:
        have = next((m for m in ("jvp", "vjp") if overrides(backend, m)), "neither jvp nor vjp")
        raise UnsupportedOperatorError(f"{operator} cannot be derived: the backend gives {have}")
    return available[operator]


def _batched(backend: Backend, problem: Problem, operator: Operator) -> Call:
    """The operator without a batch, mapped over the rows of every operand."""
    if not overrides(backend, "vmap"):
        raise UnsupportedOperatorError(f"{operator} cannot be derived: the backend gives no vmap")
    mapped: Call = backend.vmap(build(backend, problem, operator.base))
    return mapped


def _descent(backend: Backend, problem: Problem) -> Call:
    """The losses of gradient descent; the step is prepared (compiled), the loop is plain."""
    if problem.descent is None:
        raise UnsupportedOperatorError(f"{problem.name} declares no descent")
    gradient = build(backend, problem, Operator.GRADIENT)
    value = build(backend, problem, Operator.VALUE)
    steps, rate = problem.descent.steps, problem.descent.learning_rate
    xp = backend.xp

    def step(*args: Array) -> Results:
        moved = list(args)
        for position, g in zip(problem.argnums, gradient(*args), strict=True):
            moved[position] = args[position] - rate * g
        return (value(*args)[0], *(moved[i] for i in problem.argnums))

    prepared: list[Callable[..., Any]] = []

    def call(*args: Array) -> Results:
        if not prepared:
            prepared.append(backend.prepare(step, *args))
        current, losses = list(args), []
        for _ in range(steps):
            loss, *moved = prepared[0](*current)
            losses.append(loss)
            for position, x in zip(problem.argnums, moved, strict=True):
                current[position] = x
        losses.append(value(*current)[0])
        return (xp.stack(losses),)

    return call


def _reaches(xp: Namespace, dotted: str) -> bool:
    """Whether ``xp`` has a name such as ``linalg.det``; it is not called."""
    try:
        attrgetter(dotted)(xp)
    except AttributeError:
        return False
    return True
