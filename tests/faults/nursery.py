"""Loaded once into the process that every run is forked from: each job has been done there, so that nothing is left to
be loaded or worked out for the first time."""

import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.faults.jobs import JOBS, early, in_this_process, late

with tempfile.TemporaryDirectory() as place, ExitStack() as patches:
    for patch in in_this_process():
        patches.enter_context(patch)
    folder = late(early(Path(place) / "workspace"))
    for job in JOBS.values():
        job.run(folder)
