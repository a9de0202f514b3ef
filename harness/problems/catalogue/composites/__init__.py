"""Common composites: what people differentiate, made of the standard's functions."""

from harness.problems.catalogue.composites.guards import GUARDS
from harness.problems.catalogue.composites.matrices import MATRICES
from harness.problems.catalogue.composites.networks import NETWORKS
from harness.problems.catalogue.composites.norms import NORMS
from harness.problems.catalogue.composites.programmes import PROGRAMMES
from harness.problems.catalogue.composites.softmaxes import SOFTMAXES
from harness.problems.catalogue.entry import Entry

__all__ = ["COMPOSITES"]

COMPOSITES: tuple[Entry, ...] = (
    *SOFTMAXES,
    *NETWORKS,
    *NORMS,
    *GUARDS,
    *MATRICES,
    *PROGRAMMES,
)
