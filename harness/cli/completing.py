"""What a shell offers for a half-written word: the names of what there is, without a library."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from harness.errors import AdjudgeError

if TYPE_CHECKING:
    from harness.contract import Problem
    from harness.plugins import Registry

__all__ = ["backend_names", "dtype_names", "operator_names", "problem_names", "suite_names"]


def backend_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The backends, also those whose library is missing: asking for one says how to install it."""
    return _offered(incomplete, (name for there in _registry() for name in there.backends))


def problem_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The problems, after the prefixes that name several."""
    names = [problem.name for problem in _problems()]
    prefixes = filter(None, (name.rpartition(".")[0] for name in names))
    return _offered(incomplete, (*prefixes, *names))


def suite_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The suites of the problems."""
    return _offered(incomplete, (problem.suite for problem in _problems()))


def dtype_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The dtypes of the problems."""
    return _offered(incomplete, (d for p in _problems() for d in sorted(p.dtypes, reverse=True)))


def operator_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The operators of the contract."""
    from harness.contract import Operator

    return _offered(incomplete, map(str, Operator))


def _registry() -> list[Registry]:
    """What the plug-ins register, as a list of one; empty where one of them cannot be loaded."""
    from harness.plugins import load

    try:
        return [load()]
    except AdjudgeError:
        return []  # a shell shows no errors while a word is being written


def _problems() -> list[Problem]:
    return [problem for registry in _registry() for problem in registry.problems.values()]


def _offered(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if name.startswith(incomplete)]
