"""A built wheel, installed where no AD library is, works and says what is missing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytest.importorskip("build", reason="build is installed by `nox -s package`")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", out, ROOT],
        check=True,
        capture_output=True,
        text=True,
    )
    (path,) = out.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def bin_folder(wheel, tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("empty")
    venv.create(home, with_pip=True)
    pip = [home / "bin" / "python", "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--constraint", ROOT / "constraints.txt", wheel], check=True)
    return home / "bin"


def adjudge(bin_folder: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    return subprocess.run(
        [bin_folder / "adjudge", *words],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_wheel_holds_types_data_ledgers_and_templates(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"harness/py.typed", "backends/py.typed", "our_engine/py.typed"} <= names
    assert any(n.startswith("harness/problems/data/") and n.endswith(".csv") for n in names)
    assert any(n.startswith("backends/known/") and n.endswith(".toml") for n in names)
    assert any(n.endswith(".html.j2") for n in names)
    assert not any(n.startswith(("tests/", "results/")) for n in names)


def test_backends_says_what_is_missing_and_how_to_install_it(bin_folder, tmp_path):
    done = adjudge(bin_folder, "backends", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    backends = {entry["name"]: entry for entry in json.loads(done.stdout)}
    missing = {name: entry["missing"] for name, entry in backends.items() if entry["missing"]}
    assert missing == {
        "pytorch": ["torch"],
        "jax": ["jax"],
        "jax-eager": ["jax"],
        "autograd": ["autograd"],
    }
    lines = adjudge(bin_folder, "backends", cwd=tmp_path).stdout
    assert "pip install 'adjudge[pytorch]'" in lines


def test_naming_a_missing_backend_is_one_line_and_exit_3(bin_folder, tmp_path):
    done = adjudge(bin_folder, "check", "--backend", "jax", cwd=tmp_path)
    assert done.returncode == 3
    assert done.stderr.count("\n") == 1
    assert "adjudge[jax]" in done.stderr


def test_the_judge_runs_without_any_ad_library(bin_folder, tmp_path):
    done = adjudge(bin_folder, "check", "--problem", "lecture.log_sqrt", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "our_engine" in done.stdout
    assert "numpy_manual" in done.stdout
