"""What is printed is true: formulas are evaluated and held against the maps and the sweeps."""

import numpy as np
import pytest

import our_engine
from our_engine.primitives import TABLE
from our_engine.traces import symbols
from our_engine.traces.expressions import Name, Number, Partial

POINTS = {np.arccosh: (1.7,), np.arcsin: (0.4,), np.arccos: (0.4,), np.arctanh: (0.4,)}
FUNCTIONS = [*symbols.FACTORS, np.maximum, np.minimum, np.fmax, np.fmin]


def env_of(t, sweep, accent):
    env = {row.name.text: row.value for row in t.rows}
    return env | {(row.name.text, accent): v for row, v in zip(t.rows, sweep.values, strict=True)}


def disagreements(function, evaluate):
    """The arguments whose printed partial derivative is not the rule's number."""
    arity = len(TABLE[function].jacobians)
    point = POINTS.get(function, (1.3, 0.6, 0.8))[:arity]
    if function is np.where:
        t = our_engine.trace(lambda a, b: np.where(a > b, a, b), 1.3, 0.6, mode="reverse")
    else:
        t = our_engine.trace(function, *point, mode="reverse")
    row = t.rows[-1]
    env = {r.name.text: r.value for r in t.rows}
    wrong = []
    for J in row.local_jacobians:
        if isinstance(J.symbol, Partial):
            wrong.append((J, "no formula"))
        elif evaluate(J.symbol, env) != pytest.approx(J.number, rel=1e-14):
            wrong.append((J, evaluate(J.symbol, env)))
    return wrong


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda f: f.__name__)
def test_each_printed_partial_derivative_is_the_rule_s(function, evaluate):
    assert not disagreements(function, evaluate)


@pytest.mark.parametrize("function", [np.log, np.divide, np.tanh], ids=lambda f: f.__name__)
def test_a_wrong_formula_is_caught(function, evaluate, monkeypatch):
    count = len(TABLE[function].jacobians)
    wrong = tuple(lambda *_: Number(0.123) for _ in range(count))
    monkeypatch.setitem(symbols.FACTORS, function, wrong)
    assert len(disagreements(function, evaluate)) == count


def test_a_function_without_a_formula_shows_the_symbol_and_the_number():
    t = our_engine.trace(np.sinc, 0.3, mode="forward")
    assert "∂x_1/∂x = -0.90" in t.text()
    own = our_engine.elementwise(lambda x: x**3, lambda x, _y: 3 * x * x)
    assert "= 12" in our_engine.trace(own, 2.0, names=["x"], mode="forward").text()


A, B = np.arange(1.0, 7.0).reshape(2, 3), np.linspace(-1.0, 2.0, 12).reshape(3, 4)
v, w, u = np.array([1.0, -2.0, 0.5]), np.array([3.0, 4.0, 5.0]), np.array([0.3, 0.7])
STRUCTURED = {
    "matrix vector": (lambda a, b: a @ b, (A, v)),
    "matrix matrix": (lambda a, b: a @ b, (A, B)),
    "vector matrix": (lambda a, b: a @ b, (u, A)),
    "vector vector": (lambda a, b: a @ b, (v, w)),
    "vector with itself": (lambda a: a @ a, (v,)),
    "array with itself": (lambda a: a * a, (v,)),
    "scaled by a scalar": (lambda a, b: a * b, (v, np.array(2.5))),
    "rows broadcast": (lambda a, b: a * b, (A, v)),
    "columns broadcast": (lambda a, b: a - b, (A, u[:, None])),
    "divided by a scalar": (lambda a, b: a / b, (A, np.array(2.5))),
    "sum": (np.sum, (A,)),
    "sum of columns": (lambda a: np.sum(a, axis=0), (A,)),
    "sum of rows": (lambda a: np.sum(a, axis=1, keepdims=True), (A,)),
    "mean": (lambda a: np.mean(a, axis=1), (A,)),
    "transposed": (lambda a: a.T, (A,)),
    "axes permuted": (lambda a: np.transpose(a, (2, 0, 1)), (np.arange(24.0).reshape(2, 3, 4),)),
    "reshaped": (lambda a: np.reshape(a, (3, 2)), (A,)),
    "a row taken": (lambda a: a[1], (A,)),
    "a slice taken": (lambda a: a[::-1, 1:], (A,)),
    "negated": (lambda a: -a, (A,)),
    "a scalar function": (np.sin, (A,)),
    "a choice": (lambda a: np.where(a > 2.5, a, 0.0), (A,)),
    "maximum with ties": (lambda a, b: np.maximum(a, b), (v, np.array([1.0, 3.0, -1.0]))),
}


