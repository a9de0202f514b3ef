"""``pytest --adjudge-backend NAME``: cases are tests like any other."""

from __future__ import annotations

import subprocess
import sys
from importlib import util
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest_plugins = ["pytester"]

ONLY = ("--adjudge-problem", "lecture.log_sqrt", "--adjudge-case", "*:scalar:float64:e-4")
JVP = "lecture.log_sqrt:jvp:scalar:float64:e-4"

BACKENDS = '''
import os
import numpy as np
from harness.contract import Backend, Operator, hookimpl

class Step(Backend):
    """The complex step; ``factor`` is the fault."""
    operators = frozenset({Operator.VALUE, Operator.JVP, Operator.JACOBIAN_FORWARD})
    xp = np
    asarray = to_numpy = staticmethod(np.asarray)
    factor = 1.0

    def jvp(self, fun, primals, tangents):
        step = 2.0**-100
        y = fun(*(x + step * v * 1j for x, v in zip(primals, tangents, strict=True)))
        return np.real(y), self.factor * np.imag(y) / step

    def versions(self):
        return {"step": "1.2.3"}

class Doubling(Step):
    factor = 2.0

class Warning_(Step):
    def jvp(self, fun, primals, tangents):
        import warnings
        warnings.warn("old ways", DeprecationWarning)
        return super().jvp(fun, primals, tangents)

@hookimpl
def register_backends(register):
    register("step", Step)
    register("doubling", Doubling)
    register("warning", Warning_)
'''

ENTRY = """
[[divergence]]
case = "lecture.log_sqrt:{operator}:scalar:float64:e-4"
versions = {{ step = ">=1,<2" }}
kind = "{kind}"
reason = "it counts everything twice"
"""


@pytest.fixture
def run(pytester, monkeypatch):
    """``run(*words)``: pytest in a process of its own, where three backends are registered."""
    site = pytester.mkdir("site")
    (site / "adjudge_steps.py").write_text(BACKENDS)
    info = site / "steps-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: steps\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[adjudge]\nsteps = adjudge_steps\n")
    monkeypatch.setenv("PYTHONPATH", f"{site}:{Path(__file__).parents[2]}")
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(pytester.path / "cache"))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    # The plug-in alone; that its entry point brings it in is tested on the installed wheel.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")

    def run(*words):
        plugin = ("-p", "harness.pytest_plugin", "-p", "no:cacheprovider")
        return pytester.runpytest_subprocess(*plugin, *words)

    return run


def ledger(pytester, **kinds: str) -> str:
    text = "".join(ENTRY.format(operator=operator, kind=kind) for operator, kind in kinds.items())
    path = pytester.path / "ledger.toml"
    path.write_text(f'backend = "doubling"\n{text}')
    return str(path)


def test_cases_pass_and_what_is_not_supported_is_skipped_with_its_reason(run):
    result = run("--adjudge-backend", "step", *ONLY, "-rs")
    outcomes = result.parseoutcomes()
    assert outcomes["passed"] == 2  # value and jvp: log_sqrt asks no jacobian-forward
    assert set(outcomes) == {"passed", "skipped"}
    result.stdout.fnmatch_lines(["*does not claim vjp of lecture.log_sqrt*"])
    assert result.ret == 0


