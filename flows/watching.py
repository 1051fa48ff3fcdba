"""Waiting for returns: a change in the month's folder, or the time to look at the sources again."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from watchfiles import watch

from flows.plan.periods import Month
from flows.plan.settings import Workspace
from flows.returns.container import is_passing

SETTLE_MS = 3_000
"""Changes that follow each other within this time are one: a workbook is copied in many writes."""

POLL_MS = 300_000
"""How often sources that cannot tell of changes are looked at."""


def arrivals(workspace: Workspace, month: Month) -> Iterator[None]:
    """Comes round each time something has arrived in the month's folder, or, where there are sources, when it is time
    to look at them. Ends with Ctrl-C."""
    logging.getLogger("watchfiles").setLevel(logging.ERROR)  # Ctrl-C is how a watch ends, and nothing to warn of
    folder = workspace.returns_of(month)
    folder.mkdir(parents=True, exist_ok=True)
    has_sources = bool(workspace.settings.returns.sources)
    for changes in watch(
        folder,
        watch_filter=lambda change, path: not is_passing(path.replace("\\", "/").rpartition("/")[2]),
        debounce=SETTLE_MS,
        rust_timeout=POLL_MS,
        yield_on_timeout=True,
        raise_interrupt=False,
        recursive=False,
    ):
        if changes or has_sources:
            yield
