"""Every reproducer is run: what it prints is what the backend gave."""

from __future__ import annotations

import ast
import contextlib
import functools
import io
import math
import shlex
import subprocess
import sys
import warnings

import numpy as np
import pytest

from harness.contract import Case, Operator, Point, Problem, Size, UnsupportedOperatorError, Written
from harness.contract.derivation import build
from harness.plugins import load
from harness.problems.catalogue import problems as catalogue
from harness.problems.inputs import case_inputs, operands, output_shape
from harness.reproduce import reproducer
from harness.reproduce.line import line
from harness.reproduce.numbers import nested

REGISTRY = load()
SPOKEN = [name for name, entry in REGISTRY.backends.items() if entry.dialect is not None]
OPERATORS = sorted(set(Operator) - {Operator.DESCENT})
# jax-eager says all that jax says, and is not compiled for each case.
UNSAID = (Operator.HVP, Operator.HESSIAN, Operator.THIRD)
QUICK = [name for name in SPOKEN if name != "jax"]


@functools.cache
def spoken(name):
    entry = REGISTRY.backends[name]
    if entry.missing:
        pytest.skip(entry.missing_line())
    return entry, entry.create()


def problem_of(text: str, *named: tuple[str, object], argnums=None) -> Problem:
    names = tuple(name for name, _ in named)
    values = tuple(np.array(value) for _, value in named)
    return Problem(
        name="test.problem",
        source="a test",
        fun=Written(names, text),
        arguments=names,
        argnums=tuple(range(len(names))) if argnums is None else argnums,
        sizes=(Size({}, 1),),
        points=(Point("here", lambda dims, rng: values),),
        operators=frozenset(Operator),
        timed_operators=frozenset(),
        closed_forms={},
        operations=lambda dims: 1,
    )


SCALAR = problem_of("xp.sum(xp.exp(x) * x ** 3)", ("x", [[0.5, -1.25, 2.0]]))
ARRAY = problem_of("xp.sin(x) * x", ("x", [0.5, -1.25]))
TWO = problem_of("a * xp.sum(b * b * a[0])", ("a", [0.5, 2.0]), ("b", [[1.5, -0.5]]))
CONSTANT = problem_of("xp.take(x, i, axis=0) ** 2", ("x", [0.5, 3.0]), ("i", [1, 0]), argnums=(0,))


def evaluated(backend, problem, case, inputs):
    """What the backend gives: ``derivation``'s results, its word for a constant made zeros."""
    native = tuple(backend.asarray(np.asarray(x)) for x in operands(case.operator, inputs))
    results = build(backend, problem, case.operator)(*native)
    primals = [inputs.args[i] for i in problem.argnums]
    return tuple(
        np.zeros_like(primals[i]) if result is None else np.array(backend.to_numpy(result))
        for i, result in enumerate(results)
    )


def case_of(problem, operator, size="scalar", point="here", dtype="float64"):
    case = Case(problem.name, operator, size, dtype, point)
    shape = output_shape(problem, case) if operator.takes_cotangent else ()
    return case, case_inputs(problem, case, shape)


