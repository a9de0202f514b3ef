"""What a plug-in author sees: everything to write a backend or a problem is imported from here."""

from harness.contract.backend import Backend, Function, Pullback, Trace
from harness.contract.case import Case
from harness.contract.derivation import UnsupportedOperatorError, build, is_native
from harness.contract.dialect import Dialect
from harness.contract.hookspecs import BackendRegistrar, ProblemRegistrar, hookimpl, hookspec
from harness.contract.operators import (
    FIRST_ORDER,
    HESSIAN_NESTINGS,
    NESTINGS,
    SECOND_ORDER,
    Operator,
)
from harness.contract.outcome import TIMEABLE, Evaluation, Failure, Sample, Verdict, VerdictKind
from harness.contract.problem import (
    Array,
    Descent,
    Namespace,
    Point,
    PointKind,
    Problem,
    Size,
)
from harness.contract.weighting import function_of, weighted, weights
from harness.contract.written import Written

__all__ = [
    "FIRST_ORDER",
    "HESSIAN_NESTINGS",
    "NESTINGS",
    "SECOND_ORDER",
    "TIMEABLE",
    "Array",
    "Backend",
    "BackendRegistrar",
    "Case",
    "Descent",
    "Dialect",
    "Evaluation",
    "Failure",
    "Function",
    "Namespace",
    "Operator",
    "Point",
    "PointKind",
    "Problem",
    "ProblemRegistrar",
    "Pullback",
    "Sample",
    "Size",
    "Trace",
    "UnsupportedOperatorError",
    "Verdict",
    "VerdictKind",
    "Written",
    "build",
    "function_of",
    "hookimpl",
    "hookspec",
    "is_native",
    "weighted",
    "weights",
]
