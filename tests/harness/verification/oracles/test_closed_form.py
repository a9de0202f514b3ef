"""Closed forms are judged before they judge, and then decide what multiprecision cannot afford."""

from __future__ import annotations

import numpy as np
import pytest

from harness.contract import Descent, Operator, Point, PointKind, Size
from harness.verification.oracles import ClosedForm, Question, Truth, Undecided, judge_closed_form
from harness.verification.oracles.multiprecision_namespace import multiprecision_numbers


def mean_square(xp, W, x, y):
    """½ mean (W x - y)², with a batch in the columns of x."""
    r = xp.matmul(W, x) - y
    return xp.sum(r * r) / (2 * x.shape[1])


def gradient(xp, W, x, y):
    r = xp.matmul(W, x) - y
    return (xp.matmul(r, x.T) / x.shape[1],)


def hvp(xp, W, x, y, V):
    return (xp.matmul(xp.matmul(V, x), x.T) / x.shape[1],)


def hessian(xp, W, x, y):
    n, b = x.shape
    return (xp.reshape(xp.matmul(x, x.T) / b, (1, n, 1, n)),)


FORMS = {Operator.GRADIENT: gradient, Operator.HVP: hvp, Operator.HESSIAN: hessian}

# Each is wrong in one way; the second and third only where the batch is larger than 1.
WRONG_FORMS = {
    "sign": (Operator.GRADIENT, lambda xp, *a: (-gradient(xp, *a)[0],)),
    "no mean": (Operator.GRADIENT, lambda xp, W, x, y: (gradient(xp, W, x, y)[0] * x.shape[1],)),
    "first sample": (
        Operator.GRADIENT,
        lambda xp, W, x, y: gradient(xp, W, x[:, :1], y[:, :1]),
    ),
    "1e-12 off": (Operator.GRADIENT, lambda xp, *a: (gradient(xp, *a)[0] * (1 + 1e-12),)),
    "hvp without the tangent": (Operator.HVP, lambda xp, W, x, y, V: hvp(xp, W, x, y, W)),
    "half a hessian": (Operator.HESSIAN, lambda xp, *a: (xp.tril(hessian(xp, *a)[0]),)),
    "diagonal hessian": (
        Operator.HESSIAN,
        lambda xp, W, x, y: (
            hessian(xp, W, x, y)[0] * xp.reshape(xp.eye(x.shape[0]), (1, x.shape[0]) * 2),
        ),
    ),
}


def regression(tools, forms, **more):
    def build(dims, rng):
        n, b = dims["n"], dims["b"]
        return (
            rng.standard_normal((1, n)),
            rng.standard_normal((n, b)),
            rng.standard_normal((1, b)),
        )

    problem = tools.problem(
        "regression",
        mean_square,
        ("W", "x", "y"),
        {"generic-0": lambda rng: ()},
        argnums=(0,),
        sizes=(
            Size({"n": 3, "b": 1}, 1),
            Size({"n": 3, "b": 4}, 4),
            Size({"n": 40, "b": 500}, 500),
        ),
        closed_forms=forms,
    )
    changes = {
        "points": (Point("generic-0", build),),
        "operations": lambda dims: 2 * dims["n"] * dims["b"] + 3 * dims["b"],
    }
    import dataclasses

    return dataclasses.replace(problem, **(changes | more))


def question(problem, operator, size=-1, kind=PointKind.SMOOTH):
    dims = problem.sizes[size].dims
    args = problem.points[0].build(dims, np.random.default_rng(0))
    seeds = (np.ones_like(args[0]),) if operator.takes_tangents else ()
    return Question(problem, operator, args, seeds, dims, kind)


@pytest.mark.parametrize("operator", FORMS)
def test_a_right_form_is_vouched_for(tools, operator):
    assert judge_closed_form(regression(tools, FORMS), operator) is None


@pytest.mark.parametrize("mistake", WRONG_FORMS)
def test_a_wrong_form_is_found_and_decides_nothing(tools, mistake):
    operator, form = WRONG_FORMS[mistake]
    problem = regression(tools, FORMS | {operator: form})
    fault = judge_closed_form(problem, operator)
    assert fault is not None
    assert f"the closed form of {operator} is wrong at" in fault
    answer = ClosedForm().truth(question(problem, operator))
    assert isinstance(answer, Undecided)
    assert answer.reason == fault


@pytest.mark.parametrize("numbers", ["extended", "multiprecision"])
@pytest.mark.parametrize("operator", FORMS)
def test_a_large_truth_is_the_formula_s(tools, operator, numbers):
    problem = regression(tools, FORMS)
    oracle = ClosedForm(numbers=None if numbers == "extended" else multiprecision_numbers(34))
    asked = question(problem, operator)
    truth = oracle.truth(asked)
    assert isinstance(truth, Truth), truth
    W, x, y = (a.astype(np.longdouble) for a in asked.args)
    expected = {
        Operator.GRADIENT: (W @ x - y) @ x.T / 500,
        Operator.HVP: np.ones_like(W) @ x @ x.T / 500,
        Operator.HESSIAN: (x @ x.T / 500).reshape(1, 40, 1, 40),
    }[operator]
    found = truth.blocks[0].high.astype(np.longdouble) + truth.blocks[0].low
    np.testing.assert_allclose(found, expected, rtol=1e-15, atol=1e-17)
    # Far below the tolerance of doubles, 32·√operations·u = 7e-13.
    assert (truth.blocks[0].bound < 1e-15 * np.abs(expected).max()).all()


