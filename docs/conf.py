"""Sphinx configuration: MyST pages, the furo theme, nothing fetched from elsewhere."""

from importlib.metadata import version as installed_version

from sphinx.application import Sphinx

from harness.cli.reference import commands_page

project = "adjudge"
copyright = "2026, the adjudge authors"  # noqa: A001 - Sphinx's own name
version = release = installed_version("adjudge")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.doctest", "sphinx.ext.mathjax"]
myst_enable_extensions = ["dollarmath", "deflist"]
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
nitpicky = False

html_theme = "furo"
html_title = "adjudge"
exclude_patterns = ["_build"]


def setup(app: Sphinx) -> None:
    """Let the page of the commands end with what the commands say of themselves."""
    app.connect("source-read", _add_commands)


def _add_commands(_app: Sphinx, page: str, content: list[str]) -> None:
    if page == "commands":
        content[0] += "\n" + commands_page()
