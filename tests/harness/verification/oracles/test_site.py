"""All questions of one small point: against calculus in 80 digits, and at every kind of edge."""

from __future__ import annotations

import dataclasses

import mpmath
import numpy as np
import pytest

from harness.contract import Operator, PointKind, weights
from harness.verification.oracles import Multiprecision, Question, Truth, Undecided

ALL = (
    Operator.VALUE,
    Operator.JVP,
    Operator.VJP,
    Operator.GRADIENT,
    Operator.JACOBIAN,
    Operator.HVP,
    Operator.HESSIAN,
    Operator.THIRD,
)
INF, NAN = np.inf, np.nan


def asked(tools, fun, args, operator, seeds=(), kind=PointKind.SMOOTH, **more):
    arrays = tuple(
        np.asarray(a) if np.asarray(a).dtype.kind == "i" else np.asarray(a, float) for a in args
    )
    names = tuple("xyzuvw"[: len(arrays)])
    problem = tools.problem("asked", fun, names, {"p": lambda rng: arrays}, **more)
    seeds = tuple(np.asarray(s, dtype=float) for s in seeds)
    return Question(problem, operator, arrays, seeds, {"n": 1}, kind)


def blocks(tools, fun, args, operator=Operator.GRADIENT, seeds=(), kind=PointKind.SMOOTH, **more):
    truth = Multiprecision().truth(asked(tools, fun, args, operator, seeds, kind, **more))
    assert isinstance(truth, Truth), truth
    return truth.blocks


# exp(A x) in three numbers of four: D^k f_k = a_k ⊗ … ⊗ a_k · e^{a_k·x}.
A = np.array([[0.5, -1.25, 0.25, 2.0], [1.5, 0.125, -0.75, 0.5], [-0.5, 0.25, 1.0, -1.5]])
X = np.array([0.3, -0.7, 1.1, 0.2])
V, Y_BAR = np.array([0.5, -1.5, 0.75, 1.25]), np.array([1.5, -0.25, 2.0])
W = weights((3,))


def waves(xp, x):
    return xp.exp(xp.matmul(xp.asarray(A), x))


def exact_waves():
    """By operator: the result, and Σ_j |∂g/∂x_j||x_j| over x and the seeds, in many digits."""
    number = np.vectorize(mpmath.mpf, otypes=[object])
    a, x, v, y_bar, w = map(number, (A, X, V, Y_BAR, W))
    f = np.array([mpmath.exp(s) for s in a @ x])
    size, along = np.abs(x), a @ v
    hessian = np.einsum("k,ki,kj->ij", w * f, a, a)
    third = np.einsum("k,ki,kj,kl->ijl", w * f, a, a, a)
    fourth = np.einsum("k,ki,kl->il", w * f * along**2, a, a)
    by_v = np.einsum("ijl,j->il", third, v)
    return {
        Operator.VALUE: (f, np.abs(a * f[:, None]) @ size),
        Operator.JVP: (
            f * along,
            np.abs((f * along)[:, None] * a) @ size + np.abs(a * f[:, None] * v).sum(1),
        ),
        Operator.VJP: (
            a.T @ (y_bar * f),
            np.abs(np.einsum("k,ki,kj->ij", y_bar * f, a, a)) @ size
            + np.abs(a.T * (y_bar * f)).sum(1),
        ),
        Operator.GRADIENT: (a.T @ (w * f), np.abs(hessian) @ size),
        Operator.JACOBIAN: (
            a * f[:, None],
            np.abs(np.einsum("k,ki,kj->kij", f, a, a)) @ size,
        ),
        Operator.HVP: (hessian @ v, np.abs(by_v) @ size + np.abs(hessian * v).sum(1)),
        Operator.HESSIAN: (hessian, np.abs(third) @ size),
        Operator.THIRD: (by_v @ v, np.abs(fourth) @ size + 2 * np.abs(by_v * v).sum(1)),
    }


