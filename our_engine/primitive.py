"""A primitive: a function with its local Jacobians, and how its calls are sorted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .linear_maps import LinearMap, Zero
from .signatures import (
    arguments_kept,
    bound_by_name,
    honoured,
    keywords,
    positional_names,
    sequence_kept,
)
from .types import DifferentiationError, Settings

Bind = Callable[..., tuple[tuple[Any, ...], Settings]]


def refused(*_: Any, **__: Any) -> LinearMap:
    """Stand in a rule for an argument whose derivative is not known; `record` raises."""
    raise DifferentiationError("this argument has no derivative rule")


class each:  # noqa: N801 - reads as a word in a rule
    """The local Jacobian of a primitive of many like arguments: f(k, operands, y, **settings)."""

    __slots__ = ("jacobian",)

    def __init__(self, jacobian: Callable[..., Any]) -> None:
        """Hold f."""
        self.jacobian = jacobian


class Primitive:
    """A function with its local Jacobians.

    `jacobians` has one callable, or `ZERO`, per operand, or is a single `each`. `keeps` says
    which of (operands..., output) each of them reads; `fixed` has the factors that read none of
    them, computed, and None for the others; `parts` has all three together. An `eager` map is
    built when the call is recorded. `cast` takes the operand to its setting dtype, where there is
    one. `nested` is what stands for it under an inner derivative.
    """

    __slots__ = (
        "_bind",
        "_names",
        "accepts",
        "cast",
        "direct",
        "eager",
        "elementwise",
        "evaluate",
        "fixed",
        "function",
        "jacobians",
        "keeps",
        "name",
        "nested",
        "parts",
        "sequence",
        "variadic",
    )

    def __init__(
        self,
        function: Any,
        jacobians: tuple[Any, ...],
        *,
        elementwise: bool = False,
        sequence: bool = False,
        eager: bool = False,
        bind: Bind | None = None,
        evaluate: Callable[..., Any] | None = None,
        name: str | None = None,
    ) -> None:
        """See `rule`."""
        self.function = function
        self.name = str(name or getattr(function, "__name__", function))
        self.jacobians = jacobians
        self.elementwise = elementwise
        self.sequence = sequence
        self.eager = eager
        self._bind = bind
        self._names: tuple[str, ...] | None = None
        if evaluate is None:
            evaluate = _on_sequence(function) if sequence else function
        self.evaluate = evaluate
        # A call with so many arguments and no keywords has nothing to sort.
        self.direct = -1 if sequence or (bind and not elementwise) else len(jacobians)
        # Any number of operands, all alike.
        self.variadic = isinstance(jacobians[0], each)
        if self.variadic:
            self.direct = -1
        self.keeps = tuple(_kept(j, len(jacobians)) for j in jacobians)
        self.fixed = tuple(map(_fixed, jacobians, self.keeps)) if elementwise else ()
        fixed = self.fixed or tuple(
            j if isinstance(j, Zero) or j is refused else None for j in jacobians
        )
        self.parts = tuple(zip(jacobians, self.keeps, fixed, strict=True))
        accepted: set[str] = set()
        for j in jacobians:
            accepted.update(keywords(j.jacobian if isinstance(j, each) else j))
        self.accepts = frozenset(accepted)
        self.nested = self
        self.cast: Callable[[Any, Any], Any] | None = None

    def bind(self, args: tuple[Any, ...], kwargs: Settings) -> tuple[tuple[Any, ...], Settings]:
        """Sort a call's arguments into array operands and settings; refuse what is not known."""
        operands: tuple[Any, ...]
        if self._bind is not None:
            operands, settings = self._bind(*args, **kwargs)
        elif self.sequence:
            operands, settings = bound_by_name(self.name, self.names, 1, args, kwargs)
            operands = tuple(operands[0])
        elif self.variadic or (len(args) == len(self.jacobians) and not kwargs):
            return args, honoured(self.name, self.accepts, kwargs) if kwargs else kwargs
        else:
            count = len(self.jacobians)
            operands, settings = bound_by_name(self.name, self.names, count, args, kwargs)
        if self.cast is not None and settings.get("dtype") is not None:
            settings = dict(settings)
            operands = (self.cast(operands[0], settings.pop("dtype")), *operands[1:])
        return operands, honoured(self.name, self.accepts, settings) if settings else settings

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the function's positional arguments."""
        if self._names is None:
            self._names = positional_names(self.function)
        return self._names


def _kept(jacobian: Any, operands: int) -> tuple[bool, ...]:
    if isinstance(jacobian, Zero):
        return ()
    if isinstance(jacobian, each):
        return sequence_kept(jacobian.jacobian)
    return arguments_kept(jacobian, operands)


def _fixed(jacobian: Any, keeps: tuple[bool, ...]) -> Any:
    if isinstance(jacobian, Zero) or jacobian is refused:
        return jacobian
    return None if any(keeps) else jacobian(*(None for _ in keeps))


def _on_sequence(function: Callable[..., Any]) -> Callable[..., Any]:
    def evaluate(*operands: Any, **settings: Any) -> Any:
        return function(operands, **settings)

    return evaluate
