"""A wheel of this project, and an environment with nothing in it but what the wheel brings."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built once."""
    pytest.importorskip("build", reason="build is installed by `nox -s package`")
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", out, ROOT],
        check=True,
        capture_output=True,
        text=True,
    )
    (path,) = out.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def bin_folder(wheel, tmp_path_factory) -> Path:
    """The commands of an environment where the wheel is installed, and no AD library is."""
    home = tmp_path_factory.mktemp("empty")
    venv.create(home, with_pip=True)
    pip = [home / "bin" / "python", "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--constraint", ROOT / "constraints.txt", wheel], check=True)
    return home / "bin"


@pytest.fixture(scope="session")
def clean_environment(bin_folder, tmp_path_factory) -> dict[str, str]:
    """Variables for a process that is to find that environment, and nothing of this one."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST", "GITHUB"))}
    return kept | {
        "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
        "ADJUDGE_CACHE_DIR": str(tmp_path_factory.mktemp("cache")),
    }
