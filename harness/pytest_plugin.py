"""The pytest plug-in: ``pytest --adjudge-backend NAME`` runs adjudge's cases as ordinary tests.

pytest imports this module wherever adjudge is installed, so it imports nothing but pytest, and does
nothing unless a backend is named.
"""

from __future__ import annotations

import pytest

__all__ = ["pytest_addoption", "pytest_configure"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that select backends and cases."""
    group = parser.getgroup("adjudge", "derivatives, judged by adjudge")
    group.addoption(
        "--adjudge-backend",
        action="append",
        default=[],
        metavar="NAME",
        help="Judge this backend: each of its cases is a test. May be given several times.",
    )
    for flag, what in (
        ("suite", "of the suites that match, such as catalogue"),
        ("problem", "of the problems that match, such as 'linalg.*'"),
        ("case", "whose id matches, such as '*:hvp*:*'"),
    ):
        group.addoption(
            f"--adjudge-{flag}",
            action="append",
            default=[],
            metavar="PATTERN",
            help=f"Only cases {what}. May be given several times.",
        )
    group.addoption(
        "--adjudge-ledger",
        metavar="FILE",
        help="The ledger of known divergences, in place of the one that is registered.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Bring in the collection of cases, where a backend is named."""
    chosen = {name: config.getoption(f"adjudge_{name}") for name in ("suite", "problem", "case")}
    backends = config.getoption("adjudge_backend")
    ledger = config.getoption("adjudge_ledger")
    if not backends:
        if ledger or any(chosen.values()):
            raise pytest.UsageError("name the backend to judge with --adjudge-backend NAME")
        return
    if ledger and len(backends) > 1:
        raise pytest.UsageError("--adjudge-ledger is the ledger of one backend; name one")

    from harness.pytest_cases import Cases

    config.pluginmanager.register(Cases(backends, chosen, ledger), "adjudge-cases")
