"""A function written as one expression: it can be called, printed, hashed and pasted."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.contract.problem import Array, Namespace

__all__ = ["Written"]


@dataclass(frozen=True, slots=True)
class Written:
    """``fun(xp, *arguments)`` given by its text, such as ``xp.sum(x, axis=0)``.

    ``text`` is one Python expression in ``xp`` and ``arguments``, and nothing else. It is compiled
    when it is first called. Since the text is all there is to it, its content can be told in
    any version of Python, and shown to a person who wants to repeat what was judged.
    """

    arguments: tuple[str, ...]
    text: str

    @property
    def names(self) -> tuple[str, ...]:
        """The dotted names that it takes from ``xp``, each once: ``("linalg.det", "sum")``."""
        return tuple(dict.fromkeys(_NAME.findall(self.text)))

    def __call__(self, xp: Namespace, *args: Array) -> Array:
        """The value of the expression."""
        return _compiled(self.arguments, self.text)(xp, *args)


_NAME = re.compile(r"\bxp\.((?:(?:linalg|fft|special)\.)?\w+)")


@functools.cache
def _compiled(arguments: tuple[str, ...], text: str) -> Callable[..., Array]:
    source = f"lambda xp, {', '.join(arguments)}: {text}"
    # The text is a constant of whoever declares the problem, not input.
    made: Callable[..., Array] = eval(
        compile(source, f"<{text}>", "eval"), {"__builtins__": _BUILTINS}
    )
    return made


_BUILTINS: dict[str, Any] = {"abs": abs, "range": range, "slice": slice, "tuple": tuple}
"""What an expression may use beside ``xp`` and its arguments."""
