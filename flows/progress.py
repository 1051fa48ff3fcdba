"""Telling the person at the terminal what is going on. Flows speak through `say`; the command line listens."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Listener = Callable[[str, int, int], None]

_listeners: list[Listener] = []


def say(step: str, done: int = 0, total: int = 0) -> None:
    """Name the step that begins, or how far it has got: `done` of `total`."""
    for listener in _listeners:
        listener(step, done, total)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Let `listener` hear every step while the block runs."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def on_a_page() -> bool:
    """Whether this process is a run that Prefect has started (by `boardpack serve` or a worker), and which somebody
    follows on Prefect's page instead of at a terminal."""
    return "PREFECT__FLOW_RUN_ID" in os.environ
