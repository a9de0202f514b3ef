"""Backend: what an adapter to one AD library, in one mode of use, must give."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import numpy as np

from harness.contract.operators import Operator
from harness.contract.problem import Array, Namespace, Problem

__all__ = ["Backend", "Function", "Pullback", "Trace"]

Function = Callable[..., Array]
"""A function of the differentiable arguments alone: ``fun(*primals) -> y``, one array."""

Pullback = Callable[[Array], tuple[Array, ...]]
"""``pullback(y_bar) -> (x_bar_1, …)``: one cotangent for each primal, of its shape."""


class Trace(Protocol):
    """The lecture's table of one evaluation: a row for each intermediate value."""

    def text(self) -> str:
        """The table for a terminal."""

    def latex(self) -> str:
        """The table as a LaTeX fragment."""

    def html(self, digits: int = 6) -> str:
        """The table as an HTML fragment, escaped; numbers with so many significant digits."""

    def svg(self) -> str:
        """The computational graph with the local Jacobians on its edges."""


class Backend(ABC):
    """An adapter to one AD library in one mode of use.

    Required: ``xp``, ``asarray``, ``to_numpy`` and ``jvp`` or ``vjp`` (or both). From these
    the harness derives every other operator (``harness.contract.derivation``); an operator
    that the library itself offers goes into ``native`` and is judged and timed as such.
    Whatever is claimed in ``operators`` is tested, and so is that the rest is refused.
    """

    operators: frozenset[Operator] = frozenset(Operator)
    """What the backend claims; the default claims everything."""

    dtypes: frozenset[str] = frozenset({"float64"})
    """The floating dtypes it keeps from input to derivative."""

    native: Mapping[Operator, Callable[..., Any]] = {}
    """``native[op](fun, primals, *seeds)``, the library's own operator; see ``derivation``."""

    device: ClassVar[str] = "cpu"

    @property
    @abstractmethod
    def xp(self) -> Namespace:
        """The array namespace in which problems run on this backend."""

    @abstractmethod
    def asarray(self, x: np.ndarray) -> Array:
        """Return ``x`` as the backend's own array, same shape, dtype and values."""

    @abstractmethod
    def to_numpy(self, x: Array) -> np.ndarray:
        """Return the backend's array ``x`` as a NumPy array, waiting for it if need be."""

    def jvp(
        self, fun: Function, primals: tuple[Array, ...], tangents: tuple[Array, ...]
    ) -> tuple[Array, Array]:
        """Return ``(y, y_dot)``: the value and the pushforward of ``tangents``. Must nest."""
        raise NotImplementedError

    def vjp(self, fun: Function, primals: tuple[Array, ...]) -> tuple[Array, Pullback]:
        """Return ``(y, pullback)``. Must nest."""
        raise NotImplementedError

    def vmap(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``call`` mapped over a leading axis of every operand and of every result.

        ``call(*operands)`` returns an array or a tuple of them. To be overridden only where the
        library has such a map of its own; without it the batched operators are not supported.
        """
        raise NotImplementedError

    def specialise(self, problem: Problem, operator: Operator) -> Callable[..., Any] | None:
        """Return a hand-written ``call(*args, *seeds)`` for this problem, or None to derive it."""
        return None

    def supports(self, problem: Problem, operator: Operator) -> bool:
        """Whether this backend claims ``operator`` on ``problem``; the default asks no problem."""
        return operator in self.operators

    def prepare(self, call: Callable[..., Any], *example: Array) -> Callable[..., Any]:
        """Return ``call`` as the library would run it many times: jitted, traced, compiled."""
        return call

    def wait(self, result: Any) -> None:  # noqa: B027 - optional, and nothing is the right default
        """Block until ``result`` (an array or nested tuples of them) is computed."""

    def traces(self) -> int | None:
        """How often ``prepare`` has traced so far, so that a retrace is noticed; None: unknown."""
        return None

    def set_threads(self, count: int) -> None:  # noqa: B027 - as above
        """Limit the library's own thread pool; environment variables are already set."""

    def threads(self) -> Mapping[str, int]:
        """Return the sizes of the library's thread pools by name, as they are now.

        What OpenMP and BLAS do is found without it (threadpoolctl).
        """
        return {}

    def share_compiled(self, folder: Path) -> None:  # noqa: B027 - as above
        """Keep compiled code in ``folder`` and take it from there, across processes and runs.

        Several processes may use the folder at once. It is not called where compiling is measured:
        there each process starts from nothing.
        """

    def forget(self) -> None:  # noqa: B027 - as above
        """Let go of what the library keeps for functions that are not called any more.

        Called between two problems while judging, where there are very many of them; never while
        timing.
        """

    def trace(
        self,
        problem: Problem,
        args: Sequence[np.ndarray],
        mode: Literal["forward", "reverse"],
    ) -> Trace | None:
        """Return the evaluation trace of ``problem`` at ``args``, or None: it cannot show one."""
        return None

    @abstractmethod
    def versions(self) -> Mapping[str, str]:
        """Return the versions that a result depends on, such as ``{"torch": "2.13.0"}``."""
