"""Dialect: how a function, its numbers and its derivatives are spelled in one library, as text.

With it adjudge writes a finding as one line of Python that needs that library alone. A dialect is
data: it is registered with the backend (``register(…, dialect=…)``), and neither making one nor
using one imports the library.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.contract.operators import Operator

__all__ = ["Dialect"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """Python text, with fields in braces that are filled in as by ``str.format``.

    ``setup`` are statements that come first, such as ``import torch``; ``imports`` are further
    ones, each under the text that makes it necessary. ``names`` are the names of ``xp`` that the
    backend's namespace has, as the library has them: a dotted name, or the text of a lambda where
    the arguments differ (it may use ``xp`` itself). A form of a call may have a word of its own,
    under a name such as ``maximum(_, #)`` or ``sum(_, axis=(), keepdims)``: ``#`` is a number,
    ``=()`` tells a tuple from one axis and ``=.`` a fraction from an integer, keywords stand in
    alphabetical order. What is not there, or is empty, is not spelled, and the finding is then
    shown through adjudge.

    ``array`` makes an array of ``{values}`` (nested lists) and ``{dtype}`` (``float64``). In the
    other texts ``{f}`` is a function of the primals, ``{xs}`` the primals as they stand in a call,
    ``{primals}`` and ``{tangents}`` tuples of them, ``{v}`` the tangents as they are for one primal
    (``v``) or several (``(v, w)``), ``{argnums}`` likewise ``0`` or ``(0, 1)``, ``{only}`` is
    ``[0]`` for one primal and nothing for several, and ``{cotangent}`` the cotangent:

    - ``jvp`` gives ẏ (empty: there is no forward mode), ``vjp`` the cotangent of the primal or a
      tuple for several;
    - ``grad`` is a function: the gradient of ``{f}``, an array or a tuple for several primals;
    - ``native[operator]`` gives the operator's result where the backend takes the library's own:
      one array or a tuple for several primals, of a Hessian a tuple of tuples. A pair of texts is
      for one primal and for several;
    - ``vmap`` is ``{f}`` mapped over the leading axis of every argument; empty: there is none;
    - ``shown`` is an ``{array}`` as nested lists of Python numbers;
    - ``call`` is how the ``{expression}`` is evaluated as a function of ``{operands}``, where it is
      not simply written down: compiled, say.
    """

    setup: str
    names: Mapping[str, str]
    array: str
    jvp: str
    vjp: str
    grad: str
    native: Mapping[Operator, str | tuple[str, str]] = field(default_factory=dict)
    vmap: str = ""
    shown: str = "{array}.tolist()"
    call: str = "{expression}"
    imports: Mapping[str, str] = field(default_factory=dict)
