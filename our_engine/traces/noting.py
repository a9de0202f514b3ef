"""Recording with names: a tape that keeps what was called, and a tracer that names its masks."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from our_engine.dispatch import array_ufunc
from our_engine.recording import Node, raw
from our_engine.tape import Tape, frozen
from our_engine.tracer import Tracer
from our_engine.types import Array, Settings

from .expressions import Expr, Name, Number, Relation, Word

_SIGNS: dict[Any, str] = {
    np.greater: ">",
    np.greater_equal: "≥",
    np.less: "<",
    np.less_equal: "≤",
    np.equal: "=",
    np.not_equal: "≠",
}


@dataclass(frozen=True)
class Ref(Expr):
    """The node `index` of the tape, until it gets its name."""

    index: int


@dataclass(frozen=True)
class Noted:
    """One call: the primitive, its operands as formulas and as values, and its settings."""

    primitive: Any
    operands: tuple[Expr, ...]
    values: tuple[Any, ...]
    settings: Settings


class NotingTape(Tape):
    """A tape that keeps the call that made each node, and the values of all nodes.

    `constants` are arrays with the names under which they are shown; the others get the names
    c_1, c_2, … in the order in which they are met, and are listed in `legend`.
    """

    __slots__ = ("_by_content", "_by_identity", "calls", "legend", "values")
    noting = True

    def __init__(self, constants: Mapping[str, Any]) -> None:
        """An empty tape on which scalars are NumPy's."""
        super().__init__(unboxed=False)
        self.calls: dict[int, Noted] = {}
        self.values: dict[int, Any] = {}
        self.legend: dict[str, Array] = {}
        # The array is held beside its name, so that its id stays its own; its content, because
        # the program may overwrite it and then use it again.
        self._by_identity: dict[int, tuple[Array, Any, Expr]] = {}
        self._by_content: dict[Any, Expr] = {}
        for name, x in constants.items():
            self._remember(np.asarray(x), Name(name))
            self._by_content.setdefault(_content(np.asarray(x)), Name(name))

    def note(self, what: tuple[Any, Any, Any], y: Any) -> None:
        """Keep what made the node y."""
        primitive, operands, settings = what
        self.values[y.index] = y.value
        self.calls[y.index] = Noted(
            primitive,
            tuple(self.formula(x) for x in operands),
            tuple(frozen(raw(x)) for x in operands),
            settings,
        )

    def formula(self, x: Any) -> Expr:
        """A node of this tape by its place, a constant as a number or by a name."""
        if isinstance(x, Node) and x.tape is self:
            return Ref(x.index)
        x = raw(x)
        if isinstance(x, (list, tuple)):
            x = np.array(x)
        if not isinstance(x, np.ndarray):
            numeric = isinstance(x, (int, float, complex, np.generic))
            return Number(x) if numeric else Word(repr(x))
        known = self._by_identity.get(id(x))
        if known is not None and known[1] == _content(x):
            return known[2]
        if not x.ndim:
            return Number(x[()])
        name = self._by_content.get(_content(x))
        if name is None:
            name = self._by_content[_content(x)] = Name(f"c_{len(self.legend) + 1}")
            self.legend[f"c_{len(self.legend) + 1}"] = x.copy()
        return name

    def compared(self, mask: Any, sign: str, left: Any, right: Any) -> Array:
        """The result of a comparison, remembered under its formula."""
        mask = np.asarray(mask)
        self._remember(mask, Relation(sign, self.formula(left), self.formula(right)))
        return mask

    def _remember(self, x: Array, formula: Expr) -> None:
        self._by_identity[id(x)] = (x, _content(x), formula)


def _comparison(compare: Callable[[Any, Any], Any], sign: str) -> Any:
    def method(self: Any, other: Any) -> Any:
        result = compare(raw(self), raw(other))
        if isinstance(result, (np.ndarray, np.bool_)):
            return self.tape.compared(result, sign, self, other)
        return result

    return method


class NotingTracer(Tracer):
    """A tracer whose comparisons are remembered: where(x > 0, x, 0) shows its condition."""

    __slots__ = ()
    __gt__ = _comparison(operator.gt, ">")
    __ge__ = _comparison(operator.ge, "≥")
    __lt__ = _comparison(operator.lt, "<")
    __le__ = _comparison(operator.le, "≤")
    __eq__ = _comparison(operator.eq, "=")
    __ne__ = _comparison(operator.ne, "≠")
    __hash__ = None  # type: ignore[assignment]

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        """As any tracer; the result of a comparison is remembered."""
        y = array_ufunc(self, ufunc, method, *inputs, **kwargs)
        sign = _SIGNS.get(ufunc)
        if sign is None or method != "__call__" or kwargs:
            return y
        return self.tape.compared(y, sign, *inputs)  # type: ignore[attr-defined]


def _content(x: Array) -> Any:
    return x.shape, x.dtype.str, x.tobytes()
