"""The table of what is covered claims what is so, and complains where it would not be."""

from __future__ import annotations

import importlib.metadata
import pathlib
import types
import warnings

import numpy as np
import pytest

import our_engine as oe
from our_engine.coverage import __main__ as command
from our_engine.coverage import array_api, others, table
from our_engine.coverage.naming import function_named, name_of, rules_by_name
from our_engine.primitives import COMPOSITE, TABLE

from . import manifest

PAGE = pathlib.Path(__file__).parents[3] / "docs" / "coverage.md"


@pytest.fixture(scope="module")
def tested():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return manifest.manifest()


def test_what_is_said_to_be_tested_is_what_the_specimens_exercise(tested):
    assert table.tested() == tested, "run python -m tests.our_engine.gate.manifest"


def test_everything_required_is_there_and_tested(capsys):
    assert command.main([]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "numpy.linalg.slogdet" in out


def test_the_page_is_current(capsys):
    command.main(["--markdown"])
    assert PAGE.read_text(encoding="utf-8") == capsys.readouterr().out, (
        "run python -m our_engine.coverage --markdown > docs/coverage.md"
    )


def problems(tested):
    return " ".join(table.problems(table.rows(tested)))


def test_a_claim_without_a_test_is_named(tested):
    assert problems({k: v for k, v in tested.items() if k != "numpy.sinh"}) == (
        "numpy.sinh: claimed, and no specimen tests it"
    )


def test_a_keyword_without_a_test_is_named(tested):
    less = {**tested["numpy.sum"], "keywords": ["axis", "dtype", "initial", "keepdims"]}
    assert problems({**tested, "numpy.sum": less}) == (
        "numpy.sum: keywords claimed, and no specimen gives them: where"
    )


@pytest.mark.parametrize(("registry", "name"), [(TABLE, "sin"), (COMPOSITE, "trapezoid")])
def test_a_required_function_without_a_rule_is_named(registry, name, monkeypatch, capsys):
    monkeypatch.delitem(registry, getattr(np, name))
    assert command.main([]) == 1
    assert f"numpy.{name}: has no rule" in capsys.readouterr().err


def test_the_standard_has_no_name_that_numpy_lacks():
    missing = [name for name in array_api.NAMES if function_named(name) is None]
    assert not missing
    # 2024.12 added these to 2023.12.
    added = {"count_nonzero", "cumulative_prod", "diff", "nextafter", "reciprocal"}
    assert {f"numpy.{name}" for name in (*added, "take_along_axis")} <= set(array_api.NAMES)


def test_no_rule_is_explained_away():
    rules = set(rules_by_name())
    assert not [n for n in array_api.NO_DERIVATIVE if name_of(function_named(n)) in rules]
    assert not [n for n in array_api.UNREACHED if name_of(function_named(n)) in rules]


@pytest.mark.parametrize("name", ["array", "asarray", "arange", "full"])
def test_what_cannot_be_reached_is_an_error_and_never_detached(name):
    call = (lambda t: np.full(3, t)) if name == "full" else (lambda t: getattr(np, name)(t))
    with pytest.raises(oe.DifferentiationError):
        oe.jvp(call, (1.5,), (1.0,))


def test_all_that_autograd_differentiates_is_listed():
    core = pytest.importorskip("autograd.core", reason="compares with the names of autograd")
    places = {
        "numpy": "autograd.numpy",
        "numpy.linalg": "autograd.numpy.linalg",
        "numpy.fft": "autograd.numpy.fft",
        "scipy.special": "autograd.scipy.special",
        "scipy.linalg": "autograd.scipy.linalg",
    }
    if importlib.metadata.version("autograd") != "1.9.1":
        pytest.skip("the names are those of autograd 1.9.1")
    modules = {place: pytest.importorskip(module) for place, module in places.items()}
    primitives = {id(f) for f in (*core.primitive_vjps, *core.primitive_jvps)}
    found = set()
    for place, module in modules.items():
        for name, value in vars(module).items():
            public = not name.startswith("_") and function_named(f"{place}.{name}") is not None
            if public and (id(value) in primitives or _is_written_anew(value)):
                found.add(f"{place}.{name}")
    assert found == set(others.AUTOGRAD)


def _is_written_anew(value):
    """A function in terms of primitives, as autograd.numpy.stack; not one without derivative."""
    return (
        isinstance(value, types.FunctionType)
        and value.__module__.startswith("autograd.")
        and value.__name__ not in ("iscomplexobj", "ndim", "result_type", "shape")
        and not hasattr(value, "fun")
    )
