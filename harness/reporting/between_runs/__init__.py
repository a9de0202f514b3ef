"""Two runs held against each other: ratios with ratios, verdicts with verdicts."""
