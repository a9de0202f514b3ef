"""Which rules and which of their keywords a specimen reaches, seen by spies in the table."""

from __future__ import annotations

import contextlib
import inspect
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

import our_engine as oe
from our_engine.coverage.naming import name_of, rules_by_name
from our_engine.primitives import COMPOSITE, Primitive, each

from .specimen import Specimen

Reached = dict[str, set[str]]


@contextlib.contextmanager
def spied() -> Iterator[Reached]:
    """The rules reached while the context is open, each with the keywords given to it.

    A keyword counts if its value is not the default.
    """
    reached: Reached = {}
    undo: list[Callable[[], Any]] = []
    for name, rule in rules_by_name().items():
        if isinstance(rule, Primitive):
            undo.append(lambda p=rule, right=rule.evaluate: setattr(p, "evaluate", right))
            rule.evaluate = _spy(reached, name, rule.evaluate, _defaults(rule))
            if rule.cast is not None:
                undo.append(lambda p=rule, right=rule.cast: setattr(p, "cast", right))
                rule.cast = _spy_on_cast(reached, name, rule.cast)
    for key, implementation in COMPOSITE.items():
        defaults = {
            p.name: p.default
            for p in inspect.signature(implementation).parameters.values()
            if p.default is not p.empty
        }
        undo.append(lambda k=key, right=implementation: COMPOSITE.__setitem__(k, right))
        COMPOSITE[key] = _spy(reached, name_of(key), implementation, defaults)
    try:
        yield reached
    finally:
        for restore in undo:
            restore()


def exercised(specimen: Specimen, reached: Reached) -> set[str] | None:
    """The keywords of the specimen's own rule that it gives; None if it does not reach the rule."""
    reached.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        oe.linearize(specimen.outputs, *specimen.arguments)
    return reached.get(name_of(specimen.function))


def keywords_exercised(specimens: Iterable[Specimen]) -> Reached:
    """For each rule that a specimen of its own reaches, the keywords that these give."""
    found: Reached = {}
    with spied() as reached:
        for specimen in specimens:
            keywords = exercised(specimen, reached)
            if keywords is not None:
                found.setdefault(name_of(specimen.function), set()).update(keywords)
    return found


def _defaults(rule: Primitive) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for jacobian in rule.jacobians:
        f = jacobian.jacobian if isinstance(jacobian, each) else jacobian
        if inspect.isfunction(f):
            for parameter in inspect.signature(f).parameters.values():
                if parameter.default is not parameter.empty:
                    found[parameter.name] = parameter.default
    return found


def _spy(
    reached: Reached, name: str, function: Callable[..., Any], defaults: dict[str, Any]
) -> Callable[..., Any]:
    signature = inspect.signature(function) if function in COMPOSITE.values() else None

    def spy(*args: Any, **kwargs: Any) -> Any:
        given = kwargs
        if signature is not None:
            given = signature.bind(*args, **kwargs).arguments
        asked = {k for k, v in given.items() if k in defaults and not _same(v, defaults[k])}
        reached.setdefault(name, set()).update(asked)
        return function(*args, **kwargs)

    return spy


def _spy_on_cast(reached: Reached, name: str, cast: Callable[..., Any]) -> Callable[..., Any]:
    def spy(x: Any, dtype: Any) -> Any:
        reached.setdefault(name, set()).add("dtype")
        return cast(x, dtype)

    return spy


def _same(value: Any, default: Any) -> bool:
    if isinstance(value, np.ndarray) or isinstance(default, np.ndarray):
        return value is default
    return value is default or (type(value) is type(default) and bool(value == default))
