"""Draws depend on the seed and the number alone, and cover the catalogue."""

from __future__ import annotations

import re

import numpy as np
import pytest

from harness.errors import UsageError
from harness.fuzzing.drawing import Drawer, forms_of
from harness.fuzzing.expressions import evaluated, text_of
from harness.fuzzing.specimens import alone, disturbed
from harness.problems.inputs import plain_value

DRAWS = 150


@pytest.fixture(scope="module")
def drawn(registry):
    drawer = Drawer(registry, 11)
    return [specimen for n in range(DRAWS) if (specimen := drawer.draw(n)) is not None]


def test_a_draw_is_the_same_whatever_was_drawn_before(registry, drawn):
    alone_ = Drawer(registry, 11).draw(DRAWS - 1)
    assert alone_.name == drawn[-1].name
    assert Drawer(registry, 12).draw(DRAWS - 1).name != drawn[-1].name


def test_nearly_every_draw_makes_sense(drawn):
    assert len(drawn) > 0.95 * DRAWS
    assert all(np.isfinite(specimen.parts[()]).all() for specimen in drawn)


def test_they_are_of_many_kinds(drawn):
    functions = set().union(*(specimen.functions for specimen in drawn))
    groups = {name.split(".")[0] for name in functions}
    assert groups >= {"array_api", "linalg", "fft", "special"}
    assert len(functions) > 90
    assert {len(specimen.nodes) for specimen in drawn} >= {1, 2, 3, 4}
    assert {specimen.dtype for specimen in drawn} == {"float64", "float32"}
    values = [v for s in drawn for v in s.values.values() if v.dtype.kind == "f" and v.size]
    assert any((v == 0).any() for v in values)
    assert any(v.size > len(np.unique(v)) for v in values)
    assert any(np.abs(v).max() > 1e7 for v in values)


def test_the_text_is_the_tree(drawn):
    """Parts evaluated one by one, and the whole text at once, give the same value."""
    for specimen in drawn[:60]:
        names = [leaf.name for leaf in specimen.arguments]
        args = [specimen.values[name] for name in names]
        given = dict(zip(names, args, strict=True))
        whole = plain_value(specimen.problem, args)
        parts = evaluated(specimen.expression, given)
        np.testing.assert_array_equal(whole, parts[()])


def test_a_pattern_is_in_every_draw(registry):
    drawer = Drawer(registry, 2, "linalg.*")
    for number in range(12):
        specimen = drawer.draw(number)
        assert specimen is None or any(f.startswith("linalg.") for f in specimen.functions)


def test_the_short_name_of_a_function_is_enough(registry):
    assert {form.function for form in forms_of(registry, "hypot")} == {"array_api.hypot"}
    with pytest.raises(UsageError, match="did you mean 'hypot'"):
        forms_of(registry, "hypott")


def test_what_is_disturbed_are_inner_values_and_their_slopes(specimen):
    whole = specimen(("array_api.sum", ("array_api.exp", ("array_api.sin", "x"))), x=[0.5, 2.0])
    x = whole.values["x"]
    step = 2.0**-20
    moved = disturbed(whole, step, np.random.default_rng(0))
    shape = r"xp.sum\(xp.exp\(xp.sin\(x\) (LINE)\) (LINE)\)".replace("LINE", r"\* .* \+ .*")
    found = re.fullmatch(shape, moved.text)
    for line, y in zip(found.groups(), (np.sin(x), np.exp(np.sin(x))), strict=True):
        slope, offset = (eval(part, {"xp": np}) for part in line.removeprefix("* ").split(" + "))
        np.testing.assert_array_equal(np.abs(slope - 1.0), step)
        np.testing.assert_allclose(np.abs(y * slope + offset - y), step * np.abs(y))
    same = disturbed(whole, 0.0, np.random.default_rng(0))
    assert plain_value(same.problem, [x]) == plain_value(whole.problem, [x])


def test_an_argument_that_stands_there_twice_is_disturbed_in_both_places(specimen):
    whole = specimen(("array_api.atan2", "x", "x"), x=0.5)
    moved = disturbed(whole, 0.0, np.random.default_rng(0))
    line = "x * xp.asarray(1.0) + xp.asarray(0.0)"
    assert moved.text == f"xp.atan2({line}, {line})"


def test_a_part_alone_is_called_with_what_it_has_inside(specimen):
    whole = specimen(("array_api.multiply", ("array_api.sin", "x"), "y"), x=[0.5], y=[3.0])
    part = alone(whole, (), whole.nodes[0])
    assert text_of(part.expression) == "xp.multiply(x1, x2)"
    assert part.values["x1"].tolist() == [np.sin(0.5)]
    assert part.values["x2"].tolist() == [3.0]
