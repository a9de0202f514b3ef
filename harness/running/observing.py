"""What a worker sees of a call from outside: host copies, changed operands, shared memory, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from harness.contract import Array, Backend, Operator, Problem
from harness.problems.inputs import Arrays

__all__ = [
    "Watch",
    "bits",
    "disconnected",
    "filled",
    "host_results",
    "native",
    "operand_names",
    "to_host",
]


class Watch:
    """Holds native operands against what they were when the watch began."""

    def __init__(self, backend: Backend, operands: Sequence[Array], names: Sequence[str]) -> None:
        """Remember the bits of ``operands``, which are called ``names``."""
        self._backend = backend
        self._operands = tuple(operands)
        self._names = tuple(names)
        self._before = [bits(view) for view in self._views()]

    def changed(self) -> tuple[str, ...]:
        """The operands whose shape, dtype or bytes are not what they were."""
        now = [bits(view) for view in self._views()]
        rows = zip(self._names, self._before, now, strict=True)
        return tuple(name for name, before, after in rows if before != after)

    def aliased(self, results: Any, arguments: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The results that share memory with operands, where ``to_numpy`` gives views.

        First those through which one of the first ``arguments`` operands could be written to;
        then those that share it with one of the others, the seeds.
        """
        if not isinstance(results, tuple | list):
            return (), ()
        views = self._views()
        of_arguments, of_seeds = [], []
        for number, result in enumerate(results):
            if result is None:
                continue
            array = np.asarray(self._backend.to_numpy(result))
            sharing = [i for i, view in enumerate(views) if _overlap(array, view)]
            written = [self._names[i] for i in sharing if i < arguments and array.flags.writeable]
            seeds = [self._names[i] for i in sharing if i >= arguments]
            if written:
                of_arguments.append(f"result {number} is {', '.join(written)}")
            if seeds:
                of_seeds.append(f"result {number} is {', '.join(seeds)}")
        return tuple(of_arguments), tuple(of_seeds)

    def _views(self) -> list[np.ndarray]:
        return [np.asarray(self._backend.to_numpy(x)) for x in self._operands]


def host_results(backend: Backend, results: Any) -> Arrays:
    """The results as NumPy arrays of their own memory; TypeError when they are no such thing."""
    if not isinstance(results, tuple | list):
        raise TypeError(f"the call returned {type(results).__name__}, not a tuple of arrays")
    return tuple(to_host(backend, x) for x in results)


def to_host(backend: Backend, x: Array) -> np.ndarray:
    """A copy in NumPy; TypeError for a dtype that is not one of NumPy's own numbers."""
    array = np.array(backend.to_numpy(x))
    # Anything else would need the library to be read in the supervisor.
    if array.dtype.kind not in "biufc":
        raise TypeError(f"to_numpy gave an array of dtype {array.dtype}")
    return array


def native(backend: Backend, arrays: Sequence[np.ndarray]) -> tuple[Array, ...]:
    """Each array as the backend's own, from a copy that nobody else holds."""
    return tuple(backend.asarray(np.array(x)) for x in arrays)


def bits(x: np.ndarray) -> tuple[tuple[int, ...], str, bytes]:
    """Shape, dtype and bytes: equal for equal arrays only, NaN and signed zero included."""
    return x.shape, x.dtype.str, x.tobytes()


def operand_names(problem: Problem, operator: Operator) -> list[str]:
    """The names of arguments and seeds, in the order of a call's operands."""
    names = list(problem.arguments)
    if operator.takes_tangents:
        names += [f"tangent of {problem.arguments[i]}" for i in problem.argnums]
    elif operator.takes_cotangent:
        names.append("cotangent")
    return names


def disconnected(problem: Problem, results: Any) -> tuple[str, ...]:
    """The arguments for which the library gave None: it says that the output ignores them."""
    if not isinstance(results, tuple | list) or len(results) != len(problem.argnums):
        return ()
    cut = (i for i, x in zip(problem.argnums, results, strict=True) if x is None)
    return tuple(problem.arguments[i] for i in cut)


def filled(backend: Backend, problem: Problem, results: Any, args: Arrays) -> Arrays:
    """The results on the host, zeros for each None: ``disconnected`` tells which were not given."""
    if not disconnected(problem, results):
        return host_results(backend, results)
    return tuple(
        np.zeros_like(args[i]) if x is None else to_host(backend, x)
        for i, x in zip(problem.argnums, results, strict=True)
    )


def _overlap(a: np.ndarray, b: np.ndarray) -> bool:
    return np.may_share_memory(a, b) and np.shares_memory(a, b)
