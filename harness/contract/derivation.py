"""Every operator from jvp and vjp, once, for every backend.

``build(backend, problem, operator)`` returns ``call(*args, *seeds)``, where ``args`` are ALL
arguments of the problem in the backend's arrays (so that a compiler sees data, not
constants) and ``seeds`` are one tangent for each differentiable argument (jvp, hvp), one
cotangent of the output (vjp), or nothing. The result is a tuple of arrays; with x_i the
differentiable arguments, y the output and H_ij the blocks of the Hessian:

========================  ==========================================================
value                     ``(y,)``
jvp                       ``(y_dot,)``
vjp                       ``(x_bar_1, …)``, shape of x_i
gradient                  ``(g_1, …)``, shape of x_i; y must be a scalar
jacobian, -forward, …     ``(J_1, …)``, shape ``(*y.shape, *x_i.shape)``
hvp, hvp-…                ``(Hv_1, …)``, shape of x_i, with v the tangents
hessian                   ``(H_11, H_12, …)``, row by row, ``(*x_i.shape, *x_j.shape)``
descent                   ``(losses,)``, shape ``(steps + 1,)``
========================  ==========================================================

``backend.native[op](fun, primals, *seeds)`` returns the same layouts, with the seeds bundled:
``(fun, primals, tangents)`` or ``(fun, primals, cotangent)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any

import numpy as np

from harness.contract.backend import Backend, Function
from harness.contract.operators import NESTINGS, Operator
from harness.contract.problem import Array, Namespace, Problem

__all__ = ["UnsupportedOperatorError", "build", "function_of_primals", "is_native", "prepare"]

Results = tuple[Array, ...]
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
    derived = backend.native.get(operator) or _derived(backend, operator)
    argnums, arity = problem.argnums, len(problem.arguments)

    def call(*operands: Array) -> Results:
        args, seeds = operands[:arity], operands[arity:]
        fun = function_of_primals(backend, problem, args)
        primals = tuple(args[i] for i in argnums)
        if operator.takes_tangents:
            return tuple(derived(fun, primals, tuple(seeds)))
        if operator.takes_cotangent:
            return tuple(derived(fun, primals, seeds[0]))
        return tuple(derived(fun, primals))

    return call


def function_of_primals(backend: Backend, problem: Problem, args: Sequence[Array]) -> Function:
    """``fun(*primals)``: the problem as a function of its differentiable arguments alone."""

    def fun(*primals: Array) -> Array:
        full = list(args)
        for position, primal in zip(problem.argnums, primals, strict=True):
            full[position] = primal
        return problem.fun(backend.xp, *full)

    return fun


def _derived(backend: Backend, operator: Operator) -> Callable[..., Results]:
    """The operator made of the backend's jvp and vjp."""
    forward = _overrides(backend, "jvp")
    reverse = _overrides(backend, "vjp")

    def value(fun: Function, primals: Results) -> Results:
        return (fun(*primals),)

    def jvp(fun: Function, primals: Results, tangents: Results) -> Results:
        return (backend.jvp(fun, primals, tangents)[1],)

    def vjp(fun: Function, primals: Results, cotangent: Array) -> Results:
        return backend.vjp(fun, primals)[1](cotangent)

    def gradient_reverse(fun: Function, primals: Results) -> Results:
        y, pullback = backend.vjp(fun, primals)
        return pullback(backend.xp.ones_like(y))

    def jacobian_forward(fun: Function, primals: Results) -> Results:
        def column(tangents: Results) -> Results:
            return jvp(fun, primals, tangents)

        blocks = _sweep(backend, primals, column)
        # The swept index comes first; a Jacobian has it last: (*y.shape, *x_i.shape).
        return tuple(
            _move_leading_to_end(backend, block[0], len(x.shape))
            for block, x in zip(blocks, primals, strict=True)
        )

    def jacobian_reverse(fun: Function, primals: Results) -> Results:
        y, pullback = backend.vjp(fun, primals)
        (blocks,) = _sweep(backend, (y,), lambda seed: pullback(seed[0]))
        return blocks

    def hvp_by(outer: str, inner: str) -> Callable[..., Results]:
        def hvp(fun: Function, primals: Results, tangents: Results) -> Results:
            if inner == "reverse":

                def inner_gradient(*xs: Array) -> Results:
                    return gradient_reverse(fun, xs)

                if outer == "forward":
                    return _jvp_of_tuple(backend, inner_gradient, primals, tangents)

                # ∇(⟨∇f, v⟩) = H v, because H is symmetric.
                def along(*xs: Array) -> Array:
                    return _inner(backend, inner_gradient(*xs), tangents)

                return gradient_reverse(along, primals)

            def directional(*xs: Array) -> Array:
                return backend.jvp(fun, xs, tangents)[1]

            if outer == "reverse":
                return gradient_reverse(directional, primals)
            return jacobian_forward(directional, primals)

        return hvp

    def hessian(fun: Function, primals: Results) -> Results:
        hvp = hvp_by(*_preferred_nesting(forward, reverse))

        def row(tangents: Results) -> Results:
            return hvp(fun, primals, tangents)

        rows = _sweep(backend, primals, row)
        return tuple(block for blocks in rows for block in blocks)

    available: dict[Operator, Callable[..., Results]] = {Operator.VALUE: value}
    if forward:
        available |= {Operator.JVP: jvp, Operator.JACOBIAN_FORWARD: jacobian_forward}
    if reverse:
        available |= {Operator.VJP: vjp, Operator.JACOBIAN_REVERSE: jacobian_reverse}
    if forward or reverse:
        available |= {
            Operator.GRADIENT: gradient_reverse if reverse else jacobian_forward,
            Operator.JACOBIAN: jacobian_reverse if reverse else jacobian_forward,
            Operator.HVP: hvp_by(*_preferred_nesting(forward, reverse)),
            Operator.HESSIAN: hessian,
        }
    for nested, (outer, inner) in NESTINGS.items():
        if {outer, inner} <= ({"forward"} if forward else set()) | (
            {"reverse"} if reverse else set()
        ):
            available[nested] = hvp_by(outer, inner)
    if operator not in available:
        have = "jvp" if forward else "vjp" if reverse else "neither jvp nor vjp"
        raise UnsupportedOperatorError(f"{operator} cannot be derived: the backend gives {have}")
    return available[operator]


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


