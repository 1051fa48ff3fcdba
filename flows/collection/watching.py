"""Waiting for returns: a change in the month's folder, or the time to look at the sources again.

The folder is looked at instead of asking the system to tell: what is put on a network drive from another computer is
told to nobody.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.returns.container import is_passing

LOOK_SECONDS = 1.0
"""How often the folder is looked at."""

SETTLED_SECONDS = 3.0
"""A workbook is copied in many writes: when nothing has changed for so long, the copy is taken to be whole."""

LONGEST_SECONDS = 60.0
"""For so long what goes on changing is waited for; then the others have waited long enough."""

SOURCES_SECONDS = 300.0
"""How often the sources are looked at, which cannot tell of changes."""

Listing: TypeAlias = frozenset[tuple[str, int, int]]


def arrivals(workspace: Workspace, month: Month, over: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Comes round each time something has arrived in the month's folder, or, where there are sources, when it is time
    to look at them. Ends with Ctrl-C, or soon after it is `over`.

    What arrives after the call is not missed, however long it takes until the first round, and from one to the next.
    """
    folder = workspace.returns_of(month)
    folder.mkdir(parents=True, exist_ok=True)
    return _rounds(folder, _listing(folder, frozenset()), bool(workspace.settings.returns.sources), over)


def _rounds(folder: Path, answered: Listing, has_sources: bool, over: Callable[[], bool]) -> Iterator[None]:
    found, began, changed, asked = answered, 0.0, 0.0, time.monotonic()
    try:
        while not over():
            time.sleep(LOOK_SECONDS)
            before, found, now = found, _listing(folder, found), time.monotonic()
            if found != before:
                began, changed = began or now, now
            settled = now - changed >= SETTLED_SECONDS or now - began >= LONGEST_SECONDS
            if (found != answered and settled) or (has_sources and now - asked >= SOURCES_SECONDS):
                answered, began, asked = found, 0.0, now
                yield
    except KeyboardInterrupt:
        return


def _listing(folder: Path, otherwise: Listing) -> Listing:
    """The files in a folder with their sizes and times; `otherwise` while the folder cannot be reached."""
    try:
        with os.scandir(folder) as entries:
            return frozenset(
                (entry.name, found.st_size, found.st_mtime_ns)
                for entry in entries
                if not is_passing(entry.name) and (found := entry.stat(follow_symlinks=False))
            )
    except OSError:
        return otherwise
