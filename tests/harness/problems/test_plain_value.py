"""The value and output shape of a problem, found in NumPy without an AD library."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.contract import Case, Operator, Point, PointKind, Problem, Size
from harness.problems.inputs import case_inputs, output_shape, plain_value


def _affine_log(xp: Any, x: Any, A: Any) -> Any:
    if float(xp.min(x)) < -1.5:
        raise ValueError("far outside the domain")
    return xp.log(xp.matmul(A, x))


def _at(level: float) -> Any:
    def build(dims: Mapping[str, int], rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        return np.full(dims["n"], level), np.ones((dims["m"], dims["n"]))

    return build


PROBLEM = Problem(
    name="affine_log",
    source="this test",
    fun=_affine_log,
    arguments=("x", "A"),
    argnums=(0,),
    sizes=(Size({"m": 3, "n": 2}, 2),),
    points=(
        Point("raises", _at(-2.0), PointKind.OUTSIDE),
        Point("nan", _at(-1.0), PointKind.OUTSIDE),
        Point("inside", _at(1.0)),
    ),
    operators=frozenset({Operator.VJP}),
    timed_operators=frozenset(),
    closed_forms={},
    operations=lambda dims: 10,
)


def test_the_value_keeps_shape_and_dtype() -> None:
    args = (np.full(2, 1.0, np.float32), np.ones((3, 2), np.float32))
    value = plain_value(PROBLEM, args)
    assert value.dtype == np.float32
    np.testing.assert_allclose(value, np.full(3, np.log(2.0)), rtol=1e-6)


def test_outside_the_domain_the_value_is_nan_and_nothing_is_printed() -> None:
    # filterwarnings = error: a RuntimeWarning of the logarithm would fail this test.
    assert np.isnan(plain_value(PROBLEM, (np.full(2, -1.0), np.ones((3, 2))))).all()


def test_the_output_shape_needs_no_point_inside_the_domain() -> None:
    for point in ("raises", "nan", "inside"):
        case = Case("affine_log", Operator.VJP, "m=3,n=2", "float32", point)
        assert output_shape(PROBLEM, case) == (3,)
        (cotangent,) = case_inputs(PROBLEM, case, output_shape(PROBLEM, case)).seeds
        assert cotangent.shape == (3,)
        assert cotangent.dtype == np.float32
