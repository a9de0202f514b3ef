"""The dynamic programme against the lecture's counts and against all bracketings there are."""

from itertools import pairwise

import numpy as np
import pytest

from our_engine.accumulation import bracketing as b

EIGHT = (200, 400, 4, 400, 4, 400, 200)


def dense_chain(sizes):
    return tuple(b.dense(rows, columns) for columns, rows in pairwise(sizes))


def cheapest_by_trying_all(sizes, factors, i=0, j=None):
    """Every way to bracket the factors i+1 ... j, each factor as a matrix or as a map."""
    j = len(factors) if j is None else j
    if j == i + 1:
        return factors[i].form
    ways = []
    for s in range(i + 1, j):
        left = cheapest_by_trying_all(sizes, factors, s, j)
        right = cheapest_by_trying_all(sizes, factors, i, s)
        ways.append(left + right + sizes[i] * sizes[s] * sizes[j])
    ways.append(cheapest_by_trying_all(sizes, factors, i, j - 1) + sizes[i] * factors[j - 1].push)
    ways.append(cheapest_by_trying_all(sizes, factors, i + 1, j) + sizes[j] * factors[i].pull)
    return min(ways)


def test_the_optimum_of_the_bottleneck_chain():
    """(J_6 J_5)(J_4 J_3)(J_2 J_1): 320000 + 6400 + 320000, then 3200 and 160000."""
    best = b.optimal_bracketing(EIGHT, dense_chain(EIGHT))
    assert best.multiplications == 320000 + 6400 + 320000 + 3200 + 160000 == 809600
    forward = b.forward_bracketing(EIGHT, dense_chain(EIGHT)).multiplications
    reverse = b.reverse_bracketing(EIGHT, dense_chain(EIGHT)).multiplications
    assert forward == reverse == 17_280_000
    assert 21 < forward / best.multiplications < 22


@pytest.mark.parametrize(
    "sizes", [(3, 5, 7), (2, 9, 4, 6), EIGHT, (8, 8, 8, 8, 8), (1, 6, 2, 5, 1)]
)
def test_forward_and_reverse_cost_what_slide_17_says(sizes):
    n, t = sizes, len(sizes) - 1
    forward = n[0] * sum(n[k] * n[k + 1] for k in range(1, t))
    reverse = n[t] * sum(n[k] * n[k + 1] for k in range(t - 1))
    assert b.forward_bracketing(sizes, dense_chain(sizes)).multiplications == forward
    assert b.reverse_bracketing(sizes, dense_chain(sizes)).multiplications == reverse


def test_equal_sizes_tie():
    sizes = (6,) * 5
    assert b.optimal_bracketing(sizes, dense_chain(sizes)).multiplications == 3 * 6**3


@pytest.mark.parametrize("seed", range(60))
def test_no_bracketing_is_cheaper(seed):
    rng = np.random.default_rng(seed)
    t = int(rng.integers(1, 6))
    sizes = tuple(int(n) for n in rng.integers(1, 12, size=t + 1))
    factors = []
    for columns, rows in pairwise(sizes):
        kind = rng.integers(3)
        push = rows * columns if kind == 0 else int(rng.integers(0, 2 * rows * columns))
        pull = push if kind < 2 else int(rng.integers(0, 2 * rows * columns))
        form = 0 if kind < 2 else min(columns * push, rows * pull)
        factors.append(b.Factor(form, push, pull))
    best = b.optimal_bracketing(sizes, tuple(factors))
    assert best.multiplications == cheapest_by_trying_all(sizes, factors)
    assert added_up(best, sizes, factors) == best.multiplications
    assert best.multiplications <= b.forward_bracketing(sizes, factors).multiplications
    assert best.multiplications <= b.reverse_bracketing(sizes, factors).multiplications


def added_up(node, sizes, factors):
    """The cost of a bracketing, counted from its tree alone."""
    if node.way == "form":
        assert node.last == node.first + 1
        return factors[node.first].form
    if node.way == "push":
        assert (node.right.first, node.right.last) == (node.first, node.last - 1)
        return (
            added_up(node.right, sizes, factors) + sizes[node.first] * factors[node.last - 1].push
        )
    if node.way == "pull":
        assert (node.left.first, node.left.last) == (node.first + 1, node.last)
        return added_up(node.left, sizes, factors) + sizes[node.last] * factors[node.first].pull
    assert node.right.last == node.left.first
    ends = sizes[node.first] * sizes[node.right.last] * sizes[node.last]
    return added_up(node.left, sizes, factors) + added_up(node.right, sizes, factors) + ends


def test_a_factor_stays_a_map_where_its_matrix_would_cost_more():
    # A diagonal of 100 scales the 3 columns before it: 300, not 100 * 100 * 3.
    sizes = (3, 100, 100)
    factors = (b.dense(100, 3), b.Factor(0, 100, 100))
    best = b.optimal_bracketing(sizes, factors)
    assert (best.way, best.multiplications) == ("push", 300)
    assert str(best) == "(J_2·J_1)"


def test_brackets_are_written_as_in_a_formula():
    assert str(b.optimal_bracketing(EIGHT, dense_chain(EIGHT))) in {
        "(((J_6 J_5) (J_4 J_3)) (J_2 J_1))",
        "((J_6 J_5) ((J_4 J_3) (J_2 J_1)))",
    }
    three = (4, 3, 2, 5)
    assert str(b.forward_bracketing(three, dense_chain(three))) == "(J_3·(J_2·J_1))"
    assert str(b.reverse_bracketing(three, dense_chain(three))) == "((J_3·J_2)·J_1)"
