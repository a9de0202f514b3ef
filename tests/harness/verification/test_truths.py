"""Truths are found once, kept by content, and never believed when torn."""

from __future__ import annotations

import dataclasses
import functools
import types
from pathlib import Path

import numpy as np
import pytest

from harness.contract import Operator
from harness.verification.oracles import Branches, Question, TrueBlock, Truth, Undecided
from harness.verification.packing import pack
from harness.verification.shelf import file_name, write_whole
from harness.verification.truths import Truths, cache_directory, entry_key


class Counting:
    """An oracle that counts how often it is asked."""

    name, rank, version = "counting", 10, 1

    def __init__(self, truth=None):
        self.asked = 0
        self._truth = truth

    def truth(self, question):
        self.asked += 1
        if self._truth is not None:
            return self._truth
        zero = np.zeros(())
        return Truth(self.name, (TrueBlock(np.array(1 / 3), np.array(1e-18), zero, zero),))


def constant(value):
    def fun(xp, x):
        return x * value

    return fun


@pytest.fixture
def question(tools):
    def build(fun=None, x=1.0, operator=Operator.GRADIENT, **more):
        problem = tools.problem(
            "asked", fun or constant(2.0), ("x",), {"p": lambda rng: (1.0,)}, **more
        )
        return Question(problem, operator, (np.asarray(x, dtype=float),), (), {"n": 1})

    return build


def test_a_truth_is_found_once_for_all_who_ask(question, tmp_path):
    oracle = Counting()
    first, second = Truths([oracle], tmp_path), Truths([oracle], tmp_path)
    answers = [t.ask(question())[0] for t in (first, first, second)]
    assert oracle.asked == 1
    for answer in answers:
        assert answer.blocks[0].high == 1 / 3
        # 24 bits of it are kept: 77 together.
        assert abs(answer.blocks[0].low - 1e-18) <= 2.0**-77 / 3


def test_everything_of_a_truth_comes_back(question, tmp_path):
    arrays = [np.full((2, 3), 2.0**k) for k in range(8)]
    low = np.full((2, 3), 2.0**-60)
    branches = Branches(arrays[6], arrays[7], exact=True, count=3)
    sizes = (arrays[2], arrays[3])
    truth = Truth(
        "counting",
        (
            TrueBlock(arrays[0], low, *sizes, arrays[4], arrays[5], branches),
            TrueBlock(arrays[0], low, *sizes),
        ),
        note="how",
        directions=(((arrays[0], arrays[1]),), ((arrays[2], arrays[3]),)),
        curve_bound=1e-9,
    )
    Truths([Counting(truth)], tmp_path).ask(question())
    silent = Counting()
    back, _ = Truths([silent], tmp_path).ask(question())
    assert silent.asked == 0
    assert (back.note, back.curve_bound, back.oracle) == ("how", 1e-9, "counting")
    for name in ("high", "low", "conditioning", "bound", "lower", "upper"):
        np.testing.assert_array_equal(getattr(back.blocks[0], name), getattr(truth.blocks[0], name))
    assert back.blocks[1].lower is None
    assert back.blocks[1].branches is None
    assert (back.blocks[0].branches.exact, back.blocks[0].branches.count) == (True, 3)
    np.testing.assert_array_equal(back.blocks[0].branches.second, arrays[7])
    np.testing.assert_array_equal(back.directions[1][0][1], arrays[3])


def test_kept_and_new_truths_are_the_same_to_the_last_bit(question, tmp_path):
    rng = np.random.default_rng(4)
    high = rng.standard_normal((3, 4)) * 10.0 ** rng.integers(-300, 300, (3, 4))
    low = high * 2.0**-54 * rng.uniform(-1, 1, (3, 4))
    block = TrueBlock(high, low, np.abs(rng.standard_normal((3, 4))), np.abs(low) * 1e-9)
    first, _ = Truths([Counting(Truth("counting", (block,)))], tmp_path).ask(question())
    back, _ = Truths([Counting()], tmp_path).ask(question())
    for name in ("high", "low", "conditioning", "bound"):
        np.testing.assert_array_equal(
            getattr(back.blocks[0], name), getattr(first.blocks[0], name), err_msg=name
        )


def doubled(x):
    return x * 2


def tripled(x):
    return x * 3


def calls(inner):
    def fun(xp, x):
        return inner(x)

    return fun


class Scaling:
    def __init__(self, factor):
        self.factor = factor

    def __call__(self, xp, x):
        return x * self.factor


class Squaring(Scaling):
    def __call__(self, xp, x):
        return x * x * self.factor


def in_module(body):
    """A function that looks ``body`` up in a module of its own, of the same name each time."""
    module = types.ModuleType("authors_functions")
    module.inner = body
    scope = {"__name__": "authors_problems", "authors_functions": module}
    exec("def fun(xp, x):\n    return authors_functions.inner(x)\n", scope)
    return scope["fun"]


DIFFERENT = {
    "object": {"fun": Scaling(2.0)},
    "object's attribute": {"fun": Scaling(3.0)},
    "object's method": {"fun": Squaring(3.0)},
    "bound method": {"fun": Scaling(2.0).__call__},
    "partial": {"fun": functools.partial(lambda xp, x, k: x * k, k=2.0)},
    "partial's constant": {"fun": functools.partial(lambda xp, x, k: x * k, k=3.0)},
    "module's function": {"fun": in_module(doubled)},
    "module's other function": {"fun": in_module(tripled)},
    "library": {"fun": lambda xp, x: np.sin(x)},
    "library's other function": {"fun": lambda xp, x: np.cos(x)},
    "argument": {"x": 1.0 + 2**-52},
    "operator": {"operator": Operator.JACOBIAN},
    "closure": {"fun": constant(2.5)},
    "inner function": {"fun": calls(doubled)},
    "other inner function": {"fun": calls(tripled)},
    "closed form": {"closed_forms": {Operator.GRADIENT: lambda xp, x: (x,)}},
    "other closed form": {"closed_forms": {Operator.GRADIENT: lambda xp, x: (2 * x,)}},
}


def test_whatever_the_truth_depends_on_is_asked_anew(question, tmp_path):
    oracle = Counting()
    truths = Truths([oracle], tmp_path)
    truths.ask(question())
    for count, changes in enumerate(DIFFERENT.values(), start=2):
        truths.ask(question(**changes))
        assert oracle.asked == count
    truths.ask(question(fun=constant(2.0)))
    assert oracle.asked == len(DIFFERENT) + 1
    again = Truths([oracle], tmp_path)
    for changes in DIFFERENT.values():
        again.ask(question(**changes))
    assert oracle.asked == len(DIFFERENT) + 1
    dtype = dataclasses.replace(question(), unit_roundoff=2.0**-24)
    truths.ask(dtype)
    assert oracle.asked == len(DIFFERENT) + 2


def test_a_new_version_of_an_oracle_is_asked_anew(question, tmp_path):
    Truths([Counting()], tmp_path).ask(question())
    newer = Counting()
    newer.version = 2
    Truths([newer], tmp_path).ask(question())
    assert newer.asked == 1


