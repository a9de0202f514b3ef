"""A recording as the source of a Python function, and that function."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.types import Tree

from .arguments import Fixed, Varying
from .functions import anew
from .memory import Memory
from .names import Names
from .operations import Condition, Operation, Recorded, Step, Variable

MISS: Any = object()
"""What the function returns for a call that the recording is not of."""

_INFIX = {
    operator.add: "+",
    operator.sub: "-",
    operator.mul: "*",
    operator.truediv: "/",
    operator.floordiv: "//",
    operator.mod: "%",
    operator.pow: "**",
    operator.matmul: "@",
    operator.and_: "&",
    operator.or_: "|",
    operator.xor: "^",
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
    operator.eq: "==",
    operator.ne: "!=",
}
_PREFIX = {operator.neg: "-", operator.pos: "+", operator.invert: "~"}


class Source:
    """The text of `replay(args, kwargs)`, line by line, and the names it uses."""

    def __init__(self, recorded: Recorded, description: Tree) -> None:
        """Write the function for calls of this description."""
        self._names = Names(MISS=MISS, ndarray=np.ndarray, errstate=np.errstate)
        self._inputs = iter(recorded.inputs)
        self._memory = Memory(recorded)
        self._lines: list[str] = []
        self._errors: Any = None
        self._unpack(description[0], "args", exact=False)
        self._unpack(description[1], "kwargs", exact=False)
        # What a condition is about need not be computed twice.
        self._counted = _only_asked(recorded, self._memory)
        for place, step in enumerate(recorded.steps):
            self._step(place, step)
        self._errors = None
        self._write(f"return {self._results(recorded.results)}")

    @property
    def text(self) -> str:
        """The whole function."""
        return "\n".join(["def replay(args, kwargs):", *self._lines, ""])

    def compiled(self) -> Callable[[Any, Any], Any]:
        """The function."""
        scope = dict(self._names.scope)
        exec(compile(self.text, "<our_engine.compile>", "exec"), scope)
        replay: Callable[[Any, Any], Any] = scope["replay"]
        return replay

    def _write(self, line: str) -> None:
        self._lines.append("    " * (2 if self._errors else 1) + line)

    def _unpack(self, tree: Tree, name: str, exact: bool = True) -> None:
        """The leaves of an argument by name, after a look whether it is as described."""
        if isinstance(tree, (tuple, list, dict)):
            kind = type(tree)
            tests = [f"type({name}) is not {self._names.constant(kind)}"] if exact else []
            if isinstance(tree, dict):
                keys = self._names.constant(tuple(tree))
                tests.append(f"tuple({name}) != {keys}" if tree else f"{name}")
                items, unpacked = list(tree.values()), f"{name}.values()"
            else:
                tests.append(f"len({name}) != {len(tree)}")
                items, unpacked = list(tree), name
            self._write(f"if {' or '.join(tests)}: return MISS")
            names = [f"{name}_{k}" for k in range(len(items))]
            if names:
                self._write(f"{', '.join(names)}, = {unpacked}")
            for item, item_name in zip(items, names, strict=True):
                self._unpack(item, item_name)
        elif type(tree) is Varying:
            self._unpack_varying(tree, name)
        else:
            self._unpack_fixed(tree, name)

    def _unpack_varying(self, leaf: Varying, name: str) -> None:
        self._names.name(next(self._inputs), name)
        if leaf.scalar is None:
            dtype = self._names.constant(leaf.dtype)
            self._write(
                f"if type({name}) is not ndarray or {name}.shape != {leaf.shape!r}: return MISS"
            )
            # Of each of NumPy's own dtypes there is one, and to compare takes longer.
            self._write(f"if {name}.dtype is not {dtype} and {name}.dtype != {dtype}: return MISS")
        else:
            self._write(f"if type({name}) is not {self._names.constant(leaf.scalar)}: return MISS")
            if leaf.scalar is float:
                self._write(f"{name} = {self._names.constant(np.float64)}({name})")

    def _unpack_fixed(self, leaf: Fixed, name: str) -> None:
        value = leaf.value
        if value is None or value is Ellipsis or callable(value):
            test = f"{name} is not {self._names.constant(value)}"
        elif isinstance(value, complex):
            test = f"repr({name}) != {repr(value)!r}"
        else:
            kind = self._names.constant(type(value))
            test = f"type({name}) is not {kind} or {name} != {self._names.constant(value)}"
        self._write(f"if {test}: return MISS")

    def _step(self, place: int, step: Step) -> None:
        if isinstance(step, Condition):
            self._write(f"if {self._violated(step)}: return MISS")
        else:
            self._enter(step)
            self._operation(place, step)
        released = filter(self._names.is_held, self._memory.released(place, step))
        names = ", ".join(map(self._names.of, released))
        if names:
            self._write(f"del {names}")

    def _enter(self, step: Operation) -> None:
        """Into the floating-point error handling that the operation was recorded under."""
        if step.errors == self._errors:
            return
        self._errors = None
        if step.errors:
            flags = dict(step.errors)
            if set(flags.values()) == {"ignore"} and len(flags) == 4:
                flags = {"all": "ignore"}
            self._write(f"with errstate({', '.join(f'{k}={v!r}' for k, v in flags.items())}):")
            self._errors = step.errors

    def _operation(self, place: int, step: Operation) -> None:
        y = step.results
        if type(y) is not Variable:
            whole = f"t{place}"
            self._write(f"{whole} = {self._call(step)}")
            self._items(y, whole)
            self._write(f"del {whole}")
            return
        target = self._memory.target(place, step)
        if target is not None:
            name = self._names.name(y, self._names.of(target))
            self._write(self._call(step, name))
            return
        call = self._call(step)
        self._write(f"{self._names.name(y, f'v{y.number}')} = {call}")

    def _items(self, tree: Any, whole: str) -> None:
        for k, item in enumerate(tree):
            if type(item) is Variable:
                self._write(f"{self._names.name(item, f'v{item.number}')} = {whole}[{k}]")
            elif item:
                self._items(item, f"{whole}[{k}]")

    def _call(self, step: Operation, out: str = "") -> str:
        function = step.function
        args = [self._names.value(x) for x in step.args]
        named = [f"{k}={self._names.value(x)}" for k, x in step.kwargs.items()]
        if isinstance(function, str):
            if function.endswith("()"):
                return f"{args[0]}.{function[:-2]}({', '.join(args[1:] + named)})"
            return f"{args[0]}.{function}"
        if function in _INFIX and not named:
            return f"{args[0]} {_INFIX[function]} {args[1]}"
        if function in _PREFIX:
            return f"{_PREFIX[function]}{args[0]}"
        if function is anew:
            return args[0]
        if function is operator.getitem:
            return f"{args[0]}[{self._names.index(step.args[1])}]"
        if function is np.any and step.results in self._counted:
            function, named = np.count_nonzero, []
        given = args + ([f"out={out}"] if out else []) + named
        return f"{self._names.constant(function)}({', '.join(given)})"

    def _violated(self, condition: Condition) -> str:
        v = condition.variable
        name = self._names.of(v)
        if condition.kind == "true":
            return f"not {name}" if condition.expected else name
        if condition.kind == "bits":
            found = f"{self._names.constant(_bits)}({name})" if v.scalar else f"{name}.tobytes()"
            return f"{found} != {self._names.constant(condition.expected)}"
        kind = "ndarray" if not v.scalar else self._names.constant(v.dtype.type)
        dtype = self._names.constant(v.dtype)
        return (
            f"type({name}) is not {kind} or {name}.shape != {v.shape!r} or {name}.dtype != {dtype}"
        )

    def _results(self, tree: Any) -> str:
        if type(tree) is Variable:
            name = self._names.of(tree)
            return name if self._memory.is_own(tree) else f"{name}.copy()"
        if type(tree) is np.ndarray:
            return f"{self._names.constant(tree)}.copy()"
        kind = type(tree)
        if isinstance(tree, dict):
            return (
                "{"
                + ", ".join(f"{self._names.value(k)}: {self._results(v)}" for k, v in tree.items())
                + "}"
            )
        if kind is list:
            return "[" + ", ".join(map(self._results, tree)) + "]"
        if isinstance(tree, tuple):
            inner = "".join(f"{self._results(item)}, " for item in tree).rstrip()
            if kind is tuple:
                return f"({inner})"
            return f"{self._names.constant(kind)}({inner})"
        return self._names.value(tree)


def _only_asked(recorded: Recorded, memory: Memory) -> set[Variable]:
    """The results of np.any of booleans that nothing but a condition reads."""
    found = set()
    for step in recorded.steps:
        if isinstance(step, Operation) and step.function is np.any and not step.kwargs:
            x = step.args[0] if len(step.args) == 1 else None
            if type(x) is Variable and x.dtype == bool:
                found.add(step.results)
    for step in recorded.steps:
        if isinstance(step, Operation):
            found.difference_update(step.reads())
        elif step.kind != "true":
            found.discard(step.variable)
    return found.difference(memory.results)


def _bits(x: Any) -> bytes:
    return np.asarray(x).tobytes()
