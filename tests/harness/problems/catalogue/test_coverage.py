"""The catalogue against the standard: nothing is left out, and nothing is believed."""

from __future__ import annotations

import dataclasses

import array_api_compat.numpy as reference
import pytest

from harness.contract.namespace import SPECIAL
from harness.problems.catalogue import ENTRIES
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.coverage import calls_of, cases_of, coverage
from harness.problems.catalogue.entry import Entry, Kind, Variant
from harness.problems.catalogue.points import edge
from harness.problems.catalogue.standard import NO_DERIVATIVE, UNTRIED_KEYWORDS, standard

FOUND = coverage(ENTRIES)


def test_nothing_of_the_standard_is_left_out():
    assert FOUND.missing == ()
    assert FOUND.untried == ()
    assert FOUND.idle == ()


def test_the_list_is_the_standards():
    """Counted in the specification of 2024.12, section by section."""
    sections: dict[str, int] = {}
    for signature in standard().values():
        sections[signature.section] = sections.get(signature.section, 0) + 1
    assert sections == {
        "creation functions": 16,
        "data type functions": 6,
        "element-wise functions": 67,
        "indexing functions": 2,
        "linear algebra functions": 4,
        "manipulation functions": 14,
        "searching functions": 6,
        "set functions": 4,
        "sorting functions": 2,
        "statistical functions": 9,
        "utility functions": 3,
        "linear algebra extension": 23,
        "Fourier transform extension": 14,
    }


@pytest.mark.parametrize("name", standard())
def test_a_library_that_follows_the_standard_has_each_function(name):
    found = reference
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)


def test_what_has_no_derivative_is_in_the_standard_and_so_are_the_untried_keywords():
    assert set(NO_DERIVATIVE) <= set(standard())
    keywords = {k for s in standard().values() for k in s.keywords}
    for untried in UNTRIED_KEYWORDS:
        name, _, keyword = untried.rpartition(".")
        assert keyword in (standard()[name].keywords if name else keywords)


def covering(name: str) -> list[Entry]:
    return [entry for entry in ENTRIES if name in (entry.function, *entry.covers)]


ALONE = [name for name in standard() if len(covering(name)) == 1 and name not in NO_DERIVATIVE]


def test_most_functions_hang_on_one_entry():
    assert len(ALONE) > 100


@pytest.mark.parametrize("name", ["abs", "pow", "sum", "linalg.det", "fft.rfft", "where"])
def test_an_entry_taken_away_is_missed(name):
    assert name in ALONE
    (entry,) = covering(name)
    found = coverage(other for other in ENTRIES if other is not entry)
    assert name in found.missing
    assert set(found.missing) <= {entry.function, *entry.covers}


def test_a_keyword_that_is_never_given_is_missed():
    (entry,) = covering("sum")
    plain = tuple(v for v in entry.variants if "keepdims" not in v.name)
    assert 0 < len(plain) < len(entry.variants)
    found = coverage((dataclasses.replace(entry, variants=plain),))
    assert "sum.keepdims" in found.untried
    assert "sum.axis" not in found.untried


def test_keywords_given_by_position_count():
    variant = Variant("", expression("x", "xp.clip(x, -1.0, 2.0)"), (edge("one", [1.0]),))
    assert calls_of(variant) == {"clip": {"x", "min", "max"}}


def test_an_entry_that_does_not_call_its_function_is_found():
    variant = Variant("", expression("x", "xp.sin(x)"), (edge("one", [1.0]),))
    entry = Entry("array_api.cos", "cos", Kind.SMOOTH, "everywhere", (variant,))
    assert coverage((entry,)).idle == ("array_api.cos does not call cos",)


def test_calls_in_extensions_are_told_by_their_dotted_names():
    text = "xp.linalg.det(x) + xp.special.erf(xp.sum(x, axis=None))"
    variant = Variant("", expression("x", text), (edge("one", [[1.0]]),))
    assert calls_of(variant) == {
        "linalg.det": {"x"},
        "special.erf": set(),
        "sum": {"x", "axis"},
    }


def test_every_special_function_of_the_contract_has_an_entry():
    assert {f"special.{name}" for name in SPECIAL} == {
        entry.function for entry in ENTRIES if entry.name.startswith("special.")
    }


def test_groups_count_what_they_hold():
    groups = {group.name: group for group in FOUND.groups}
    for group in groups.values():
        assert group.covered + group.without_derivative == group.standard
    assert groups["array_api"].standard + groups["linalg"].standard + groups["fft"].standard == len(
        standard()
    )
    own = [e for e in ENTRIES if e.name.startswith("fft.")]
    problems = [problem for entry in own for problem in entry.problems()]
    assert groups["fft"].variants == len(problems)
    assert groups["fft"].cases == sum(map(cases_of, problems))
