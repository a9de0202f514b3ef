"""Importing an adapter imports its own library and no other; listing backends imports none."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

LIBRARIES = {"torch", "jax", "jaxlib", "autograd", "tensorflow"}
OWN = {
    "our_engine": set(),
    "our_engine-compiled": set(),
    "numpy_manual": set(),
    "finite_difference": set(),
    "pytorch": {"torch"},
    "pytorch-autograd": {"torch"},
    "jax": {"jax", "jaxlib"},
    "jax-eager": {"jax", "jaxlib"},
    "autograd": {"autograd"},
}


def libraries_after(statement):
    """The AD libraries that a fresh interpreter has loaded after ``statement``."""
    code = f"import sys, json\n{statement}\nprint(json.dumps(sorted(m for m in sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return LIBRARIES & set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("name", OWN)
def test_creating_a_backend_imports_its_own_library_alone(name):
    for library in OWN[name]:
        if find_spec(library) is None:
            pytest.skip(f"{library} is not installed")
    loaded = libraries_after(
        f"import harness.plugins\nharness.plugins.load().backend({name!r}).create()"
    )
    assert loaded == OWN[name]


def test_listing_backends_and_problems_imports_no_ad_library():
    loaded = libraries_after(
        "import harness.plugins\n"
        "registry = harness.plugins.load()\n"
        "missing = [entry.missing for entry in registry.backends.values()]\n"
        "assert 'lecture.log_sqrt' in registry.problems\n"
    )
    assert loaded == set()
