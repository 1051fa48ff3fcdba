"""What holds for every test: Hypothesis keeps no files, and is never in a hurry on a busy machine."""

import os

from hypothesis import settings

settings.register_profile("boardpack", database=None, deadline=None, print_blob=True)
settings.register_profile("quick", settings.get_profile("boardpack"), max_examples=15)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "boardpack"))
