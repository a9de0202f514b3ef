"""A whole third-party backend: f(x + ihv) = f(x) + ih Jv + O(h²), and nothing is subtracted."""

import numpy as np

from harness.contract import Backend, Operator, hookimpl

H = 2.0**-100  # h² vanishes beside 1 in both precisions, and dividing by h is exact


class ComplexStep(Backend):
    operators = frozenset(o for o in Operator if o.order <= 1) - {
        Operator.VJP, Operator.JACOBIAN_REVERSE, Operator.DESCENT,
    }  # fmt: skip
    dtypes = frozenset({"float64", "float32"})
    xp = np
    asarray = to_numpy = staticmethod(np.asarray)

    def jvp(self, fun, primals, tangents):
        y = fun(*(x + v * x.dtype.type(H) * 1j for x, v in zip(primals, tangents, strict=True)))
        return np.real(y), np.imag(y) / H

    def versions(self):
        return {"numpy": np.__version__}


@hookimpl
def register_backends(register):
    register("complex_step", ComplexStep, summary="the complex step, in NumPy")
