"""The package that ``adjudge init-backend`` writes, installed as its author would install it."""

from __future__ import annotations

import subprocess
from pathlib import Path


def test_the_written_package_is_installed_found_and_passes_its_tests(
    bin_folder, clean_environment, tmp_path
):
    def run(line: str, folder: Path = tmp_path) -> str:
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=folder,
            env=clean_environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    package = tmp_path / "adjudge-my-library"
    run("adjudge init-backend my_library")
    run("python -m pip install --quiet pytest")
    run("python -m pip install --quiet --no-deps --editable .", package)
    try:
        assert "my_library" in run("adjudge backends", package)
        assert " passed" in run("python -m pytest -p no:cacheprovider", package)
    finally:
        run("python -m pip uninstall --quiet --yes adjudge-my-library")
