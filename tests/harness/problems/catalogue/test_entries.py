"""What holds for every entry of the catalogue: its names, its points, and what kind they are."""

from __future__ import annotations

import collections
import math

import numpy as np
import pytest

from harness.contract import Case, Operator, PointKind
from harness.contract.validation import defects
from harness.problems import catalogue
from harness.problems.catalogue import ENTRIES
from harness.problems.catalogue.elementwise import ELEMENTWISE
from harness.problems.catalogue.entry import CATALOGUE, Kind
from harness.problems.catalogue.special import SPECIAL
from harness.problems.inputs import case_inputs, plain_value

PROBLEMS = list(catalogue.problems())
INSIDE = (PointKind.SMOOTH, PointKind.KINK)

# The modified Bessel functions grow as exp(|x|), which at 800 is out of range.
OUT_OF_RANGE = {("special.i0", "-800"), ("special.i1", "-800")}

each = pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)


def cases(entry):
    """(problem, point, arguments) for each point of the entry, in float64."""
    for problem in entry.problems():
        for point in problem.points:
            (size,) = (s for s in problem.sizes if s.name in point.sizes)
            case = Case(problem.name, Operator.VALUE, size.name, "float64", point.name)
            yield problem, point, case_inputs(problem, case).args


def test_names_are_unique():
    entries = collections.Counter(entry.name for entry in ENTRIES)
    problems = collections.Counter(problem.name for problem in PROBLEMS)
    assert max(entries.values()) == max(problems.values()) == 1


def test_no_problem_contradicts_itself():
    assert {problem.name: found for problem in PROBLEMS if (found := list(defects(problem)))} == {}


@each
def test_an_entry_has_generic_points_and_one_in_float32(entry):
    names = {(p.name, point.name) for p in entry.problems() for point in p.points}
    assert len({name for name in names if name[1].startswith("generic-")}) >= 3
    if entry.function == "astype":
        return  # to one dtype from another: its variants say which
    assert any(
        point.dtypes is None and point.name.startswith("generic-")
        for problem in entry.problems()
        for point in problem.points
    )
    assert {problem.suite for problem in entry.problems()} == {CATALOGUE}


@each
def test_the_value_is_finite_inside_the_domain_and_not_outside(entry):
    for problem, point, args in cases(entry):
        if point.kind is PointKind.OUTSIDE:
            assert not _finite_or_raises(problem, args), (problem.name, point.name)
            continue
        value = plain_value(problem, args)
        assert not np.isnan(value).any(), (problem.name, point.name)
        if np.isfinite(value).all() or point.kind not in INSIDE:
            continue
        if (problem.name, point.name) in OUT_OF_RANGE:
            assert max(float(np.abs(a).max()) for a in args) > math.log(np.finfo(np.float64).max)
            continue
        # Out of float64's range only: extended precision has the value.
        wide = plain_value(problem, [np.asarray(a, np.longdouble) for a in args])
        if np.finfo(np.longdouble).maxexp > np.finfo(np.float64).maxexp:
            assert np.isfinite(wide).all(), (problem.name, point.name)


def _finite_or_raises(problem, args) -> bool:
    try:
        return bool(np.isfinite(plain_value(problem, args)).all())
    except ValueError:
        return False


_STEPS = (1e-7, 1e-8)


@pytest.mark.parametrize("entry", [*ELEMENTWISE, *SPECIAL], ids=lambda entry: entry.name)
def test_the_kinds_are_what_one_sided_differences_see(entry):
    """At points of moderate size, where differences of doubles tell anything."""
    for problem, point, args in cases(entry):
        if point.kind is PointKind.OUTSIDE or point.max_order == 0:
            continue
        if not _is_moderate(*args) or not _is_moderate(
            plain_value(problem, args), smallest=0.0, largest=1e8
        ):
            continue
        with np.errstate(all="ignore"):
            rough = [slopes for slopes in _slopes(problem, args) if not _is_smooth(*slopes)]
            left = [slopes for slopes in _slopes(problem, args) if np.isnan(slopes).any()]
        if point.kind is PointKind.SMOOTH:
            # On a boundary of the domain one side is missing, and the other is smooth.
            assert not rough, (problem.name, point.name, rough)
        else:
            assert rough or left, (problem.name, point.name)


def _is_moderate(*arrays, smallest=1e-2, largest=50.0) -> bool:
    sizes = np.abs(np.concatenate([np.ravel(a) for a in arrays if a.dtype.kind == "f"]))
    usual = (smallest <= sizes) & (sizes <= largest)
    return bool((usual | (sizes == 0) | np.isinf(sizes)).all())


