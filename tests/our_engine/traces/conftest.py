"""Formulas of a trace evaluated, so that what is printed can be held against numbers.

Matrices have two axes, vectors are columns; names stand for the values in `env`, with an accent
as ("x_3", "dot").
"""

import math

import numpy as np
import pytest

from our_engine.traces import expressions as e

FUNCTIONS = {
    "log": np.log,
    "exp": np.exp,
    "sin": np.sin,
    "cos": np.cos,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "sign": np.sign,
    "floor": np.floor,
    "trunc": np.trunc,
    "sum": np.sum,
}


def value_of(x, env, shape=None):
    """The value of a formula; `shape` is that of the array which perm and an index refer to."""

    def sub(y):
        return value_of(y, env, shape)

    match x:
        case e.Name(text, accent):
            return env[text, accent] if accent else env[text]
        case e.Number(value):
            return value
        case e.Negative(y):
            return -sub(y)
        case e.Sum(terms):
            return sum((sub(t) for t in terms[1:]), sub(terms[0]))
        case e.Product(factors, "⊗"):
            total = np.eye(1)
            for f in factors:
                total = np.kron(total, column(sub(f)))
            return total
        case e.Product(factors, "⊙"):
            return math.prod(sub(f) for f in factors)
        case e.Product(factors):
            total = sub(factors[0])
            for f in factors[1:]:
                total = times(total, sub(f))
            return total
        case e.Quotient(a, b):
            return sub(a) / sub(b)
        case e.Power(a, b):
            return sub(a) ** sub(b)
        case e.Root(a):
            return np.sqrt(sub(a))
        case e.Call("perm", args):
            axes = tuple(int(a.text) for a in args)
            places = np.arange(math.prod(shape)).reshape(shape).transpose(axes).reshape(-1)
            return np.eye(places.size)[places]
        case e.Call("not", (y,)):
            return not sub(y)
        case e.Call(function, (y,), keywords):
            return FUNCTIONS[function](sub(y), **{k: eval(v) for k, v in keywords})
        case e.Identity(n):
            return np.eye(n)
        case e.Ones(n):
            return np.ones((n, 1))
        case e.Diagonal(y):
            return np.diag(np.ravel(sub(y)))
        case e.Transpose(y):
            return column(sub(y)).T
        case e.Indicator(condition):
            return np.asarray(sub(condition)).astype(float)[()]
        case e.Relation(sign, a, b):
            compare = {
                ">": np.greater,
                "≤": np.less_equal,
                "<": np.less,
                "≥": np.greater_equal,
                "=": np.equal,
                "≠": np.not_equal,
            }
            return compare[sign](sub(a), sub(b))
        case e.Index(e.Identity(n), index):
            places = eval(f"np.arange({n}).reshape(shape)[{index}]", {"np": np, "shape": shape})
            return np.eye(n)[np.reshape(places, -1)]
    raise AssertionError(f"no value for {x!r}")


def column(x):
    """A vector as a column."""
    return np.reshape(x, (-1, 1)) if np.ndim(x) < 2 else x


def times(a, b):
    """The product of scalars, or of matrices."""
    if np.ndim(a) == 0 or np.ndim(b) == 0:
        return a * b
    return column(a) @ column(b)


@pytest.fixture
def evaluate():
    """evaluate(formula, env, shape=None), see the module."""
    return value_of
