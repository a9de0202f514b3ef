"""Folded cases: the same cases in the same order, in a fraction of the characters."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.contract import Case, Operator
from harness.running.folding import cases_from, folded, folded_pairs, unfolded_pairs

NAMES = st.sampled_from(["a", "b", "c"])
CASES = st.builds(Case, NAMES, st.sampled_from([Operator.JVP, Operator.VJP]), NAMES, NAMES, NAMES)


@given(st.lists(CASES))
def test_cases_survive_in_their_order_whatever_it_is(cases):
    assert cases_from(json.loads(json.dumps(folded(cases)))) == tuple(cases)


def test_a_product_of_names_takes_no_more_than_the_names():
    operators = (Operator.VALUE, Operator.JVP)
    parts = (("p", "q"), operators, ("n=3",), ("float64", "float32"), ("a", "b", "c"))
    cases = [Case(*names) for names in itertools.product(*parts)]
    assert folded(cases) == [
        [["p", "q"], [[["value", "jvp"], [[["n=3"], [[["float64", "float32"], ["a", "b", "c"]]]]]]]]
    ]


def test_the_ids_of_schema_1_are_cases_too():
    case = Case("p", Operator.JVP, "n=3", "float64", "a")
    assert cases_from([case.id]) == (case,)
    assert cases_from([]) == ()


@pytest.mark.parametrize(
    "raw", [[[["p"], 1]], [1], ["p:jvp"], [[["p"], [[["gradent"], [[["n"], [[["f"], ["a"]]]]]]]]]]
)
def test_what_is_no_list_of_cases_is_refused(raw):
    with pytest.raises((TypeError, ValueError)):
        cases_from(raw)


@given(st.frozensets(st.tuples(NAMES, st.sampled_from(Operator))))
def test_pairs_survive(pairs):
    assert unfolded_pairs(json.loads(json.dumps(folded_pairs(pairs)))) == pairs


def test_problems_with_the_same_operators_share_them():
    pairs = frozenset(itertools.product(("p", "q", "r"), (Operator.JVP, Operator.VJP)))
    assert folded_pairs(pairs) == [[["p", "q", "r"], ["jvp", "vjp"]]]
