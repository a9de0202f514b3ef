"""Every rule of the table has specimens, every keyword is exercised, every specimen is right."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import our_engine as oe
from our_engine.coverage.naming import keywords_of, name_of, rules_by_name
from our_engine.primitives import COMPOSITE

from . import checks, collection, exercised

SPECIMENS = collection.by_name()


@pytest.mark.parametrize("name", SPECIMENS)
def test_specimen(name):
    specimen = SPECIMENS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for check in checks.applicable(specimen):
            try:
                check(specimen)
            except AssertionError as wrong:
                raise AssertionError(f"{name}: {check.__name__}: {wrong}") from wrong


def without_specimen(specimens):
    """The rules that no specimen is of, and the specimens that are of no rule."""
    tested = {name_of(s.function) for s in specimens}
    return sorted(set(rules_by_name()) - tested), sorted(tested - set(rules_by_name()))


def without_exercise(specimens):
    """The rules that their specimens do not reach, and the keywords that none of them gives."""
    found = exercised.keywords_exercised(specimens)
    rules = rules_by_name()
    missing = {n: keywords_of(rules[n]) - found[n] - exempt(n) for n in rules if n in found}
    return sorted(set(rules) - set(found)), {n: sorted(k) for n, k in missing.items() if k}


def test_every_rule_has_a_specimen():
    missing, unknown = without_specimen(SPECIMENS.values())
    assert not missing, f"rules without a specimen in tests/our_engine/gate: {missing}"
    assert not unknown, f"specimens of no rule: {unknown}"


def test_every_keyword_is_exercised():
    unreached, missing = without_exercise(SPECIMENS.values())
    assert not unreached, f"rules that their specimens do not reach: {unreached}"
    assert not missing, f"keywords that no specimen gives another value than the default: {missing}"


def test_a_rule_that_is_not_exercised_is_named(monkeypatch):
    monkeypatch.setitem(COMPOSITE, np.linalg.matrix_rank, COMPOSITE[np.append])
    assert without_specimen(SPECIMENS.values()) == (["numpy.linalg.matrix_rank"], [])


def test_a_keyword_that_is_not_exercised_is_named():
    fewer = [s for s in SPECIMENS.values() if s.function is not np.sum or "where" not in s.label]
    assert without_exercise(fewer) == ([], {"numpy.sum": ["where"]})


def exempt(name):
    refused = collection.REFUSED[name][1] if name in collection.REFUSED else {}
    return set(refused) | collection.OF_ONE_VALUE.get(name, set())


@pytest.mark.parametrize(
    ("name", "keyword"), [(name, k) for name, (_, ks) in collection.REFUSED.items() for k in ks]
)
def test_keyword_is_refused_by_name(name, keyword):
    call, values = collection.REFUSED[name]
    with pytest.raises(oe.DifferentiationError, match=keyword):
        oe.jvp(
            lambda x: call(x, **{keyword: values[keyword]}), (np.arange(1.0, 5.0),), (np.ones(4),)
        )
