"""``adjudge init-backend``: what it writes is a package that is found, judged and tested."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from harness.cli import main
from harness.verification.ledger import load_ledger


def call(*words: str) -> int:
    with pytest.raises(SystemExit) as exit_:
        main(words)
    return int(exit_.value.code or 0)


@pytest.fixture
def package(monkeypatch, tmp_path, capsys):
    """The written package, and what an editable install would leave beside it."""
    monkeypatch.chdir(tmp_path)
    assert call("init-backend", "my_library") == 0
    folder = tmp_path / "adjudge-my-library"
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    info = tmp_path / "site" / "adjudge_my_library-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1\n")
    ((name, module),) = project["entry-points"]["adjudge"].items()
    (info / "entry_points.txt").write_text(f"[adjudge]\n{name} = {module}\n")
    capsys.readouterr()
    return folder


def run(package: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """``python -m WORDS`` in the package's folder, as if it were installed."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST", "GITHUB"))}
    paths = (package, package.parent / "site", *filter(None, [os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=package,
        env=environment
        | {
            "PYTHONPATH": os.pathsep.join(map(str, paths)),
            "ADJUDGE_CACHE_DIR": str(package.parent / "cache"),
            "PYTHONDONTWRITEBYTECODE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_package_passes_its_own_tests(package):
    done = run(package, "pytest", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "adjudge::my_library::" not in done.stdout  # nothing failed
    passed = int(done.stdout.rpartition(" passed")[0].rpartition(" ")[2].lstrip("="))
    assert passed > 2, "the two tests of the package, and cases of adjudge"


def test_the_gate_is_configured_and_has_something_to_say(package):
    done = run(package, "harness.cli", "gate", "--quiet", "--point", "outside-log")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "unlisted: my_library: lecture.log_sqrt:" in done.stdout
    assert load_ledger(package / "adjudge_my_library" / "known.toml").entries == ()


def test_nothing_in_the_package_is_left_to_be_substituted(package):
    for path in (path for path in package.rglob("*") if path.is_file()):
        assert "$" not in path.read_text()
        if path.suffix == ".py":
            compile(path.read_text(), str(path), "exec")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("My Library",), "cannot name a backend"),
        (("2fast",), "cannot name a backend"),
        (("_",), "cannot name a backend"),
        (("../up",), "cannot name a backend"),
        (("a" * 1000,), "cannot name a backend"),
        (("our_engine",), "there is a backend 'our_engine' already"),
        (("fine", "--directory", "there"), "there is there already"),
        (("fine", "--directory", "file"), "file is there already"),
        ((), "NAME"),
    ],
)
def test_what_is_refused_is_one_line_and_writes_nothing(monkeypatch, tmp_path, capsys, words, says):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    (tmp_path / "file").write_text("kept")
    assert call("init-backend", *words) == 2
    out, err = capsys.readouterr()
    assert says in err
    assert err.count("\n") == 1
    assert out == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "there"]


def test_a_folder_that_cannot_be_made_is_one_line_and_exit_3(monkeypatch, tmp_path, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert call("init-backend", "fine", "--directory", "file/below") == 3
    assert capsys.readouterr().err.count("\n") == 1
