"""Backends that answer in the tests' own process, with faults planted in their namespace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

import our_engine
from backends.our_engine_backend import OurEngineBackend
from harness.contract import Backend, Problem
from harness.fuzzing.bench import Outcome
from harness.fuzzing.specimens import Specimen
from harness.running.evaluation import Evaluator, failure_of
from harness.running.messages import Task


class InProcess:
    """Evaluates as a worker does; ``asked`` counts the tasks."""

    def __init__(self, backend: Backend) -> None:
        self.versions: Mapping[str, str] = {"planted": "1.0"}
        self.asked = 0
        self._backend = backend
        self._evaluator = Evaluator(backend)

    def __call__(self, problem: Problem, tasks: Sequence[Task]) -> list[Outcome]:
        self.asked += len(tasks)
        return [self._one(problem, task) for task in tasks]

    def close(self) -> None:
        pass

    def _one(self, problem: Problem, task: Task) -> Outcome:
        try:
            return self._evaluator.evaluate(problem, *task)
        except Exception as error:  # noqa: BLE001 - a backend may raise anything
            return failure_of(error, self._backend, problem, task[1])


class Faulty(OurEngineBackend):
    """The engine, but for the functions of ``planted``; values are right everywhere."""

    def __init__(self, planted: Mapping[str, Callable[..., Any]]) -> None:
        super().__init__()
        self._faulty = _Namespace(super().xp, planted)

    @property
    def xp(self) -> Any:
        return self._faulty


class _Namespace:
    def __init__(self, right: Any, planted: Mapping[str, Callable[..., Any]]) -> None:
        self._right = right
        self._planted = planted

    def __getattr__(self, name: str) -> Any:
        return self._planted.get(name) or getattr(self._right, name)


def slope(y: Any, x: Any) -> Any:
    """``y``, with a slope along the sum of x that it does not have."""
    return y + np.sum(x - our_engine.stop_gradient(x))


def plain(x: Any) -> np.ndarray:
    """The numbers in x, under however many transforms."""
    while not isinstance(x, np.ndarray | np.generic):
        x = x.value
    return np.asarray(x)


class Fixed:
    """Draws what it was given."""

    def __init__(self, *specimens: Specimen) -> None:
        self._specimens = specimens

    def draw(self, number: int) -> Specimen:
        return self._specimens[number]