@pytest.mark.parametrize("case", STRUCTURED)
def test_the_structure_is_the_matrix(case, evaluate):
    f, args = STRUCTURED[case]
    t = our_engine.trace(f, *args, mode="forward")
    env = {row.name.text: row.value for row in t.rows}
    row = t.rows[-1]
    assert len(row.local_jacobians) == len(args)
    for J in row.local_jacobians:
        matrix = J.matrix()
        assert matrix.shape == J.shape
        x = env[t.rows[J.parent].name.text]
        printed = evaluate(J.symbol, env, np.shape(x))
        np.testing.assert_allclose(np.reshape(printed, J.shape), matrix, rtol=1e-14)
        assert J.nonzeros >= np.count_nonzero(matrix)
        if case not in ("a choice", "maximum with ties"):
            assert J.nonzeros == np.count_nonzero(matrix)


MATMULS = ["matrix vector", "matrix matrix", "vector matrix", "vector vector", "vector with itself"]


@pytest.mark.parametrize("case", MATMULS)
def test_the_equations_of_products_are_the_sweeps(case, evaluate):
    """ẏ = ȧ b + a ḃ, ā = ȳ bᵀ and b̄ = aᵀ ȳ for all shapes of the two factors."""
    f, args = STRUCTURED[case]
    rng = np.random.default_rng(0)
    dots = tuple(rng.normal(size=a.shape) for a in args)
    t = our_engine.trace(f, *args, mode="forward", seeds=dots)
    y_dot = evaluate(t.rows[-1].tangent, env_of(t, t.forward[0], "dot"))
    np.testing.assert_allclose(np.ravel(y_dot), np.ravel(t.forward[0].values[-1]), rtol=1e-13)
    t = our_engine.trace(f, *args, mode="reverse", seeds=rng.normal(size=np.shape(f(*args))))
    env = env_of(t, t.reverse[0], "bar")
    for row, bar in zip(t.rows[: len(args)], t.reverse[0].values, strict=False):
        printed = evaluate(row.cotangent, env)
        np.testing.assert_allclose(np.ravel(printed), np.ravel(bar), rtol=1e-13)


def scalar_program(a, b, c):
    x = np.sin(a * b) / c
    y = np.exp(x) * x - np.log(c) ** 3
    z = np.maximum(x, y) + 2.0 * np.sqrt(a) - b
    return z * z / (1.0 + x)


def test_the_equations_of_scalars_are_the_sweeps(evaluate):
    """Each printed ẋ_k and x̄_k, evaluated, is the number beside it."""
    args = (1.1, 0.4, 1.7)
    t = our_engine.trace(scalar_program, *args)
    assert len(t.forward) == 3
    for sweep in t.forward:
        env = env_of(t, sweep, "dot")
        for row, dot in zip(t.rows[3:], sweep.values[3:], strict=True):
            assert evaluate(row.tangent, env) == pytest.approx(dot, rel=1e-14, abs=1e-16)
    env = env_of(t, t.reverse[0], "bar")
    for row, bar in zip(t.rows[:-1], t.reverse[0].values, strict=False):
        assert evaluate(row.cotangent, env) == pytest.approx(bar, rel=1e-14)
    np.testing.assert_allclose(
        t.reverse[0].values[:3], our_engine.grad(scalar_program, (0, 1, 2))(*args), rtol=1e-14
    )


def test_an_expression_evaluates_to_the_value_beside_it(evaluate):
    t = our_engine.trace(lambda a, b: a**3 / b - np.log(a) * np.sqrt(b) - 2.0 * a, 1.3, 0.7)
    env = {row.name.text: row.value for row in t.rows}
    for row in t.rows[2:]:
        assert evaluate(row.expression, env) == pytest.approx(row.value, rel=1e-15)


def test_names_are_split_at_the_underscore():
    assert Name("W_1").parts == ("W", "1")
    assert Name("p['a_b']").parts == ("p['a_b']", "")
