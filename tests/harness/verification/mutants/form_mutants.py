"""Faults of form, and of what a call does beside its result: the structure of the answer tells."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from harness.contract import Backend, Operator, Problem, VerdictKind

from .engine import Correct, Results, WrongValue, spoilt
from .mutant import Mutant

__all__ = ["MUTANTS"]

Op, Kind = Operator, VerdictKind


def _each(f: Callable[[Any], Any]) -> Callable[[Results, Results], Results]:
    return lambda results, operands: tuple(f(r) for r in results)


def _written_to(place: int) -> Callable[[Results, Results], Results]:
    """What is right, and an operand is scaled in place."""

    def change(results: Results, operands: Results) -> Results:
        operands[place][...] *= 2
        return results

    return change


def _noise() -> Callable[[Results, Results], Results]:
    """Some roundings off, other ones each time."""
    rng = np.random.default_rng(0)
    return lambda results, operands: tuple(r * (1 + 1e-15 * rng.standard_normal()) for r in results)


class _Deaf(Correct):
    """It has no derivative of anything, and says so by an error."""

    def specialise(self, problem: Problem, operator: Operator) -> Callable[..., Any] | None:
        def call(*operands: Any) -> Any:
            raise NotImplementedError("no rule for this function")

        return call if operator is Op.GRADIENT else None


def _structural(name: str, planted: str, problem: str, operator: Operator, **more: Any) -> Mutant:
    facts: dict[str, Any] = {"oracle": "structure", "kind": Kind.STRUCTURE} | more
    return Mutant(name, planted, problem, operator, **facts)


def _deaf() -> Backend:
    return _Deaf()


MUTANTS = (
    _structural(
        "missing-broadcast-sum",
        "the gradient of a broadcast argument keeps the shape of the result",
        "array_api.add",
        Op.GRADIENT,
        point="generic-2",
        backend=spoilt(lambda r, operands: (np.broadcast_to(r[0], (3,)).copy(), r[1]), Op.GRADIENT),
    ),
    _structural(
        "extra-axis",
        "a gradient has one more axis, of length 1",
        "array_api.exp",
        Op.GRADIENT,
        backend=spoilt(_each(lambda r: r[None]), Op.GRADIENT),
    ),
    _structural(
        "jacobian-with-the-input-first",
        "the axes of the argument come before those of the output",
        "lecture.chain.funnel",
        Op.JACOBIAN_FORWARD,
        size="n_0=4,n_1=5,n_2=6,n_3=7,n_4=8",
        backend=spoilt(lambda r, operands: (r[0].T.copy(),), Op.JACOBIAN_FORWARD),
    ),
    _structural(
        "widened-dtype",
        "float32 goes in, a float64 gradient comes out",
        "array_api.cos",
        Op.GRADIENT,
        dtype="float32",
        backend=spoilt(_each(lambda r: r.astype(np.float64)), Op.GRADIENT),
    ),
    _structural(
        "narrowed-dtype",
        "float64 goes in, a float32 gradient comes out",
        "array_api.cos",
        Op.GRADIENT,
        backend=spoilt(_each(lambda r: r.astype(np.float32)), Op.GRADIENT),
    ),
    _structural(
        "complex-gradient",
        "the gradient by a real argument is complex",
        "fft.fft",
        Op.GRADIENT,
        backend=spoilt(_each(lambda r: r + 0j), Op.GRADIENT),
    ),
    _structural(
        "a-result-too-few",
        "the last argument has no gradient at all",
        "array_api.atan2",
        Op.GRADIENT,
        backend=spoilt(lambda r, operands: r[:1], Op.GRADIENT),
    ),
    _structural(
        "reported-as-disconnected",
        "None, for an argument that the output depends on",
        "composite.attention",
        Op.GRADIENT,
        backend=spoilt(lambda r, operands: (None, *r[1:]), Op.GRADIENT),
    ),
    _structural(
        "mutated-input",
        "the call scales its argument in place",
        "array_api.sinh",
        Op.GRADIENT,
        backend=spoilt(_written_to(0), Op.GRADIENT),
    ),
    _structural(
        "mutated-cotangent",
        "the pullback scales the cotangent in place",
        "array_api.sinh",
        Op.VJP,
        backend=spoilt(_written_to(-1), Op.VJP),
    ),
    _structural(
        "mutated-tangent",
        "the pushforward scales the tangent in place",
        "array_api.sinh",
        Op.JVP,
        backend=spoilt(_written_to(-1), Op.JVP),
    ),
    _structural(
        "aliased-argument",
        "the gradient lies in its argument's memory",
        "array_api.square",
        Op.GRADIENT,
        backend=spoilt(lambda r, operands: operands[:1], Op.GRADIENT),
    ),
    _structural(
        "not-repeatable",
        "each call is some roundings off, and never the same",
        "array_api.square",
        Op.GRADIENT,
        backend=lambda: spoilt(_noise(), Op.GRADIENT)(),
    ),
    _structural(
        "empty-gets-one-element",
        "the gradient by an empty array has one element",
        "array_api.sum",
        Op.GRADIENT,
        point="empty",
        backend=spoilt(_each(lambda r: r if r.size else np.zeros(1, r.dtype)), Op.GRADIENT),
    ),
    _structural(
        "value-changed-by-differentiation",
        "under reverse mode the value is off in its sixth digit",
        "array_api.log2",
        Op.VJP,
        backend=WrongValue,
    ),
    _structural(
        "no-rule",
        "an operator that is claimed raises",
        "array_api.cos",
        Op.GRADIENT,
        kind=Kind.RAISED,
        backend=_deaf,
    ),
)
