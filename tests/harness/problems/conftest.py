"""Rule-free truth for closed forms: the problem itself on 80-digit numbers, differenced."""

from __future__ import annotations

from types import SimpleNamespace

import mpmath
import numpy as np
import pytest

from harness.contract import Case, Operator
from harness.problems.inputs import case_inputs

mpmath.mp.dps = 80
STEP = mpmath.mpf(10) ** -20

XP = SimpleNamespace(
    matmul=np.matmul,
    where=np.where,
    sum=np.sum,
    **{
        name: np.vectorize(getattr(mpmath, name), otypes=[object])
        for name in ("log", "sqrt", "tanh")
    },
)


def _exact(x):
    return np.vectorize(mpmath.mpf, otypes=[object])(np.asarray(x, dtype=np.float64))


class RuleFree:
    """Derivatives of ``problem`` at ``args`` (float64), as object arrays of mpf."""

    def __init__(self, problem, args):
        self.problem, self.args = problem, [_exact(a) for a in args]

    def value(self, args):
        return np.asarray(self.problem.fun(XP, *args), dtype=object)

    def moved(self, args, h, tangents):
        moved = list(args)
        for position, v in zip(self.problem.argnums, tangents, strict=True):
            moved[position] = np.asarray(moved[position] + h * v, dtype=object)
        return moved

    def along(self, tangents, f=None):
        """J v, or the derivative along v of any other function of the arguments."""
        f = f or self.value
        ahead, behind = (f(self.moved(self.args, s * STEP, tangents)) for s in (1, -1))
        return (ahead - behind) / (2 * STEP)

    def basis(self):
        """(position in argnums, index, tangents) for each element of each primal."""
        primals = [self.args[i] for i in self.problem.argnums]
        for position, x in enumerate(primals):
            for index in np.ndindex(x.shape):
                tangents = [np.zeros(p.shape, dtype=object) for p in primals]
                tangents[position][index] = mpmath.mpf(1)
                yield position, index, tangents

    def jacobian(self, f=None):
        y = (f or self.value)(self.args)
        blocks = [
            np.empty(np.shape(y) + self.args[i].shape, dtype=object) for i in self.problem.argnums
        ]
        for position, index, tangents in self.basis():
            blocks[position][(..., *index)] = self.along(tangents, f)
        return tuple(blocks)

    def hvp(self, tangents):
        """The Jacobian of x ↦ J(x) v, for a scalar function."""

        def along_v(args):
            ahead, behind = (self.value(self.moved(args, s * STEP, tangents)) for s in (1, -1))
            return (ahead - behind) / (2 * STEP)

        return self.jacobian(along_v)

    def hessian(self):
        primals = [self.args[i] for i in self.problem.argnums]
        blocks = {
            (i, j): np.empty(x.shape + z.shape, dtype=object)
            for i, x in enumerate(primals)
            for j, z in enumerate(primals)
        }
        for position, index, tangents in self.basis():
            for other, part in enumerate(self.hvp(tangents)):
                blocks[position, other][index] = part
        return tuple(blocks.values())

    def operator(self, operator, seeds):
        seeds = [_exact(s) for s in seeds]
        match operator.base:
            case Operator.VALUE:
                return (self.value(self.args),)
            case Operator.JVP:
                return (self.along(seeds),)
            case Operator.VJP:
                axes = seeds[0].ndim
                return tuple(np.tensordot(seeds[0], J, axes=axes) for J in self.jacobian())
            case Operator.GRADIENT | Operator.JACOBIAN:
                return self.jacobian()
            case Operator.HVP:
                return self.hvp(seeds)
            case Operator.HESSIAN:
                return self.hessian()
        raise AssertionError(operator)


def disagreement(problem, operator, dims, point, closed_form=None):
    """The largest error of a closed form in extended precision, relative to the largest entry."""
    size = SimpleNamespace(name="test", dims=dims, scale=1)
    stand_in = SimpleNamespace(
        name=problem.name, argnums=problem.argnums, size=lambda _: size, point=problem.point
    )
    case = Case(problem.name, operator, "test", "float64", point)
    rng = np.random.default_rng(0)
    shape = np.shape(problem.fun(np, *problem.point(point).build(dims, rng)))
    inputs = case_inputs(stand_in, case, shape)
    extended = [np.asarray(a, dtype=np.longdouble) for a in (*inputs.args, *inputs.seeds)]
    found = (closed_form or problem.closed_forms[operator])(np, *extended)
    truth = RuleFree(problem, inputs.args).operator(operator, inputs.seeds)
    assert [np.shape(f) for f in found] == [np.shape(t) for t in truth]
    worst = 0.0
    for f, t in zip(found, truth, strict=True):
        scale = max(abs(e) for e in np.ravel(t)) or mpmath.mpf(1)
        # A long double is the sum of two doubles, so that mpf takes it exactly.
        high = np.asarray(f, dtype=np.float64)
        low = np.asarray(f - high, dtype=np.float64)
        difference = np.ravel(_exact(high) + _exact(low) - t)
        worst = max(worst, float(max(abs(e) for e in difference) / scale))
    return worst


@pytest.fixture
def disagreement_of():
    """``disagreement``, under a name that a test can take."""
    return disagreement
