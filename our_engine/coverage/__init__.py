"""What the engine differentiates: `python -m our_engine.coverage` prints the table."""
