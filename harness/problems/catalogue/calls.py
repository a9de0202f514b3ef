"""Calls written out: the text of a call with its keywords, as a function of the catalogue."""

from __future__ import annotations

from typing import Any

from harness.contract import Written

__all__ = ["Name", "call", "expression"]


class Name(str):
    """A text that stands in a call as it is: an argument's name, or ``xp.float64``."""

    __slots__ = ()


def call(function: str, *arguments: str, also: tuple[str, ...] = (), **keywords: Any) -> Written:
    """``xp.function(*arguments, **keywords)`` as a function of the arguments.

    A keyword's value stands there as Python writes it, a ``Name`` as it is; a ``Name`` that is no
    dotted one is an argument too, and so are those of ``also``.
    """
    words = [*arguments]
    words += [f"{k}={v if isinstance(v, Name) else repr(v)}" for k, v in keywords.items()]
    named = [str(v) for v in keywords.values() if isinstance(v, Name) and v.isidentifier()]
    return Written((*arguments, *named, *also), f"xp.{function}({', '.join(words)})")


def expression(arguments: str, text: str) -> Written:
    """``text`` as a function of ``arguments``, names between spaces."""
    return Written(tuple(arguments.split()), text)
