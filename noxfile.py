"""Every job of the project, one session each: ``nox -l`` lists them, posargs pass through."""

from __future__ import annotations

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["tests", "lint", "types", "imports"]
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = True

PROJECT = nox.project.load_toml("pyproject.toml")
# The versions that are known to work together; also what keeps torch to one known build.
CONSTRAINTS = ("--constraint", "constraints.txt")


def install(session: nox.Session, *requirements: str, groups: tuple[str, ...] = ()) -> None:
    """Install this project's requirements and dependency groups at the versions that CI runs."""
    grouped = nox.project.dependency_groups(PROJECT, *groups) if groups else ()
    session.install("--quiet", *CONSTRAINTS, *requirements, *grouped)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the test suite with every backend, a file on each core; posargs go to pytest."""
    install(session, "-e", ".[all]", groups=("test",))
    # Two packages that come in by the entry point, as anyone's would.
    session.install(
        "--quiet", "--no-deps", "./tests/plugins/complex_step", "./tests/plugins/faulty"
    )
    session.run("pytest", "-n", "logical", "--dist", "loadfile", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Judge and time all backends, and write results/<run-id>/; posargs go to ``adjudge run``."""
    install(session, ".[all]")
    session.run("adjudge", "run", *session.posargs)


@nox.session
def gate(session: nox.Session) -> None:
    """Fail on a divergence that no ledger lists; posargs go to ``adjudge gate``."""
    install(session, ".[all]")
    session.run("adjudge", "gate", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format with ruff; posargs go to ``ruff check`` (``-- --fix``)."""
    install(session, groups=("lint",))
    session.run("ruff", "check", *(session.posargs or ()), ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types strictly with mypy; posargs go to mypy."""
    install(session, ".[report]", groups=("types",))
    session.run("mypy", *session.posargs)


@nox.session
def imports(session: nox.Session) -> None:
    """Check that imports run one way, with import-linter; posargs go to lint-imports."""
    install(session, "-e", ".", groups=("imports",))
    session.run("lint-imports", *session.posargs)


@nox.session
def package(session: nox.Session) -> None:
    """Build the wheel, install it where no AD library is, and use it; posargs go to pytest."""
    install(session, "build", "pytest")
    session.run("pytest", "tests/packaging", "-p", "no:cacheprovider", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into site/, warnings as errors; posargs go to sphinx-build."""
    install(session, "-e", ".", groups=("docs",))
    session.run(
        "sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "site", *session.posargs
    )
