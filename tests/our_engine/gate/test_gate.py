"""Every rule of the table has specimens, every keyword is exercised, every specimen is right."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import our_engine as oe
from our_engine.coverage.naming import keywords_of, name_of, rules_by_name

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


def test_every_rule_has_a_specimen():
    tested = {name_of(s.function) for s in SPECIMENS.values()}
    missing = sorted(set(rules_by_name()) - tested)
    assert not missing, f"rules without a specimen in tests/our_engine/gate: {missing}"
    unknown = sorted(tested - set(rules_by_name()))
    assert not unknown, f"specimens of no rule: {unknown}"


def test_every_keyword_is_exercised():
    found = exercised.keywords_exercised(SPECIMENS.values())
    unreached = sorted(set(rules_by_name()) - set(found))
    assert not unreached, f"rules that their specimens do not reach: {unreached}"
    missing = {
        name: sorted(keywords_of(rule) - found[name] - exempt(name))
        for name, rule in rules_by_name().items()
    }
    missing = {name: keywords for name, keywords in missing.items() if keywords}
    assert not missing, f"keywords that no specimen gives another value than the default: {missing}"


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
