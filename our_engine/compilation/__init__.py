"""Compiled functions: a recording of NumPy's operations, run again without the program around it.

`compile(g)` runs g once on staged arrays (`staged`), which write down what is done to them on a
`trace`, whether by the program or by a sweep of the engine. What is written down is `simplify`-ed
and becomes the `source` of a Python function of straight-line NumPy calls, which uses `memory`
that is free again. Later calls with arguments of the same kinds run that function.
"""

from __future__ import annotations

from .compiled import compile  # noqa: A004 - as re.compile, torch.compile

__all__ = ["compile"]
