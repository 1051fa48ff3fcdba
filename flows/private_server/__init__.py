"""The small Prefect server that commands share, so that nobody has to start one."""
