"""Rules of scipy.special, entered when the first of its functions meets a tracer."""


def register() -> None:
    """Enter the rules; SciPy has been imported by whoever called one of its functions."""
