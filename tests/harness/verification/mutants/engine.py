"""Our engine, right, and the ways of planting one fault in what it gives."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

import our_engine
from backends.our_engine_backend import OurEngineBackend
from harness.contract import (
    Array,
    Function,
    Namespace,
    Operator,
    Problem,
    build,
)

__all__ = [
    "Correct",
    "Frozen",
    "Replaced",
    "Spoilt",
    "Unstrided",
    "WrongValue",
    "entered",
    "replaced",
    "spoilt",
]

Results = tuple[Array, ...]

Change = Callable[[Results, Results], Any]
"""``change(results, operands)`` gives the wrong results; what it wants of them it copies."""


class Correct(OurEngineBackend):
    """Our engine; a stack is mapped by a loop, so that the batched operators are answered too."""

    def vmap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The rows one by one."""

        def mapped(*operands: Array) -> Results:
            rows = [call(*row) for row in zip(*operands, strict=True)]
            return tuple(np.stack(parts) for parts in zip(*rows, strict=True))

        return mapped


class Spoilt(Correct):
    """Some operators give what ``change`` makes of the right results; all else is right."""

    def __init__(
        self, operators: frozenset[Operator], change: Change, dtypes: tuple[str, ...]
    ) -> None:
        """``dtypes``: the fault shows in these."""
        super().__init__()
        self._operators, self._change, self._dtypes = operators, change, dtypes
        self._right = Correct()

    def specialise(self, problem: Problem, operator: Operator) -> Callable[..., Any] | None:
        """The changed call."""
        if operator not in self._operators:
            return None
        right = build(self._right, problem, operator)

        def call(*operands: Array) -> Any:
            results = right(*operands)
            return self._change(results, operands) if self._is_spoilt(operands) else results

        return call

    def _is_spoilt(self, operands: Results) -> bool:
        return str(operands[0].dtype) in self._dtypes


class Replaced(Correct):
    """Functions of the namespace are replaced by some with wrong rules; values stay right."""

    def __init__(self, functions: dict[str, Callable[..., Any]]) -> None:
        """``functions`` by dotted name."""
        super().__init__()
        self._xp = _Overlay(super().xp, functions, "")

    @property
    def xp(self) -> Namespace:
        """Our engine's, but for the replaced."""
        return self._xp


class _Overlay:
    """A namespace with other functions under some of its names."""

    def __init__(self, namespace: Namespace, functions: dict[str, Any], path: str) -> None:
        self._namespace, self._functions, self._path = namespace, functions, path

    def __getattr__(self, name: str) -> Any:
        dotted = f"{self._path}{name}"
        if dotted in self._functions:
            return self._functions[dotted]
        found = getattr(self._namespace, name)
        if dotted in ("linalg", "fft", "special"):
            return _Overlay(found, self._functions, f"{dotted}.")
        return found


class WrongValue(Correct):
    """The value seen under reverse mode is off in its sixth digit; its derivative is right."""

    def vjp(self, fun: Function, primals: Results) -> tuple[Array, Any]:
        """By our engine, with another value."""
        y, pullback = our_engine.vjp(fun, primals)
        return y * (1 + 1e-6), pullback


class Frozen(Correct):
    """What it prepares keeps the numbers of the first call, as a trace does that took constants."""

    def prepare(self, call: Callable[..., Any], *example: Array) -> Callable[..., Any]:
        """A call of ``example``, whatever is asked."""
        kept = tuple(x.copy() for x in example)
        return lambda *operands: call(*(x.copy() for x in kept))


class Unstrided(Correct):
    """Arrays leave it in the order of their memory: wrong where that is not C order."""

    def to_numpy(self, x: Array) -> np.ndarray:
        """The buffer of ``x``, taken for one in C order."""
        array = np.asarray(x)
        return array.ravel(order="K").reshape(array.shape)


def spoilt(
    change: Change, *operators: Operator, dtypes: tuple[str, ...] = ("float64", "float32")
) -> Callable[[], Spoilt]:
    """A maker of ``Spoilt``."""
    return lambda: Spoilt(frozenset(operators), change, dtypes)


def replaced(name: str, function: Callable[[], Callable[..., Any]]) -> Callable[[], Replaced]:
    """A maker of ``Replaced``; ``function()`` enters the wrong rule when it is first asked for."""
    return lambda: Replaced({name: function()})


def entered(function: Callable[..., Any], *jacobians: Any, **facts: Any) -> Callable[[], Any]:
    """``function`` with a rule, entered when it is first asked for."""

    @functools.cache
    def enter() -> Any:
        return our_engine.rule(function, *jacobians, **facts)

    return enter
