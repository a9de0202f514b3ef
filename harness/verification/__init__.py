"""Judging: oracles, identities, tolerance and verdicts."""