def _sweep(
    backend: Backend, primals: Results, column: Callable[[Results], Results]
) -> list[Results]:
    """Run ``column`` on each basis tangent; for each primal, its results stacked over its index."""
    swept: list[Results] = []
    for position, x in enumerate(primals):
        columns = [column(basis) for basis in _basis(backend, primals, position)]
        if not columns:
            raise UnsupportedOperatorError("a zero-size argument has no basis to sweep over")
        stacked = (backend.xp.stack(list(parts)) for parts in zip(*columns, strict=True))
        swept.append(tuple(backend.xp.reshape(s, (*x.shape, *s.shape[1:])) for s in stacked))
    return swept


def _basis(backend: Backend, primals: Results, position: int) -> Iterator[Results]:
    """The basis tangents of the primal at ``position``, zero for all the others."""
    xp = backend.xp
    zeros = [xp.zeros_like(x) for x in primals]
    dtype = _dtype_name(primals[position])
    shape = tuple(primals[position].shape)
    for index in range(int(np.prod(shape, dtype=int))):
        unit = np.zeros(shape, dtype)
        unit.flat[index] = 1.0
        yield (*zeros[:position], backend.asarray(unit), *zeros[position + 1 :])


def _jvp_of_tuple(
    backend: Backend, fun: Callable[..., Results], primals: Results, tangents: Results
) -> Results:
    """The jvp of a function with several results, by one jvp of all of them in one vector."""
    xp = backend.xp
    shapes: list[tuple[int, ...]] = []

    def flat(*xs: Array) -> Array:
        parts = fun(*xs)
        shapes[:] = [tuple(part.shape) for part in parts]
        return xp.concat([xp.reshape(part, (-1,)) for part in parts])

    y_dot = backend.jvp(flat, primals, tangents)[1]
    results, start = [], 0
    for shape in shapes:
        stop = start + int(np.prod(shape, dtype=int))
        results.append(xp.reshape(y_dot[start:stop], shape))
        start = stop
    return tuple(results)


def _inner(backend: Backend, left: Results, right: Results) -> Array:
    """⟨left, right⟩ over a tuple of arrays."""
    total = backend.xp.sum(left[0] * right[0])
    for a, b in zip(left[1:], right[1:], strict=True):
        total = total + backend.xp.sum(a * b)
    return total


def _move_leading_to_end(backend: Backend, block: Array, count: int) -> Array:
    """Move the first ``count`` axes behind the others."""
    axes = tuple(range(len(block.shape)))
    return backend.xp.permute_dims(block, axes[count:] + axes[:count])


def _preferred_nesting(forward: bool, reverse: bool) -> tuple[str, str]:
    """Forward over reverse where both modes exist: one tape, one extra sweep."""
    if forward and reverse:
        return "forward", "reverse"
    return ("forward", "forward") if forward else ("reverse", "reverse")


def _reaches(xp: Namespace, dotted: str) -> bool:
    """Whether ``xp`` has a name such as ``linalg.det``; it is not called."""
    try:
        attrgetter(dotted)(xp)
    except AttributeError:
        return False
    return True


def _overrides(backend: Backend, method: str) -> bool:
    return getattr(type(backend), method) is not getattr(Backend, method)


def _dtype_name(x: Array) -> str:
    return str(x.dtype).rsplit(".", 1)[-1]