def seeds_of(operator):
    if operator.takes_tangents:
        return (V,)
    return (Y_BAR,) if operator.takes_cotangent else ()


@pytest.mark.parametrize("operator", ALL)
def test_every_answer_has_thirty_digits_and_its_exact_conditioning(tools, operator):
    with mpmath.workdps(80):
        result, conditioning = exact_waves()[operator]
        (block,) = blocks(tools, waves, (X,), operator, seeds_of(operator))
        found = np.vectorize(mpmath.mpf, otypes=[object])(block.high) + block.low
        errors = np.abs(found - result.reshape(found.shape))
        assert (errors <= mpmath.mpf("1e-30") * np.abs(result).reshape(found.shape)).all()
        assert (errors <= block.bound + np.abs(result).reshape(found.shape) * 1e-31).all()
        assert (block.bound <= 1e-30 * np.abs(block.high)).all()
    expected = conditioning.astype(float).reshape(block.high.shape)
    np.testing.assert_allclose(block.conditioning, expected, rtol=1e-12)


def test_what_is_not_differentiated_counts_for_the_conditioning(tools):
    # f = d·x²: ∂f/∂x = 2dx; by x and by d, 2|dx| each.
    (block,) = blocks(tools, lambda xp, x, d: d * x**2, (3.0, 0.5), argnums=(0,))
    np.testing.assert_allclose(block.conditioning, 2 * 2 * 1.5, rtol=1e-12)


def test_the_questions_of_a_point_share_its_evaluations(tools):
    calls = 0

    def counted(xp, x):
        nonlocal calls
        calls += 1
        return waves(xp, x)

    oracle = Multiprecision()
    first = asked(tools, counted, (X,), Operator.GRADIENT)
    for operator in ALL:
        question = dataclasses.replace(first, operator=operator, seeds=seeds_of(operator))
        assert isinstance(oracle.truth(question), Truth)
    # C(4 + 3, 3) values of the lattice, twice 14 beside it along v, 5 for ties; the check: 4·3
    # along the axes and 6 along a direction, and what shows the size where something is small.
    assert calls <= 35 + 28 + 5 + 60
    before = calls
    oracle.truth(first)
    assert calls == before


@pytest.mark.parametrize("operator", [Operator.HVP, Operator.HESSIAN, Operator.THIRD])
def test_where_the_next_tensor_is_too_dear_conditioning_is_estimated(tools, operator):
    # Σ exp(x_i) of 20 numbers: each derivative depends on its own x_i alone.
    rng = np.random.default_rng(2)
    x, v = rng.standard_normal(20), rng.integers(1, 100, 20) / 64.0
    seeds = (v,) if operator.takes_tangents else ()
    (block,) = blocks(tools, lambda xp, x: xp.sum(xp.exp(x)), (x,), operator, seeds)
    power = {Operator.HVP: v, Operator.HESSIAN: 1.0, Operator.THIRD: v**2}[operator]
    diagonal = np.diagonal(block.high) if operator is Operator.HESSIAN else block.high
    np.testing.assert_allclose(diagonal, np.exp(x) * power, rtol=1e-15)
    found = block.conditioning
    found = np.diagonal(found) if operator is Operator.HESSIAN else found
    times = {Operator.HVP: 1, Operator.HESSIAN: 0, Operator.THIRD: 2}[operator]
    exact = np.exp(x) * power * (np.abs(x) + times)
    assert (found <= exact * (1 + 1e-9)).all()
    assert np.median(found / exact) > 0.3


