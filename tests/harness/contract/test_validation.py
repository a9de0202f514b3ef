"""Each way in which a problem can contradict itself is said in one line; a sound one passes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from harness.contract import Descent, Operator, Point, Problem, Size
from harness.contract.validation import defects


def build(dims, rng):
    return np.zeros(2), np.zeros(3)


SOUND = Problem(
    name="mine.sound",
    source="this test",
    fun=lambda xp, a, b: xp.sum(a) * xp.sum(b),
    arguments=("a", "b"),
    argnums=(1,),
    sizes=(Size({"n": 2}, 2), Size({"n": 4}, 4)),
    points=(Point("here", build, timed=True), Point("there", build, sizes=frozenset({"n=2"}))),
    operators=frozenset({Operator.VALUE, Operator.GRADIENT}),
    timed_operators=frozenset({Operator.GRADIENT}),
    closed_forms={},
    operations=lambda dims: 1,
)
DESCENT = Descent(steps=3, learning_rate=0.1, curve_bound=1e-9, final_loss=1.0)
WITH_DESCENT = replace(SOUND, operators=SOUND.operators | {Operator.DESCENT}, descent=DESCENT)

UNSOUND = {
    "mine:sound": {"name": "mine:sound"},
    "'my sound'": {"name": "my sound"},
    "argument 'a' is there twice": {"arguments": ("a", "a")},
    "argnum 1 is no position": {"arguments": ("a",)},
    "argnum -1 is no position": {"argnums": (-1,)},
    "argnum 0 is there twice": {"argnums": (0, 0)},
    "argnums is empty": {"argnums": ()},
    "it has no size": {"sizes": ()},
    "it has no point": {"points": ()},
    "size 'n=2' is there twice": {"sizes": (Size({"n": 2}, 2), Size({"n": 2}, 3))},
    "point 'here' is there twice": {"points": (Point("here", build, timed=True),) * 2},
    "scale 0": {"sizes": (Size({"n": 2}, 0),)},
    "n = -1": {"sizes": (Size({"n": 2}, 2), Size({"n": -1}, 1))},
    "'n=3', which there is not": {
        "points": (Point("here", build, timed=True, sizes=frozenset({"n=3"})),)
    },
    "gradient is limited to the size 'n=9'": {
        "operator_sizes": {Operator.GRADIENT: frozenset({"n=9"})}
    },
    "it limits the sizes of hvp": {"operator_sizes": {Operator.HVP: frozenset({"n=2"})}},
    "it asks for no operator": {"operators": frozenset(), "timed_operators": frozenset()},
    "operator 'gradeint'": {"operators": frozenset({"gradeint", Operator.GRADIENT})},
    "it times hessian": {"timed_operators": frozenset({Operator.HESSIAN})},
    "it has a closed form of jvp": {"closed_forms": {Operator.JVP: build}},
    "it predicts the cost of jacobian": {"predicted_cost": {Operator.JACOBIAN: len}},
    "no point that is timed": {"points": (Point("here", build),)},
    "it has no dtype": {"dtypes": frozenset()},
    "dtype 'int64'": {"dtypes": frozenset({"int64"})},
    "dtype 'flaot64'": {"dtypes": frozenset({"flaot64"})},
    "the field descent belong together": {"descent": DESCENT},
}


def test_a_sound_problem_has_no_defect():
    assert list(defects(SOUND)) == []
    assert list(defects(WITH_DESCENT)) == []


@pytest.mark.parametrize("line", UNSOUND)
def test_each_contradiction_is_said_in_one_line(line):
    said = list(defects(replace(SOUND, **UNSOUND[line])))
    assert any(line in defect for defect in said), said
    assert all("\n" not in defect for defect in said)


@pytest.mark.parametrize(
    "change",
    [{"steps": 0}, {"learning_rate": 0.0}, {"curve_bound": float("nan")}, {"final_loss": -1.0}],
)
def test_a_descent_that_cannot_be_is_said(change):
    (said,) = defects(replace(WITH_DESCENT, descent=replace(DESCENT, **change)))
    assert next(iter(change)) in said
