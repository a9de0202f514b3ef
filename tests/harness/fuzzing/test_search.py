"""Planted faults are found and shrunk to what shows them and nothing else."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import our_engine
from harness.contract import Operator, VerdictKind
from harness.fuzzing.bench import Bench
from harness.fuzzing.drawing import Drawer
from harness.fuzzing.findings import as_entry
from harness.fuzzing.telling import finding_lines, headline
from harness.problems.catalogue.calls import expression
from harness.problems.catalogue.entry import Entry, Kind, Variant
from harness.problems.catalogue.points import edge
from harness.verification.ledger import load_ledger
from tests.harness.fuzzing.planted import Faulty, Fixed, InProcess, plain, slope


def faulty_sum(x, axis=None, **keywords):
    """Wrong along a negative axis."""
    y = np.sum(x, axis=axis, **keywords)
    return slope(y, x) if isinstance(axis, int) and axis < 0 else y


def faulty_max(x, axis=None, **keywords):
    """Wrong where the largest element is there twice."""
    y = np.max(x, axis=axis, **keywords)
    values = plain(x)
    tied = values.size > 0 and (values == values.max()).sum() > 1
    return slope(y, x) if tied else y


class FaultyPair:
    """exp is wrong of what sin has just returned, as if the two had shared their memory."""

    def __init__(self):
        self._last = None

    def sin(self, x):
        self._last = np.sin(x)
        return self._last

    def exp(self, x):
        y = np.exp(x)
        return slope(y, x) if x is self._last else y


def test_a_fault_along_negative_axes_is_drawn_and_shrunk_to_one_call(registry, bench, search):
    with bench(sum=faulty_sum) as planted:
        drawer = Drawer(registry, 3, "array_api.sum/axis=-1*")
        found = search(planted, drawer, 4).findings
    wrong = [f for f in found if f.kind is VerdictKind.WRONG]
    assert wrong
    first = wrong[0]
    assert first.specimen.text.startswith("xp.sum(x, axis=-1")
    assert first.operator is Operator.JVP
    assert first.finished
    assert first.specimen.values["x"].size == 1


def test_a_fault_at_ties_is_shrunk_to_a_tie(bench, search, specimen):
    drawn = specimen(
        ("array_api.multiply", ("array_api.sin", "y"), ("array_api.max", "x")),
        x=[[1.5, 0.25, 1.5]],
        y=[0.5],
    )
    with bench(max=faulty_max) as planted:
        (finding,) = search(planted, Fixed(drawn), 1).findings
    assert finding.specimen.text == "xp.max(x)"
    values = finding.specimen.values["x"].reshape(-1)
    # Without a tie there is no fault: two equal elements are the least.
    assert values.tolist() == [1.0, 1.0]


def test_a_fault_of_a_composition_keeps_both_functions(bench, search, specimen):
    drawn = specimen(
        ("array_api.sum", ("array_api.exp", ("array_api.sin", ("array_api.add", "x", "y")))),
        x=[0.25, 1.5],
        y=[0.5, 1.25],
    )
    pair = FaultyPair()
    with bench(sin=pair.sin, exp=pair.exp) as planted:
        (finding,) = search(planted, Fixed(drawn), 1).findings
    assert finding.specimen.text == "xp.exp(xp.sin(x))"
    assert finding.specimen.values["x"].tolist() == 1.0


def test_a_fault_of_higher_order_names_its_operator(bench, search, specimen):
    def cosh(x):
        # Right to the first order: its second derivative lacks what comes through the slope.
        return np.cosh(our_engine.stop_gradient(x)) + np.sinh(our_engine.stop_gradient(x)) * (
            x - our_engine.stop_gradient(x)
        )

    drawn = specimen(("array_api.tanh", ("array_api.cosh", "x")), x=[0.5, -0.25])
    with bench(cosh=cosh) as planted:
        (finding,) = search(planted, Fixed(drawn), 1).findings
    assert finding.specimen.text == "xp.cosh(x)"
    assert finding.operator.order == 2
    assert {operator.order for operator in finding.also} == {2, 3}


def test_a_right_backend_is_not_accused(registry, bench, search):
    with bench() as right:
        done = search(right, Drawer(registry, 5, "array_api.sum*"), 5)
    assert done.findings == []
    assert done.tally.verdicts[VerdictKind.OK] > 30


def test_the_same_seed_finds_the_same(registry, bench, search):
    def texts():
        with bench(sum=faulty_sum) as planted:
            done = search(planted, Drawer(registry, 3, "array_api.sum/axis=-1"), 3)
        return [f.as_json() for f in done.findings]

    first = texts()
    assert first
    assert texts() == first


def test_a_finding_for_a_person(bench, search, specimen):
    drawn = specimen(("array_api.sum/axis=-1", ("array_api.sin", "x")), x=[[0.5, 1.25]])
    with bench(sum=faulty_sum) as planted:
        done = search(planted, Fixed(drawn), 1)
    lines = list(finding_lines(1, done.findings[0], seed=9))
    title = "1. planted: wrong: jvp of xp.sum(x, axis=-1) (array_api.sum/axis=-1, float64)"
    assert lines[0] == title
    assert any(line.strip().startswith("draw 0 was xp.sum(xp.sin(x), axis=-1)") for line in lines)
    # The planted backend has no dialect: it is shown by drawing it again.
    assert "   reproduce: adjudge fuzz --backend planted --seed 9 --draw 0" in lines
    assert headline(done.tally, 1, 0).startswith("1 draw, ")
    assert headline(done.tally, 0, 1).endswith("0 new findings, 1 that the ledger knows")


def test_what_was_found_once_is_counted_and_not_shrunk_again(bench, search, specimen):
    nested = ("array_api.sum/axis=-1", ("array_api.sin", "x"))
    drawn = [specimen(nested, x=[[0.5, 1.0, float(i)]]) for i in range(3)]
    with bench(sum=faulty_sum) as planted:
        done = search(planted, Fixed(*drawn), 3)
    assert len(done.findings) == 1
    assert done.tally.again[0] == 2


def test_the_ledger_explains_what_it_lists_for_the_operator(bench, search, specimen, tmp_path):
    ledger = tmp_path / "planted.toml"
    ledger.write_text(
        'backend = "planted"\n[[divergence]]\ncase = "array_api.sum/*:%s:*:float64:*"\n'
        'versions = { planted = ">=1" }\nkind = "wrong"\nreason = "the planted slope"\n'
    )
    drawn = specimen(("array_api.sum/axis=-1", "x"), x=[[0.5, 1.0]])
    known = {}
    for operator in ("jvp", "hessian*"):
        text = ledger.read_text().replace("%s", operator)
        (tmp_path / "filled.toml").write_text(text)
        with bench(sum=faulty_sum) as planted:
            listed = load_ledger(tmp_path / "filled.toml")
            (finding,) = search(planted, Fixed(drawn), 1, ledger=listed).findings
        known[operator] = finding.known
    assert known == {"jvp": "the planted slope", "hessian*": ""}


@pytest.mark.parametrize(
    ("nested", "values"),
    [
        (("array_api.sum/axis=-1", "x"), {"x": [[0.5, 1.25]]}),
        (("array_api.multiply", "x", ("array_api.sum/axis=-1", "y")), {"x": [0.1], "y": [[-0.0]]}),
    ],
)
def test_a_finding_is_an_entry_that_the_catalogue_takes(bench, specimen, nested, values):
    drawn = specimen(nested, **values)
    names = {"Entry": Entry, "Variant": Variant, "Kind": Kind, "edge": edge, "np": np}
    (entry,) = eval(f"({as_entry(drawn, Operator.JVP)})", {**names, "expression": expression})
    (problem,) = entry.problems()
    (point,) = problem.points
    args = point.build(problem.sizes[0].dims, np.random.default_rng(0))
    for name, value in zip(problem.arguments, args, strict=True):
        assert value.tobytes() == drawn.values[name].tobytes()
        assert value.shape == drawn.values[name].shape
    assert problem.fun.text == drawn.text
    assert point.max_order == 1


def test_the_reproducer_shows_it_with_the_library_alone(registry, specimen):
    drawn = specimen(("array_api.exp", ("array_api.sin", "x")), x=0.5)
    with Bench(registry, "our_engine", InProcess(Faulty({}))) as right:
        (judged,) = right.judged(drawn, [Operator.JVP])
        line = right.reproducer(judged)
    assert line.startswith("python -c ")
    program, _, truth = line.removeprefix("python ").partition("  # true: ")
    shown = subprocess.run(
        f"{sys.executable} {program}", shell=True, capture_output=True, text=True, check=True
    )
    assert float(shown.stdout) == pytest.approx(float(truth), rel=1e-14)
