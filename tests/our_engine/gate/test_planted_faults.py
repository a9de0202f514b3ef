"""A fault planted in any one rule, of a kind drawn at random, is caught by the gate."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest

import our_engine as oe
from our_engine.coverage.naming import rules_by_name
from our_engine.primitives import Primitive

from . import checks, collection, planting

COUNT = 300
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
            except (AssertionError, ValueError, TypeError):
                return True
    return False


def is_flat(name):
    """Whether the derivative is zero at every specimen, so that no factor of it is a fault."""
    for specimen in collection.of_rule(name):
        _, J = oe.linearize(specimen.outputs, *specimen.arguments)
        if np.any(checks.flat(J.apply(*map(np.ones_like, specimen.arguments)))):
            return False
    return True


def test_a_fault_planted_in_any_one_rule_is_caught():
    draw = random.Random(20241123)
    planted, missed, kinds = 0, [], set()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, rule in sorted(rules_by_name().items()):
            if is_flat(name):
                continue
            possible = planting.KINDS if isinstance(rule, Primitive) else planting.COMPOSITE_KINDS
            # One kind at random; another where that one leaves the rule as it was.
            for kind in draw.sample(possible, len(possible)):
                with planting.planted(name, rule, kind) as fault:
                    found = caught(name, checks.FIRST_ORDER)
                if fault.effective:
                    planted += 1
                    kinds.add(kind)
                    missed += [] if found else [f"{name}: {kind}"]
                    break
    assert not missed, f"faults that the gate lets through: {missed}"
    assert planted >= COUNT
    assert kinds == set(planting.KINDS)


@pytest.mark.parametrize("name", SMOOTH)
def test_a_lost_second_derivative_is_caught(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with planting.detached(rules_by_name()[name]):
            assert not caught(name, checks.FIRST_ORDER)
            assert caught(name, [checks.second_order_agrees])
