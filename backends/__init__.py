"""Adapters: one file for each AD library in one mode of use."""
