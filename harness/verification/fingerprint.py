"""A hash of what a truth depends on: the program's text and constants, and every operand's bits.

It is the same on every machine and for every version of Python and of the libraries, so that
truths can be shipped. What a library's change does to them is found by computing them anew
(``adjudge truths --verify``).
"""

from __future__ import annotations

import functools
import hashlib
import re
import sys
import types
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from harness.contract import Operator, Problem, Written, function_of
from harness.verification.oracles.oracle import Question, closed_form_of
from harness.verification.source import code_text

__all__ = ["UnhashableError", "fingerprint", "of_question"]


class UnhashableError(TypeError):
    """Something whose content cannot be told from outside: what depends on it is not kept."""


def of_question(question: Question) -> bytes:
    """The hash of a question: 32 bytes.

    It holds what is differentiated (the weights of many outputs with it) and the closed form,
    with every function that they call and every constant that they read, so that a change in
    either asks anew. These are read once for a problem: they are taken for constant as long as
    the process lives. Raises UnhashableError when there is something in them that cannot be
    looked into.
    """
    problem = question.problem
    digest = hashlib.sha256(_of_program(problem, question.operator))
    facts = (question.kind.value, question.unit_roundoff, question.operations)
    digest.update(repr(facts).encode())
    for group in (question.args, question.seeds):
        digest.update(b"%d" % len(group))
        for array in group:
            if array.dtype.hasobject:
                raise UnhashableError("an array of objects")
            digest.update(f"{array.dtype.str}{array.shape}".encode())
            digest.update(array.tobytes())
    return digest.digest()


_programs: dict[tuple[int, Operator], tuple[Problem, bytes]] = {}
_functions: dict[tuple[int, bool], tuple[Problem, str]] = {}
_PROGRAMS = 2**14
"""So many are remembered, with the problem itself: its id must not become another's."""


def _of_program(problem: Problem, operator: Operator) -> bytes:
    key = (id(problem), operator)
    if key not in _programs:
        if len(_programs) >= _PROGRAMS:
            _programs.clear()
            _functions.clear()
        function = (id(problem), operator.of_scalar)
        if function not in _functions:
            _functions[function] = problem, fingerprint(function_of(problem, operator))
        form = closed_form_of(problem, operator)
        made = fingerprint(
            _functions[function][1],
            form,
            problem.argnums,
            operator.value,
            None if problem.descent is None else repr(problem.descent),
        )
        _programs[key] = problem, made.encode()
    return _programs[key][1]


def fingerprint(*values: Any) -> str:
    """The SHA-256 of values' content, the same in every process."""
    digest = hashlib.sha256()
    for token in _tokens(values, set()):
        digest.update(len(token).to_bytes(8, "little"))
        digest.update(token)
    return digest.hexdigest()


_LIBRARIES = frozenset({"array_api_compat", "gmpy2", "mpmath", "numpy", "scipy"}) | (
    sys.stdlib_module_names
)
"""Whose functions are told by their names."""


def _tokens(value: Any, seen: set[int]) -> Iterator[bytes]:
    match value:
        case None | bool() | int() | float() | complex() | str() | bytes():
            yield f"{type(value).__name__}:{value!r}".encode()
        case np.ndarray() | np.generic():
            array = np.asarray(value)
            if array.dtype.hasobject:
                raise UnhashableError("an array of objects")
            yield f"{array.dtype.str}{array.shape}".encode()
            yield np.ascontiguousarray(array).tobytes()
        case types.CodeType():
            yield from _code(value, seen)
        case _ if (library := _library(value)) is not None:
            name = getattr(value, "__qualname__", None) or getattr(value, "__name__", "")
            yield f"{library} {name}".encode()
        case types.FunctionType():
            yield from _function(value, seen)
        case functools._lru_cache_wrapper():
            yield from _tokens(value.__wrapped__, seen)
        case functools.partial():
            yield from _each((value.func, value.args, value.keywords), seen)
        case types.MethodType():
            yield from _each((value.__func__, value.__self__), seen)
        case Written():
            # The text is all there is to it, however it is evaluated.
            yield from _each((value.arguments, value.text), seen)
        case re.Pattern():
            yield f"pattern {value.pattern!r} {value.flags}".encode()
        case types.ModuleType():
            yield f"module {value.__name__}".encode()
        case type():
            yield from _class(value, seen)
        case Mapping():
            yield f"mapping {len(value)}".encode()
            for key in sorted(value, key=repr):
                yield from _each((key, value[key]), seen)
        case tuple() | list():
            yield f"sequence {len(value)}".encode()
            yield from _each(value, seen)
        case set() | frozenset():
            yield f"set {sorted(map(repr, value))}".encode()
        case _:
            yield from _object(value, seen)


