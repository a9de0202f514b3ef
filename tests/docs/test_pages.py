"""What the pages show is run: all blocks of a page in their order, in one namespace.

A ``python`` block must not raise, a ``pycon`` block must print what it shows, and each line of a
``sh`` block must exit with 0. docs/backend.md, which installs a package, has tests of its own.
"""

from __future__ import annotations

import doctest
import importlib.util
import os
import shlex
import sys
from pathlib import Path

import pytest

from harness.cli import main

HERE = Path(__file__).parent


def _load(name: str):
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # a dataclass looks its module up while it is made
    spec.loader.exec_module(module)
    return module


pages = _load("pages")
INSTALLED = {"backend.md"}
PAGES = [
    page
    for page in (pages.ROOT / "README.md", *sorted((pages.ROOT / "docs").glob("*.md")))
    if page.name not in INSTALLED and pages.blocks_of(page)
]


def run_page(page: Path) -> None:
    """Run the blocks of a page in the working directory."""
    namespace: dict[str, object] = {"__name__": page.stem}
    for block in pages.blocks_of(page):
        if block.language == "python":
            # Blank lines before the code put its lines where they are on the page.
            exec(compile("\n" * (block.line - 1) + block.text, str(page), "exec"), namespace)
        elif block.language == "pycon":
            parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
            test = parser.get_doctest(block.text, namespace, page.name, str(page), block.line - 1)
            told: list[str] = []
            runner.run(test, out=told.append, clear_globs=False)
            assert not told, "".join(told)
            namespace.update(test.globs)
        else:
            for line in block.text.splitlines():
                run_command(line)


def run_command(line: str) -> None:
    """Run one line of a shell that calls adjudge."""
    command, *words = shlex.split(line, comments=True)
    assert command == "adjudge", f"a page may show adjudge, not {line!r}"
    with pytest.raises(SystemExit) as exit_:
        main(words)
    assert exit_.value.code == 0, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_shows_is_so(page, monkeypatch, tmp_path, capsys):
    kept = tmp_path / "results" / "reference"
    kept.mkdir(parents=True)
    for file in (pages.ROOT / "results" / "reference").iterdir():
        (kept / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", os.environ.get("ADJUDGE_CACHE_DIR", str(tmp_path)))
    run_page(page)


def test_the_pages_with_examples_are_found():
    assert {"README.md", "start.md", "lecture.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("```python\nassert 1 == 2\n```\n", AssertionError),
        ("```python\nx = 1\n```\n\n```pycon\n>>> x + 1\n3\n```\n", AssertionError),
        ("```sh\nadjudge problems nosuch\n```\n", AssertionError),
        ("```sh\nrm -r /\n```\n", AssertionError),
    ],
)
def test_a_page_that_is_wrong_is_found(tmp_path, text, error):
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(error):
        run_page(page)


def test_a_fault_is_told_where_it_is_on_the_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A page\n\n```python\nx = 1\n1 / 0\n```\n")
    with pytest.raises(ZeroDivisionError) as fault:
        run_page(page)
    assert fault.traceback[-1].lineno + 1 == 5