def test_a_fault_fails_its_case_with_verdict_oracle_numbers_and_a_line_to_see_it(run):
    result = run("--adjudge-backend", "doubling", *ONLY)
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(
        [
            f"*doubling: {JVP}*",
            "wrong: *",
            "  oracle: *",
            "  error *, relative 1, * ulp; tolerance *",
            f"  reproduce: adjudge check --backend doubling --case {JVP} *",
            f"FAILED adjudge::doubling::{JVP}*",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_k_and_x_and_node_ids_work(run):
    chosen = run("--adjudge-backend", "step", *ONLY, "-k", "jvp and not vjp", "-v")
    assert chosen.parseoutcomes() == {
        "passed": 1,
        "deselected": chosen.parseoutcomes()["deselected"],
    }
    chosen.stdout.fnmatch_lines([f"adjudge::step::{JVP} PASSED*"])
    stopped = run("--adjudge-backend", "doubling", "--adjudge-problem", "lecture.log_sqrt", "-x")
    assert stopped.parseoutcomes()["failed"] == 1


def test_cases_stand_beside_the_projects_own_tests(run, pytester):
    pytester.makepyfile("def test_of_its_own(): pass")
    result = run("--adjudge-backend", "step", *ONLY, "-k", "own or jvp")
    assert result.parseoutcomes()["passed"] == 2


def test_several_backends_are_told_apart(run):
    words = ("--adjudge-backend", "step", "--adjudge-backend", "doubling", *ONLY, "-k", "jvp", "-v")
    result = run(*words)
    result.stdout.fnmatch_lines_random(
        [f"adjudge::step::{JVP} PASSED*", f"adjudge::doubling::{JVP} FAILED*"]
    )


def test_junit_names_each_case(run, pytester):
    run("--adjudge-backend", "doubling", *ONLY, "--junitxml", "out.xml")
    tests = list(ElementTree.parse(pytester.path / "out.xml").iter("testcase"))
    failed = [test for test in tests if test.find("failure") is not None]
    assert [(t.get("classname"), t.get("name")) for t in failed] == [("adjudge.doubling", JVP)]
    assert "wrong: " in failed[0].find("failure").text


def test_a_listed_divergence_is_an_expected_failure(run, pytester):
    words = ("--adjudge-backend", "doubling", *ONLY, "-rx")
    result = run(*words, "--adjudge-ledger", ledger(pytester, jvp="wrong"))
    assert result.parseoutcomes()["xfailed"] == 1
    assert result.ret == 0
    result.stdout.fnmatch_lines([f"XFAIL adjudge::doubling::{JVP}*it counts everything twice*"])


def test_a_listed_divergence_that_is_gone_fails(run, pytester):
    path = ledger(pytester, jvp="wrong", value="wrong")
    result = run("--adjudge-backend", "doubling", *ONLY, "--adjudge-ledger", path)
    outcomes = result.parseoutcomes()
    assert (outcomes["failed"], outcomes["xfailed"]) == (1, 1)
    result.stdout.fnmatch_lines(["*XPASS(strict)*it counts everything twice*"])


def test_a_divergence_of_another_kind_fails(run, pytester):
    path = ledger(pytester, jvp="nonfinite")
    result = run("--adjudge-backend", "doubling", *ONLY, "--adjudge-ledger", path)
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(["  listed as: nonfinite"])


def test_a_listed_case_that_is_refused_now_fails(run, pytester):
    path = ledger(pytester, jvp="wrong", vjp="wrong")
    result = run("--adjudge-backend", "doubling", *ONLY, "--adjudge-ledger", path)
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(["is listed as wrong but is now unsupported*"])


def test_an_entry_that_matches_nothing_fails_a_test_of_its_own(run, pytester):
    path = ledger(pytester, jvp="wrong", pvj="wrong")
    result = run("--adjudge-backend", "doubling", *ONLY, "--adjudge-ledger", path)
    assert result.parseoutcomes()["failed"] == 1
    result.stdout.fnmatch_lines(["*entry 'lecture.log_sqrt:pvj:*matches no case*"])


def test_some_of_a_pattern_may_be_right(run, pytester):
    path = ledger(pytester, jvp="wrong")
    text = Path(path).read_text().replace(":jvp:", ":[vj]*:") + 'match = "some"\n'
    Path(path).write_text(text)
    result = run("--adjudge-backend", "doubling", *ONLY, "--adjudge-ledger", path)
    outcomes = result.parseoutcomes()
    assert (outcomes["xfailed"], outcomes["xpassed"]) == (1, 1)
    assert "failed" not in outcomes


def test_warnings_of_a_library_are_no_errors_of_it(run):
    result = run("--adjudge-backend", "warning", *ONLY, "-W", "error")
    assert result.parseoutcomes()["passed"] == 2
    assert result.ret == 0


def test_workers_of_xdist_share_the_cases(run):
    pytest.importorskip("xdist", reason="pytest-xdist is not installed")
    words = ("--adjudge-problem", "lecture.log_sqrt", "-n", "2")
    alone = run("--adjudge-backend", "doubling", *words[:-2]).parseoutcomes()
    shared = run("--adjudge-backend", "doubling", "-p", "xdist", *words).parseoutcomes()
    assert {k: v for k, v in shared.items() if k != "warnings"} == alone
    assert alone["failed"] > 1


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--adjudge-backend", "setp"), "did you mean 'step'?"),
        (("--adjudge-backend", "step", "--adjudge-problem", "nowhere"), "no problem 'nowhere'"),
        (("--adjudge-backend", "step", "--adjudge-suite", "lectrue"), "did you mean 'lecture'?"),
        (("--adjudge-backend", "step", "--adjudge-ledger", "no.toml"), "ledger no.toml"),
        (("--adjudge-problem", "lecture.log_sqrt"), "--adjudge-backend NAME"),
    ],
)
def test_a_wrong_call_is_one_line(run, words, says):
    result = run(*words)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: *{says}*"])


def test_a_ledger_of_another_backend_is_refused(run, pytester):
    result = run("--adjudge-backend", "step", "--adjudge-ledger", ledger(pytester, jvp="wrong"))
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*is of 'doubling', not 'step'*"])


def test_other_projects_import_nothing_of_it():
    """pytest imports the plug-in wherever adjudge is installed: that must cost nothing."""
    code = (
        "import sys, pytest; before = set(sys.modules); import harness.pytest_plugin; "
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.split() == ["harness", "harness.pytest_plugin"]


def test_no_case_is_collected_unless_a_backend_is_named(run, pytester):
    pytester.makepyfile("def test_of_its_own(): pass")
    result = run("-v")
    assert result.parseoutcomes() == {"passed": 1}
    assert util.find_spec("harness.pytest_cases") is not None