def _slopes(problem, args):
    """(step, side, output): the differences to both sides, for each element that moves."""
    for position in problem.argnums:
        for index in np.ndindex(args[position].shape):
            yield np.array(
                [
                    [_slope(problem, args, position, index, side * step) for side in (1, -1)]
                    for step in _STEPS
                ]
            )


def _slope(problem, args, position, index, step):
    moved = [np.array(a) for a in args]
    moved[position][index] += step
    change = plain_value(problem, moved) - plain_value(problem, args)
    return np.ravel(change / step)


def _is_smooth(coarse, fine) -> bool:
    """The sides that there are agree ever better as the step shrinks, and do not run away."""
    if np.isinf(fine).any():
        return False
    far, near = (np.abs(right - left) for right, left in (coarse, fine))
    noise = 1e-4 * (1.0 + np.fmax(*np.abs(fine)))
    meet = ~(near > np.maximum(noise, 0.3 * far))
    stay = ~(np.abs(fine) > 2.0 * np.abs(coarse) + noise)
    return bool(meet.all() and stay.all())


def test_steps_and_kinks_have_points_where_they_are():
    for entry in ENTRIES:
        if entry.kind is Kind.KINK and entry.name.startswith(("array_api.", "special.")):
            kinds = {at.kind for variant in entry.variants for at in variant.points}
            orders = {at.max_order for variant in entry.variants for at in variant.points}
            assert PointKind.KINK in kinds or min(orders) < 3, entry.name


EDGES = {
    "array_api.abs": "0 -0 1 -1 1e-8 -1e-20 1e-160 -1e-300 1e300",
    "array_api.acosh": "1 400 1e160 0.5",
    "array_api.asin": "0 -0 1 -1 -1e-300 2",
    "array_api.atan2": "0,0 0,1 0,-1 -0,-1 1,0 1,1 1e160,1e160",
    "array_api.atanh": "0 -0 1 -1 -1e-300 2",
    "array_api.clip/min,max": "-1 1.25",
    "array_api.cos": "0 1 1e8 -1e20 -800 inf",
    "array_api.divide": "0,1 1,0 0,0 1.5,1.5 1e160,1e160 1e-160,1e-160",
    "array_api.exp": "0 -0 20 -20 40 -40 400 -400 800 -800 -inf",
    "array_api.floor": "0 -0 1 -1 0.5",
    "array_api.hypot": "0,0 1,1 1e160,1e160 3,4e-300",
    "array_api.log": "0 -0 1 -1 1e-300 1e-160 1e-20 1e-8 1e8 1e20 1e160 1e300",
    "array_api.logaddexp": "0,0 800,800 -800,-800 800,-800 -inf,-inf -inf,1 1,-inf",
    "array_api.maximum": "0,0 0,-0 -0,0 1,1 -inf,1",
    "array_api.minimum": "0,0 0,-0 -0,0 1,1 inf,1",
    "array_api.pow": "0,0 0,0.5 0,1 0,1.5 0,2 0,3 -2,3 -2,2 1.5,1.5",
    "array_api.pow/of-x1": "0,0 0,0.5 0,1 0,1.5 0,2 0,3 -2,3 -2,2 -1.5,-3",
    "array_api.pow/x2=0.0": "0 -0 -1.5",
    "array_api.remainder": "5.5,2 -5.5,2 5.5,-2 -5.5,-2 4,2 0,2",
    "array_api.round": "0.5 -0.5 1.5 2.5 0",
    "array_api.sign": "0 -0 1e-300",
    "array_api.sqrt": "0 -0 1 -1 1e-300 1e300",
    "array_api.tanh": "0 -0 20 -40 400 -800 inf -inf 1e160",
    "array_api.where": "nan-unused-first nan-unused-second inf-unused-first equal",
    "special.erfc": "20 -20 40 -40 inf -inf",
    "special.expit": "20 -20 40 -40 400 -400 800 -800 inf -inf",
    "special.gamma": "-0.5 -1.5 -2.5 0 -1",
    "special.gammaln": "-0.5 -1.5 1e-300 1e160 0 -1",
    "special.log_ndtr": "-40 -400 -800 -1e8",
    "special.logsumexp": "equal far-tails masked all-masked one-element",
    "special.sinc": "0 -0 1 -1",
    "special.xlogy": "0,0 0,1 1,0",
}


@pytest.mark.parametrize("name", EDGES)
def test_the_edges_of_a_function_are_among_its_points(name):
    (problem,) = (problem for problem in PROBLEMS if problem.name == name)
    assert set(EDGES[name].split()) <= {point.name for point in problem.points}
