"""The names and literals by which generated code calls its values."""

from __future__ import annotations

import keyword
import math
import re
from typing import Any

import numpy as np

from .functions import is_ufunc
from .operations import Variable

_RESERVED = re.compile(r"[vt]\d+|(args|kwargs)(_\d+)*|replay|type|len|tuple|slice|repr")
"""What the function calls by itself, and Python's own that it uses."""


class Names:
    """The names of variables, and the values that the function finds in its scope by name."""

    def __init__(self, **scope: Any) -> None:
        """Names that are given from the start."""
        self.scope = scope
        self._named: dict[int, str] = {}
        self._of: dict[Variable, str] = {}
        self._holder: dict[str, Variable] = {}

    def name(self, v: Variable, name: str) -> str:
        """Call the variable `name`, which may be that of another one, with the memory behind it."""
        self._of[v] = name
        self._holder[name] = v
        return name

    def of(self, v: Variable) -> str:
        """The name of a variable."""
        return self._of[v]

    def is_held(self, v: Variable) -> bool:
        """Whether no other variable has taken the name over."""
        return self._holder.get(self._of[v]) is v

    def value(self, x: Any) -> str:
        """The expression for an argument with variables anywhere in it."""
        kind = type(x)
        if kind is Variable:
            return self._of[x]
        if kind is float:
            return f"({x!r})" if math.isfinite(x) else self.constant(x)
        if kind in (int, bool, str, bytes, type(None)):
            return f"({x!r})" if kind is int and x < 0 else repr(x)
        if isinstance(x, tuple):
            inner = "(" + "".join(f"{self.value(item)}, " for item in x).rstrip() + ")"
            return inner if kind is tuple else f"{self.constant(kind)}{inner}"
        if kind is list:
            return "[" + ", ".join(map(self.value, x)) + "]"
        if kind is dict:
            return "{" + ", ".join(f"{k!r}: {self.value(v)}" for k, v in x.items()) + "}"
        if kind is slice:
            return f"slice({', '.join(map(self.value, (x.start, x.stop, x.step)))})"
        return self.constant(x)

    def index(self, index: Any) -> str:
        """The expression between the brackets of x[...]."""
        if type(index) is tuple and index:
            inner = ", ".join(map(self._index_part, index))
            return inner + "," if len(index) == 1 else inner
        return self._index_part(index)

    def _index_part(self, part: Any) -> str:
        if type(part) is not slice:
            return "..." if part is Ellipsis else self.value(part)
        ends = [part.start, part.stop] + ([part.step] if part.step is not None else [])
        return ":".join("" if x is None else self.value(x) for x in ends)

    def constant(self, value: Any) -> str:
        """The name of a value that the function finds in its scope."""
        known = self._named.get(id(value))
        if known is not None and self.scope[known] is value:
            return known
        stem = _stem(value)
        name, k = stem, 1
        while name in self.scope or keyword.iskeyword(name) or _RESERVED.fullmatch(name):
            k += 1
            name = f"{stem}_{k}"
        self.scope[name] = value
        self._named[id(value)] = name
        return name


def _stem(value: Any) -> str:
    if isinstance(value, np.dtype):
        return f"dtype_{value.name}" if value.name.isidentifier() else "dtype"
    found = str(getattr(value, "__name__", ""))
    owner = getattr(value, "__self__", None)
    if isinstance(owner, np.ufunc):
        found = f"{owner.__name__}_{found}"
    if not callable(value) or not found.isidentifier():
        return "c"
    return found if is_ufunc(value) or isinstance(value, type) else f"np_{found}"
