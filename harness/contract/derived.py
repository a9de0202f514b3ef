"""The operators that follow from a backend's jvp and vjp: ``derived(fun, primals, *seeds)``.

``fun(*primals)`` is a function of the differentiable arguments alone; the layouts of results are
those of ``harness.contract.derivation``. Where an operator names no mode, forward over reverse is
preferred: one tape, one extra sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.contract import sweeps
from harness.contract.backend import Backend, Function
from harness.contract.operators import HESSIAN_NESTINGS, NESTINGS, Operator
from harness.contract.problem import Array
from harness.contract.sweeps import Results

__all__ = ["derived_operators", "overrides"]


def overrides(backend: Backend, method: str) -> bool:
    """Whether the backend gives an optional method of ``Backend`` itself."""
    return getattr(type(backend), method) is not getattr(Backend, method)


def derived_operators(backend: Backend) -> dict[Operator, Callable[..., Results]]:
    """Each operator that can be made of what the backend gives."""
    modes = [mode for mode, m in (("forward", "jvp"), ("reverse", "vjp")) if overrides(backend, m)]
    made = _Derived(backend)
    operators: dict[Operator, Callable[..., Results]] = {Operator.VALUE: made.value}
    if "forward" in modes:
        operators |= {
            Operator.JVP: made.jvp,
            Operator.JACOBIAN_FORWARD: made.jacobian_forward,
            Operator.THIRD_FORWARD: made.third_forward,
            # Of less worth than what follows, where both modes exist.
            Operator.GRADIENT: made.jacobian_forward,
            Operator.JACOBIAN: made.jacobian_forward,
            Operator.THIRD: made.third_forward,
        }
    if "reverse" in modes:
        operators |= {
            Operator.VJP: made.vjp,
            Operator.JACOBIAN_REVERSE: made.jacobian_reverse,
            Operator.THIRD_REVERSE: made.third_reverse,
            Operator.GRADIENT: made.gradient_reverse,
            Operator.JACOBIAN: made.jacobian_reverse,
            Operator.THIRD: made.third if "forward" in modes else made.third_reverse,
        }
    if modes:
        # The outer mode is the first that there is, the inner one the last.
        operators[Operator.HVP] = made.hvp(modes[0], modes[-1])
        operators[Operator.HESSIAN] = made.hessian(modes[0], modes[-1])
    operators |= {op: made.hvp(*nesting) for op, nesting in _within(NESTINGS, modes)}
    operators |= {op: made.hessian(*nesting) for op, nesting in _within(HESSIAN_NESTINGS, modes)}
    return operators


def _within(
    nestings: dict[Operator, tuple[str, str]], modes: list[str]
) -> Iterator[tuple[Operator, tuple[str, str]]]:
    return ((op, nesting) for op, nesting in nestings.items() if set(nesting) <= set(modes))


class _Derived:
    """The operators of one backend; each is ``(fun, primals, *seeds) -> results``."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def value(self, fun: Function, primals: Results) -> Results:
        return (fun(*primals),)

    def jvp(self, fun: Function, primals: Results, tangents: Results) -> Results:
        return (self._along(fun, tangents)(*primals),)

    def vjp(self, fun: Function, primals: Results, cotangent: Array) -> Results:
        return self._backend.vjp(fun, primals)[1](cotangent)

    def gradient_reverse(self, fun: Function, primals: Results) -> Results:
        y, pullback = self._backend.vjp(fun, primals)
        return pullback(self._backend.xp.ones_like(y))

    def jacobian_forward(self, fun: Function, primals: Results) -> Results:
        blocks = sweeps.sweep(
            self._backend, primals, lambda tangents: self.jvp(fun, primals, tangents)
        )
        # The swept index comes first; a Jacobian has it last: (*y.shape, *x_i.shape).
        return tuple(
            sweeps.move_leading_to_end(self._backend, block[0], len(x.shape))
            for block, x in zip(blocks, primals, strict=True)
        )

    def jacobian_reverse(self, fun: Function, primals: Results) -> Results:
        y, pullback = self._backend.vjp(fun, primals)

        def row(seed: Results) -> Results:
            return self._filled(pullback(seed[0]), primals)

        (blocks,) = sweeps.sweep(self._backend, (y,), row)
        return blocks

    def hvp(self, outer: str, inner: str) -> Callable[..., Results]:
        """H v in the nesting ``outer`` over ``inner``."""

        def hvp(fun: Function, primals: Results, tangents: Results) -> Results:
            if inner == "forward":
                slope = self._along(fun, tangents)
                by = self.gradient_reverse if outer == "reverse" else self.jacobian_forward
                return by(slope, primals)
            if outer == "forward":
                gradient = self._gradient(fun)
                return sweeps.jvp_of_tuple(self._backend, gradient, primals, tangents)
            return self.gradient_reverse(self._slope(fun, tangents), primals)

        return hvp

    def hessian(self, outer: str, inner: str) -> Callable[..., Results]:
        """Row by row, by the hvp of the nesting."""
        hvp = self.hvp(outer, inner)

        def hessian(fun: Function, primals: Results) -> Results:
            def row(tangents: Results) -> Results:
                return self._filled(hvp(fun, primals, tangents), primals)

            rows = sweeps.sweep(self._backend, primals, row)
            return tuple(block for blocks in rows for block in blocks)

        return hessian

    def third(self, fun: Function, primals: Results, tangents: Results) -> Results:
        """Forward over forward over reverse: the gradient's second derivative along v, v."""

        def product(*xs: Array) -> Results:
            return sweeps.jvp_of_tuple(self._backend, self._gradient(fun), xs, tangents)

        return sweeps.jvp_of_tuple(self._backend, product, primals, tangents)

    def third_forward(self, fun: Function, primals: Results, tangents: Results) -> Results:
        """The forward sweeps over x ↦ D²f(x)[v, v], which takes two forward modes itself."""
        curvature = self._along(self._along(fun, tangents), tangents)
        return self.jacobian_forward(curvature, primals)

    def third_reverse(self, fun: Function, primals: Results, tangents: Results) -> Results:
        """∇⟨∇⟨∇f, v⟩, v⟩: derivatives commute."""
        curvature = self._slope(self._slope(fun, tangents), tangents)
        return self.gradient_reverse(curvature, primals)

    def _along(self, fun: Function, tangents: Results) -> Function:
        """x ↦ J(x) v by a forward mode."""

        def along(*xs: Array) -> Array:
            return self._backend.jvp(fun, xs, tangents)[1]

        return along

    def _slope(self, fun: Function, tangents: Results) -> Function:
        """x ↦ ⟨∇f(x), v⟩ by a reverse mode."""

        def slope(*xs: Array) -> Array:
            return sweeps.inner(self._backend, self._gradient(fun)(*xs), tangents)

        return slope

    def _gradient(self, fun: Function) -> Callable[..., Results]:
        """x ↦ ∇f(x), to be differentiated again."""

        def gradient(*xs: Array) -> Results:
            return self._filled(self.gradient_reverse(fun, xs), xs)

        return gradient

    def _filled(self, parts: tuple[Array | None, ...], primals: Results) -> Results:
        """Zeros for None: a library's word for the cotangent of what the output ignores."""
        xp = self._backend.xp
        pairs = zip(parts, primals, strict=True)
        return tuple(xp.zeros_like(x) if part is None else part for part, x in pairs)