def _library(value: Any) -> str | None:
    """The library of a function, class or module; None for anything else."""
    if isinstance(value, types.ModuleType):
        module = value.__name__
    elif callable(value) and not isinstance(value, functools.partial):
        module = getattr(value, "__module__", None) or type(value).__module__
    else:
        return None
    top: str = module.split(".")[0]
    return top if top in _LIBRARIES else None


def _each(values: Iterable[Any], seen: set[int]) -> Iterator[bytes]:
    for value in values:
        yield from _tokens(value, seen)


def _code(code: types.CodeType, seen: set[int]) -> Iterator[bytes]:
    """The source's meaning; without it bytecode, names and constants."""
    text = code_text(code)
    if text is not None:
        yield text.encode()
        return
    yield code.co_code
    yield repr((code.co_names, code.co_varnames, code.co_freevars)).encode()
    yield from _each(code.co_consts, seen)


def _function(function: types.FunctionType, seen: set[int]) -> Iterator[bytes]:
    if id(function) in seen:
        yield b"seen before"
        return
    seen.add(id(function))
    yield from _code(function.__code__, seen)
    yield from _tokens(function.__defaults__, seen)
    yield from _tokens(function.__kwdefaults__, seen)
    for cell in function.__closure__ or ():
        yield from _tokens(cell.cell_contents, seen)
    names = _names(function.__code__)
    for name in sorted(names & function.__globals__.keys()):
        value = function.__globals__[name]
        yield name.encode()
        yield from _tokens(value, seen)
        if isinstance(value, types.ModuleType) and _library(value) is None:
            # What is looked up in a module of the author's own belongs to the function.
            for attribute in sorted(names & vars(value).keys()):
                yield attribute.encode()
                yield from _tokens(vars(value)[attribute], seen)


def _names(code: types.CodeType) -> set[str]:
    """The names that a function and the functions inside it may look up."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names(constant)
    return names


def _class(cls: type, seen: set[int]) -> Iterator[bytes]:
    """A class by its name and the code of its methods, inherited ones too."""
    yield f"class {cls.__module__}.{cls.__qualname__}".encode()
    if id(cls) in seen:
        return
    seen.add(id(cls))
    for base in cls.__mro__:
        if base.__module__.split(".")[0] in _LIBRARIES:
            continue
        for name, member in sorted(vars(base).items()):
            inner = member.fget if isinstance(member, property) else member
            inner = getattr(inner, "__func__", inner)
            if isinstance(inner, types.FunctionType) and _is_own(inner, base):
                yield name.encode()
                yield from _function(inner, seen)


def _is_own(method: types.FunctionType, cls: type) -> bool:
    """Whether its class was written with it: a decorator's (a dataclass's __init__) is not."""
    filename = method.__code__.co_filename
    written = getattr(sys.modules.get(cls.__module__), "__file__", filename)
    return filename == written and filename != "<string>"


def _object(value: Any, seen: set[int]) -> Iterator[bytes]:
    """An object by its class and its attributes."""
    if id(value) in seen:
        yield b"seen before"
        return
    seen.add(id(value))
    names = list(getattr(value, "__dict__", {}))
    for base in type(value).__mro__:
        slots = base.__dict__.get("__slots__", ())
        names += [slots] if isinstance(slots, str) else list(slots)
    if not names:
        raise UnhashableError(f"{type(value).__qualname__} shows no content")
    yield from _class(type(value), seen)
    for name in sorted(set(names)):
        yield name.encode()
        yield from _tokens(getattr(value, name, None), seen)
