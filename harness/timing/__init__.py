"""Timing: the protocol of paired turns, its statistics, memory and environment."""