def test_a_wrong_step_or_too_few_digits_would_be_noticed(tools, monkeypatch):
    from harness.verification.oracles import site

    # Planted: steps so large that differences are off by 1e-12.
    monkeypatch.setattr(site, "STEPS", (site.STEPS[0]._replace(bits=40),))
    answer = Multiprecision().truth(asked(tools, waves, (X,), Operator.HESSIAN))
    assert isinstance(answer, Undecided) or "one-sided" in answer.note
    # Planted: numbers that cannot hold the third differences.
    monkeypatch.undo()
    monkeypatch.setattr(site, "STEPS", site.STEPS[:1])
    monkeypatch.setattr(site, "_SPARE_DIGITS", -30)
    (block,) = blocks(tools, waves, (X,), Operator.THIRD, (V,))
    with mpmath.workdps(80):
        exact = exact_waves()[Operator.THIRD][0].astype(float)
    assert (block.bound > 1e-18).all()
    assert (np.abs(block.high - exact) <= block.bound + 1e-15 * np.abs(exact)).all()


def ends(block):
    lower = block.high if block.lower is None else block.lower
    upper = block.high if block.upper is None else block.upper
    return lower, upper


ONES = np.ones(4)
KINKS = {
    # name: f, arguments, operator, seeds, lower end, upper end of the accepted set
    "abs": (lambda xp, x: xp.abs(x), (0.0,), -1, 1),
    "relu, weighted": (lambda xp, x: xp.sum(xp.maximum(x, 0) * xp.asarray([1.0, -3.0])),
                       ([0.0, 0.0],), [0, -3], [1, 0]),
    "max of four equal": (lambda xp, x: xp.max(x), (ONES,), 0, 1),
    "max of twelve equal": (lambda xp, x: xp.max(x), (np.ones(12),), 0, 1),
    "max of two and less": (lambda xp, x: xp.max(x), ([2.0, 1.0, 2.0],), [0, 0, 0], [1, 0, 1]),
    "median of three equal": (lambda xp, x: xp.sort(x)[1], (np.ones(3),), 0, 1),
    "median of five, three equal": (lambda xp, x: xp.sort(x)[2], ([1.0, 0.0, 1.0, 9.0, 1.0],),
                                    [0, 0, 0, 0, 0], [1, 0, 1, 0, 1]),
    "the smallest by sorting": (lambda xp, x: xp.sort(x)[0], (ONES,), 0, 1),
    "clip at its bound": (lambda xp, x: xp.clip(x, -1.0, 1.0), (1.0,), 0, 1),
    "maximum of itself": (lambda xp, x: xp.maximum(x, x), (1.5,), 1, 1),
    "norm": (lambda xp, x: xp.sqrt(xp.sum(x * x)), (np.zeros(3),), -1, 1),
    "std of a constant": (lambda xp, x: xp.std(x), ([2.0, 2.0],), -0.5, 0.5),
    "largest eigenvalue of the identity": (
        lambda xp, x: xp.linalg.eigvalsh((x + xp.matrix_transpose(x)) / 2)[1], (np.eye(2),),
        [[0, -0.5], [-0.5, 0]], [[1, 0.5], [0.5, 1]]),
    "floor": (lambda xp, x: xp.floor(x), (2.0,), 0, 0),
    "sign": (lambda xp, x: xp.sign(x), (0.0,), 0, 0),
    "round half": (lambda xp, x: xp.round(x), (2.5,), 0, 0),
    "atan2 on its cut": (lambda xp, y, x: xp.atan2(y, x), (0.0, -2.0), -0.5, -0.5),
}  # fmt: skip


@pytest.mark.parametrize("name", KINKS)
def test_the_accepted_set_of_a_kink(tools, name):
    fun, args, lower, upper = KINKS[name]
    block = blocks(tools, fun, args, kind=PointKind.KINK)[0]
    found = ends(block)
    shape = block.high.shape
    np.testing.assert_allclose(found[0], np.broadcast_to(lower, shape), rtol=1e-2, atol=1e-15)
    np.testing.assert_allclose(found[1], np.broadcast_to(upper, shape), rtol=1e-2, atol=1e-15)
    # Never beyond what there is.
    assert (found[0] >= np.broadcast_to(lower, shape) - 1e-12).all()
    assert (found[1] <= np.broadcast_to(upper, shape) + 1e-12).all()


