"""The rows of the table: what is claimed for each function, and whether a specimen tests it."""

from __future__ import annotations

import dataclasses
import importlib.resources
import json
from collections.abc import Iterable, Mapping
from typing import Any

from our_engine.primitives import COMPOSITE, Primitive

from .array_api import NAMES, NO_DERIVATIVE, UNREACHED
from .naming import (
    function_named,
    is_constant,
    is_elementwise,
    keywords_of,
    name_of,
    refuses,
    rules_by_name,
)
from .others import AUTOGRAD, MORE

Tested = Mapping[str, Mapping[str, Any]]

SOURCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Python array API standard 2024.12", NAMES),
    ("What autograd 1.9.1 differentiates besides", AUTOGRAD),
    ("More of NumPy", MORE),
)
FURTHER = "Further rules"
INTERNAL = "Rules that derivatives are written in"


@dataclasses.dataclass(frozen=True)
class Row:
    """One function. `problem` says what is claimed and not tested, or required and not there."""

    section: str
    function: str
    rule: str
    modes: str = ""
    keywords: tuple[str, ...] = ()
    specimens: int = 0
    problem: str = ""


def tested() -> Tested:
    """What the specimens of the tests exercise: {rule: {specimens, keywords, refused}}.

    The tests hold this file equal to their specimens.
    """
    file = importlib.resources.files(__package__).joinpath("tested.json")
    found: Tested = json.loads(file.read_text(encoding="utf-8"))
    return found


def rows(tests: Tested) -> list[Row]:
    """The whole table, each function once."""
    rules = rules_by_name()
    listed: set[str] = set()
    found: list[Row] = []
    for section, names in SOURCES:
        for name in dict.fromkeys(names):
            if name not in listed:
                listed.add(name)
                found.append(_required(section, name, rules, tests))
    aliased = {name_of(function_named(name)) for name in listed}
    others = sorted(set(rules) - listed - aliased)
    internal = [name for name in others if name.startswith("our_engine.")]
    public = [name for name in others if name not in internal]
    found += [_of_rule(FURTHER, name, name, rules, tests) for name in public]
    found += [_of_rule(INTERNAL, name, name, rules, tests) for name in internal]
    return found


def problems(table: Iterable[Row]) -> list[str]:
    """What stands between the table and the truth, one line for each row."""
    return [f"{row.function}: {row.problem}" for row in table if row.problem]


def _required(section: str, name: str, rules: Mapping[str, Any], tests: Tested) -> Row:
    function = function_named(name)
    if function is None:
        return Row(section, name, "not in this version of NumPy or SciPy")
    # A plain function may be made of rules alone.
    own = f"{getattr(function, '__module__', '')}.{getattr(function, '__name__', '')}"
    for rule in (name_of(function), _MADE_OF.get(own, "")):
        if rule in rules:
            return _of_rule(section, name, rule, rules, tests)
    if name in NO_DERIVATIVE:
        return Row(section, name, f"no derivative: {NO_DERIVATIVE[name]}")
    if name in UNREACHED:
        return Row(section, name, f"not supported: {UNREACHED[name]}")
    implementation = COMPOSITE.get(function)
    if implementation is not None and refuses(implementation):
        return Row(section, name, "refused: writes in place; the message names the cure")
    if is_constant(function):
        return Row(section, name, "no derivative: constant between its steps")
    return Row(section, name, "none", problem="has no rule")


# Functions in Python that call a rule: logsumexp one of two, row_stack (deprecated) that of vstack.
_MADE_OF = {
    "numpy.row_stack": "numpy.vstack",
    "our_engine.rules.special.softmax.logsumexp": "our_engine.rules.special.softmax._evaluate",
}


def _of_rule(
    section: str, name: str, rule_name: str, rules: Mapping[str, Any], tests: Tested
) -> Row:
    rule = rules[rule_name]
    test = tests.get(rule_name, {})
    refused = set(test.get("refused", ()))
    keywords = tuple(sorted(keywords_of(rule) - refused))
    problem = ""
    if not test:
        problem = "claimed, and no specimen tests it"
    elif missing := sorted(set(keywords) - set(test["keywords"])):
        problem = f"keywords claimed, and no specimen gives them: {', '.join(missing)}"
    alias = f", as {rule_name}" if name != rule_name and not rule_name.startswith("our_") else ""
    specimens = test.get("specimens", 0)
    return Row(section, name, _kind(rule) + alias, "forward, reverse", keywords, specimens, problem)


def _kind(rule: Any) -> str:
    if not isinstance(rule, Primitive):
        return "composite"
    return "elementwise" if is_elementwise(rule) else "linear map"
