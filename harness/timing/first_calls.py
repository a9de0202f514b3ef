"""What a case costs before its steady state: conversion, preparation, first and second call."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from harness.contract import Backend
from harness.timing.sampling import Call, Clock

__all__ = ["FirstCalls", "first_calls"]


@dataclass(frozen=True, slots=True)
class FirstCalls:
    """The costs of one (backend, case) before its steady state, in seconds, and what came of them.

    ``initialise_s`` is what the first conversion took beyond a second one (a library starts its
    device then); ``conversion_s`` all operands from NumPy to native and back; ``prepare_s`` the
    call of ``Backend.prepare``; ``compile_s`` the first call less the second, where the backend
    prepares, and 0 otherwise. ``call`` is the prepared call and ``operands`` the native operands.
    """

    initialise_s: float
    conversion_s: float
    prepare_s: float
    first_call_s: float
    second_call_s: float
    compile_s: float
    call: Call
    operands: tuple[Any, ...]


def first_calls(
    backend: Backend,
    call: Call,
    operands: Sequence[np.ndarray],
    clock: Clock = time.perf_counter_ns,
    prepare: Callable[..., Call] | None = None,
    twice: bool = True,
    longest_s: float = math.inf,
) -> FirstCalls:
    """Convert ``operands``, prepare ``call`` and call it twice; time each and wait for it.

    ``call(*operands)`` is what ``harness.contract.build`` returns, not yet prepared;
    ``prepare(call, *native)`` is ``backend.prepare`` unless told otherwise. If not ``twice``, it
    is called once; then ``second_call_s`` is NaN, and ``compile_s`` too where the backend prepares.
    Where it prepares nothing and the first call took more than ``longest_s``, that is taken for the
    second too: it is known to be long.
    """
    prepare = prepare or backend.prepare

    def timed(action: Callable[[], Any]) -> tuple[Any, float]:
        start = clock()
        result = action()
        return result, (clock() - start) * 1e-9

    def convert() -> tuple[Any, ...]:
        native = tuple(backend.asarray(x) for x in operands)
        for x in native:
            backend.to_numpy(x)
        return native

    def called() -> None:
        backend.wait(prepared(*native))

    _, cold_s = timed(convert)
    native, conversion_s = timed(convert)
    prepared, prepare_s = timed(lambda: prepare(call, *native))
    _, first_s = timed(called)
    prepares = type(backend).prepare is not Backend.prepare
    if not twice:
        second_s = math.nan
    elif not prepares and first_s > longest_s:
        second_s = first_s
    else:
        _, second_s = timed(called)
    return FirstCalls(
        initialise_s=max(0.0, cold_s - conversion_s),
        conversion_s=conversion_s,
        prepare_s=prepare_s,
        first_call_s=first_s,
        second_call_s=second_s,
        compile_s=_positive(first_s - second_s) if prepares else 0.0,
        call=prepared,
        operands=native,
    )


def _positive(seconds: float) -> float:
    """``seconds``, and 0 for less; NaN stays NaN."""
    return 0.0 if seconds < 0 else seconds
