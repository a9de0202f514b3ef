"""A fault in the rule of any function of the catalogue turns the gate red, and it says which."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
import pytest

from harness.contract import Case, Operator, PointKind, Problem, build
from harness.problems.catalogue import ENTRIES
from harness.problems.catalogue.entry import Entry
from harness.problems.inputs import operands
from harness.running.inputs import Inputs
from harness.verification.gating import Finding, FindingKind, examine, family, ledger_of
from our_engine.coverage.naming import name_of, rules_by_name
from our_engine.primitives import Primitive
from our_engine.types import DifferentiationError
from tests.our_engine.gate import planting
from tests.our_engine.gate.exercised import spied

from .court import Court, case_of, registry
from .engine import Correct

RULES = rules_by_name()

FLAT = {"floor", "ceil", "trunc", "round", "sign", "floor_divide", "constant_function"}
"""Their derivative is zero wherever there is one: a multiple of it is no fault."""


def cases_of(problem: Problem) -> list[Case]:
    """Reverse and forward mode, at the first two smooth points in float64."""
    smooth = [point for point in problem.points if point.kind is PointKind.SMOOTH]
    return [
        case_of(problem.name, operator, point.name)
        for point in smooth[:2]
        for operator in (Operator.VJP, Operator.JVP)
    ]


def reached_by_entry() -> dict[str, list[str]]:
    """The rules that each entry's variants reach; first the one of its own function."""
    backend, inputs, found = Correct(), Inputs(registry()), {}
    with spied() as reached, np.errstate(all="ignore"):
        for entry in ENTRIES:
            reached.clear()
            for problem in entry.problems():
                case = cases_of(problem)[0]
                call = build(backend, problem, Operator.VJP)
                try:
                    call(*operands(Operator.VJP, inputs(case)))
                except DifferentiationError:
                    continue  # by an argument of which the engine says that it has no derivative
            rules = sorted(set(reached) & set(RULES))
            found[entry.name] = sorted(rules, key=lambda rule: rule != own_rule(entry))
    return found


def own_rule(entry: Entry) -> str:
    """The name of the rule of the entry's function, in our engine's namespace."""
    function = Correct().xp
    for name in filter(None, entry.function.split(".")):
        function = getattr(function, name)
    return name_of(function) if entry.function else ""


@pytest.fixture(scope="module")
def reached() -> dict[str, list[str]]:
    return reached_by_entry()


@pytest.fixture(scope="module")
def court() -> Court:
    return Court()


def gate(court: Court, cases: Iterable[Case], name: str) -> Finding | None:
    """The first divergence that the gate finds, case by case; None where it stays green."""
    ledger, versions = ledger_of(registry().backend("our_engine")), Correct().versions()
    backend = Correct()
    for case in cases:
        (verdict,) = court.verdicts(backend, [case], name=name)
        judged = {case.id: (verdict.kind, verdict.reason)}
        for finding in examine(ledger, versions, judged):
            if finding.kind is FindingKind.UNLISTED:
                return finding
    return None


def of_entry(entry: Entry) -> Iterator[Case]:
    """The cases of all its problems."""
    return (case for problem in entry.problems() for case in cases_of(problem))


def plantings(entry: Entry, rules: list[str]) -> Iterator[tuple[str, str]]:
    """The rules, and the kinds of fault in an order drawn at random.

    In a rule that is only a part of the function a factor is planted: two signs may cancel there,
    and what is dropped may count for nothing.
    """
    draw = random.Random(f"{entry.name} 20261123")
    for rule in rules:
        kinds: tuple[str, ...] = ("factor",)
        if rule == own_rule(entry):
            primitive = isinstance(RULES[rule], Primitive)
            kinds = planting.KINDS if primitive else planting.COMPOSITE_KINDS
        for kind in draw.sample(kinds, len(kinds)):
            yield rule, kind


def untouched(rule: str, reached: dict[str, list[str]]) -> Entry:
    """An entry that does without the rule."""
    return next(e for e in ENTRIES if reached[e.name] and rule not in reached[e.name])


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_fault_in_its_rule_turns_the_gate_red(
    court: Court, reached: dict[str, list[str]], entry: Entry
) -> None:
    assert reached[entry.name], "no rule of our engine is behind it"
    for rule, kind in plantings(entry, reached[entry.name]):
        name = f"{entry.name}, {kind} in {rule}"
        with planting.planted(rule, RULES[rule], kind) as fault:
            found = gate(court, of_entry(entry), name)
            if not fault.effective:
                continue
            assert found, f"the gate lets it through: {kind} in {rule}"
            assert family(found.case) == entry.name
            other = untouched(rule, reached)
            assert not gate(court, islice(of_entry(other), 2), f"{name}, elsewhere")
        assert not gate(court, [Case.parse(found.case)], f"{name}, mended")
        return
    assert entry.name.partition(".")[2] in FLAT, "no fault has any effect"