@pytest.mark.parametrize(
    ("seed", "expected"), [([1.0, 1.0, -1.0], (-3, 3)), ([2.0, 0.0, 0.0], (-2, 2))]
)
def test_ties_are_broken_one_by_one_along_a_tangent(tools, seed, expected):
    (block,) = blocks(
        tools, lambda xp, x: xp.sum(xp.abs(x)), (np.zeros(3),), Operator.JVP, (seed,),
        kind=PointKind.KINK,
    )  # fmt: skip
    assert tuple(float(e) for e in ends(block)) == expected


def power(p):
    return lambda xp, x: xp.abs(x) ** p


PER_ORDER = {
    # f, x, operator, seeds, truth
    "|x|^1.5, first": (power(1.5), (0.0,), Operator.GRADIENT, (), 0.0),
    "|x|^1.5, second": (power(1.5), (0.0,), Operator.HESSIAN, (), INF),
    "|x|^2.5, second": (power(2.5), (0.0,), Operator.HESSIAN, (), 0.0),
    "x|x|, first": (lambda xp, x: x * xp.abs(x), (0.0,), Operator.GRADIENT, (), 0.0),
    "sqrt at 0": (lambda xp, x: xp.sqrt(x), (0.0,), Operator.GRADIENT, (), INF),
    "sqrt at 0, third": (lambda xp, x: xp.sqrt(x), (0.0,), Operator.THIRD, (1.0,), INF),
    "log at 0": (lambda xp, x: xp.log(x), (0.0,), Operator.GRADIENT, (), INF),
    "log at -0": (lambda xp, x: xp.log(x), (-0.0,), Operator.GRADIENT, (), INF),
    "asin at 1": (lambda xp, x: xp.asin(x), (1.0,), Operator.GRADIENT, (), INF),
    "asin at -1": (lambda xp, x: xp.asin(x), (-1.0,), Operator.GRADIENT, (), INF),
    "acos at 1": (lambda xp, x: xp.acos(x), (1.0,), Operator.GRADIENT, (), -INF),
    "acosh at 1": (lambda xp, x: xp.acosh(x), (1.0,), Operator.GRADIENT, (), INF),
    "atanh at 1": (lambda xp, x: xp.atanh(x), (1.0,), Operator.GRADIENT, (), INF),
    "a pole": (lambda xp, x: 1 / x, (0.0,), Operator.GRADIENT, (), -INF),
    "outside": (lambda xp, x: xp.sqrt(x), (-1.0,), Operator.GRADIENT, (), NAN),
    "atan2 at the origin": (lambda xp, x: xp.atan2(x, x * 0), (0.0,), Operator.GRADIENT, (), 0.0),
    "exp at inf": (lambda xp, x: xp.exp(x), (INF,), Operator.GRADIENT, (), INF),
    "exp at -inf": (lambda xp, x: xp.exp(x), (-INF,), Operator.GRADIENT, (), 0.0),
    "tanh at inf": (lambda xp, x: xp.tanh(x), (INF,), Operator.HESSIAN, (), 0.0),
    "log at inf": (lambda xp, x: xp.log(x), (INF,), Operator.GRADIENT, (), 0.0),
    "square at inf": (lambda xp, x: x * x, (INF,), Operator.HESSIAN, (), 2.0),
    "exp at 1e300": (lambda xp, x: xp.exp(x), (1e300,), Operator.GRADIENT, (), INF),
    "exp at -1e300": (lambda xp, x: xp.exp(x), (-1e300,), Operator.GRADIENT, (), 0.0),
    "exp at 800": (lambda xp, x: xp.exp(x), (800.0,), Operator.GRADIENT, (), INF),
    "tanh at 400": (lambda xp, x: xp.tanh(x), (400.0,), Operator.GRADIENT, (), 0.0),
    "tanh at 40": (lambda xp, x: xp.tanh(x), (40.0,), Operator.GRADIENT, (),
                   1 / np.cosh(40.0) ** 2),
    "expm1 at -40": (lambda xp, x: xp.expm1(x), (-40.0,), Operator.THIRD, (1.0,), np.exp(-40.0)),
    "expm1 at -400": (lambda xp, x: xp.expm1(x), (-400.0,), Operator.GRADIENT, (),
                      float(mpmath.exp(-400))),
    "log at 1e300": (lambda xp, x: xp.log(x), (1e300,), Operator.GRADIENT, (), 1e-300),
    "log at 1e-300": (lambda xp, x: xp.log(x), [1e-300], Operator.GRADIENT, (), 1e300),
    "1 + x at 1e-300": (lambda xp, x: (1 + x) * (1 + x), [1e-300], Operator.HESSIAN, (), 2.0),
    "sin at 1e160": (lambda xp, x: xp.sin(x), (1e160,), Operator.GRADIENT, (),
                     float(mpmath.cos(mpmath.mpf(1e160)))),
    "a NaN that is not used": (lambda xp, x, y: xp.where(x > 0, x * x, y), (1.5, NAN),
                               Operator.GRADIENT, (), 3.0),
    "an infinity that is not used": (lambda xp, x, y: xp.where(x > 0, x * x, y), (1.5, INF),
                                     Operator.GRADIENT, (), 3.0),
}  # fmt: skip


