"""Small problems with derivatives by formula, and a court: a judge that knows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import pluggy
import pytest

from harness.contract import (
    HESSIAN_NESTINGS,
    NESTINGS,
    Case,
    Evaluation,
    Failure,
    Operator,
    Point,
    PointKind,
    Problem,
    Size,
    weights,
)
from harness.contract.hookspecs import Hookspecs
from harness.plugins import Registry
from harness.problems.inputs import case_inputs, output_shape
from harness.verification.judge import Judge

HVP = (Operator.HVP, *NESTINGS)
HESSIANS = (Operator.HESSIAN, *HESSIAN_NESTINGS)
THIRDS = (Operator.THIRD, Operator.THIRD_FORWARD, Operator.THIRD_REVERSE)
JACOBIANS = (Operator.JACOBIAN, Operator.JACOBIAN_FORWARD, Operator.JACOBIAN_REVERSE)


def problem(
    name: str,
    fun: Callable[..., Any],
    arguments: tuple[str, ...],
    points: Mapping[str, Callable[[np.random.Generator], tuple[Any, ...]]],
    *,
    argnums: tuple[int, ...] | None = None,
    operations: int = 1,
    kinds: Mapping[str, PointKind] | None = None,
    **more: Any,
) -> Problem:
    """A problem of one size, with every operator; ``points`` build its arguments from an rng."""

    def built(build: Callable[..., tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
        return lambda dims, rng: tuple(np.asarray(a, dtype=float) for a in build(rng))

    kinds = kinds or {}
    defaults: dict[str, Any] = {
        "operators": frozenset(Operator) - {Operator.DESCENT},
        "timed_operators": frozenset(),
        "closed_forms": {},
        "sizes": (Size({"n": 5}, 5),),
    }
    return Problem(
        name=name,
        source="this test",
        fun=fun,
        arguments=arguments,
        argnums=tuple(range(len(arguments))) if argnums is None else argnums,
        points=tuple(
            Point(p, built(build), kinds.get(p, PointKind.SMOOTH)) for p, build in points.items()
        ),
        operations=lambda dims: operations,
        **(defaults | more),
    )


def seeded(count: int, build: Callable[[np.random.Generator], tuple[Any, ...]]) -> dict[str, Any]:
    """``count`` generic points: each has a name, and so a seed, of its own."""
    return {f"generic-{k}": build for k in range(count)}


# Each entry of ``formulae`` is the derivative by hand: formula(args, seeds) -> results.
Formula = Callable[..., tuple[Any, ...]]


def of_scalar(
    value: Callable[..., Any], first: Callable[..., Any], second: Callable[..., Any]
) -> dict[Operator, Formula]:
    """All operators of a scalar function of one scalar from f, f' and f''."""
    table: dict[Operator, Formula] = {
        Operator.VALUE: lambda args, seeds: (value(*args),),
        Operator.JVP: lambda args, seeds: (first(*args) * seeds[0],),
        Operator.VJP: lambda args, seeds: (first(*args) * seeds[0],),
        Operator.GRADIENT: lambda args, seeds: (first(*args),),
        Operator.HESSIAN: lambda args, seeds: (second(*args),),
    }
    table |= dict.fromkeys(JACOBIANS, table[Operator.GRADIENT])
    return table | dict.fromkeys(HVP, lambda args, seeds: (second(*args) * seeds[0],))


def of_vector(
    value: Callable[..., Any], gradient: Callable[..., Any], hessian: Callable[..., Any]
) -> dict[Operator, Formula]:
    """All operators of a scalar function of one vector from f, ∇f and the Hessian."""
    table: dict[Operator, Formula] = {
        Operator.VALUE: lambda args, seeds: (value(*args),),
        Operator.JVP: lambda args, seeds: (gradient(*args) @ seeds[0],),
        Operator.VJP: lambda args, seeds: (gradient(*args) * seeds[0],),
        Operator.GRADIENT: lambda args, seeds: (gradient(*args),),
        Operator.HESSIAN: lambda args, seeds: (hessian(*args),),
    }
    table |= dict.fromkeys(JACOBIANS, table[Operator.GRADIENT])
    return table | dict.fromkeys(HVP, lambda args, seeds: (hessian(*args) @ seeds[0],))