def printed(code: str):
    """What the program prints, as nested lists."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        exec(code, {})
    return read(out.getvalue())


def read(text: str):
    return eval(compile(ast.parse(text, mode="eval"), "printed", "eval"), {**vars(math)})


def assert_same(got, wanted):
    assert np.shape(flat(got)) == np.shape(flat(wanted))
    # The harness may sum the same terms in another order.
    np.testing.assert_allclose(flat(got), flat(wanted), rtol=1e-13, atol=0)
    assert shape(got) == shape(wanted)


def flat(numbers) -> list:
    return [x for n in numbers for x in flat(n)] if isinstance(numbers, list) else [numbers]


def shape(numbers):
    return [shape(n) for n in numbers] if isinstance(numbers, list) else None


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize("what", ["scalar", "array", "two", "constant"])
@pytest.mark.parametrize("name", QUICK)
def test_the_line_prints_what_the_backend_gives(name, what, operator):
    if name == "jax-eager" and what in ("scalar", "array"):
        pytest.skip("JAX compiles each operation: two problems are enough")
    problem = {"scalar": SCALAR, "array": ARRAY, "two": TWO, "constant": CONSTANT}[what]
    entry, backend = spoken(name)
    case, inputs = case_of(problem, operator)
    try:
        results = evaluated(backend, problem, case, inputs)
    except UnsupportedOperatorError as error:
        pytest.skip(str(error))
    if not entry.dialect.jvp and operator in UNSAID:
        pytest.skip("a plain name leaves the mode to the backend, and forward is spelled first")
    shown = line(entry.dialect, problem, case, inputs)
    assert_same(printed(shown.code), nested(shown.layout(results)))


@pytest.mark.parametrize("operator", ["gradient", "hvp-forward-over-reverse"])
def test_the_compiled_line_prints_what_the_backend_gives(operator):
    entry, backend = spoken("jax")
    case, inputs = case_of(CONSTANT, Operator(operator))
    shown = line(entry.dialect, CONSTANT, case, inputs)
    assert "jax.jit" in shown.code
    results = evaluated(backend, CONSTANT, case, inputs)
    assert_same(printed(shown.code), nested(shown.layout(results)))


@pytest.mark.parametrize("name", SPOKEN)
def test_a_shell_runs_the_line_with_that_library_alone(name):
    entry, backend = spoken(name)
    operator = Operator.VJP
    case, inputs = case_of(SCALAR, operator, dtype="float32")
    results = evaluated(backend, SCALAR, case, inputs)
    command = reproducer(entry, SCALAR, case, inputs, [results], "")
    assert "harness" not in command
    assert "adjudge" not in command
    done = subprocess.run(
        ["bash", "-c", command.replace("python", shlex.quote(sys.executable), 1)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert_same(
        read(done.stdout), nested(line(entry.dialect, SCALAR, case, inputs).layout(results))
    )
    comment = read(command.rpartition("# true: ")[2])
    np.testing.assert_allclose(flat(comment), flat(read(done.stdout)), rtol=1e-8)


@pytest.mark.parametrize("name", QUICK)
def test_a_division_by_zero_is_shown_as_it_came(name):
    entry, backend = spoken(name)
    problem = problem_of("xp.sqrt(x)", ("x", [0.0, float("inf"), -1.0]))
    case, inputs = case_of(problem, Operator.VJP)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = evaluated(backend, problem, case, inputs)
    shown = line(entry.dialect, problem, case, inputs)
    assert_same(printed(shown.code), nested(shown.layout(results)))


@pytest.mark.parametrize("name", ["our_engine", "pytorch", "autograd", "jax-eager"])
def test_the_words_mean_what_the_namespace_means(name):
    """The value of the catalogue's functions, at the first point of each."""
    entry, backend = spoken(name)
    compared = 0
    # Dispatching one operation after the other, JAX compiles each for each shape.
    for problem in list(catalogue())[:: 12 if name == "jax-eager" else 1]:
        point = problem.points[0]
        size = next(s.name for s in problem.sizes if point.sizes is None or s.name in point.sizes)
        case, inputs = case_of(problem, Operator.VALUE, size, point.name)
        try:
            code = line(entry.dialect, problem, case, inputs).code
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                (result,) = evaluated(backend, problem, case, inputs)
        except Exception:  # noqa: BLE001 - not supported, not said, or refused there
            continue
        try:
            assert_same(printed(code), result.tolist())
        except Exception as error:
            raise AssertionError(f"{problem.name}: {code}") from error
        compared += 1
    assert compared > (30 if name == "jax-eager" else 300)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("autograd", "xp.clip(x, min=-1.0) ** 2"),
        ("autograd", "xp.clip(x, min=-1.0, max=1.0) ** 2"),
        ("our_engine", "xp.asarray(x, dtype=xp.float64) ** 2"),
        ("our_engine", "xp.asarray(x) * xp.asarray([3.0, 2.0])"),
        ("pytorch", "xp.std(x, axis=0, correction=0.5)"),
        ("pytorch", "xp.var(x, axis=0, correction=0.5)"),
    ],
)
def test_what_the_namespace_translates_is_differentiated_as_it_is_there(name, text):
    entry, backend = spoken(name)
    problem = problem_of(text, ("x", [0.5, -1.25]))
    case, inputs = case_of(problem, Operator.VJP)
    shown = line(entry.dialect, problem, case, inputs)
    results = evaluated(backend, problem, case, inputs)
    assert_same(printed(shown.code), nested(shown.layout(results)))
