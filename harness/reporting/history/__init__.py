"""Several runs in one view: how each verdict and each ratio changed, run after run."""
