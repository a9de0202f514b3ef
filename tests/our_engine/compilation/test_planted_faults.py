"""Each of these faults in the compiler shows when a compiled function is held against the plain."""

import operator

import numpy as np
import pytest

import our_engine as oe
from our_engine.compilation import staged
from our_engine.compilation.functions import has_known_kind
from our_engine.compilation.operations import Condition, Operation, Variable
from our_engine.compilation.simplify import simplified

X = np.array([0.3, -0.5, 0.9])
CALLS = [(X,), (-X,), (X[::-1].copy(),), (2.0 * X,), (np.array([0.5, np.nan, 1.0]),)]


def without(kind):
    """No condition of this kind is kept."""

    def dropping(recorded):
        recorded.steps = [
            s for s in recorded.steps if not (isinstance(s, Condition) and s.kind == kind)
        ]
        return simplified(recorded)

    return "our_engine.compilation.compiled.simplified", dropping


def overwriting(self, place, step):
    """Any operand of the right kind is overwritten."""
    if isinstance(step, Condition) or not isinstance(step.function, np.ufunc):
        return None
    y = step.results
    for x in step.reads():
        if not (x.scalar or y.scalar) and (x.shape, x.dtype) == (y.shape, y.dtype):
            return x
    return None


def swapped(recorded):
    """The operands of a difference are taken in the other order."""
    for step in recorded.steps:
        if isinstance(step, Operation) and step.function is operator.sub:
            step.args = step.args[::-1]
    return simplified(recorded)


def aliased(x):
    return oe.grad(lambda x: np.sum(np.sin(x) * np.sin(np.sin(x)) * x))(x)


def overwritten(x):
    work, total = np.ones(3), 0.0
    for k in range(3):
        work[0] = k
        total = total + np.sum(work * x)
    return total


def caught(x):
    try:
        x.tobytes()
    except Exception:  # noqa: BLE001 - as a careless program would
        return x * 3.0
    return x * 2.0


def branch(x):
    return np.sum(x**2) if x[0] > 0 else np.sum(x)


def writeable(self, value, weak, shared=False):
    self._count += 1
    return staged.new(self, Variable(self._count, value), value, weak)


def rearranged(x):
    y = np.reshape(np.tile(x, 12), (np.argmax(x) + 1, -1))
    return np.sum(y) * y.shape[0]


FAULTS = {
    "truth is no condition": (*without("true"), oe.grad(branch)),
    "a number that is taken out is no condition": (
        *without("bits"),
        oe.grad(lambda x: np.sum(x) * float(oe.stop_gradient(x[0]))),
    ),
    "a shape is no condition": (*without("kind"), lambda x: np.sum(x) * x[x > 0].shape[0]),
    "operands are overwritten": (
        "our_engine.compilation.memory.Memory.target",
        overwriting,
        aliased,
    ),
    "constants are not copied": (
        "our_engine.compilation.constants.Constants.of",
        lambda self, x: x,
        overwritten,
    ),
    "a failure is forgotten": (
        "our_engine.compilation.trace.Trace._require",
        lambda self: None,
        caught,
    ),
    "operands are exchanged": (
        "our_engine.compilation.compiled.simplified",
        swapped,
        lambda x: x[0] - x[1] * x,
    ),
    "integers decide on no shape": (
        "our_engine.compilation.trace.has_known_kind",
        lambda function, args, counts: has_known_kind(function, args),
        rearranged,
    ),
    "staged values can be written to": (
        "our_engine.compilation.trace.Trace._staged",
        writeable,
        oe.grad(lambda x: np.sum(np.nan_to_num(oe.stop_gradient(x), False) * x)),
    ),
    "shapes are not looked at": (
        "our_engine.compilation.source.Source._unpack_varying",
        lambda self, leaf, name: self._names.name(next(self._inputs), name),
        lambda x: x.astype(complex) if x.dtype == np.float32 else x * 2.0,
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_seen(agree, monkeypatch, name):
    where, fault, g = FAULTS[name]
    calls = CALLS
    if name.startswith("shapes"):
        calls = [(X,), (X.astype(np.float32),)]
    agree(g, calls)
    monkeypatch.setattr(where, fault)
    with pytest.raises(AssertionError):
        agree(g, calls)
