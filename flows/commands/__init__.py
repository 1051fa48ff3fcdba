"""The `boardpack` command, a module for each group of commands, and what they print at the terminal."""
