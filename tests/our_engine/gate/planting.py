"""Faults planted in the rules of the table, one at a time, for as long as a context is open."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from our_engine.coverage.naming import name_of
from our_engine.linear_maps import LinearMap, Operator, Scale, plain
from our_engine.primitives import COMPOSITE, Primitive, each
from our_engine.recording import Node, raw

KINDS = ("factor", "sign", "one element", "transposed", "reverse only", "dropped sum")
COMPOSITE_KINDS = ("factor", "sign")


class Fault:
    """One fault; `effective` tells whether it has changed any number yet.

    A fault may leave a rule as it was: the transpose of a diagonal, the sign of zero.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.effective = False

    def spoilt(self, right: Any) -> LinearMap:
        """The wrong map in place of the right one."""
        J = right if isinstance(right, LinearMap) else Scale(right)
        push, pull = J.apply, lambda u: J.pull(u if J.takes_masked else plain(u))
        if self.kind == "factor":
            wrong = _each(lambda v: 1.001 * v), _each(lambda v: 1.001 * v)
        elif self.kind == "sign":
            wrong = _each(np.negative), _each(np.negative)
        elif self.kind == "one element":
            wrong = _each(_off_in_one), _same
        elif self.kind == "reverse only":
            wrong = _same, _each(lambda u: 1.001 * u)
        elif self.kind == "dropped sum":
            return self._watched(push, pull, push, lambda u: pull(_each(_without_last)(plain(u))))
        else:
            return self._watched(push, pull, lambda v: _each(_same)(pull(v)), push)
        return self._watched(push, pull, lambda v: wrong[0](push(v)), lambda u: wrong[1](pull(u)))

    def _watched(
        self,
        push: Callable[[Any], Any],
        pull: Callable[[Any], Any],
        wrong_push: Callable[[Any], Any],
        wrong_pull: Callable[[Any], Any],
    ) -> LinearMap:
        def watched(right: Callable[[Any], Any], wrong: Callable[[Any], Any]) -> Any:
            def apply(v: Any) -> Any:
                want = right(v)
                try:
                    got = wrong(v)
                except (ValueError, TypeError, IndexError, AttributeError):
                    return want  # a transpose that does not fit the shapes is no map at all
                if _shapes(got) != _shapes(want):
                    return want
                self.effective |= _differ(got, want)
                return got

            return apply

        return Operator(watched(push, wrong_push), watched(pull, wrong_pull))


@contextlib.contextmanager
def planted(name: str, rule: Any, kind: str) -> Iterator[Fault]:
    """The rule of that name with a fault in it."""
    fault = Fault(kind)
    if isinstance(rule, Primitive):
        right = rule.jacobians, rule.fixed, rule.parts
        rule.jacobians = tuple(_wrapped(j, fault.spoilt) for j in rule.jacobians)
        _refit(rule, right[2])
        try:
            yield fault
        finally:
            rule.jacobians, rule.fixed, rule.parts = right
        return
    key = next(k for k, found in COMPOSITE.items() if found is rule and name_of(k) == name)
    COMPOSITE[key] = _spoilt_composite(rule, fault)
    try:
        yield fault
    finally:
        COMPOSITE[key] = rule


@contextlib.contextmanager
def detached(rule: Primitive) -> Iterator[None]:
    """The rule with the right map, of which the derivative has been lost."""
    right = rule.jacobians, rule.fixed, rule.parts

    def lost(jacobian: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **settings: jacobian(*map(_plain, args), **settings)

    rule.jacobians = tuple(_around(j, lost) for j in rule.jacobians)
    _refit(rule, right[2])
    try:
        yield
    finally:
        rule.jacobians, rule.fixed, rule.parts = right


def _wrapped(jacobian: Any, spoil: Callable[[Any], LinearMap]) -> Any:
    def around(inner: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **settings: spoil(inner(*args, **settings))

    return _around(jacobian, around)


def _around(jacobian: Any, wrap: Callable[[Any], Any]) -> Any:
    if isinstance(jacobian, LinearMap):
        return jacobian
    return each(wrap(jacobian.jacobian)) if isinstance(jacobian, each) else wrap(jacobian)


def _refit(rule: Primitive, parts: tuple[Any, ...]) -> None:
    """Make recording ask the planted functions, also where the factor was computed before."""
    fixed = tuple(
        f if isinstance(j, LinearMap) else None
        for j, (_, _, f) in zip(rule.jacobians, parts, strict=True)
    )
    rule.fixed = fixed if rule.fixed else ()
    rule.parts = tuple(
        (j, keeps, f) for j, (_, keeps, _), f in zip(rule.jacobians, parts, fixed, strict=True)
    )


def _spoilt_composite(implementation: Callable[..., Any], fault: Fault) -> Callable[..., Any]:
    factor = 1.001 if fault.kind == "factor" else -1.0

    def off(y: Any) -> Any:
        if isinstance(y, (tuple, list)):
            items = [off(item) for item in y]
            return type(y)(*items) if hasattr(y, "_fields") else type(y)(items)
        if not isinstance(y, Node):
            return y
        fault.effective = True
        return raw(y) + factor * (y - raw(y))

    return lambda *args, **kwargs: off(implementation(*args, **kwargs))


def _plain(x: Any) -> Any:
    return np.asarray(raw(x)) if isinstance(x, Node) else x


def _same(v: Any) -> Any:
    return v


def _each(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """F of each output of a node with many, and of the one of others; None is zero."""

    def of(v: Any) -> Any:
        if isinstance(v, tuple):
            return tuple(of(item) for item in v)
        return None if v is None else f(plain(v))

    return of


def _off_in_one(v: Any) -> Any:
    if not np.size(v):
        return v
    v = np.array(v)
    v.reshape(-1)[np.argmax(np.abs(v))] *= 1.5
    return v


def _without_last(u: Any) -> Any:
    if not np.size(u):
        return u
    u = np.array(u)
    u.reshape(-1)[-1] = 0
    return u


def _flat(v: Any) -> list[Any]:
    items = v if isinstance(v, tuple) else (v,)
    return [np.asarray(plain(item)) for item in items if item is not None]


def _shapes(v: Any) -> list[Any]:
    return [x.shape for x in _flat(v)]


def _differ(got: Any, want: Any) -> bool:
    for a, b in zip(_flat(got), _flat(want), strict=True):
        if b.dtype.kind != "c":
            a = np.real(a)  # what is more is cast away
        if a.size and np.max(np.abs(a - b)) > 1e-4 * max(np.max(np.abs(b)), 1e-3):
            return True
    return False
