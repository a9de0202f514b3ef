"""lecture.log_sqrt: closed forms against 80-digit differences, points against their kind."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from harness.contract import Operator, PointKind
from harness.problems.log_sqrt import LOG_SQRT

SMOOTH = [point.name for point in LOG_SQRT.points if point.kind is PointKind.SMOOTH]
EXTENDED = 1e-17


def at(point):
    return LOG_SQRT.point(point).build({}, np.random.default_rng(7))


@pytest.mark.parametrize("point", SMOOTH)
@pytest.mark.parametrize("operator", sorted(LOG_SQRT.closed_forms))
def test_closed_forms_are_the_derivatives(operator, point, disagreement_of):
    assert disagreement_of(LOG_SQRT, operator, {}, point) < EXTENDED


def test_a_wrong_closed_form_is_seen(disagreement_of):
    hessian = LOG_SQRT.closed_forms[Operator.HESSIAN]

    def without_the_cross_term(xp, x_1, x_2):
        h_11, h_12, h_21, h_22 = hessian(xp, x_1, x_2)
        return h_11, 0 * h_12, 0 * h_21, h_22

    def a_billionth_off(xp, x_1, x_2):
        return tuple(h * (1 + np.longdouble(1e-9)) for h in hessian(xp, x_1, x_2))

    for wrong in (without_the_cross_term, a_billionth_off):
        assert disagreement_of(LOG_SQRT, Operator.HESSIAN, {}, "generic-0", wrong) > 1e-10


def test_at_e_4_the_lecture_gives_6_and_5_over_e_and_5_quarters():
    x_1, x_2 = at("e-4")
    assert (float(x_1), float(x_2)) == (math.e, 4.0)
    assert float(LOG_SQRT.fun(np, x_1, x_2)) == pytest.approx(6.0, rel=4e-16)
    g_1, g_2 = LOG_SQRT.closed_forms[Operator.GRADIENT](np, x_1, x_2)
    assert float(g_1) == pytest.approx(5.0 / math.e, rel=4e-16)
    assert float(g_2) == pytest.approx(1.25, rel=4e-16)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_points_are_of_the_kind_that_they_say(dtype):
    for point in LOG_SQRT.points:
        x_1, x_2 = (a.astype(dtype) for a in at(point.name))
        inside = x_1 > 0 and float(x_2) * math.log(x_1) >= 0
        assert inside == (point.kind is not PointKind.OUTSIDE), point.name
        assert (inside and float(x_2) * math.log(x_1) == 0) == (point.kind is PointKind.INFINITE)


def test_near_u_zero_is_the_same_number_in_both_dtypes():
    x_1, x_2 = at("near-u-zero")
    assert float(x_1.astype(np.float32)) == float(x_1) == 1 + 2.0**-20
    u = x_2 * mpmath.log(mpmath.mpf(float(x_1)))
    assert 0 < u < 1e-5


def test_one_generic_point_has_both_factors_of_u_negative():
    x_1, x_2 = at("generic-2")
    assert 0 < x_1 < 1
    assert x_2 < 0
