"""What holds for every test: Hypothesis keeps no files, and is never in a hurry on a busy machine."""

from hypothesis import settings

settings.register_profile("boardpack", database=None, deadline=None, print_blob=True)
settings.load_profile("boardpack")