def prod_gradient(x: np.ndarray) -> np.ndarray:
    return np.array([np.prod(np.delete(x, i)) for i in range(x.size)], dtype=x.dtype)


def prod_hessian(x: np.ndarray) -> np.ndarray:
    n = x.size
    return np.array(
        [[0 if i == j else np.prod(np.delete(x, [i, j])) for j in range(n)] for i in range(n)],
        dtype=x.dtype,
    )


def norm_hessian(x: np.ndarray) -> np.ndarray:
    r = np.sqrt(np.sum(x * x))
    return (np.eye(x.size, dtype=x.dtype) - np.outer(x / r, x / r)) / r


def layer(xp: Any, A: Any, x: Any) -> Any:
    return xp.tanh(xp.matmul(A, x))


def layer_formulae() -> dict[Operator, Formula]:
    """y = tanh(A x), differentiated in both: J_A[i, j, k] = s_i δ_ij x_k, J_x = diag(s) A."""

    def slopes(args: Any) -> Any:
        # Not 1 - tanh², which loses digits where tanh is saturated.
        return 1 / np.cosh(args[0] @ args[1]) ** 2

    def jvp(args: Any, seeds: Any) -> Any:
        (A, x), (A_dot, x_dot) = args, seeds
        return (slopes(args) * (A_dot @ x + A @ x_dot),)

    def vjp(args: Any, seeds: Any) -> Any:
        (A, x), (y_bar,) = args, seeds
        u_bar = y_bar * slopes(args)
        return np.outer(u_bar, x), A.T @ u_bar

    def jacobian(args: Any, seeds: Any) -> Any:
        (A, x), s = args, slopes(args)
        by_A = np.einsum("i,ij,k->ijk", s, np.eye(len(s), dtype=A.dtype), x).astype(A.dtype)
        return by_A, s[:, None] * A

    table: dict[Operator, Formula] = {
        Operator.VALUE: lambda args, seeds: (np.tanh(args[0] @ args[1]),),
        Operator.JVP: jvp,
        Operator.VJP: vjp,
    }
    return table | dict.fromkeys(JACOBIANS, jacobian)


def energy_formulae() -> dict[Operator, Formula]:
    """f(A, x) = ½ Σ (A x)²: ∂_A = u xᵀ, ∂_x = Aᵀ u with u = A x."""

    def gradient(args: Any, seeds: Any) -> Any:
        A, x = args
        u = A @ x
        return np.outer(u, x), A.T @ u

    def hvp(args: Any, seeds: Any) -> Any:
        (A, x), (A_dot, x_dot) = args, seeds
        u, u_dot = A @ x, A_dot @ x + A @ x_dot
        return np.outer(u_dot, x) + np.outer(u, x_dot), A_dot.T @ u + A.T @ u_dot

    def hessian(args: Any, seeds: Any) -> Any:
        A, x = args
        u, one, m = A @ x, np.eye(len(x), dtype=A.dtype), np.eye(len(A), dtype=A.dtype)
        aa = np.einsum("ik,j,l->ijkl", m, x, x)
        ax = np.einsum("ik,j->ijk", A, x) + np.einsum("i,jk->ijk", u, one)
        return (
            aa.astype(A.dtype),
            ax.astype(A.dtype),
            ax.transpose(2, 0, 1).astype(A.dtype),
            (A.T @ A).astype(A.dtype),
        )

    table: dict[Operator, Formula] = {
        Operator.VALUE: lambda args, seeds: (np.sum((args[0] @ args[1]) ** 2) / 2,),
        Operator.JVP: lambda args, seeds: (
            sum(np.sum(g * v) for g, v in zip(gradient(args, ()), seeds, strict=True)),
        ),
        Operator.VJP: lambda args, seeds: tuple(seeds[0] * g for g in gradient(args, ())),
        Operator.GRADIENT: gradient,
        Operator.HESSIAN: hessian,
    }
    return table | dict.fromkeys(HVP, hvp) | dict.fromkeys(JACOBIANS, gradient)


