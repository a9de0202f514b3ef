"""The judge: problems, verification, timing, running and reporting of adjudge."""
