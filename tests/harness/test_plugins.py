"""Plug-ins: who brought what, and one clear line for whatever can be wrong with one."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest

from harness.contract import hookimpl
from harness.errors import RunFailedError, UsageError
from harness.plugins import MODULES, load
from harness.problems.log_sqrt import LOG_SQRT

MINE = replace(LOG_SQRT, name="mine.log_sqrt")


def backends(*names, **kwargs):
    """A plug-in that registers a backend under each name."""

    @hookimpl
    def register_backends(register):
        for name in names:
            register(name, lambda: "an adapter", **kwargs)

    return SimpleNamespace(register_backends=register_backends)


def problems(*registered):
    @hookimpl
    def register_problems(register):
        for problem in registered:
            register(problem)

    return SimpleNamespace(register_problems=register_problems)


def one_line(error):
    line = str(error.value)
    assert "\n" not in line
    return line


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Write a distribution with one entry point of the group, as pip would install it."""

    def install(module, source):
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[adjudge]\nentry-of-{module} = {module}\n")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, module, raising=False)

    return install


def test_the_built_in_plug_ins_come_in_by_entry_points():
    registry = load()
    assert {
        "our_engine",
        "pytorch",
        "jax",
        "jax-eager",
        "autograd",
        "numpy_manual",
        "finite_difference",
    } <= set(registry.backends)
    assert registry.backends["jax"].plugin == "adjudge-backends"
    assert registry.problem_plugins["lecture.log_sqrt"] == "adjudge-problems"


def test_whatever_a_plug_in_registers_carries_its_name():
    registry = load(("one", backends("a")), ("two", backends("b")), ("three", problems(MINE)))
    assert (registry.backends["a"].plugin, registry.backends["b"].plugin) == ("one", "two")
    assert registry.problem("mine.log_sqrt") is MINE
    assert registry.problem_plugins["mine.log_sqrt"] == "three"


def test_an_installed_third_party_plug_in_is_found(installed):
    installed(
        "adjudge_thirdparty",
        "from harness.contract import hookimpl\n"
        "@hookimpl\n"
        "def register_backends(register):\n"
        "    register('thirdparty', object, summary='theirs')\n",
    )
    entry = load().backend("thirdparty")
    assert (entry.plugin, entry.summary) == ("entry-of-adjudge_thirdparty", "theirs")


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        (backends("same"), backends("same"), "'same'"),
        (problems(MINE), problems(MINE), "'mine.log_sqrt'"),
    ],
    ids=["backends", "problems"],
)
def test_a_name_registered_twice_names_both_plug_ins(first, second, name):
    with pytest.raises(RunFailedError) as error:
        load(("early", first), ("late", second))
    line = one_line(error)
    assert all(word in line for word in (name, "'early'", "'late'"))


def test_a_built_in_name_cannot_be_taken():
    with pytest.raises(RunFailedError, match="'adjudge-backends' and 'intruder'"):
        load(("intruder", backends("our_engine")))


def test_a_misspelt_hook_is_an_error_that_names_the_plug_in():
    @hookimpl
    def register_backend(register):
        """One s too few."""

    with pytest.raises(RunFailedError) as error:
        load(("speller", SimpleNamespace(register_backend=register_backend)))
    line = one_line(error)
    assert "'speller'" in line
    assert "register_backend" in line
    assert "hookspecs.py" in line


def test_a_missing_library_is_one_line_with_the_cure_and_the_factory_is_not_called():
    entry = load(
        ("needy", backends("needy", requires=("nosuch_library",), install="pip install it"))
    ).backend("needy")
    assert entry.missing == ("nosuch_library",)
    with pytest.raises(RunFailedError) as error:
        entry.create()
    assert one_line(error) == ("backend 'needy' needs nosuch_library; install with: pip install it")


def test_without_an_install_command_the_cure_is_pip():
    entry = load(("needy", backends("needy", requires=("nosuch_library",)))).backend("needy")
    assert entry.missing_line().endswith("python -m pip install nosuch_library")


def test_a_library_that_is_there_is_not_missing():
    entry = load(("fine", backends("fine", requires=("numpy",)))).backend("fine")
    assert entry.missing == ()
    assert entry.create() == "an adapter"


@pytest.mark.parametrize(
    ("wrong", "hint"), [("pytoch", "did you mean 'pytorch'?"), ("zzz", "there are: ")]
)
def test_an_unknown_backend_gets_the_nearest_name(wrong, hint):
    with pytest.raises(UsageError) as error:
        load().backend(wrong)
    assert repr(wrong) in one_line(error)
    assert hint in one_line(error)


def test_an_unknown_problem_gets_the_nearest_name():
    with pytest.raises(UsageError, match=r"did you mean 'lecture\.log_sqrt'\?"):
        load().problem("lecture.logsqrt")


def test_a_plug_in_that_cannot_be_imported_is_one_line(installed):
    installed("adjudge_broken", "import nosuch_library_of_theirs\n")
    with pytest.raises(RunFailedError) as error:
        load()
    line = one_line(error)
    assert "nosuch_library_of_theirs" in line
    assert "uninstall or mend" in line


def test_a_plug_in_that_raises_while_it_registers_is_one_line_with_its_name():
    @hookimpl
    def register_problems(register):
        raise ZeroDivisionError("at home")

    with pytest.raises(RunFailedError) as error:
        load(("sloppy", SimpleNamespace(register_problems=register_problems)))
    assert "'sloppy' fails in register_problems: ZeroDivisionError: at home" in one_line(error)


def test_a_problem_that_contradicts_itself_names_plug_in_and_problem():
    with pytest.raises(RunFailedError) as error:
        load(("confused", problems(replace(MINE, argnums=(2,)))))
    assert one_line(error).startswith("plug-in 'confused', problem 'mine.log_sqrt': argnum 2")


def test_what_is_no_problem_is_refused():
    with pytest.raises(RunFailedError, match=r"'confused' registers 3 as a problem"):
        load(("confused", problems(3)))


def test_oracles_are_collected():
    oracle = object()

    @hookimpl
    def register_oracles(register):
        register(oracle)

    registry = load(("witness", SimpleNamespace(register_oracles=register_oracles)))
    assert registry.oracles == [oracle]


def test_a_module_that_the_environment_names_is_a_plug_in(tmp_path, monkeypatch):
    (tmp_path / "named_plugin.py").write_text(
        "from harness.contract import hookimpl\n\n"
        "@hookimpl\ndef register_backends(register):\n    register('named', lambda: None)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert "named" not in load().backends
    monkeypatch.setenv(MODULES, "named_plugin")
    assert load().backends["named"].plugin == "named_plugin"


def test_a_named_module_that_cannot_be_imported_is_told_in_one_line(monkeypatch):
    monkeypatch.setenv(MODULES, "no_such_plugin")
    with pytest.raises(RunFailedError) as error:
        load()
    assert "ADJUDGE_PLUGINS names 'no_such_plugin'" in one_line(error)
