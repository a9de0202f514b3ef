"""The self-test: identical work and work with an injected difference, timed as a bench times."""
