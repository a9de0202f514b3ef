"""What autograd says that it does not have is refused; whatever else is raised stays a failure."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from harness.contract import Operator, UnsupportedOperatorError, Written, build
from harness.plugins import load

pytest.importorskip("autograd", reason="the autograd backend needs autograd")

import autograd.numpy as anp

from backends.autograd_backend import AutogradBackend

BACKEND = AutogradBackend()
X = np.array([0.5, 1.5])
ONES = np.ones(2)


def called(operator, text, *seeds):
    """``operator`` of the function of x that ``text`` is, at X."""
    problem = dataclasses.replace(
        load().problems["lecture.log_sqrt"],
        fun=Written(("x",), text),
        arguments=("x",),
        argnums=(0,),
        uses=(),
    )
    return build(BACKEND, problem, operator)(X, *seeds)


def test_a_missing_forward_rule_is_refused_in_autograds_words():
    with pytest.raises(
        UnsupportedOperatorError, match=r"^autograd says: JVP of hypot .* not defin"
    ):
        BACKEND.jvp(lambda x: anp.hypot(x, 1.0), (X,), (ONES,))


def test_a_missing_reverse_rule_is_refused_when_it_is_recorded():
    with pytest.raises(UnsupportedOperatorError, match=r"VJP of copysign .* not defined"):
        BACKEND.vjp(lambda x: anp.copysign(x, 1.0), (X,))


def test_a_rule_that_refuses_on_the_way_back_is_refused_too():
    matrix = np.arange(6.0).reshape(2, 3)
    y, pullback = BACKEND.vjp(lambda x: anp.diagonal(x, 1), (matrix,))
    with pytest.raises(UnsupportedOperatorError, match="make_diagonal only supports offset=0"):
        pullback(np.ones_like(y))


@pytest.mark.parametrize(
    ("operator", "seeds"),
    [
        (Operator.GRADIENT, ()),
        (Operator.JACOBIAN, ()),
        (Operator.HVP, (ONES,)),
        (Operator.HESSIAN, ()),
        (Operator.HVP_FORWARD_OVER_REVERSE, (ONES,)),
    ],
)
def test_operators_of_its_own_and_nested_ones_are_refused_as_well(operator, seeds):
    with pytest.raises(UnsupportedOperatorError, match="copysign"):
        called(operator, "xp.sum(xp.copysign(x, x))", *seeds)


@pytest.mark.parametrize("operator", [Operator.GRADIENT, Operator.JACOBIAN])
def test_a_function_that_is_not_implemented_is_no_refusal_of_autograds(operator):
    """What the function itself raises is its own, whatever its type."""

    def unfinished(x):
        raise NotImplementedError("to be written")

    with pytest.raises(NotImplementedError, match="to be written"):
        BACKEND.native[operator](unfinished, (X,))
    with pytest.raises(NotImplementedError, match="to be written"):
        BACKEND.vjp(unfinished, (X,))


def test_a_rule_that_fails_by_accident_is_a_failure():
    """Of three arguments autograd looks for three rules of clip, and trips over the second."""
    with pytest.raises(KeyError):
        BACKEND.vjp(lambda x, low, high: anp.clip(x, low, high), (X, X - 1.0, X + 1.0))
