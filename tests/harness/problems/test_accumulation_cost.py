"""The lecture's counts against multiplications that are really counted."""

from __future__ import annotations

import functools
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.problems.accumulation_cost import forward_cost, optimal_cost, reverse_cost

WIDTHS = st.lists(st.integers(1, 9), min_size=2, max_size=7)


def product(left, right):
    """(rows, columns, multiplications) of a product of two such triples."""
    rows, inner, before = left
    assert inner == right[0]
    return rows, right[1], before + right[2] + rows * inner * right[1]


def local_jacobians(widths):
    """J_t, …, J_1: (n_k, n_{k-1}, 0), in the order in which the product is written."""
    return [(n, below, 0) for below, n in pairwise(widths)][::-1]


def every_bracketing(factors):
    if len(factors) == 1:
        return [factors[0]]
    return [
        product(left, right)
        for cut in range(1, len(factors))
        for left in every_bracketing(factors[:cut])
        for right in every_bracketing(factors[cut:])
    ]


@given(WIDTHS)
def test_forward_counts_what_multiplying_from_the_input_takes(widths):
    backwards = local_jacobians(widths)[::-1]
    _, _, counted = functools.reduce(lambda done, J: product(J, done), backwards)
    assert forward_cost(widths) == counted


@given(WIDTHS)
def test_reverse_counts_what_multiplying_from_the_output_takes(widths):
    _, _, counted = functools.reduce(product, local_jacobians(widths))
    assert reverse_cost(widths) == counted


@given(WIDTHS)
def test_optimal_is_the_least_of_all_bracketings(widths):
    counted = [cost for _, _, cost in every_bracketing(local_jacobians(widths))]
    assert optimal_cost(widths) == min(counted)


def test_equal_widths_tie_at_the_lectures_figure():
    assert forward_cost([5] * 8) == reverse_cost([5] * 8) == optimal_cost([5] * 8) == 6 * 5**3


def test_a_bottleneck_beats_both_modes_by_a_growing_factor():
    factors = [
        forward_cost(w) / optimal_cost(w) for w in ([n, n, 1, n, n] for n in (10, 100, 1000))
    ]
    assert factors[0] > 3
    assert factors[1] > 5 * factors[0]
    assert factors[2] > 5 * factors[1]


@pytest.mark.parametrize("count", [forward_cost, reverse_cost, optimal_cost])
def test_a_chain_without_a_map_is_an_error(count):
    with pytest.raises(ValueError, match="at least one map"):
        count([3])