@pytest.mark.parametrize("name", PER_ORDER)
def test_each_order_has_its_own_answer_at_the_edges(tools, name):
    fun, x, operator, seeds, expected = PER_ORDER[name]
    kind = PointKind.INFINITE if np.isinf(expected) else PointKind.SMOOTH
    with mpmath.workdps(200):
        block = blocks(tools, fun, x, operator, seeds, kind)[0]
    np.testing.assert_allclose(block.high.reshape(-1), expected, rtol=1e-15, atol=1e-30)


def test_a_jump_to_every_side_has_no_derivative(tools):
    found = blocks(tools, lambda xp, y, x: xp.atan2(y, x), (0.0, 0.0), kind=PointKind.KINK)
    assert all(np.isnan(block.high).all() for block in found)


def test_an_infinite_derivative_on_one_side_and_a_finite_one_on_the_other(tools):
    (block,) = blocks(
        tools, lambda xp, x: xp.where(x > 0, x * xp.log(x), 0), (0.0,), kind=PointKind.KINK
    )
    assert (float(block.lower), float(block.upper)) == (-INF, 0)


def test_where_a_limit_does_not_exist_it_says_so(tools):
    answer = Multiprecision().truth(
        asked(tools, lambda xp, x: xp.sin(x), (INF,), Operator.GRADIENT)
    )
    assert isinstance(answer, Undecided)
    assert answer.lasting
    assert "infinite argument" in answer.reason


def test_logarithms_of_sums_of_huge_exponentials(tools):
    found = blocks(tools, lambda xp, x, y: xp.logaddexp(x, y), (1e300, 1e300))
    for block in found:
        assert float(block.high) == 0.5
    found = blocks(tools, lambda xp, x, y: xp.logaddexp(x, y), (-INF, 1.0))
    assert [float(b.high) for b in found] == [0.0, 1.0]


@pytest.mark.parametrize("zeros", [0, 1, 2, 3])
def test_products_with_zeros(tools, zeros):
    x = np.array([2.0, 3.0, 5.0, 7.0, 11.0])
    x[1 : 1 + zeros] = 0.0
    gradient = np.array([np.prod(np.delete(x, i)) for i in range(5)])
    hessian = np.array(
        [[0 if i == j else np.prod(np.delete(x, [i, j])) for j in range(5)] for i in range(5)]
    )
    (block,) = blocks(tools, lambda xp, x: xp.prod(x), (x,))
    np.testing.assert_allclose(block.high, gradient, atol=1e-30)
    (block,) = blocks(tools, lambda xp, x: xp.prod(x), (x,), Operator.HESSIAN)
    np.testing.assert_allclose(block.high, hessian, atol=1e-30)


