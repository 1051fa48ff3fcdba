"""The answer to a partner: its own workbook with what must be put right marked in it, and the letter that carries it."""