def waves_formulae() -> dict[Operator, Formula]:
    """y = sin(A x) in x alone; ψ = ⟨w, y⟩ has the derivatives Aᵀ(w cos), -Aᵀ diag(w sin) A, …"""

    def sides(args: Any) -> Any:
        A, s = args[0], args[0] @ args[1]
        return A, np.sin(s), np.cos(s), weights(s.shape).astype(A.dtype)

    def jvp(args: Any, seeds: Any) -> Any:
        A, _, cos, _ = sides(args)
        return (cos * (A @ seeds[0]),)

    def vjp(args: Any, seeds: Any) -> Any:
        A, _, cos, _ = sides(args)
        return (A.T @ (seeds[0] * cos),)

    def jacobian(args: Any, seeds: Any) -> Any:
        A, _, cos, _ = sides(args)
        return (cos[:, None] * A,)

    def gradient(args: Any, seeds: Any) -> Any:
        A, _, cos, w = sides(args)
        return (A.T @ (w * cos),)

    def hessian(args: Any, seeds: Any) -> Any:
        A, sin, _, w = sides(args)
        return (-(A.T * (w * sin)) @ A,)

    def hvp(args: Any, seeds: Any) -> Any:
        A, sin, _, w = sides(args)
        return (-A.T @ (w * sin * (A @ seeds[0])),)

    def third(args: Any, seeds: Any) -> Any:
        A, _, cos, w = sides(args)
        return (-A.T @ (w * cos * (A @ seeds[0]) ** 2),)

    table: dict[Operator, Formula] = {
        Operator.VALUE: lambda args, seeds: (np.sin(args[0] @ args[1]),),
        Operator.JVP: jvp,
        Operator.JVP_BATCHED: jvp,
        Operator.VJP: vjp,
        Operator.VJP_BATCHED: vjp,
        Operator.GRADIENT: gradient,
    }
    table |= dict.fromkeys(JACOBIANS, jacobian) | dict.fromkeys(HESSIANS, hessian)
    return table | dict.fromkeys(HVP, hvp) | dict.fromkeys(THIRDS, third)


@dataclasses.dataclass(frozen=True)
class Subject:
    """A problem, and its derivatives by hand."""

    problem: Problem
    formulae: Mapping[Operator, Formula]


def _subjects() -> dict[str, Subject]:
    vector = seeded(6, lambda rng: (rng.standard_normal(5),))
    matrices = seeded(6, lambda rng: (rng.standard_normal((3, 5)), rng.standard_normal(5)))
    return {
        "sin": Subject(
            problem(
                "sin", lambda xp, x: xp.sin(x), ("x",), seeded(6, lambda rng: (rng.uniform(-9, 9),))
            ),
            of_scalar(np.sin, np.cos, lambda x: -np.sin(x)),
        ),
        "prod": Subject(
            problem(
                "prod",
                lambda xp, x: xp.prod(x),
                ("x",),
                vector,
                operations=5,
            ),
            of_vector(np.prod, prod_gradient, prod_hessian),
        ),
        "bend": Subject(
            problem("bend", lambda xp, x: xp.sum(x * xp.abs(x)), ("x",), vector, operations=15),
            of_vector(
                lambda x: np.sum(x * np.abs(x)),
                lambda x: 2 * np.abs(x),
                lambda x: np.diag(2 * np.sign(x)),
            ),
        ),
        "norm": Subject(
            problem("norm", lambda xp, x: xp.sqrt(xp.sum(x * x)), ("x",), vector, operations=11),
            of_vector(
                lambda x: np.sqrt(np.sum(x * x)),
                lambda x: x / np.sqrt(np.sum(x * x)),
                norm_hessian,
            ),
        ),
        "layer": Subject(
            problem(
                "layer",
                layer,
                ("A", "x"),
                matrices,
                operations=33,
                operators=frozenset(layer_formulae()),
            ),
            layer_formulae(),
        ),
        "energy": Subject(
            problem(
                "energy",
                lambda xp, A, x: xp.sum(xp.matmul(A, x) ** 2) / 2,
                ("A", "x"),
                matrices,
                operations=36,
            ),
            energy_formulae(),
        ),
        "waves": Subject(
            problem(
                "waves",
                lambda xp, A, x: xp.sin(xp.matmul(A, x)),
                ("A", "x"),
                seeded(6, lambda rng: (rng.standard_normal((3, 4)), rng.standard_normal(4))),
                argnums=(1,),
                operations=27,
            ),
            waves_formulae(),
        ),
    }


