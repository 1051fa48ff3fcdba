"""A mail server on this machine, for tests that ask who was sent what."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message


class Box(Message):
    """What a mail server has been given."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.got.append(message)


@contextmanager
def a_post_office() -> Iterator[tuple[Box, int]]:
    """A server, as what it has been given and its port."""
    box = Box()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


def with_post(folder: Path, port: int) -> None:
    """Let the letters of a workspace be sent by this server."""
    path = folder / "inputs" / "partnership.toml"
    text = path.read_text(encoding="utf-8")
    server = f'[email]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\n'
    path.write_text(text.replace("\n[email]\n", f"\n{server}"), encoding="utf-8")
