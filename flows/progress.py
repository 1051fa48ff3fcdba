"""Telling the person at the terminal what is going on. Flows speak through `say`; the command line listens."""

from __future__ import annotations

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
