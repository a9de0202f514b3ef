"""One line for a shell that shows a finding: with the library alone, or else through adjudge."""

from __future__ import annotations

import glob
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from harness.contract import Case, Operator, Problem, weights
from harness.contract.dialect import Dialect
from harness.problems.inputs import CaseInputs, output_shape
from harness.reproduce.numbers import array_text, told
from harness.reproduce.operators import Layout, Shown, Spelling
from harness.reproduce.translation import Untranslatable, Vocabulary, expression_of

__all__ = ["Line", "line", "through_adjudge"]

_MOST_CHARACTERS = 4000
_COMMENT_CHARACTERS = 1200
_SHOW = "show = lambda r: [show(s) for s in r] if isinstance(r, (list, tuple)) else "
_NOT_IN_DOUBLE_QUOTES = re.compile(r'["$`\\!]')


@dataclass(frozen=True, slots=True)
class Line:
    """A program of one line, and the layout in which it prints the results."""

    code: str
    layout: Layout

    def command(self, truths: Sequence[Sequence[np.ndarray]], reason: str, digits: int = 17) -> str:
        """The line for a shell; the truth stands in its comment, or else what was said.

        ``truths`` are the true results, or the two ends between which they may lie, or nothing.
        """
        quoted = f'"{self.code}"'
        if _NOT_IN_DOUBLE_QUOTES.search(self.code):
            quoted = shlex.quote(self.code)
        ends = [told(self.layout(truth), digits) for truth in truths]
        comment = f"true: {' to '.join(ends)}" if ends else ""
        if not comment or len(comment) > _COMMENT_CHARACTERS:
            comment = _plain(reason)
        return f"python -c {quoted}" + (f"  # {comment}" if comment else "")


def line(dialect: Dialect, problem: Problem, case: Case, inputs: CaseInputs) -> Line:
    """The case in the library's own words; Untranslatable where they do not suffice."""
    arguments, body = expression_of(problem.fun)
    reserved = {*re.findall(r"[A-Za-z_]\w*", dialect.setup), "show", "d_", "e_", "g_", "v_"}
    if reserved & set(arguments):
        raise Untranslatable("an argument has a name that the line needs")
    operator = case.operator
    words = Vocabulary(dialect.names, {*arguments, *reserved})
    text = words.text(body)
    operands = dict(zip(arguments, inputs.args, strict=True))
    primals = tuple(arguments[i] for i in problem.argnums)
    f = words.fresh("f")
    statements = [_definition(f, arguments, text)]
    function = f
    shape = output_shape(problem, case)
    if operator.of_scalar and shape:
        w, psi = words.fresh("weights"), words.fresh("scalar")
        statements.append(f"{w} = {_array(dialect, weights(shape).astype(case.dtype))}")
        product = f"{words.word('sum')}({f}({', '.join(arguments)}) * {w})"
        statements.append(_definition(psi, arguments, product))
        function = psi
    if primals != arguments:
        function = f"(lambda {', '.join(primals)}: {function}({', '.join(arguments)}))"
    vs: tuple[str, ...] = ()
    cotangent = ""
    if operator.takes_tangents:
        vs = tuple(words.fresh("v" if len(primals) == 1 else f"{x}_dot") for x in primals)
        operands |= dict(zip(vs, inputs.seeds, strict=True))
    elif operator.takes_cotangent:
        cotangent = words.fresh("y_bar")
        operands[cotangent] = inputs.seeds[0]
    shapes = tuple(inputs.args[i].shape for i in problem.argnums)
    spelling = Spelling(dialect, words, primals, shapes, shape, case.dtype, vs, cotangent)
    if operator.batched:
        shown, values = _batched(spelling, operator, function, operands, inputs)
    else:
        shown = spelling.shown(operator, function)
        values = list(operands.values())
    named = [f"{x} = {_array(dialect, a)}" for x, a in zip(operands, values, strict=True)]
    call = dialect.call.format(expression=shown.expression, operands=", ".join(operands))
    printed = f"print({dialect.shown.format(array=call)})"
    if shown.nested:
        statements.append(_SHOW + dialect.shown.format(array="r"))
        printed = f"print(show({call}))"
    helpers = [f"{name} = {body_}" for name, body_ in words.helpers.items()]
    rest = [*named, *helpers, *statements, printed]
    needed = [s for text_, s in dialect.imports.items() if any(text_ in part for part in rest)]
    code = "; ".join([dialect.setup, *needed, *rest])
    if len(code) > _MOST_CHARACTERS:
        raise Untranslatable("it is too long for one line")
    return Line(code, shown.layout)


def _batched(
    spelling: Spelling,
    operator: Operator,
    function: str,
    operands: dict[str, np.ndarray],
    inputs: CaseInputs,
) -> tuple[Shown, list[np.ndarray]]:
    """The call without a batch, mapped over two rows; both have the same arguments."""
    vmap = spelling.dialect.vmap
    if not vmap:
        raise Untranslatable("the library maps over no axis")
    shown = spelling.shown(operator.base, function)
    names = ", ".join(operands)
    mapped = vmap.format(f=f"(lambda {names}: {shown.expression})")
    second = (*inputs.args, *inputs.probe_seeds)
    rows = [np.stack(pair) for pair in zip(operands.values(), second, strict=True)]
    return Shown(f"{mapped}({names})", shown.layout, shown.nested), rows


def through_adjudge(backend: str, case: str, reason: str) -> str:
    """The line for what the library's own words do not suffice for: it takes adjudge."""
    comment = _plain(reason)
    command = (
        f"adjudge check --backend {shlex.quote(backend)} --case {shlex.quote(glob.escape(case))}"
    )
    return command + (f"  # needs adjudge: {comment}" if comment else "  # needs adjudge")


def _array(dialect: Dialect, x: np.ndarray) -> str:
    return array_text(dialect.array, x)


def _definition(name: str, arguments: Sequence[str], text: str) -> str:
    """``name = lambda x: …``, or the library's function itself where that is all it is."""
    together = ", ".join(arguments)
    called = text.removesuffix(f"({together})")
    if called != text and re.fullmatch(r"[A-Za-z_][\w.]*", called):
        return f"{name} = {called}"
    return f"{name} = lambda {together}: {text}"


def _plain(reason: str) -> str:
    """``reason`` on one line, without what a terminal would obey."""
    told_ = " ".join("".join(c if c.isprintable() else " " for c in reason).split())
    return told_[:_COMMENT_CHARACTERS]