def test_its_conditioning_is_that_of_multiprecision(tools):
    from harness.verification.oracles import Multiprecision

    problem = regression(tools, FORMS)
    asked = question(problem, Operator.GRADIENT, size=1)
    by_form = ClosedForm().truth(asked).blocks[0].conditioning
    by_differences = Multiprecision(9, 9).truth(asked).blocks[0].conditioning
    # The form's is estimated by roots of squares, on the strict side of the exact sum.
    assert (by_form <= by_differences * (1 + 1e-9)).all()
    assert (by_form >= by_differences / np.sqrt(sum(a.size for a in asked.args))).all()


def test_its_conditioning_stays_on_the_piece_that_the_point_is_on(tools):
    # 2^-40 from the kink at 1: a perturbation of 2^-24 steps across it, a rounding does not.
    x = np.array([1 + 2.0**-40, *np.arange(2.0, 8.0)])
    problem = tools.problem(
        "bent",
        lambda xp, x: xp.sum(xp.where(x > 1, 5 * x, x)),
        ("x",),
        {"generic-0": lambda rng: (rng.standard_normal(7),)},
        closed_forms={Operator.GRADIENT: lambda xp, x: (xp.where(x > 1, 5.0, 1.0),)},
    )
    (block,) = ClosedForm().truth(Question(problem, Operator.GRADIENT, (x,), (), {"n": 7})).blocks
    assert block.high.tolist() == [5.0] * 7
    assert block.conditioning.tolist() == [0.0] * 7
    assert block.lower is None


def test_at_a_tie_it_gives_both_sides(tools):
    problem = tools.problem(
        "relu",
        lambda xp, x: xp.sum(xp.where(x > 0, x, 0)),
        ("x",),
        {
            "generic-0": lambda rng: (rng.standard_normal(3),),
            "tie": lambda rng: ([1.0, 0.0, -1.0],),
        },
        closed_forms={Operator.GRADIENT: lambda xp, x: (xp.where(x > 0, 1.0, 0.0),)},
    )
    asked = Question(
        problem, Operator.GRADIENT, (np.array([1.0, 0.0, -1.0]),), (), {"n": 3}, PointKind.KINK
    )
    (block,) = ClosedForm().truth(asked).blocks
    assert block.lower.tolist() == [1, 0, 0]
    assert block.upper.tolist() == [1, 1, 0]
    assert block.branches.exact
    assert block.branches.count == 1


def test_it_keeps_silent_where_a_formula_has_nothing_to_say(tools):
    problem = regression(tools, {Operator.GRADIENT: gradient})
    for kind in (PointKind.INFINITE, PointKind.OUTSIDE):
        answer = ClosedForm().truth(question(problem, Operator.GRADIENT, kind=kind))
        assert isinstance(answer, Undecided)
    assert isinstance(ClosedForm().truth(question(problem, Operator.HVP)), Undecided)
    raising = regression(tools, {Operator.GRADIENT: lambda xp, *a: 1 / 0})
    answer = ClosedForm().truth(question(raising, Operator.GRADIENT))
    assert isinstance(answer, Undecided)
    assert "ZeroDivisionError" in answer.reason


def test_a_value_needs_no_form(tools):
    asked = question(regression(tools, {}), Operator.VALUE)
    truth = ClosedForm().truth(asked)
    W, x, y = (a.astype(np.longdouble) for a in asked.args)
    expected = np.sum((W @ x - y) ** 2) / 1000
    found = np.longdouble(truth.blocks[0].high) + np.longdouble(truth.blocks[0].low)
    assert abs(found - expected) < 1e-16 * expected


RATE = 0.05


def descent(xp, W, x, y, rate=RATE, steps=20):
    losses = []
    for _ in range(steps):
        losses.append(mean_square(xp, W, x, y))
        W = W - rate * gradient(xp, W, x, y)[0]
    losses.append(mean_square(xp, W, x, y))
    return (xp.stack(losses),)


def descending(tools, form):
    return regression(
        tools,
        {Operator.DESCENT: form},
        operators=frozenset({Operator.DESCENT}),
        descent=Descent(steps=20, learning_rate=RATE, curve_bound=1e-10, final_loss=10.0),
    )


def test_a_curve_is_vouched_for_by_its_first_losses(tools):
    right = descending(tools, descent)
    assert judge_closed_form(right, Operator.DESCENT) is None
    for wrong in (
        lambda xp, *a: descent(xp, *a, rate=2 * RATE),
        lambda xp, *a: descent(xp, *a, rate=-RATE),
        lambda xp, *a: (descent(xp, *a)[0][1:],),
    ):
        fault = judge_closed_form(descending(tools, wrong), Operator.DESCENT)
        assert fault is not None
        assert "first losses" in fault
    truth = ClosedForm().truth(question(right, Operator.DESCENT))
    assert truth.curve_bound == 1e-10
    assert truth.blocks[0].high.shape == (21,)
