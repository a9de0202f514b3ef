"""The recording of a program: every operation on a staged value, and every look at one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.node import Node
from our_engine.types import DifferentiationError

from . import staged
from .constants import Constants
from .errors import NotRecordedError
from .functions import anew, has_known_kind, is_numpy
from .operations import Condition, Operation, Recorded, Step, Variable, applied, mapped

LONGEST = 10_000
"""The most steps of a recording: beyond, code takes longer to compile than it saves."""

LARGEST_CONDITION = 4096
"""The most elements of an array whose values are a condition."""

_DOUBLE = (np.dtype(float), np.dtype(complex))
_IMMUTABLE = (
    str,
    bytes,
    int,
    float,
    complex,
    type(None),
    type(Ellipsis),
    type(np._NoValue),
    np.generic,
    np.dtype,
)


class Trace:
    """A recording under way."""

    def __init__(self, constants: Constants) -> None:
        """Nothing recorded yet; the arrays that are met go into `constants`."""
        self.steps: list[Step] = []
        self.inputs: list[Variable] = []
        self.constants = constants
        self.failure: str | None = None
        self._open = True
        self._count = 0
        self._thread = threading.get_ident()

    def input(self, value: Any, weak: bool = False) -> staged.Staged:
        """A staged value for an argument; `weak` if that is a Python float."""
        found = self._staged(value, weak)
        self.inputs.append(found._variable)
        return found

    def finish(self, results: Any) -> Recorded:
        """The recording, of a program that returned the tree `results`."""
        self._open = False
        self._require()
        tree = mapped(results, self._result)
        self._require()
        return Recorded(self.inputs, self.steps, tree)

    @property
    def is_open(self) -> bool:
        """Whether it is under way."""
        return self._open

    def close(self) -> None:
        """From now on staged values are refused."""
        self._open = False

    def failed(self, reason: str) -> NotRecordedError:
        """The error to raise; the recording is given up for good, even if someone catches it."""
        if self.failure is None:
            self.failure = reason
        return NotRecordedError(reason)

    def call(self, function: Callable[..., Any] | str, args: Any, kwargs: Any) -> Any:
        """Call the function on the values, write that down, and return staged results."""
        self._check_open()
        args = mapped(tuple(args), self._read)
        kwargs = {name: mapped(value, self._read) for name, value in kwargs.items()}
        weak = self._weakness((args, kwargs))
        if len(self.steps) >= LONGEST:
            raise self.failed(f"it has more than {LONGEST} steps")
        values = mapped(args, _value)
        try:
            result = applied(function, values, mapped(kwargs, _value))
        except Exception as error:
            # It may depend on the values, and the program may catch it.
            raise self.failed(f"{_name(function)} raises {type(error).__name__}") from error
        changed = tuple((flag, str(how)) for flag, how in np.geterr().items() if how != "call")
        operation = Operation(
            function, mapped(args, _variable), mapped(kwargs, _variable), None, changed or None
        )
        self.steps.append(operation)
        wrapped, operation.results = self._wrapped(result, weak, function)
        views = _views(args, result)
        for x in views:
            x._viewed = True
        if views and isinstance(wrapped, staged.Staged):
            wrapped._viewed = True
        counts = any(x.dtype.kind in "iub" for x in _stood((args, kwargs)))
        if not has_known_kind(function, args, counts):
            self.steps.extend(Condition(v, "kind") for v in operation.writes())
        return wrapped

    def anew(self, x: staged.Staged) -> staged.Staged:
        """The same value under a name of its own."""
        self._check_open()
        found = self._staged(x._payload, x._weak)
        self.steps.append(Operation(anew, (x._variable,), {}, found._variable))
        return found

    def truth(self, x: staged.Staged) -> bool:
        """The truth of a value: from here on the recording holds for this truth alone."""
        self._check_open()
        try:
            expected = bool(x._payload)
        except ValueError as error:
            raise self.failed(str(error)) from error
        self.steps.append(Condition(x._variable, "true", expected))
        return expected

    def value(self, x: staged.Staged) -> Any:
        """The value itself: from here on the recording holds for it alone."""
        self._check_open()
        payload = x._payload
        if payload.size > LARGEST_CONDITION:
            raise self.failed(f"a plain copy of an array of {payload.size} elements is asked for")
        self.steps.append(Condition(x._variable, "bits", payload.tobytes()))
        return payload.copy()

    def static(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """The result of a function of shapes and dtypes."""
        args = mapped(tuple(args), self._read)
        self._weakness(args)
        return function(*mapped(args, _value), **mapped(kwargs, _value))

    def _check_open(self) -> None:
        if not self._open:
            raise DifferentiationError(
                "our_engine.compile: a value of a recording was kept beyond its end; return it"
            )
        if threading.get_ident() != self._thread:
            raise self.failed("it starts threads")

    def _require(self) -> None:
        if self.failure is not None:
            raise NotRecordedError(self.failure)

    def _staged(self, value: Any, weak: bool, shared: bool = False) -> staged.Staged:
        self._count += 1
        variable = Variable(self._count, value)
        if isinstance(value, np.ndarray) and value.flags.writeable:
            # What writes in place, unknown to us, raises.
            value = value if value.base is None and not shared else value.view()
            value.flags.writeable = False
        return staged.new(self, variable, value, weak)

    def _read(self, x: Any) -> Any:
        """An argument as it is written down: arrays are copied, for they may change."""
        if isinstance(x, staged.Staged):
            if x._trace is not self:
                raise self.failed("it uses a value of another recording")
            return x
        if isinstance(x, (*_IMMUTABLE, type, range)):
            return x
        if type(x) is np.ndarray:
            if x.dtype.hasobject:
                raise self.failed("it uses an array of objects")
            return self.constants.of(x)
        if callable(x) and not isinstance(x, Node):
            return x
        raise self.failed(f"a {type(x).__name__} is an argument of a NumPy function")

    def _weakness(self, tree: Any) -> bool:
        """Whether all operands are Python floats by origin, which yield to others' dtypes."""
        if not any(x._weak for x in _stood(tree)):
            return False
        found: list[Any] = []
        mapped(tree, found.append)
        strong = [
            x
            for x in found
            if (isinstance(x, staged.Staged) and not x._weak)
            or type(x) is np.ndarray
            or isinstance(x, np.generic)
        ]
        for x in strong:
            if x.dtype.kind in "fc" and x.dtype not in _DOUBLE:
                raise self.failed(f"a Python float meets {x.dtype}")
        return not strong

    def _wrapped(self, result: Any, weak: bool, function: Any) -> tuple[Any, Any]:
        """The result as the program gets it, and the tree of its variables."""
        if type(result) is np.ndarray or isinstance(result, np.generic):
            if result.dtype.kind not in "fciub":
                raise self.failed(f"{_name(function)} gives {result.dtype}")
            found = self._staged(result, weak, shared=not is_numpy(function))
            return found, found._variable
        if isinstance(result, (bool, int, float, complex)):
            scalar = np.asarray(result)[()]
            self._count += 1
            variable = Variable(self._count, scalar)
            condition = (
                Condition(variable, "true", result)
                if isinstance(result, bool)
                else Condition(variable, "bits", scalar.tobytes())
            )
            self.steps.append(condition)
            return result, variable
        if isinstance(result, (tuple, list)):
            pairs = [self._wrapped(item, weak, function) for item in result]
            items = [item for item, _ in pairs]
            kind = type(result)
            whole = kind(*items) if hasattr(kind, "_fields") else kind(items)
            return whole, [variable for _, variable in pairs]
        raise self.failed(f"{_name(function)} gives a {type(result).__name__}")

    def _result(self, y: Any) -> Any:
        if isinstance(y, staged.Staged):
            return y._variable
        if type(y) is np.ndarray and not y.dtype.hasobject:
            return self.constants.of(y)
        if isinstance(y, _IMMUTABLE):
            return y
        raise self.failed(f"it returns a {type(y).__name__}")


def _value(x: Any) -> Any:
    return x._payload if isinstance(x, staged.Staged) else x


def _variable(x: Any) -> Any:
    return x._variable if isinstance(x, staged.Staged) else x


def _name(function: Any) -> str:
    return str(getattr(function, "__name__", function))


def _views(args: Any, result: Any) -> list[staged.Staged]:
    """The operands of which the result may share the memory."""
    if type(result) is not np.ndarray:
        return []
    stood = _stood(args)
    return stood if result.base is not None else [x for x in stood if x._payload is result]


def _stood(tree: Any) -> list[staged.Staged]:
    """The staged values in a tree."""
    found: list[Any] = []
    mapped(tree, found.append)
    return [x for x in found if isinstance(x, staged.Staged)]
