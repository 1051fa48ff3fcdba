"""What is on record: what was received, from whom, when, and what each cell said."""
