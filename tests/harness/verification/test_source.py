"""What a function says: the same under any formatting, another when a result could change."""

from __future__ import annotations

import linecache
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.verification.source import code_text

COUNT = 0


def text(source, name="f"):
    """The text of ``name`` in a module made of ``source``."""
    global COUNT
    COUNT += 1
    filename = f"module-{COUNT}.py"
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    scope = {}
    exec(compile(source, filename, "exec"), scope)
    return code_text(scope[name].__code__)


PLAIN = "def f(x):\n    return x + 1\n"

SAME = {
    "comments and blank lines": "# why\n\ndef f(x):\n\n    # so\n    return x+1\n",
    "a docstring": 'def f(x):\n    """What."""\n    return x + 1\n',
    "annotations": "def f(x: float) -> float:\n    return x + 1\n",
    "parentheses": "def f(x):\n    return (x + 1)\n",
    "another place": "g = 1\n\n\n\ndef f(x):\n    return x + 1\n",
}
DIFFERENT = {
    "a constant": "def f(x):\n    return x + 2\n",
    "a constant's type": "def f(x):\n    return x + 1.0\n",
    "an operator": "def f(x):\n    return x - 1\n",
    "a name": "def f(x):\n    return y + 1\n",
    "a default": "def f(x=0):\n    return x + 1\n",
    "a keyword": "def f(*, x):\n    return x + 1\n",
    "an inner function": "def f(x):\n    def g():\n        return 1\n    return x + 1\n",
    "the order": "def f(x):\n    return 1 + x\n",
}


@pytest.mark.parametrize("name", SAME)
def test_what_changes_no_result_changes_nothing(name):
    assert text(SAME[name]) == text(PLAIN)


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_may_change_a_result_is_seen(name):
    assert text(DIFFERENT[name]) != text(PLAIN)


def test_lambdas_of_one_line_are_told_apart():
    source = "f, g, h = lambda x: x + 1, lambda x: x + 2, lambda: (lambda x: x + 3)\nk = h()\n"
    found = [text(source, name) for name in "fghk"]
    assert len(set(found)) == 4
    assert "Constant(value=int:1" in found[0]
    assert "Constant(value=int:2" in found[1]
    assert found[3] in found[2]


def test_decorated_and_nested_functions_are_found():
    source = (
        "def keep(f):\n    return f\n\n@keep\n@keep\ndef f(x):\n    return x * 7\n\n"
        "def outer():\n    def inner(y):\n        return y * 9\n    return inner\n\ng = outer()\n"
    )
    assert "int:7" in text(source)
    assert "int:9" in text(source, "g")


def test_what_has_no_source_is_said_to_have_none():
    scope = {}
    exec("def f(x):\n    return x\n", scope)
    assert code_text(scope["f"].__code__) is None


@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_it_is_the_same_for_other_versions_of_python(version, tmp_path):
    other = shutil.which(f"python{version}") or ""
    works = other and subprocess.run([other, "-c", ""], capture_output=True).returncode == 0
    if not works:
        pytest.skip(f"no Python {version} here to compare with")
    module = tmp_path / "module.py"
    module.write_text(
        "def f(xp, x, /, *, k=2):\n"
        '    """Doc."""\n'
        "    z = [y * k for y in x if y]\n"
        "    return xp.where(x > 0, f'{k}', lambda: z[1:2, ..., None])\n"
    )
    source = Path(__file__).parents[3] / "harness/verification/source.py"
    program = (
        "import importlib.util as u, sys\n"
        f"s = u.spec_from_file_location('source', {str(source)!r})\n"
        "m = u.module_from_spec(s); s.loader.exec_module(m)\n"
        f"t = u.spec_from_file_location('module', {str(module)!r})\n"
        "n = u.module_from_spec(t); t.loader.exec_module(n)\n"
        "print(m.code_text(n.f.__code__))\n"
    )
    texts = [
        subprocess.run([python, "-c", program], capture_output=True, text=True, check=True).stdout
        for python in (sys.executable, other)
    ]
    assert texts[0] == texts[1]
    assert "int:2" in texts[0]
