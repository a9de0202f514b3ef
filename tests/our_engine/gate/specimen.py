"""What a specimen is: one call of one function that has a rule, at points inside its domain.

The checks and the list of what is tested read nothing else, so that adding a rule means adding a
specimen: `of` for a plain call f(*arguments, **keywords), `by` for any other call, `elementwise`
for the shapes that every elementwise rule must take.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np

from our_engine.trees import leaves


@dataclasses.dataclass(frozen=True)
class Specimen:
    """A call to differentiate by all of its arguments.

    `function` is what the table knows the rule by. `nonlinear` asks for second derivatives;
    `single` is False where single precision has no digits to compare.
    """

    function: Any
    call: Callable[..., Any]
    arguments: tuple[Any, ...]
    label: str = ""
    nonlinear: bool = True
    single: bool = True

    def outputs(self, *xs: Any) -> tuple[Any, ...]:
        """The outputs that have a derivative: the real and complex ones."""
        return tuple(y for y in leaves(self.call(*xs)) if np.result_type(dtype(y)).kind in "fc")


def dtype(y: Any) -> Any:
    """The dtype of an output, traced or not."""
    return y.dtype if hasattr(y, "dtype") else np.result_type(y)


def of(function: Any, *arguments: Any, **keywords: Any) -> Specimen:
    """The call function(*arguments, **keywords)."""
    label = ", ".join(f"{k}={_short(v)}" for k, v in keywords.items())
    return by(function, lambda *xs: _called(function)(*xs, **keywords), *arguments, label=label)


def by(
    function: Any, call: Callable[..., Any], *arguments: Any, label: str = "", **options: Any
) -> Specimen:
    """Any other call that is the business of the rule of `function`."""
    points = tuple(np.array(x, order="C") for x in arguments)
    shapes = " ".join("x".join(map(str, x.shape)) or "0-d" for x in points)
    return Specimen(function, call, points, f"{label} {shapes}".strip(), **options)


def linear(specimen: Specimen) -> Specimen:
    """The same without second derivatives: the map does not depend on the point."""
    return dataclasses.replace(specimen, nonlinear=False)


def double_only(specimen: Specimen) -> Specimen:
    """The same without single precision, which has no digits to compare."""
    return dataclasses.replace(specimen, single=False)


def elementwise(function: Any, *domains: tuple[float, float], **options: Any) -> list[Specimen]:
    """Generic, broadcasting, 0-d and empty arguments in the domains, one interval for each."""
    rng = np.random.default_rng(11)
    shapes: list[list[tuple[int, ...]]] = [[shape] * len(domains) for shape in ((2, 3), (), (0,))]
    if len(domains) > 1:
        first = (2, 1)
        shapes += [[first, *((3,),) * (len(domains) - 1)], [(), *((2, 2),) * (len(domains) - 1)]]
    return [
        by(
            function,
            function,
            *(rng.uniform(lo, hi, shape) for (lo, hi), shape in zip(domains, case, strict=True)),
            **options,
        )
        for case in shapes
    ]


def _called(function: Any) -> Callable[..., Any]:
    return getattr(*function) if isinstance(function, tuple) else function


def _short(value: Any) -> str:
    return np.array2string(value, threshold=4) if isinstance(value, np.ndarray) else repr(value)