class Court:
    """A judge over given problems, with its cache in a folder of its own."""

    def __init__(self, directory: Any, **options: Any) -> None:
        manager = pluggy.PluginManager("adjudge")
        manager.add_hookspecs(Hookspecs)
        self.registry = Registry(manager)
        self.judge = Judge(self.registry, directory, **options)

    def evaluation(
        self, subject: Subject, case: Case, formula: Formula | None = None
    ) -> tuple[Any, Evaluation]:
        """The inputs of ``case``, and what an honest backend that has ``formula`` would send."""
        formula = formula or subject.formulae[case.operator]
        inputs = case_inputs(subject.problem, case, output_shape(subject.problem, case))

        def results(seeds: Any) -> tuple[np.ndarray, ...]:
            with np.errstate(all="ignore"):
                return tuple(np.asarray(r, dtype=case.dtype) for r in formula(inputs.args, seeds))

        with np.errstate(all="ignore"):
            value = np.asarray(subject.problem.fun(np, *inputs.args), dtype=case.dtype)
        if case.operator.batched:
            rows = zip(results(inputs.seeds), results(inputs.probe_seeds), strict=True)
            stacked = tuple(np.stack(pair) for pair in rows)
            return inputs, Evaluation(results=stacked, plain_value=value, repeatable=True)
        return inputs, Evaluation(
            results=results(inputs.seeds),
            plain_value=value,
            repeatable=True,
            value=value,
            probe=results(inputs.probe_seeds) if inputs.probe_seeds else (),
            combined=results(inputs.combined_seeds) if inputs.combined_seeds else (),
        )

    def results(self, subject: Subject, operator: Operator) -> tuple[np.ndarray, ...]:
        """What an honest backend gives at the first point."""
        size = subject.problem.sizes[0].name
        case = Case(subject.problem.name, operator, size, "float64", "generic-0")
        return self.evaluation(subject, case)[1].results

    def try_(
        self,
        subject: Subject,
        operator: Operator,
        *,
        point: str = "generic-0",
        dtype: str = "float64",
        formula: Formula | None = None,
        outcome: Failure | None = None,
        backend: str = "accused",
        **changes: Any,
    ) -> Any:
        """The verdict on an honest evaluation by ``formula``, with ``changes`` to its fields."""
        self.registry.problems[subject.problem.name] = subject.problem
        size = subject.problem.sizes[0].name
        case = Case(subject.problem.name, operator, size, dtype, point)
        if outcome is not None:
            inputs = case_inputs(subject.problem, case, output_shape(subject.problem, case))
            return self.judge.judge(backend, case, inputs, outcome)
        inputs, evaluation = self.evaluation(subject, case, formula)
        for name, change in changes.items():
            new = change(getattr(evaluation, name)) if callable(change) else change
            evaluation = dataclasses.replace(evaluation, **{name: new})
        return self.judge.judge(backend, case, inputs, evaluation)


@pytest.fixture(scope="session")
def subjects() -> dict[str, Subject]:
    """The small problems by name."""
    return _subjects()


@pytest.fixture(scope="session")
def tools() -> SimpleNamespace:
    """The builders of problems and formulae, for tests that need others."""
    return SimpleNamespace(
        Court=Court,
        Subject=Subject,
        problem=problem,
        seeded=seeded,
        of_scalar=of_scalar,
        of_vector=of_vector,
        HVP=HVP,
        HESSIANS=HESSIANS,
        THIRDS=THIRDS,
        JACOBIANS=JACOBIANS,
    )


@pytest.fixture(scope="session")
def court(tmp_path_factory: pytest.TempPathFactory) -> Court:
    """One judge for all tests: truths are found once."""
    return Court(tmp_path_factory.mktemp("truths"))
