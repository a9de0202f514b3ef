"""A search without processes: the backend answers in this one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.contract import Backend
from harness.fuzzing.bench import Bench
from harness.fuzzing.drawing import Drawer, forms_of
from harness.fuzzing.expressions import Expression, Form, Leaf, Node
from harness.fuzzing.search import Search
from harness.fuzzing.specimens import Specimen
from harness.plugins import BackendEntry, Registry, load
from harness.verification.ledger import Ledger
from tests.harness.fuzzing.planted import Faulty, Fixed, InProcess


@pytest.fixture(scope="session")
def registry() -> Registry:
    """All that is installed, and a backend ``planted`` that nobody makes."""
    found = load()

    def never() -> Backend:
        raise AssertionError("the tests evaluate in their own process")

    found.backends["planted"] = BackendEntry("planted", never, "test", (), "", "")
    return found


@pytest.fixture(scope="session")
def forms(registry: Registry) -> dict[str, Form]:
    """The forms by their names."""
    return {form.name: form for form in forms_of(registry)}


@pytest.fixture
def bench(registry: Registry) -> Callable[..., Bench]:
    """A bench of the engine with faults in the namespace's functions of these names."""

    def make(**planted: Callable[..., Any]) -> Bench:
        return Bench(registry, "planted", InProcess(Faulty(planted)))

    return make


@pytest.fixture
def search(registry: Registry) -> Callable[..., Search]:
    """A finished search of ``draws`` draws; by a Drawer, or of the specimens given."""

    def run(bench: Bench, drawer: Drawer | Fixed, draws: int, **facts: Any) -> Search:
        ledger = facts.pop("ledger", Ledger("planted", None, ()))
        made = Search(registry, bench, drawer, ledger, **facts)
        made.run(0, draws, time.monotonic() + 600)
        return made

    return run


@pytest.fixture(scope="session")
def specimen(forms: dict[str, Form]) -> Callable[..., Specimen]:
    """A specimen of nested tuples such as ``("array_api.sin", "x")``, and values by name."""

    def expression(nested: Any) -> Expression:
        if isinstance(nested, str):
            return Leaf(nested)
        name, *children = nested
        return Node(forms[name], tuple(map(expression, children)))

    def make(nested: Any, dtype: str = "float64", **values: Any) -> Specimen:
        arrays = {name: np.asarray(value, dtype=np.float64) for name, value in values.items()}
        return Specimen(expression(nested), arrays, dtype)

    return make
