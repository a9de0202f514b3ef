"""``adjudge init-backend``: a third-party package that works at once, to be filled in."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path
from string import Template

import click

from harness.errors import RunFailedError, UsageError

__all__ = ["init_backend"]

_NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_MOST_LETTERS = 40
_FILES = {
    "pyproject.toml": "pyproject.toml.in",
    "README.md": "README.md.in",
    "{module}/__init__.py": "plugin.py.in",
    "{module}/backend.py": "backend.py.in",
    "{module}/known.toml": "known.toml.in",
    "tests/test_backend.py": "tests/test_backend.py.in",
}
"""Where each file of the package comes from, in harness/cli/backend_package."""


@click.command(
    name="init-backend",
    epilog="""
\b
Examples:
  adjudge init-backend my_library
  adjudge init-backend my_library --directory plugins/my_library
""",
)
@click.argument("name")
@click.option(
    "--directory",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="The folder to make.  [default: adjudge-NAME]",
)
def init_backend(name: str, directory: Path | None) -> None:
    """Write a package with a backend called NAME, which works at once, to fill in.

    It has an entry point, a backend that differentiates by the complex step, an empty ledger and
    tests; its README says what to change.
    """
    from harness.plugins import load

    _check_name(name)
    taken = load().backends.get(name)
    if taken is not None:
        raise UsageError(
            f"there is a backend {name!r} already, from plug-in {taken.plugin!r}; "
            "choose another name"
        )
    folder = directory or Path(f"adjudge-{name.replace('_', '-')}")
    if folder.exists() or folder.is_symlink():
        raise UsageError(f"{folder} is there already; choose another --directory")
    written = _write(folder, name)
    for path in written:
        click.echo(path)
    click.echo(
        "\nIt is found when it is installed beside adjudge:\n"
        f"  cd {folder}\n"
        "  python -m pip install --editable .\n"
        "  adjudge check\n"
        "  python -m pytest"
    )


def _check_name(name: str) -> None:
    if len(name) > _MOST_LETTERS or not _NAME.fullmatch(name):
        raise UsageError(
            f"{name[:80]!r} cannot name a backend; write small letters and digits, in words joined "
            f"by _ or -, {_MOST_LETTERS} at most, such as my_library"
        )


def _write(folder: Path, name: str) -> list[Path]:
    """Make the folder and its files; their paths."""
    module = f"adjudge_{name.replace('-', '_')}"
    words = {
        "name": name,
        "module": module,
        "dashed": name.replace("_", "-"),
        "class_name": "".join(word.capitalize() for word in re.split("[-_]", name)),
    }
    templates = resources.files("harness.cli") / "backend_package"
    written = []
    try:
        folder.mkdir(parents=True)
        for place, template in _FILES.items():
            path = folder / place.format(module=module)
            path.parent.mkdir(exist_ok=True)
            text = templates.joinpath(template).read_text(encoding="utf-8")
            path.write_text(Template(text).substitute(words), encoding="utf-8")
            written.append(path)
    except OSError as error:
        raise RunFailedError(
            f"{folder} cannot be written: {error}; choose another place"
        ) from error
    return written
