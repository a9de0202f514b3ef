"""docs/backend.md, done as it says: what it writes is installed, what it tells to run is run."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[2]


def _tutorial():
    path = ROOT / "tests" / "docs" / "tutorial.py"
    spec = importlib.util.spec_from_file_location("tutorial_of_the_page", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # a dataclass looks its module up while it is made
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def with_pytest(bin_folder):
    """pytest beside the wheel."""
    pip = [bin_folder / "python", "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--constraint", ROOT / "constraints.txt", "pytest"], check=True)


@pytest.mark.usefixtures("with_pytest")
def test_the_page_does_what_it_says(clean_environment, tmp_path):
    tutorial = _tutorial()
    for block in tutorial.blocks():
        if isinstance(block, tutorial.File):
            (tmp_path / block.name).write_text(block.text)
            continue
        done = subprocess.run(
            ["bash", "-c", block.line],
            cwd=tmp_path,
            env=clean_environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        said = done.stdout + done.stderr
        assert done.returncode == block.status, f"{block.line}\n{said}"
        if "--suggest" in block.line:
            assert 'case = [\n    "array_api.abs:' in said
            assert "TODO: " in said
        elif block.status:
            assert "unlisted: my_step: array_api.abs:" in said
            assert "array_api.sin" not in done.stdout  # the progress is on stderr
        elif "pytest" in block.line:
            assert " passed" in said
            assert " failed" not in said
            assert ("xfailed" in said) == ("array_api.abs" in block.line)
    assert ElementTree.parse(tmp_path / "gate.xml").getroot().get("failures") == "0"
    assert "gate open" in (tmp_path / "gate.md").read_text()


@pytest.mark.usefixtures("with_pytest")
def test_the_tests_of_other_projects_import_one_small_module(clean_environment, tmp_path):
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_what_came_along():\n"
        "    ours = sorted(m for m in sys.modules if m.split('.')[0] in ('harness', 'backends'))\n"
        "    assert ours == ['harness', 'harness.pytest_plugin']\n"
        "    assert not {'numpy', 'pandas', 'scipy'} & set(sys.modules)\n"
    )
    done = subprocess.run(
        ["python", "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=clean_environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout
