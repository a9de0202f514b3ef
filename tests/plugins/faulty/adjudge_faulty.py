"""Backends with one planted fault each, in the operator ``jvp``; all else that they do is right.

They register only when the environment says ADJUDGE_FAULTY=1, so that an installation of this
package leaves every other run alone. Two small problems come with them, so that the tests of
running depend on no problem of the project.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from harness.contract import (
    Array,
    Backend,
    Function,
    Namespace,
    Operator,
    Point,
    Problem,
    Size,
    hookimpl,
)

STEP = 2.0**-100
LATENCY_S = 0.01
Results = tuple[Array, ...]


class Correct(Backend):
    """The complex step in NumPy: jvp is the library's own, the rest is derived from it."""

    operators = frozenset(
        {
            Operator.VALUE,
            Operator.JVP,
            Operator.GRADIENT,
            Operator.JACOBIAN,
            Operator.JACOBIAN_FORWARD,
        }
    )
    xp = np

    def __init__(self) -> None:
        self.native: Mapping[Operator, Callable[..., Any]] = {Operator.JVP: self.native_jvp}

    def asarray(self, x: np.ndarray) -> Array:
        return np.asarray(x)

    def to_numpy(self, x: Array) -> np.ndarray:
        return np.asarray(x)

    def jvp(self, fun: Function, primals: Results, tangents: Results) -> tuple[Array, Array]:
        y = fun(*(x + 1j * (STEP * v) for x, v in zip(primals, tangents, strict=True)))
        return np.real(y), np.imag(y) / STEP

    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        return (self.jvp(fun, primals, tangents)[1],)

    def versions(self) -> dict[str, str]:
        return {"numpy": np.__version__, "faulty": "0.1.0"}


class WrongSign(Correct):
    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        return (-self.jvp(fun, primals, tangents)[1],)


class Raises(Correct):
    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        raise ArithmeticError("planted:\n the rule of this function is missing")


class Hangs(Correct):
    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        while True:
            time.sleep(0.05)


class HangsWithChildren(Correct):
    """Its grandchildren, one of them in a session of its own, must go with it."""

    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        for own_session in (False, True):
            child = subprocess.Popen(["sleep", "600"], start_new_session=own_session)
            print("grandchild", child.pid, file=sys.stderr, flush=True)
        while True:
            time.sleep(0.05)


class Aborts(Correct):
    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        print("planted: about to abort", file=sys.stderr, flush=True)
        os.abort()


class Exits(Correct):
    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        sys.exit(7)


class Prints(Correct):
    """Garbage by the two ways to stdout; what it computes is right."""

    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        print("garbage " * 8)
        os.write(1, b"\x80\x04\x95\x00garbage that begins like a pickle\n")
        return super().native_jvp(fun, primals, tangents)


class WrongShape(Correct):
    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        return (np.reshape(self.jvp(fun, primals, tangents)[1], (1, -1)),)


class MutatesInput(Correct):
    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        result = super().native_jvp(fun, primals, tangents)
        primals[0][...] += 1.0
        return result


class Counting(Correct):
    """Right for the first calls of a process, as many as a judgement needs; see ``after``."""

    patience = 40

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        self.calls += 1
        result = super().native_jvp(fun, primals, tangents)
        return result if self.calls <= self.patience else self.after(primals, result)

    def after(self, primals: Results, result: Results) -> Results:
        raise NotImplementedError


class Drifts(Counting):
    """Right when judged, wrong when timed."""

    def after(self, primals: Results, result: Results) -> Results:
        return (1.001 * result[0],)


class AbortsLate(Counting):
    """Right when judged, dead when a function of two numbers is timed."""

    def after(self, primals: Results, result: Results) -> Results:
        if np.size(primals[0]) == 2:
            os.abort()
        return result


class HangsLate(Counting):
    """Right when judged, silent when timed."""

    def after(self, primals: Results, result: Results) -> Results:
        while True:
            time.sleep(0.05)


class Later:
    """A result that is on its way: it takes ``LATENCY_S`` seconds from the call until it is there.

    It begins when it is asked for, as on a lazy device: work that nobody waits for is never done.
    """

    def __init__(self, result: Array) -> None:
        self.result = result
        self.there = False

    def get(self) -> Array:
        if not self.there:
            time.sleep(LATENCY_S)
            self.there = True
        return self.result


