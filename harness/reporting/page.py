"""What every page of adjudge shares: templates, one style, one script, and a policy for the two.

A page is one file. Its content security policy allows its own style and its own script, by their
hashes, and nothing else: no address, no attribute of style, no handler in an element.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import importlib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import RunFailedError
from harness.reporting import text, theme

if TYPE_CHECKING:
    import jinja2

__all__ = ["MissingExtraError", "environment", "packed", "render", "require", "write"]

_STYLES = ("tokens", "type", "masthead", "tables", "verdicts", "figures", "controls", "print")
_SCRIPTS = (
    "dom", "state", "theme", "sorting", "filtering", "csv", "explorer", "tracing", "downloads",
    "navigation", "printing", "start",
)  # fmt: skip


class MissingExtraError(RunFailedError):
    """What the ``report`` extra brings is not installed."""


def require(*modules: str) -> None:
    """MissingExtraError, in one line, when one of ``modules`` cannot be imported."""
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise MissingExtraError(
                f"report.html needs {error.name or module}; "
                "install with: python -m pip install 'adjudge[report]'"
            ) from error


def render(template: str, context: dict[str, Any]) -> str:
    """The page that ``template`` makes of ``context``; it also gets style, script and policy."""
    from markupsafe import Markup

    style, script = _style(), _script()
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    shared = {"style": Markup(style), "script": Markup(script), "policy": Markup(policy)}
    return environment().get_template(template).render(context | shared)


def write(page: str, path: Path) -> None:
    """Write ``page`` to ``path``; RunFailedError when that cannot be."""
    try:
        path.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        raise RunFailedError(
            f"{path} cannot be written ({error.strerror}); give a folder that can be"
        ) from error


def packed(content: str) -> str:
    """``content`` as UTF-8, gzipped, in base64: the same bytes for the same text."""
    return base64.b64encode(gzip.compress(content.encode(), compresslevel=9, mtime=0)).decode()


@cache
def environment() -> jinja2.Environment:
    """Jinja with autoescape, strict, and with the filters that write numbers."""
    import jinja2
    from markupsafe import Markup

    def finalize(value: Any) -> Any:
        """Write out hidden characters of every string that the page did not make itself."""
        if isinstance(value, str) and not isinstance(value, Markup):
            return text.visible(value)
        return value

    env = jinja2.Environment(
        loader=jinja2.PackageLoader("harness.reporting"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=finalize,
    )
    env.filters |= {
        "bytes": text.bytes_,
        "clip": text.clip,
        "commas": lambda size: size.replace(",", ", "),
        "count": text.count,
        "error": text.error,
        "exact": lambda value: repr(float(value)),
        "exponent": text.exponent,
        "number": text.number,
        "percent": text.percent,
        "plural": text.plural,
        "ratio": text.ratio,
        "seconds": text.seconds,
    }
    env.globals |= {
        "exponent_interval": text.exponent_interval,
        "ratio_interval": text.ratio_interval,
        "seconds_interval": text.seconds_interval,
    }
    return env


@cache
def _style() -> str:
    return _joined("css", _STYLES) + _palette()


@cache
def _script() -> str:
    return f'"use strict";\n(() => {{\n{_joined("js", _SCRIPTS)}}})();\n'


def _joined(kind: str, names: tuple[str, ...]) -> str:
    folder = resources.files("harness.reporting") / "templates" / kind
    return "".join((folder / f"{name}.{kind}").read_text(encoding="utf-8") for name in names)


def _palette() -> str:
    """Rules that give the charts their colours on a dark page; they are drawn for a light one."""
    return (
        "@supports (color: light-dark(red, red)) {\n"
        + "".join(
            f'svg [{attribute}="{light}"] {{ {attribute}: light-dark({light}, {dark}); }}\n'
            for light, dark in theme.DARK.items()
            for attribute in ("fill", "stroke")
        )
        + "}\n"
    )


def _hash(content: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
