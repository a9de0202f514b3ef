"""The names of the rules: the public name of a function, or the place of an internal one."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
from types import ModuleType
from typing import Any

import numpy as np

from our_engine import rules
from our_engine.primitives import COMPOSITE, CONSTANT, TABLE, Primitive, each

# Where a function has several names, the one that it calls itself comes first.
_MODULES = ("numpy", "numpy.linalg", "numpy.fft", "scipy.special", "scipy.linalg")
# SciPy's functions that do not dispatch have a traceable one of the same name here.
_IN_PLACE_OF = {
    "our_engine.scipy_special": "scipy.special",
    "our_engine.scipy_linalg": "scipy.linalg",
}


def enter_all() -> None:
    """Enter the rules that are entered lazily: SciPy's, where SciPy is there."""
    for module in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}."):
        try:
            importlib.import_module(module.name)
        except ModuleNotFoundError as missing:
            if missing.name is None or not missing.name.startswith("scipy"):
                raise


@functools.cache
def _public() -> dict[int, str]:
    """Public names by the identity of the function."""
    names: dict[int, str] = {}
    for place in (*_MODULES, *_IN_PLACE_OF):
        module = _imported(place)
        for name, found in vars(module).items() if module is not None else ():
            if name.startswith("_") or not callable(found) or isinstance(found, type):
                continue
            own = getattr(found, "__name__", name)
            known = names.get(id(found))
            if known is None or (name == own != known.rpartition(".")[2]):
                names[id(found)] = f"{_IN_PLACE_OF.get(place, place)}.{name}"
    return names


def _imported(place: str) -> ModuleType | None:
    try:
        return importlib.import_module(place)
    except ModuleNotFoundError:
        return None


def function_named(name: str) -> Any:
    """The object that a public name stands for, as a traced program calls it; None if none does."""
    place, _, last = name.rpartition(".")
    for ours, scipy in _IN_PLACE_OF.items():
        module = _imported(ours)
        if place == scipy and last in getattr(module, "__all__", ()):
            return getattr(module, last)
    return getattr(_imported(place), last, None)


def name_of(function: Any) -> str:
    """The name of a key of the table."""
    if isinstance(function, tuple):
        return f"{name_of(function[0])}.{function[1]}"
    if id(function) in _public():
        return _public()[id(function)]
    primitive = TABLE.get(function)
    if primitive is not None:
        for key, found in TABLE.items():
            if found is primitive and isinstance(key, tuple):
                return name_of(key)
            if found is primitive and id(key) in _public():
                return _public()[id(key)]
        function = primitive.function
    own = getattr(function, "__name__", repr(function))
    if own == "<lambda>" and primitive is not None:
        own = primitive.name
    if isinstance(function, np.ufunc) and own.startswith("_"):
        # What SciPy's function of that name calls.
        return f"scipy.special.{own[1:]}"
    return f"{getattr(function, '__module__', 'numpy')}.{own}"


def _method(primitive: Primitive) -> tuple[Any, str] | None:
    """(ufunc, name) of the rule of a method of a ufunc."""
    for key, found in TABLE.items():
        if found is primitive and isinstance(key, tuple):
            return key
    return None


def rules_by_name() -> dict[str, Any]:
    """The rules of the engine itself by name: a `Primitive`, or the function of a composite."""
    enter_all()
    found: dict[str, Any] = {}
    for key, implementation in COMPOSITE.items():
        ours = getattr(implementation, "__module__", "").startswith("our_engine.")
        if ours and not refuses(implementation) and not _of_constant(key):
            found[name_of(key)] = implementation
    for key, primitive in TABLE.items():
        if _is_ours(primitive):
            found[name_of(key)] = primitive
    return found


def _is_ours(primitive: Primitive) -> bool:
    if id(primitive.function) in _public() or _method(primitive) is not None:
        return True
    functions = [j.jacobian if isinstance(j, each) else j for j in primitive.jacobians]
    return any(getattr(f, "__module__", "").startswith("our_engine.rules") for f in functions)


def _of_constant(key: Any) -> bool:
    """Whether it is a method of a ufunc that has no derivative itself."""
    return isinstance(key, tuple) and key[0] not in TABLE


def refuses(implementation: Any) -> bool:
    """Whether a composite is an error that names the cure."""
    annotations = getattr(implementation, "__annotations__", {})
    return "NoReturn" in str(annotations.get("return", ""))


def keywords_of(rule: Any) -> frozenset[str]:
    """The keywords that a rule reads, of those that its function has."""
    if isinstance(rule, Primitive):
        if isinstance(rule.function, np.ufunc) or not callable(rule.function):
            return rule.accepts
        own = inspect.signature(rule.function).parameters
        return frozenset(k for k in rule.accepts if k in own or _rebinds(rule))
    parameters = inspect.signature(rule).parameters.values()
    return frozenset(p.name for p in parameters if p.default is not p.empty)


def _rebinds(rule: Primitive) -> bool:
    """Whether a rule has names of its own for what a call gives."""
    return rule._bind is not None


def is_constant(function: Any) -> bool:
    """Whether a function sees plain arrays, because its result does not depend on them smoothly."""
    return function in CONSTANT


def is_elementwise(rule: Any) -> bool:
    """Whether a rule is one of partial derivatives, element by element."""
    if not isinstance(rule, Primitive):
        return False
    function = rule.function
    return rule.elementwise or (isinstance(function, np.ufunc) and function.signature is None)
