"""A fault planted in any one rule is caught by the checks of the gate."""

from __future__ import annotations

import random
import warnings

import pytest

from our_engine.coverage.naming import rules_by_name
from our_engine.primitives import Primitive

from . import checks, collection, planting

COUNT = 100
SMOOTH = (
    "numpy.exp",
    "numpy.multiply",
    "numpy.divide",
    "numpy.power",
    "numpy.arctan2",
    "numpy.logaddexp",
    "numpy.sinc",
    "numpy.prod",
    "numpy.matmul",
    "numpy.var",
    "numpy.linalg.inv",
    "numpy.linalg.solve",
    "numpy.linalg.det",
    "scipy.special.gammaln",
)


def caught(name, only):
    """Whether any specimen of the rule fails one of the checks."""
    for specimen in collection.of_rule(name):
        for check in only:
            try:
                check(specimen)
            except AssertionError:
                return True
    return False


def faults():
    """Rules and kinds of fault in random order, no rule twice."""
    draw = random.Random(20241123)
    names = collection.rule_names()
    draw.shuffle(names)
    for name in names:
        rule = rules_by_name()[name]
        kinds = planting.KINDS if isinstance(rule, Primitive) else planting.COMPOSITE_KINDS
        yield name, rule, draw.choice(kinds)


def test_a_planted_fault_is_caught():
    planted, missed, kinds = 0, [], set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, rule, kind in faults():
            with planting.planted(name, rule, kind) as fault:
                found = caught(name, checks.FIRST_ORDER)
            if not fault.effective:
                assert not found, f"{name}: {kind} changes nothing, and yet the gate complains"
                continue
            planted += 1
            kinds.add(kind)
            if not found:
                missed.append(f"{name}: {kind}")
            if planted == COUNT:
                break
    assert not missed, f"faults that the gate lets through: {missed}"
    assert planted == COUNT
    assert kinds == set(planting.KINDS)


@pytest.mark.parametrize("name", SMOOTH)
def test_a_lost_second_derivative_is_caught(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with planting.detached(rules_by_name()[name]):
            assert not caught(name, checks.FIRST_ORDER)
            assert caught(name, [checks.second_order_agrees])
