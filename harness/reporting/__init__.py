"""Reporting: pandas frames, CSV, HTML and the terminal summary."""
