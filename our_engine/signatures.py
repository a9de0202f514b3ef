"""What signatures say: which arguments a rule keeps, which keywords it takes, their names."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from .types import DifferentiationError, Settings

_DEFAULTS: dict[str, tuple[Any, ...]] = {
    "out": (None, (None,)),
    "dtype": (None,),
    "where": (True, np._NoValue),
    "casting": ("same_kind",),
    "order": ("K", None),
    "subok": (True,),
    "optimize": (False, True, "greedy", "optimal"),
    "initial": (np._NoValue,),
    "keepdims": (np._NoValue,),
    "like": (None,),
    "copy": (None, True),
}


def arguments_kept(jacobian: Callable[..., Any], operands: int) -> tuple[bool, ...]:
    """Which of (operands..., output) a rule's function reads: those without an underscore."""
    code = getattr(jacobian, "__code__", None)
    if code is None or code.co_argcount <= operands:
        return (True,) * (operands + 1)
    return tuple(not n.startswith("_") for n in code.co_varnames[: operands + 1])


def sequence_kept(jacobian: Callable[..., Any]) -> tuple[bool, ...]:
    """The same for the function of an `each`: f(k, operands, output)."""
    code = getattr(jacobian, "__code__", None)
    names = code.co_varnames[1:3] if code else ("xs", "y")
    return tuple(not n.startswith("_") for n in names)


def keywords(f: Any) -> tuple[str, ...]:
    """The settings that a rule's function honours: its parameters with defaults."""
    code = getattr(f, "__code__", None)
    if code is None:
        return ()
    count = code.co_argcount
    defaults = len(f.__defaults__ or ())
    names: tuple[str, ...] = code.co_varnames[count - defaults : count + code.co_kwonlyargcount]
    return names


def positional_names(function: Any) -> tuple[str, ...]:
    """The names by which a call's positional arguments go."""
    if isinstance(function, np.ufunc):
        return (*(f"x{i + 1}" for i in range(function.nin)), "out")
    parameters = inspect.signature(function).parameters.values()
    return tuple(p.name for p in parameters if p.kind is not p.VAR_KEYWORD)


def bound_by_name(
    who: str, names: tuple[str, ...], count: int, args: tuple[Any, ...], kwargs: Settings
) -> tuple[tuple[Any, ...], Settings]:
    """The first `count` arguments as operands, the others as settings."""
    given = len(args)
    if given > len(names):
        raise TypeError(f"our_engine: {who} takes {len(names)} arguments at most")
    if kwargs and not kwargs.keys().isdisjoint(names[:given]):
        raise TypeError(f"our_engine: {who} got an argument twice, by position and by name")
    settings = dict(zip(names[count:], args[count:], strict=False))
    settings.update(kwargs)
    if given >= count:
        return args[:count], settings
    for name in names[given:count]:
        if name not in settings:
            raise TypeError(f"our_engine: {who} misses its argument {name!r}")
    return (*args, *(settings.pop(name) for name in names[given:count])), settings


def honoured(who: str, accepts: frozenset[str], settings: Settings) -> Settings:
    """The settings without those that ask for nothing; an error for one not in `accepts`."""
    kept = {}
    for name, value in settings.items():
        if name in _DEFAULTS and _asks_for_nothing(value, _DEFAULTS[name]):
            continue
        if name not in accepts:
            raise DifferentiationError(
                f"our_engine: {who} of a traced array does not support {name}={value!r}; "
                f"{_cure(name)}"
            )
        kept[name] = value
    return kept


def _asks_for_nothing(value: Any, defaults: tuple[Any, ...]) -> bool:
    for default in defaults:
        if value is default:
            return True
        if type(value) is type(default) and isinstance(value, (str, tuple)) and value == default:
            return True
    return False


def _cure(name: str) -> str:
    if name == "out":
        return "write z = f(x) in place of f(x, out=z)"
    if name == "where":
        return "write np.where(mask, f(x), other)"
    if name == "dtype":
        return "write f(x.astype(dtype))"
    return "write it without that argument, or give a rule that takes it: our_engine.rule"
