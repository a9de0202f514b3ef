"""A built wheel, installed where no AD library is, works and says what is missing."""

from __future__ import annotations

import json
import subprocess
import zipfile

import pytest


@pytest.fixture
def adjudge(bin_folder, clean_environment, tmp_path):
    """``adjudge(*words)``: the installed command."""

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [bin_folder / "adjudge", *words],
            cwd=tmp_path,
            env=clean_environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return call


def test_the_wheel_holds_types_data_ledgers_and_templates(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"harness/py.typed", "backends/py.typed", "our_engine/py.typed"} <= names
    assert any(n.startswith("harness/problems/data/") and n.endswith(".csv") for n in names)
    assert any(n.startswith("backends/known/") and n.endswith(".toml") for n in names)
    assert any(n.endswith(".html.j2") for n in names)
    assert not any(n.startswith(("tests/", "results/")) for n in names)


def test_backends_says_what_is_missing_and_how_to_install_it(adjudge):
    done = adjudge("backends", "--json")
    assert done.returncode == 0, done.stderr
    backends = {entry["name"]: entry for entry in json.loads(done.stdout)}
    missing = {name: entry["missing"] for name, entry in backends.items() if entry["missing"]}
    assert missing == {
        "pytorch": ["torch"],
        "pytorch-autograd": ["torch"],
        "jax": ["jax"],
        "jax-eager": ["jax"],
        "autograd": ["autograd"],
    }
    lines = adjudge("backends").stdout
    assert "pip install 'adjudge[pytorch]'" in lines


def test_naming_a_missing_backend_is_one_line_and_exit_3(adjudge):
    done = adjudge("check", "--backend", "jax")
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "adjudge[jax]" in done.stderr


def test_the_judge_runs_without_any_ad_library(adjudge):
    done = adjudge("check", "--problem", "lecture.log_sqrt")
    assert done.returncode == 0, done.stderr
    assert "our_engine" in done.stdout
    assert "numpy_manual" in done.stdout
