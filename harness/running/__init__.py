"""Running: the plan, one worker process for each backend, the supervisor and the journal."""
