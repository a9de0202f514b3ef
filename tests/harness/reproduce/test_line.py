"""The line as a whole, in a dialect made of NumPy: what stands in it, and when there is none."""

from __future__ import annotations

import shlex

import numpy as np
import pytest

from harness.contract import Case, Dialect, Operator, Point, Problem, Size, Written
from harness.plugins import BackendEntry
from harness.problems.inputs import case_inputs
from harness.reproduce import reproducer
from harness.reproduce.line import line

DIALECT = Dialect(
    setup="import numpy as np",
    names={"sum": "np.sum", "square": "np.square", "float64": "np.float64"},
    array="np.array({values}, dtype=np.{dtype})",
    jvp="derivative({f}, {primals}, {tangents})",
    vjp="",
    grad="gradient({f}, {argnums})",
)
ENTRY = BackendEntry("lib", lambda: None, "a test", (), "", "", None, DIALECT)


def problem_of(text: str, *names: str, argnums=None, values=None) -> Problem:
    arguments = names or ("x",)
    values = values or tuple(np.array([1.5, -2.0]) for _ in arguments)
    return Problem(
        name="test.problem",
        source="a test",
        fun=Written(arguments, text),
        arguments=arguments,
        argnums=tuple(range(len(arguments))) if argnums is None else argnums,
        sizes=(Size({}, 1),),
        points=(Point("here", lambda dims, rng: values),),
        operators=frozenset(Operator),
        timed_operators=frozenset(),
        closed_forms={},
        operations=lambda dims: 1,
    )


def asked(problem: Problem, operator: str, dtype: str = "float64"):
    case = Case(problem.name, Operator(operator), "scalar", dtype, "here")
    return case, case_inputs(problem, case, (2,))


def code(problem: Problem, operator: str) -> str:
    return line(DIALECT, problem, *asked(problem, operator)).code


def told(problem: Problem, operator: str, truths=(), reason="off", dtype="float64") -> str:
    case, inputs = asked(problem, operator, dtype)
    return reproducer(ENTRY, problem, case, inputs, truths, reason)


def test_a_value_is_the_function_itself():
    assert code(problem_of("xp.square(x)"), "value") == (
        "import numpy as np; x = np.array([1.5, -2.0], dtype=np.float64); f = np.square; "
        "print(f(x).tolist())"
    )


def test_constants_stay_constants_and_the_scalar_is_weighted():
    said = code(problem_of("x * k", "x", "k", argnums=(0,)), "gradient")
    assert "f = lambda x, k: x * k" in said
    assert "scalar = lambda x, k: np.sum(f(x, k) * weights)" in said
    assert "gradient((lambda x: scalar(x, k)), 0)(x)" in said
    # The first two weights: (32 + 37)/64, and -(32 + 74)/64.
    assert "weights = np.array([1.078125, -1.65625], dtype=np.float64)" in said


def test_arguments_called_as_the_line_calls_things_are_left_alone():
    said = code(problem_of("f * v + w", "f", "v", "w"), "jvp")
    assert "f_ = lambda f, v, w: f * v + w" in said
    assert "derivative(f_, (f, v, w), (f_dot, v_dot, w_dot))" in said


@pytest.mark.parametrize("name", ["np", "show"])
def test_an_argument_that_would_hide_the_library_goes_through_adjudge(name):
    assert told(problem_of(f"{name} * 2", name), "value").startswith("adjudge check ")


def test_the_truth_stands_in_the_comment_and_the_shell_reads_the_rest():
    said = told(problem_of("xp.square(x)"), "value", [[np.array([2.25, 4.0])]])
    assert said.endswith("# true: [2.25, 4]")
    words = shlex.split(said, comments=True)
    assert words[:2] == ["python", "-c"]
    assert len(words) == 3
    assert "\n" not in said


def test_where_there_is_a_choice_both_ends_are_told():
    ends = [[np.array([0.0, 0.0])], [np.array([1.0, 1.0])]]
    assert told(problem_of("xp.square(x)"), "value", ends).endswith("# true: [0, 0] to [1, 1]")


def test_without_a_truth_the_reason_stands_there_harmless():
    said = told(problem_of("xp.square(x)"), "value", reason="it\nraised \x1b[31m\u202e \x00$(rm)")
    assert said.endswith("# it raised [31m $(rm)")


def test_quotes_and_dollars_in_the_text_reach_python_as_they_are():
    said = told(problem_of("xp.sum(x) if '$HOME' != \"`'\" else x"), "value")
    program = shlex.split(said, comments=True)[2]
    assert "'$HOME'" in program
    compile(program, "line", "exec")


@pytest.mark.parametrize(
    ("text", "operator"),
    [("xp.cosh(x)", "value"), ("xp.square(x)", "descent"), ("xp.square(x)", "jvp-batched")],
)
def test_what_the_dialect_cannot_say_goes_through_adjudge_and_says_so(text, operator):
    said = told(problem_of(text), operator)
    assert said == (
        f"adjudge check --backend lib --case test.problem:{operator}:scalar:float64:here"
        "  # needs adjudge: off"
    )


def test_what_is_too_long_for_a_line_goes_through_adjudge():
    large = problem_of("xp.square(x)", values=(np.linspace(0, 1, 500),))
    assert told(large, "value").startswith("adjudge check ")


def test_a_backend_without_a_dialect_goes_through_adjudge():
    bare = BackendEntry("bare", lambda: None, "a test", (), "", "")
    problem = problem_of("xp.square(x)")
    case, inputs = asked(problem, "value")
    said = reproducer(bare, problem, case, inputs, (), "")
    assert said.startswith("adjudge check --backend bare ")
