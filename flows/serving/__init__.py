"""`boardpack serve`: Prefect's own page with every job on it, what it shows, and who is asked and told."""
