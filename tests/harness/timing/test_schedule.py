"""The schedule: who takes its turn when, how α is shared, what a depth measures."""

from collections import Counter

import numpy as np
import pytest

from harness.contract import Size
from harness.timing.schedule import (
    DEFAULT,
    DEPTHS,
    QUICK,
    THOROUGH,
    Depth,
    alpha_at,
    alpha_spending,
    estimated_seconds,
    latin_square_orders,
    look_at,
)

ARMS = ["our_engine", "pytorch", "jax", "autograd", "a/a"]


def rotations(order):
    return [order[i:] + order[:i] for i in range(len(order))]


@pytest.mark.parametrize("squares", [1, 2, 7])
@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_every_arm_takes_every_position_equally_often(count, squares):
    arms = ARMS[:count]
    orders = latin_square_orders(arms, squares * count, np.random.default_rng(1))
    assert all(sorted(order) == sorted(arms) for order in orders)
    for position in range(count):
        taken = Counter(order[position] for order in orders)
        assert taken == dict.fromkeys(arms, squares)


def test_each_square_is_cyclic():
    orders = latin_square_orders(ARMS, 3 * len(ARMS), np.random.default_rng(2))
    for start in range(0, len(orders), len(ARMS)):
        square = orders[start : start + len(ARMS)]
        assert sorted(square) == sorted(rotations(square[0]))


@pytest.mark.parametrize("rounds", [0, 1, 3, 4, 8])
def test_part_of_a_square_repeats_no_position(rounds):
    orders = latin_square_orders(ARMS, rounds, np.random.default_rng(3))
    assert len(orders) == rounds
    for start in range(0, rounds, len(ARMS)):
        for position in range(len(ARMS)):
            column = [order[position] for order in orders[start : start + len(ARMS)]]
            assert len(set(column)) == len(column)


def test_the_square_is_random_in_its_rows_and_its_cycle():
    rng = np.random.default_rng(4)
    squares = [latin_square_orders(ARMS, len(ARMS), rng) for _ in range(600)]
    opening = Counter(square[0][0] for square in squares)
    # 120 expected each; six standard deviations of the binomial are 59.
    assert all(abs(opening[arm] - 120) < 59 for arm in ARMS)
    behind_pytorch = Counter(
        order[order.index("pytorch") + 1]
        for square in squares
        for order in square[:1]
        if order[-1] != "pytorch"
    )
    assert set(behind_pytorch) == set(ARMS) - {"pytorch"}


def test_the_second_row_is_not_always_the_same_rotation_of_the_first():
    rng = np.random.default_rng(6)
    squares = [latin_square_orders(ARMS, len(ARMS), rng) for _ in range(200)]
    shifts = Counter(square[0].index(square[1][0]) for square in squares)
    assert set(shifts) == {1, 2, 3, 4}


def test_the_same_seed_gives_the_same_turns():
    first, second = (latin_square_orders(ARMS, 12, np.random.default_rng(5)) for _ in range(2))
    assert first == second


def test_no_arms_take_no_turns_and_doubled_arms_are_refused():
    assert latin_square_orders([], 3, np.random.default_rng(0)) == []
    with pytest.raises(ValueError, match="must differ"):
        latin_square_orders(["jax", "jax"], 2, np.random.default_rng(0))


def test_spending_is_linear_in_the_sets_and_spends_all():
    assert alpha_spending((6, 10, 16), 0.05) == pytest.approx((0.01875, 0.0125, 0.01875))
    assert alpha_spending((4,), 0.05) == (0.05,)
    for depth in DEPTHS.values():
        assert sum(alpha_spending(depth.looks, 0.05)) == pytest.approx(0.05)


@pytest.mark.parametrize("alpha", [0.0, 1.0, -0.1])
def test_an_alpha_that_is_no_probability_is_refused(alpha):
    with pytest.raises(ValueError, match="between 0 and 1"):
        alpha_spending((4,), alpha)


def test_a_cell_without_time_is_judged_at_the_next_looks_level():
    spent = alpha_spending((6, 10, 16), 0.05)
    assert [alpha_at(n, (6, 10, 16), 0.05) for n in (1, 6, 7, 10, 16, 20)] == [
        spent[0], spent[0], spent[1], spent[1], spent[2], spent[2],
    ]  # fmt: skip


def test_only_planned_looks_are_looks():
    assert [look_at(n, (6, 10)) for n in (5, 6, 7, 10, 11)] == [None, 0, None, 1, None]


@pytest.mark.parametrize(
    "wrong",
    [
        {"looks": ()},
        {"looks": (1, 4)},
        {"looks": (6, 6)},
        {"looks": (10, 6)},
        {"rounds": 0},
        {"sample_s": 0.0},
    ],
)
def test_a_depth_that_cannot_be_judged_is_refused(wrong):
    sound = {"looks": (4,), "rounds": 3, "sample_s": 2e-3, "budget_s": None, "most_sizes": None}
    with pytest.raises(ValueError, match=r"looks must rise|at least one round"):
        Depth("wrong", **{**sound, **wrong})


def test_depths_deepen():
    assert QUICK.looks[-1] < DEFAULT.looks[-1] < THOROUGH.looks[-1]
    assert QUICK.rounds <= DEFAULT.rounds <= THOROUGH.rounds
    assert min(depth.sample_s for depth in DEPTHS.values()) >= 2e-3


@pytest.mark.parametrize(
    ("most", "scales"),
    [(None, [1, 4, 16, 64, 256]), (9, [1, 4, 16, 64, 256]), (3, [1, 16, 256]), (2, [1, 256])],
)
def test_fewer_sizes_still_span_the_range(most, scales):
    sizes = [Size({"n": n}, n) for n in (64, 1, 256, 16, 4)]
    depth = Depth("some", (4,), 3, 2e-3, None, most)
    assert [size.scale for size in depth.timed_sizes(sizes)] == scales


def test_a_single_size_is_the_smallest():
    depth = Depth("one", (4,), 3, 2e-3, None, 1)
    assert depth.timed_sizes([Size({"n": 9}, 9), Size({"n": 2}, 2)]) == (Size({"n": 2}, 2),)


def test_the_estimate_counts_start_up_and_turns_and_heeds_the_budget():
    depth = Depth("d", (2, 5), rounds=3, sample_s=2e-3, budget_s=None, most_sizes=None)
    # One set: 4 s of start-up, 3 rounds of 0.5 s.
    assert estimated_seconds(depth, 4.0, [0.2, 0.3]) == pytest.approx((11.0, 27.5))
    tight = Depth("d", (2, 5), rounds=3, sample_s=2e-3, budget_s=20.0, most_sizes=None)
    assert estimated_seconds(tight, 4.0, [0.2, 0.3]) == pytest.approx((11.0, 20.0))