@pytest.mark.parametrize("rank", [3, 2, 1])
def test_the_determinant_of_a_singular_matrix(tools, rank):
    rng = np.random.default_rng(rank)
    matrix = np.round(rng.standard_normal((3, rank)) * 8) @ np.round(
        rng.standard_normal((rank, 3)) * 8
    )
    cofactors = np.array(
        [
            [
                (-1) ** (i + j) * round(np.linalg.det(np.delete(np.delete(matrix, i, 0), j, 1)))
                for j in range(3)
            ]
            for i in range(3)
        ]
    )
    (block,) = blocks(tools, lambda xp, x: xp.linalg.det(x), (matrix,))
    np.testing.assert_allclose(block.high, cofactors, atol=1e-30)
    # Second derivatives are entries of the matrix, with signs.
    (block,) = blocks(tools, lambda xp, x: xp.linalg.det(x), (matrix,), Operator.HESSIAN)
    assert block.high[0, 0, 1, 1] == matrix[2, 2]
    assert block.high[0, 1, 1, 0] == -matrix[2, 2]


def test_a_negative_base_with_its_exponent_as_data(tools):
    # ∂/∂x x³ = 3x², though the exponent cannot be moved there.
    (block,) = blocks(tools, lambda xp, x, n: x**n, (-2.0, 3.0), argnums=(0,))
    assert float(block.high) == 12.0
    # By x 12·2; by the exponent it cannot be told.
    np.testing.assert_allclose(block.conditioning, 24.0, rtol=1e-9)


def test_what_nearly_vanishes_beside_its_function_has_its_digits(tools):
    for operator, seeds in ((Operator.GRADIENT, ()), (Operator.THIRD, (1.0,))):
        (block,) = blocks(tools, lambda xp, x: xp.expm1(x), (-400.0,), operator, seeds)
        assert abs(block.high - np.exp(-400.0)) <= 1e-14 * np.exp(-400.0)
        assert block.bound < 1e-30 * block.high


def test_rounding_is_no_derivative(tools):
    # Linear, with coefficients that no number holds: second derivatives are 0, to the last bit.
    (block,) = blocks(
        tools, lambda xp, x: xp.sum(x * xp.asarray([1.0, 3.0])) / 7, ([0.3, 0.7],), Operator.HESSIAN
    )
    np.testing.assert_array_equal(block.high, np.zeros((2, 2)))
    assert (block.bound < 1e-60).all()


@pytest.mark.parametrize("operator", [Operator.HVP, Operator.HESSIAN, Operator.THIRD])
def test_a_linear_function_with_inexact_factors_is_linear_at_zero_too(tools, operator):
    def thirds(xp, x):
        return xp.cumulative_sum(x / 3.0) / 7.0

    seeds = () if operator is Operator.HESSIAN else ([1.5, -0.25, 0.75],)
    for block in blocks(tools, thirds, ([0.0, 0.0, 0.0],), operator, seeds):
        assert (block.high == 0).all()