def files(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


@pytest.mark.parametrize("damage", ["torn", "flipped", "empty", "foreign"])
def test_a_damaged_file_is_a_miss_and_is_replaced(question, tmp_path, damage):
    Truths([Counting()], tmp_path).ask(question())
    (path,) = files(tmp_path)
    good = path.read_bytes()
    path.write_bytes(
        {
            "torn": good[: len(good) // 2],
            "flipped": good[:-9] + bytes([good[-9] ^ 1]) + good[-8:],
            "empty": b"",
            "foreign": b"PK\x03\x04 something else",
        }[damage]
    )
    again = Counting()
    answer, _ = Truths([again], tmp_path).ask(question())
    assert again.asked == 1
    assert answer.blocks[0].high == 1 / 3
    third = Counting()
    Truths([third], tmp_path).ask(question())
    assert third.asked == 0


def test_a_cache_that_cannot_be_written_costs_only_time(question, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    answer, _ = Truths([Counting()], blocked).ask(question())
    assert answer is not None


def test_what_cannot_be_looked_into_is_not_kept(question, tmp_path):
    class Opaque:
        __slots__ = ()

    opaque = Opaque()

    def fun(xp, x):
        return x if opaque else 2 * x

    oracle = Counting()
    truths = Truths([oracle], tmp_path)
    truths.ask(question(fun=fun))
    truths.ask(question(fun=fun))
    assert oracle.asked == 2
    assert files(tmp_path) == []


def test_silence_is_not_kept_on_disk_and_failing_oracles_are_silent(question, tmp_path):
    class Silent(Counting):
        name = "silent"

        def truth(self, question):
            self.asked += 1
            return Undecided("nothing to say")

    class Failing(Counting):
        name = "failing"

        def truth(self, question):
            raise RuntimeError("out of order")

    silent = Silent()
    truth, reasons = Truths([silent, Failing()], tmp_path).ask(question())
    assert truth is None
    assert reasons == (
        "silent: nothing to say",
        "failing: it failed: RuntimeError: out of order",
    )
    assert files(tmp_path) == []


def test_lasting_silence_is_kept(question, tmp_path):
    class Never(Counting):
        def truth(self, question):
            self.asked += 1
            return Undecided("never here", lasting=True)

    Truths([Never()], tmp_path).ask(question())
    again = Never()
    truths = Truths([again], tmp_path)
    assert truths.kept(question()) == (None, ("counting: never here",))
    assert truths.ask(question()) == (None, ("counting: never here",))
    assert again.asked == 0


def test_what_is_kept_is_known_without_asking(question, tmp_path):
    oracle = Counting()
    truths = Truths([oracle], tmp_path)
    assert truths.kept(question()) is None
    assert oracle.asked == 0
    truths.ask(question())
    assert truths.kept(question())[0].blocks[0].high == 1 / 3
    assert Truths([oracle], tmp_path).kept(question())[0] is not None


def test_the_user_s_truth_goes_before_the_shipped_one(question, tmp_path):
    shipped = tmp_path / "package"
    asked = question()
    key = entry_key(asked, Counting())
    zero = np.zeros(())
    other = Truth("counting", (TrueBlock(np.array(2.0), zero, zero, zero),))
    write_whole(shipped / file_name("asked"), pack({key: other}))
    silent = Counting()
    answer, _ = Truths([silent], tmp_path / "own", shipped).ask(asked)
    assert (silent.asked, answer.blocks[0].high) == (0, 2.0)
    # Nothing was written: reading what is shipped is enough.
    assert files(tmp_path / "own") == []
    Truths([silent], tmp_path / "own", None).ask(asked)
    answer, _ = Truths([Counting()], tmp_path / "own", shipped).ask(asked)
    assert answer.blocks[0].high == 1 / 3


def test_the_strongest_oracle_that_knows_is_believed(question, tmp_path):
    class Stronger(Counting):
        name, rank = "stronger", 5

    truth, _ = Truths([Counting(), Stronger(Truth("stronger", ()))], tmp_path).ask(question())
    assert truth.oracle == "stronger"


def test_memory_is_bounded(question, monkeypatch):
    monkeypatch.setattr("harness.verification.truths._MEMORY_BYTES", 10_000)
    oracle = Counting()
    truths = Truths([oracle], None)
    for k in range(50):
        truths.ask(question(x=float(k)))
    assert oracle.asked == 50
    truths.ask(question(x=49.0))
    assert oracle.asked == 50
    truths.ask(question(x=0.0))
    assert oracle.asked == 51


def test_where_the_cache_is(monkeypatch, tmp_path):
    monkeypatch.setenv("ADJUDGE_CACHE_DIR", str(tmp_path / "own"))
    assert cache_directory() == tmp_path / "own"
    monkeypatch.delenv("ADJUDGE_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_directory() == tmp_path / "xdg" / "adjudge"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr(Path, "home", staticmethod(lambda: tmp_path / "home"))
    assert cache_directory() == tmp_path / "home" / ".cache" / "adjudge"
