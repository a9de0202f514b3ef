"""All mutants, in the order of the page."""

from __future__ import annotations

from . import (
    array_mutants,
    elementwise_mutants,
    form_mutants,
    identity_mutants,
    matrix_mutants,
    reduction_mutants,
    result_mutants,
    selective_mutants,
)
from .mutant import Mutant

__all__ = ["FAMILIES", "MUTANTS"]

FAMILIES: dict[str, tuple[Mutant, ...]] = {
    "Numbers": result_mutants.MUTANTS,
    "Form": form_mutants.MUTANTS,
    "One order, one nesting, one dtype, one call": selective_mutants.MUTANTS,
    "Identities": identity_mutants.MUTANTS,
    "Rules of elementwise functions": elementwise_mutants.MUTANTS,
    "Rules of reductions": reduction_mutants.MUTANTS,
    "Rules of shaping, indexing and transforms": array_mutants.MUTANTS,
    "Rules of linear algebra": matrix_mutants.MUTANTS,
}

MUTANTS = tuple(mutant for family in FAMILIES.values() for mutant in family)