def test_terms_that_cancel_in_a_second_derivative_have_a_size(tools):
    # std of two numbers is |a - b|/2: its Hessian is 0, made of terms of size 1/|a - b|.
    (block,) = blocks(tools, lambda xp, x: xp.std(x), ([1.0, 2.0],), Operator.HESSIAN)
    np.testing.assert_allclose(block.high, 0, atol=1e-35)
    assert (block.conditioning > 0.1).all()
    assert (block.conditioning < 10).all()
    # trace(A⁻¹ A A) = trace(A), and its gradient does not even depend on what is off the diagonal.
    matrix = np.array([[2.0, -0.75], [-0.8125, 3.25]])
    (block,) = blocks(
        tools,
        lambda xp, a: xp.linalg.trace(xp.linalg.inv(a) @ a @ a),
        (matrix,),
        Operator.HESSIAN,
    )
    np.testing.assert_array_equal(block.high, np.zeros((2, 2, 2, 2)))
    assert (block.conditioning > 0.1).all()
    # What is tiny, or of very different size, excuses little.
    (block,) = blocks(tools, lambda xp, x: xp.sum(x), ([1e300, 1e-300],), Operator.HESSIAN)
    assert (block.conditioning <= 2.0**41).all()
    # What does not come from anywhere has none.
    (block,) = blocks(tools, lambda xp, x: x * 0, ([1.0, 2.0],), Operator.HESSIAN)
    np.testing.assert_array_equal(block.conditioning, np.zeros((2, 2)))


def test_empty_arrays_have_empty_truths(tools):
    for operator in ALL:
        seeds = (np.empty(0),) if operator.takes_tangents or operator.takes_cotangent else ()
        (block,) = blocks(tools, lambda xp, x: xp.exp(x), (np.empty(0),), operator, seeds)
        assert block.high.size == 0
    (block,) = blocks(tools, lambda xp, x: xp.sum(x), (np.empty(0),), Operator.VALUE)
    assert float(block.high) == 0


JUMPS = {
    # f at the jump, by the array API standard; its limits from below and above are other numbers.
    "sign": (lambda xp, x: xp.sign(x), [0.0], [0.0]),
    "floor": (lambda xp, x: xp.floor(x), [2.0], [2.0]),
    "ceil": (lambda xp, x: xp.ceil(x), [2.0], [2.0]),
    "trunc": (lambda xp, x: xp.trunc(x), [-1.0], [-1.0]),
    "round": (lambda xp, x: xp.round(x), [0.5, 1.5], [0.0, 2.0]),
    "where": (lambda xp, x: xp.where(x > 0, x + 1.0, x - 1.0), [0.0], [-1.0]),
}


@pytest.mark.parametrize("jump", JUMPS)
def test_a_value_at_a_jump_is_the_functions_and_no_set_of_limits(tools, jump):
    fun, x, value = JUMPS[jump]
    (block,) = blocks(tools, fun, (x,), Operator.VALUE, kind=PointKind.KINK)
    assert block.high.tolist() == value
    assert (block.lower, block.upper) == (None, None)
    assert block.conditioning.max() <= 2 * max(map(abs, x))


def test_a_value_that_rounding_could_turn_keeps_its_set(tools):
    # 0.1 in float64 is a little more than 1/10, so that the truth is -1; in float64 10·0.1 is 1.
    def fun(xp, x):
        return xp.floor(1.0 - 10.0 * x)

    (block,) = blocks(tools, fun, ([0.1],), Operator.VALUE, kind=PointKind.KINK)
    assert (block.high, block.lower, block.upper) == (-1.0, -1.0, 0.0)


def test_what_is_small_beside_another_argument_s_derivative_is_found(tools):
    # x^y at (1e160, 1): ∂/∂x = y x^(y-1) = 1 beside ∂/∂y = x log x = 4e162, whose own derivative
    # is log(x) = 368 times as large again. Both mixed partials are x^(y-1) (1 + y log x).
    def power(xp, x, y):
        return xp.pow(x, y)

    w = float(weights((1,))[0])
    by_x, by_y = blocks(tools, power, ([1e160], [1.0]))
    log = float(mpmath.log(mpmath.mpf(1e160)))
    np.testing.assert_allclose((by_x.high, by_y.high), ([w], [w * 1e160 * log]), rtol=1e-15)
    assert by_x.bound[0] < 1e-15
    _, mixed, other, _ = blocks(tools, power, ([1e160], [1.0]), Operator.HESSIAN)
    np.testing.assert_allclose((mixed.high, other.high), [[[w * (1 + log)]]] * 2, rtol=1e-15)