class Asynchronous(Correct):
    """Returns before it has computed; ``wait`` and ``to_numpy`` block. All of that is allowed."""

    def native_jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        (result,) = super().native_jvp(fun, primals, tangents)
        return (Later(result),)

    def to_numpy(self, x: Array) -> np.ndarray:
        return np.asarray(x.get() if isinstance(x, Later) else x)

    def wait(self, result: Any) -> None:
        if isinstance(result, tuple):
            for x in result:
                self.wait(x)
        elif isinstance(result, Later):
            result.get()


def cubes(xp: Namespace, x: Array, a: Array) -> Array:
    """f(x) = Σ a_i x_i³ with the constants a; shape () from shape (n,)."""
    return xp.sum(a * x * x * x)


def products(xp: Namespace, x: Array, y: Array) -> Array:
    """f(x, y) = x ⊙ y; shape (n,) from two of shape (n,)."""
    return x * y


def _vectors(dims: Mapping[str, int], rng: np.random.Generator) -> Results:
    return rng.uniform(0.5, 2.0, dims["n"]), rng.uniform(0.5, 2.0, dims["n"])


POINTS = (Point("generic-0", _vectors, timed=True), Point("generic-1", _vectors))

CUBES = Problem(
    name="tiny.cubes",
    source="the derivative of x³, Euler",
    fun=cubes,
    arguments=("x", "a"),
    argnums=(0,),
    sizes=(Size({"n": 2}, 2), Size({"n": 4}, 4)),
    points=POINTS,
    operators=frozenset({Operator.VALUE, Operator.JVP, Operator.GRADIENT}),
    timed_operators=frozenset({Operator.JVP, Operator.GRADIENT}),
    closed_forms={
        Operator.VALUE: lambda xp, x, a: (xp.sum(a * x * x * x),),
        Operator.JVP: lambda xp, x, a, v: (xp.sum(3 * a * x * x * v),),
        Operator.GRADIENT: lambda xp, x, a: (3 * a * x * x,),
    },
    operations=lambda dims: 4 * dims["n"],
    dtypes=frozenset({"float64"}),
)

PRODUCTS = Problem(
    name="tiny.products",
    source="the product rule, Leibniz",
    fun=products,
    arguments=("x", "y"),
    argnums=(0, 1),
    sizes=(Size({"n": 3}, 3),),
    points=POINTS,
    operators=frozenset({Operator.VALUE, Operator.JVP, Operator.VJP, Operator.JACOBIAN}),
    timed_operators=frozenset({Operator.JVP}),
    closed_forms={
        Operator.VALUE: lambda xp, x, y: (x * y,),
        Operator.JVP: lambda xp, x, y, v, w: (v * y + x * w,),
        Operator.VJP: lambda xp, x, y, y_bar: (y_bar * y, y_bar * x),
    },
    operations=lambda dims: dims["n"],
)

BACKENDS: dict[str, type[Correct]] = {
    "faulty_none": Correct,
    "faulty_sign": WrongSign,
    "faulty_raises": Raises,
    "faulty_hangs": Hangs,
    "faulty_children": HangsWithChildren,
    "faulty_aborts": Aborts,
    "faulty_exits": Exits,
    "faulty_prints": Prints,
    "faulty_shape": WrongShape,
    "faulty_mutates": MutatesInput,
    "faulty_drifts": Drifts,
    "faulty_aborts_late": AbortsLate,
    "faulty_hangs_late": HangsLate,
    "faulty_asynchronous": Asynchronous,
}


def _active() -> bool:
    return os.environ.get("ADJUDGE_FAULTY") == "1"


@hookimpl
def register_backends(register: Any) -> None:
    if _active():
        for name, backend in BACKENDS.items():
            register(name, backend, summary="a planted fault")
        # One whose library nobody has.
        register("faulty_missing", Correct, requires=("no_such_library_anywhere",))


@hookimpl
def register_problems(register: Any) -> None:
    if _active():
        register(CUBES)
        register(PRODUCTS)
