"""The gate as JUnit XML: a suite for each backend, a test for each problem and operator."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.etree import ElementTree

from harness.contract import VerdictKind
from harness.reporting import text
from harness.verification.gating import BackendGate, Finding, GateReport

__all__ = ["clean", "junit_xml", "write_junit"]

# What XML 1.0 cannot hold, not even as a character reference, and ``text.visible`` leaves.
_NO_CHARACTER = re.compile("[\ufffe\uffff]")
_CASES_SHOWN = 20
_MESSAGE_CHARACTERS = 400
_LEDGER = "ledger"


def write_junit(report: GateReport, path: Path) -> None:
    """Write ``junit_xml`` to ``path``."""
    path.write_text(junit_xml(report), encoding="utf-8")


def junit_xml(report: GateReport) -> str:
    """The XML text: a failure where there are findings, ``skipped`` where nothing is supported.

    What is found of an entry of the ledger, and not of a case, is a test of its own.
    """
    root = ElementTree.Element("testsuites", name="adjudge gate")
    totals = [_suite(root, backend) for backend in report.backends]
    for position, name in enumerate(("tests", "failures", "skipped")):
        root.set(name, str(sum(total[position] for total in totals)))
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: ElementTree.Element, backend: BackendGate) -> tuple[int, int, int]:
    """Add the suite; how many tests it has, how many failed, and how many were skipped."""
    suite = ElementTree.SubElement(root, "testsuite", name=clean(backend.backend))
    properties = ElementTree.SubElement(suite, "properties")
    for name, number in backend.versions.items():
        ElementTree.SubElement(properties, "property", name=clean(name), value=clean(number))
    tests = _by_test(backend.verdicts)
    found: dict[tuple[str, str], list[Finding]] = {}
    for finding in backend.findings:
        key = _test(finding.case) if finding.case in backend.verdicts else _LEDGER_TEST
        found.setdefault(key, []).append(finding)
    failures = skipped = 0
    for (problem, operator), cases in {**tests, **dict.fromkeys(found.keys() - tests, ())}.items():
        test = ElementTree.SubElement(
            suite,
            "testcase",
            classname=f"adjudge.{clean(backend.backend)}.{clean(problem)}",
            name=clean(operator),
        )
        findings = found.get((problem, operator), [])
        if findings:
            failures += 1
            _failure(test, findings)
        elif cases and all(kind is VerdictKind.UNSUPPORTED for kind, _ in cases):
            skipped += 1
            reason = text.clip(clean(cases[0][1]), _MESSAGE_CHARACTERS)
            ElementTree.SubElement(test, "skipped", message=reason)
    count = len(tests.keys() | found.keys())
    for name, n in (("tests", count), ("failures", failures), ("errors", 0), ("skipped", skipped)):
        suite.set(name, str(n))
    return count, failures, skipped


_LEDGER_TEST = (_LEDGER, "entries")


def _by_test(
    verdicts: Mapping[str, tuple[VerdictKind, str]],
) -> dict[tuple[str, str], Sequence[tuple[VerdictKind, str]]]:
    tests: dict[tuple[str, str], list[tuple[VerdictKind, str]]] = {}
    for case, verdict in verdicts.items():
        tests.setdefault(_test(case), []).append(verdict)
    return {test: tuple(cases) for test, cases in tests.items()}


def _test(case: str) -> tuple[str, str]:
    problem, operator, *_ = (*case.split(":"), "")
    return problem, operator


def _failure(test: ElementTree.Element, findings: Sequence[Finding]) -> None:
    first = findings[0]
    said = f"{text.plural(len(findings), 'case')} {first.kind}: {clean(first.message)}"
    message = text.clip(said, _MESSAGE_CHARACTERS)
    failure = ElementTree.SubElement(test, "failure", type=str(first.kind), message=message)
    lines = []
    for finding in findings[:_CASES_SHOWN]:
        lines.append(f"{finding.kind}: {finding.case}: {finding.message}")
        if finding.reproducer:
            lines.append(f"    {finding.reproducer}")
    if len(findings) > _CASES_SHOWN:
        lines.append(f"and {len(findings) - _CASES_SHOWN} more")
    failure.text = "\n".join(clean(text.one_line(line)) for line in lines)


def clean(told: str) -> str:
    """``told`` with its hidden characters shown, and without those that XML cannot hold."""
    return _NO_CHARACTER.sub("\ufffd", text.visible(told))
